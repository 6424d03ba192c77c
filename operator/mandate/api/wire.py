"""JSON that YAML reads as the same value."""

import json
import re

_BELOW_ASTRAL = re.compile("[\x7f-\uffff]")


def dumps(value: object) -> str:
    """A value as JSON whose every string YAML reads as the same string.

    An apply patch is read as YAML, and so are the templates' documents. JSON's escapes are
    YAML's, but for a character beyond the basic plane (𠮷), which JSON writes as a pair of
    surrogates: it stays as it is. All else beyond ASCII is escaped, for YAML folds or refuses
    some of it (U+0085, U+2028, U+FFFE).
    """
    return _BELOW_ASTRAL.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
