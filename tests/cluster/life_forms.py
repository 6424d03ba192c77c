"""A filled form of each variant of the kinds of a system's life, and what is said to it."""

import copy
from collections.abc import Mapping

from hack.site import INSTALLATION, Actor, Answer
from mandate.api.meta import API_VERSION, Json
from mandate.api.stages import BY_KIND, Party
from tests.cluster import kinds
from tests.cluster.office import Office
from tests.cluster.test_forms import GONE, put

DOCUMENT = {"title": "文件", "uri": "https://files.luan.example/a.pdf", "sha256": "6b" * 32}
PLAN = DOCUMENT | {"date": "2027-02-20"}
_OWN = ("systemOwner", "resources", "confirmation", "exitPlan")
"""What the unit itself says on its exit, and nobody for it."""
RECLAIM = {
    "requirement": "2027年6月底前接入一体化数据基础平台",
    "dueOn": "2027-06-30",
    "noticeDate": "2027-07-05",
    "notice": DOCUMENT,
}
FORMS: dict[str, tuple[str, Mapping[str, object]]] = {
    "launch": ("LaunchRequest", {"gradedLevel": "Level2", "internetFiling": {
        "domains": ["六安公交.中国"], "permit": DOCUMENT, "filingNumber": "皖ICP备1号",
    }}),
    "extension": ("TrialExtension", {}),
    "agreement": ("ServiceAgreement", {}),
    "change": ("ResourceChange", {"statement": "说明", "technicalPlan": PLAN}),
    "exit": ("ExitRequest", {}),
    "unit-exit": ("ExitRequest", {
        "exitType": "Unit", "applicationRef": GONE, "systemName": GONE,
    }),
    "reclaim": ("ExitRequest", {
        "exitType": "Reclaim", "reclaim": RECLAIM, **dict.fromkeys(_OWN, GONE),
    }),
    "termination": ("ExitRequest", {
        "exitType": "Termination", "reportTo": "六安市互联网信息办公室",
        **dict.fromkeys(_OWN, GONE),
    }),
    "report": ("AssessmentReport", {}),
    "suspension": ("Suspension", {}),
    "interruption": ("Suspension", {"origin": "Provider", "reportTo": GONE}),
    "hold": ("Suspension", {"effect": "Preserve", "reportTo": GONE}),
    "contacts": ("ContactChange", {}),
    "access": ("AccessGrant", {}),
}  # fmt: skip
"""The kinds' examples, with the parts that an example has no need of."""


_OTHERS = {"interruption": "provider", "reclaim": "authority", "termination": "authority"}
"""Who files a form whose kind is somebody else's too."""


def filer(desk: Office, name: str) -> Actor:
    """Who files a form of the table."""
    other = _OTHERS.get(name)
    if other is not None:
        return desk.provider if other == "provider" else desk.clerk
    parties = BY_KIND[FORMS[name][0]].filed_by
    if Party.OPERATOR in parties:
        # it has no right yet to file what the guards let it file
        return desk.site.actor(INSTALLATION.operator, "system:masters")
    return desk.member if Party.AGENCY in parties else desk.clerk


def filled(desk: Office, name: str, fields: Mapping[str, object]) -> Json:
    """A form of the table, with these fields of its spec set or left out."""
    kind, parts = FORMS[name]
    form = kinds.form(kind, desk.namespace, f"{name}-1")
    for path, value in (*parts.items(), *fields.items()):
        put(form, f"spec.{path}", value if value is GONE else copy.deepcopy(value))
    return form


def tried(desk: Office, name: str, fields: Mapping[str, object]) -> Answer:
    """What the API server says to it."""
    kind = FORMS[name][0]
    path = f"/apis/{API_VERSION}/namespaces/{desk.namespace}/{BY_KIND[kind].plural}?dryRun=All"
    return filer(desk, name).call("POST", path, filled(desk, name, fields))
