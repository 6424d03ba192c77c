"""One thin module a kind: observe from the cache, ask the rule, apply the difference."""
