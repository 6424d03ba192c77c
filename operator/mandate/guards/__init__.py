"""The guards: admission policies in CEL that the API server itself runs.

They stand in `policies/` as plain manifests. `<< name >>` in an expression is replaced by a
value from the stage table or the installation, always as a CEL literal. A webhook of ours
would be down when the operator is; these are not (X-closed).
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import yaml
from jinja2 import Environment, StrictUndefined

from mandate.api.fields import VISIBLE
from mandate.api.kinds import LAW, NO_REQUESTS
from mandate.api.meta import Json
from mandate.api.rulebook import cite
from mandate.api.stages import STAGE_TABLE, Duty, Party, filed_by, signatures, with_duty
from mandate.api.zonemanifests import ZONE_KINDS, ZONE_LABEL


@dataclass(frozen=True, slots=True)
class Installation:
    """What the guards must know of the cluster they stand in."""

    namespaces: Literal["Claimed", "Exclusive"] = "Claimed"
    """Claimed: other people's namespaces are free. Exclusive: none but approved ones and
    the platform's."""
    operator_namespace: str = "mandate-system"
    operator_service_account: str = "mandate-operator"
    platform_namespaces: tuple[str, ...] = (
        "default", "kube-node-lease", "kube-public", "kube-system",
    )  # fmt: skip
    """Namespaces that are the platform's own; the operator's is always among them."""
    platform_controllers: tuple[str, ...] = ()
    """User names that may set their own labels and annotations on granted namespaces, such as
    a service mesh's or a network plugin's; never ours and never Pod Security's."""

    @property
    def operator(self) -> str:
        """The operator's user name."""
        return f"system:serviceaccount:{self.operator_namespace}:{self.operator_service_account}"


def _literal(value: object) -> str:
    """A value as a CEL literal: a string, a boolean or a list of strings.

    Raises:
        TypeError: there is no literal for it here.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # CEL reads JSON's strings, but for surrogate pairs: those stay characters
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    raise TypeError(f"no CEL literal for {value!r}")


OPEN = ("exclusive", "operator", "operator_namespace", "platform", "platform_controllers")
"""What the guards take from the installation: CEL literals, but for the name of its namespace."""


class _Bare(str):
    """Text that stands in a message as it is."""

    __slots__ = ()


_ENVIRONMENT = Environment(
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    undefined=StrictUndefined,
    finalize=lambda value: value if isinstance(value, _Bare) else _literal(value),
    autoescape=False,  # noqa: S701 - the output is CEL; `finalize` is what escapes
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters["bare"] = _Bare


def policies(installation: Installation) -> list[Json]:
    """Every guard with its binding, ready to be applied, in the order of their files."""
    return _rendered(_values(installation))


def unfilled() -> list[Json]:
    """As `policies`, with `<<name>>` wherever a value of the installation belongs (`OPEN`)."""
    return _rendered(_values(Installation()) | {name: _Bare(f"<<{name}>>") for name in OPEN})


def _rendered(values: dict[str, object]) -> list[Json]:
    out: list[Json] = []
    for source in sorted(_sources(), key=lambda s: s.name):
        for document in yaml.safe_load_all(source.read_text("utf-8")):
            policy = _filled(document, values)
            out += [policy, _binding(policy)]
    return out


def _sources() -> list[Any]:
    return [f for f in (files(__package__) / "policies").iterdir() if f.name.endswith(".yaml")]


def _values(installation: Installation) -> dict[str, object]:
    platform = {*installation.platform_namespaces, installation.operator_namespace}
    return {
        "operator": installation.operator,
        "operator_namespace": installation.operator_namespace,
        "exclusive": installation.namespaces == "Exclusive",
        "platform": sorted(platform),
        "visible": VISIBLE,
        "law": [kind.plural for kind in LAW],
        "zone_kinds": [kind.plural for kind in ZONE_KINDS.values()],
        "zone_label": ZONE_LABEL,
        "no_requests": [kind.plural for kind in NO_REQUESTS],
        "platform_controllers": installation.platform_controllers,
        "bound_by_last_stage": [row.plural for row in STAGE_TABLE if row.binds == "last"],
        "not_freezing": [
            f"{row.plural}/{stage.name}"
            for row in STAGE_TABLE
            for stage in row.stages
            if not stage.freezes
        ],
        "filed_by_operator": filed_by(Party.OPERATOR),
        "decided_by_members": with_duty(Duty.MEMBERS, Duty.ANOTHER_MEMBER),
        "decided_by_filer_too": with_duty(Duty.MEMBERS),
        "signatures": signatures(),
        "cite": lambda rule_id: _Bare(cite(rule_id)),
    }


def _filled(node: Any, values: dict[str, object]) -> Any:  # noqa: ANN401 - any YAML
    """The document with every string rendered: YAML first, so that no value becomes structure."""
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return _ENVIRONMENT.from_string(node).render(values) if isinstance(node, str) else node


def _binding(policy: Json) -> Json:
    """Every policy is bound everywhere, to refuse and to leave a line in the audit log."""
    spec: Json = {"policyName": policy["metadata"]["name"]}
    if policy["kind"] == "ValidatingAdmissionPolicy":
        spec["validationActions"] = ["Deny", "Audit"]
    return {
        "apiVersion": policy["apiVersion"],
        "kind": f"{policy['kind']}Binding",
        "metadata": {"name": policy["metadata"]["name"]},
        "spec": spec,
    }
