"""From a pydantic model to a structural CRD (KEP-1693; `apiextensions.k8s.io/v1`).

Pydantic's JSON schema says things a CRD may not: references, titles, defaults, unions with
null. They are inlined, dropped and flattened here. No schema carries a `default`: what a
form leaves out was not asked for, and a default that comes later would change forms that
were already approved.
"""

from mandate.api.kinds import KINDS, Column, Kind
from mandate.api.meta import GROUP, VERSION, Json

_DROPPED = ("title", "default", "$defs", "discriminator")
_META = {
    "apiVersion": {
        "type": "string",
        "description": "The version of the schema of this object: mandate.dev/v1alpha1.",
    },
    "kind": {"type": "string", "description": "The kind of this object."},
    "metadata": {"type": "object"},
}


def openapi(kind: Kind) -> Json:
    """The structural `openAPIV3Schema` of a kind.

    Raises:
        TypeError: the model uses what a CRD cannot express, or leaves a field undescribed.
    """
    raw = kind.model.model_json_schema(by_alias=True)
    own = {name: body for name, body in raw["properties"].items() if name in ("spec", "status")}
    schema = _structural(raw | {"properties": own}, raw.get("$defs", {}), kind.name)
    return schema | {"properties": _META | schema["properties"], "required": ["spec"]}


def _structural(node: Json, definitions: Json, path: str) -> Json:
    node = _resolved(node, definitions, path)
    out = {k: v for k, v in node.items() if k not in _DROPPED}
    if "const" in out:
        out["enum"] = [out.pop("const")]
    if out.get("type") == "integer":
        out["format"] = "int64"
    if "properties" in out:
        out["properties"] = {
            name: _described(_structural(body, definitions, f"{path}.{name}"), f"{path}.{name}")
            for name, body in out["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict):
            out[key] = _structural(out[key], definitions, f"{path}[]")
    if "type" not in out:
        raise TypeError(f"{path}: a CRD cannot express {sorted(out)}")
    return out


def _resolved(node: Json, definitions: Json, path: str) -> Json:
    """The node with its reference followed and its `null` alternative left out."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            target = definitions[node["$ref"].rsplit("/", 1)[1]]
        else:
            options = [o for o in node["anyOf"] if o.get("type") != "null"]
            if len(options) != 1:
                raise TypeError(f"{path}: a CRD cannot express a union")
            target = options[0]
        here = {k: v for k, v in node.items() if k not in ("$ref", "anyOf")}
        node = target | here | _all_rules(target, here)
    return node


def _all_rules(first: Json, second: Json) -> Json:
    rules = [r for n in (first, second) for r in n.get("x-kubernetes-validations", [])]
    return {"x-kubernetes-validations": rules} if rules else {}


def _described(node: Json, path: str) -> Json:
    # the docs are generated from the schema: a field without a word is a defect
    if not node.get("description") and not path.endswith("metadata"):
        raise TypeError(f"{path}: no description")
    return node


def _column(column: Column) -> Json:
    out: Json = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return out | ({"priority": column.priority} if column.priority else {})


def crd(kind: Kind) -> Json:
    """The CustomResourceDefinition of a kind."""
    version: Json = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [_column(c) for c in kind.columns],
        "schema": {"openAPIV3Schema": openapi(kind)},
    }
    if kind.selectable:
        version["selectableFields"] = [{"jsonPath": path} for path in kind.selectable]
    if kind.has_status:
        version["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": kind.scope,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": kind.plural,
                "singular": kind.singular,
                "shortNames": list(kind.short_names),
                "categories": list(kind.categories),
            },
            "versions": [version],
        },
    }


def crds() -> dict[str, Json]:
    """Every CRD, by the name of its file in `crds/`."""
    return {f"{GROUP}_{kind.plural}.yaml": crd(kind) for kind in KINDS}
