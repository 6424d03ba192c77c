"""`docs/reference/`: the fields of each kind and the operator's settings, from the code."""

from collections.abc import Iterator

from mandate.api.kinds import KINDS, Kind
from mandate.api.meta import API_VERSION, Json
from mandate.api.schema import openapi
from mandate.api.stages import STAGE_TABLE, RequestKind
from mandate.api.timelimits import LIMITS, timed_stages
from mandate.settings import Settings

_BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "maxProperties": "at most {} entries",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "pattern": "`{}`",
    "format": "{}",
}


def api() -> str:
    """The page of the API."""
    head = (
        "# The API\n\nGenerated from `operator/mandate/api` by `make generate`; do not edit. "
        f"All kinds are `{API_VERSION}`. A field marked * is mandatory; one that is left out "
        "was not asked for: no schema has a default. `kubectl explain` says the same.\n"
    )
    return head + "".join(_kind(kind) for kind in KINDS)


def settings() -> str:
    """The page of the operator's settings."""
    head = (
        "# The operator's settings\n\nGenerated from `operator/mandate/settings.py` by "
        "`make generate`; do not edit. Environment variables; what is decided is in the "
        "policies.\n\n| variable | default | |\n|---|---|---|\n"
    )
    rows = [
        f"| `MANDATE_{name.upper()}` | {_default(field.default)} | {field.description or ''} |"
        for name, field in Settings.model_fields.items()
    ]
    return head + "\n".join(rows) + "\n"


def stages() -> str:
    """The page of the stage table."""
    head = (
        "# Requests and their stages\n\nGenerated from `operator/mandate/api/stages.py` by "
        "`make generate`; do not edit. A stage is a verb on `governancepolicies/<policy>`: who "
        "holds it decides, unless the separation of duties says otherwise; *members* and *another "
        "member* are the agency itself. A policy names the stages of the kinds marked ¹; these "
        "are Lu'an's for every form. Kinds without a page in the [API](api.md) are guarded and "
        "not served yet.\n"
        "\n| kind | filed by | stage | decided by | duty | binds with |\n"
        "|---|---|---|---|---|---|\n"
    )
    table = "".join(f"{row}\n" for kind in STAGE_TABLE for row in _stage_rows(kind))
    return head + table + _limits()


def _limits() -> str:
    """What a policy's `timeLimits` can name."""
    stages = ", ".join(f"`{name}`" for name in timed_stages())
    rows = "".join(f"| `{name}` | {what} |\n" for name, what in LIMITS.items())
    return (
        "\n## What has a time limit\n\nA name of `GovernancePolicy.spec.timeLimits` is one of "
        f"`stages.cloudApplication`, another stage that has a clock ({stages}), or one of "
        "these; any other is refused when the policy is applied.\n\n| name | the time |\n"
        f"|---|---|\n{rows}"
    )


def _stage_rows(kind: RequestKind) -> Iterator[str]:
    name = f"{kind.kind}{' ¹' if kind.policy_stages else ''}"
    filed = ", ".join(kind.filed_by)
    if not kind.stages:
        yield f"| {name} | {filed} | none | | | |"
    for stage in kind.stages:
        where = f"| {name} | {filed} | `{stage.name}` |"
        yield f"{where} {stage.decided_by} | {stage.duty} | {kind.binds} |"


def _default(value: object) -> str:
    return "" if value is None else f"`{value}`"


def _kind(kind: Kind) -> str:
    schema = openapi(kind)
    short = ", ".join(f"`{name}`" for name in kind.short_names)
    rows = "\n".join(_rows(schema, ""))
    return (
        f"\n## {kind.name}\n\n{schema['description']} {kind.scope}; short name {short}.\n\n"
        f"| field | type | |\n|---|---|---|\n{rows}\n"
    )


def _rows(schema: Json, path: str) -> Iterator[str]:
    for name, body in schema.get("properties", {}).items():
        if not path and name in ("apiVersion", "kind", "metadata"):
            continue
        here = f"{path}.{name}" if path else name
        star = "*" if name in schema.get("required", []) else ""
        yield f"| `{here}`{star} | {_type(body)} | {_said(body)} |"
        inner, mark = body, ""
        while inner["type"] == "array":
            inner, mark = inner["items"], f"{mark}[]"
        if isinstance(inner.get("additionalProperties"), dict):
            inner, mark = inner["additionalProperties"], f"{mark}.<key>"
        yield from _rows(inner, here + mark)


def _type(body: Json) -> str:
    if body["type"] == "array":
        return f"list of {_type(body['items'])}"
    return "map" if "additionalProperties" in body else str(body["type"])


def _said(body: Json) -> str:
    item = body["items"] if body["type"] == "array" else body
    said = [body.get("description", "").rstrip(".")]
    if "enum" in item:
        said.append(" · ".join(f"`{value}`" for value in item["enum"]))
    said += [text.format(body[key]) for key, text in _BOUNDS.items() if key in body]
    said += [r["message"] for r in body.get("x-kubernetes-validations", [])]
    return "; ".join(filter(None, said)).replace("|", "\\|").replace("\n", " ")
