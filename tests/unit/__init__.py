"""The rules and the pure parts, without an API."""
