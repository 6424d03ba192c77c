"""Grants and offices as Kubernetes objects, from the Jinja2 templates beside this module.

Every interpolated value leaves the template as a JSON scalar, which is YAML too: a form's
text stays a text whatever it holds. Templates therefore never put two values in one scalar;
names are composed in the rules.
"""

import json
from dataclasses import asdict

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from mandate.api import wire
from mandate.api.agency import Member
from mandate.api.meta import Json
from mandate.rules.agency import Office
from mandate.rules.grant import Grant

_ENVIRONMENT = Environment(
    loader=PackageLoader("mandate.render"),
    undefined=StrictUndefined,
    finalize=wire.dumps,
    autoescape=False,  # noqa: S701 - the output is YAML; `finalize` is what escapes
    trim_blocks=True,
    lstrip_blocks=True,
)


def grant_objects(grant: Grant) -> list[Json]:
    """The objects of a grant in the order in which they are applied, access last."""
    rooms = [{"role": g.role} | _access(g.members) for g in grant.regime.guests]
    names = [f"{g.role}/{m.kind}/{m.name}" for g in grant.regime.guests for m in g.members]
    lists = {"guest_list": _listed(names), "device_list": ",".join(grant.devices)}
    return _render(
        "grant.yaml.j2", asdict(grant) | _access(grant.members) | {"rooms": rooms} | lists
    )


def office_objects(office: Office) -> list[Json]:
    """The objects of an agency's namespace of requests, in the order they are applied."""
    return _render("office.yaml.j2", asdict(office) | _access(office.members))


def _access(members: tuple[Member, ...]) -> Json:
    """The members as RBAC subjects, and as the list that the access guard reads."""
    names = [f"{m.kind}/{m.name}" for m in members]
    return {
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": m.kind, "name": m.name}
            for m in members
        ],
        "subject_list": _listed(names),
    }


def _listed(names: list[str]) -> str:
    """Names as the JSON list that the guards read."""
    return json.dumps(names, separators=(",", ":"), ensure_ascii=False)


def _render(template: str, values: Json) -> list[Json]:
    text = _ENVIRONMENT.get_template(template).render(values)
    return [document for document in yaml.safe_load_all(text) if document]
