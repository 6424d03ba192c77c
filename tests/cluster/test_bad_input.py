"""Bad input: refused with field and reason or kept as it is, evaluated nowhere, in nobody's way."""

import re
import time

import pytest

from hack.site import SOON, Actor, Site, eventually
from mandate.api.meta import Json
from tests.cluster.laws import enact
from tests.cluster.office import Office
from tests.cluster.test_forms import GONE, filled, put

MERGE = "application/merge-patch+json"
TOUCH = {"metadata": {"annotations": {"luan.example/again": "1"}}}
LISTS = (
    "/api/v1/namespaces/{}/resourcequotas",
    "/api/v1/namespaces/{}/limitranges",
    "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
)
_LINES = """
systemOwner.name maintenanceUnit.name technicalContact.name systemName projectCode
protectionFilingNumber networkOther availabilityOther serviceAudienceOther serviceScopeOther
systemTypeOther hosts[0].hostType hosts[1].hostName hosts[0].cpuArchitectureOther
services[0].category2 services[0].category3 services[0].serviceName services[0].specification
services[0].remark signature.unitSeal.title signature.contactName
materials.constructionApproval.title materials.constructionPlan.title
materials.onboardingPlan.title emergencyContacts[0].name securityOfficer.name
website.filingNumber website.permit.title
"""
_JUDGED = "applicantUnit hosts[0].operatingSystem unsuitableByLaw.citation lineAuthority"
"""Free text too, but the checks compare it: a form with anything else can only be refused."""
_PARAGRAPHS = "systemDescription otherNeeds"


def _everywhere(office: Office, text: str, *, judged: bool = True) -> Json:
    """A form with this in every free text, and every Other ticked to make room for it."""
    form = filled(office)
    form["spec"] |= {"availability": "Other", "serviceAudience": "Other", "serviceScope": "Other"}
    form["spec"] |= {"systemType": "Other", "networks": ["GovernmentExtranet", "Other"]}
    put(form, "spec.hosts[0].cpuArchitecture", "Other")
    for path in (f"{_LINES} {_JUDGED}" if judged else _LINES).split():
        put(form, f"spec.{path}", text)
    for path in _PARAGRAPHS.split():
        put(form, f"spec.{path}", f"{text}\n---\n\t{text}\n")
    if judged:
        return put(form, "spec.funding", "Other")
    return put(form, "spec.unsuitableByLaw", GONE)


@pytest.fixture(scope="module")
def law(site: Site) -> str:
    """A policy without a catalogue: whatever a text says, a form can be approved."""
    enact(site, "any-text", {"luan-approvers": ["acceptance", "review"]}, without="catalog")
    return "any-text"


@pytest.fixture(scope="module")
def desk(site: Site, law: str) -> Office:
    """One agency for all forms of this module."""
    return Office.open(site, "bad-input", policy=law)


_WRONG: dict[str, list[object]] = {
    "spec": ["form", []],
    "spec.systemName": [2026, True, ["六安"], {"zh": "六安"}],
    "spec.systemOwner": ["王丽", ["王丽"]],
    "spec.systemOwner.mobilePhone": [13800000001],
    "spec.investmentCost": [1860000],
    "spec.availability": [99.9],
    "spec.applicationDate": [20261124],
    "spec.serviceAudienceCount": ["300000", 1.5, 10**20, True],
    "spec.classified": ["no", 0],
    "spec.networks": ["Internet", {"Internet": True}],
    "spec.hosts": ["two", {"app": {}}, ["app"], [[[]]]],
    "spec.hosts[0].memory": [8, {"size": "8Gi"}],
    "spec.hosts[0].ports": [80, ["80"]],
    "spec.services[0]": [[], "云主机安全防护"],
    "spec.materials": [[]],
}


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("path", "wrong"), [(path, value) for path, values in _WRONG.items() for value in values]
)
def test_a_wrong_type_is_refused_by_name(desk: Office, path: str, wrong: object) -> None:
    answer = desk.file(put(desk.form(), path, wrong), dry_run=True)
    assert answer.code == 422
    # it calls hosts[0] by its key: .spec.hosts[id="app"]
    assert path in re.sub(r'\[id="app"\]', "[0]", answer.message)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("path", ["hosts[0].memory", "hosts[0].systemDisk.size"])
@pytest.mark.parametrize(
    "size",
    ["1000000Pi", "9999999999999", "1e30", "-8Gi", "NaN", "Infinity", "0x10", "1,5Gi", "8Gi\n",
     "8 Gi", "8GB", "8g", "八", "1/3", "8Ei", "8m", "+8Gi", "999999999.999Pi"],
)  # fmt: skip
def test_an_absurd_size_is_refused_by_name(desk: Office, path: str, size: str) -> None:
    answer = desk.file(put(desk.form(), f"spec.{path}", size), dry_run=True)
    assert answer.code == 422
    assert f"spec.{path}: " in answer.message
    assert re.search("must be (a size such as 8Gi|at most 1Pi|0 or at least 1Mi)", answer.message)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("path", f"{_LINES} {_JUDGED} {_PARAGRAPHS}".split())
def test_a_book_or_a_control_character_in_a_text_is_refused_by_name(
    desk: Office, path: str
) -> None:
    cases = dict.fromkeys("\0\a\x1b\r\x7f\x9f", "control characters")
    for text, reason in {"六" * 256 * 1024: "Too long", **cases}.items():
        form = put(_everywhere(desk, "x"), f"spec.{path}", f"a{text}b")
        answer = desk.file(form, dry_run=True)
        assert answer.code == 422
        assert f"spec.{path}: " in answer.message
        assert reason in answer.message


@pytest.mark.rule("X-input")
def test_a_form_too_large_or_too_deep_is_refused_and_the_next_one_is_not(desk: Office) -> None:
    large = desk.file(put(desk.form(), "spec.otherNeeds", "x" * 1_300_000))
    assert large.code == 422
    assert "spec.otherNeeds: Too long" in large.message
    assert desk.file(put(desk.form(), "spec.otherNeeds", "x" * 4_000_000)).code == 413
    nest: list[object] = []
    for _ in range(500):
        nest = [nest]
    deep = desk.file(put(desk.form(), "spec.services", nest))
    assert deep.code == 422
    assert "spec.services" in deep.message
    assert desk.file(dry_run=True).code == 201


_HOSTILE = {
    "null": "a: b", "true": "- x", "false": "!!python/object:os.system", "yes": "&a *a",
    "no": "| block", "on": "\"'\\\" }] #", "y": "$(id) `id` ${HOME} %s",
    "off": "{{ 7 * 1234567 }}", "nan": "{% for i in range(9) %}{{ i }}{% endfor %}",
    "inf": "<script>alert(1)</script>&lt;", "e1": "=cmd|'/C calc'!A1",
    "rare": "张𬭎𠮷😀",
}  # fmt: skip
"""Texts that something may carry out, by names that YAML may take for no name."""


def bounds(site: Site, namespace: str) -> Json:
    """What the operator made of an application, but for its name and its times."""
    made: Json = {}
    for path in LISTS:
        for item in site.bootstrap.call("GET", path.format(namespace)).body["items"]:
            content = {k: v for k, v in item.items() if k not in ("metadata", "status")}
            made[f"{path}/{item['metadata']['name']}"] = [item["metadata"].get("labels"), content]
    metadata = site.bootstrap.call("GET", f"/api/v1/namespaces/{namespace}").body["metadata"]
    named = ("kubernetes.io/metadata.name", "mandate.dev/application")
    made["labels"] = {k: v for k, v in metadata["labels"].items() if k not in named}
    made["subjects"] = metadata["annotations"]["mandate.dev/subjects"]
    return made


def decide(office: Office, form: Json) -> None:
    """Files a form and takes it through both stages."""
    name = form["metadata"]["name"]
    filed = office.file(form)
    assert filed.code == 201, filed.message
    for stage in ("acceptance", "review"):
        office.awaits(stage, name)
        answer = office.decide(stage, name=name)
        assert answer.code == 200, answer.message


def until_ready(actor: Actor, path: str, reason: str) -> Json:
    """The object once it is, or is not, ready for this reason; and the condition."""

    def look() -> Json | None:
        found = actor.call("GET", path).body
        conditions = found.get("status", {}).get("conditions", [])
        ready = [c for c in conditions if c["type"] == "Ready" and c["reason"] == reason]
        return found | {"ready": ready[0]} if ready else None

    return eventually(look, SOON, f"{path} is {reason}")


@pytest.fixture(scope="module")
def plain(desk: Office) -> Json:
    """What is granted on the example."""
    desk.approve("plain")
    return bounds(desk.site, f"{desk.name}--plain")


@pytest.mark.rule("X-input", "A14-provision")
@pytest.mark.parametrize(("name", "text"), _HOSTILE.items())
def test_a_hostile_text_is_kept_as_it_is_and_changes_nothing_that_is_granted(
    desk: Office, plain: Json, name: str, text: str
) -> None:
    form = _everywhere(desk, text)
    answer = desk.file(form, dry_run=True)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == form["spec"]
    form = put(_everywhere(desk, text, judged=False), "metadata.name", name)
    decide(desk, form)
    granted = until_ready(desk.member, f"{desk.forms}/{name}", "Granted")
    assert bounds(desk.site, f"{desk.name}--{name}") == plain
    assert granted["spec"] == form["spec"]
    allocation = granted["status"]["allocation"]
    assert allocation["machines"][0]["hostType"] == text
    assert allocation["services"][0]["specification"] == text


@pytest.mark.rule("X-input")
def test_a_thousand_annotations_are_in_nobodys_way_and_a_name_is_given_once(desk: Office) -> None:
    notes = {f"luan.example/{i}": f"注 {i}" for i in range(1000)}
    assert desk.file(put(desk.form("noted"), "metadata.annotations", notes)).code == 201
    assert desk.awaits("acceptance", "noted")["metadata"]["annotations"].items() >= notes.items()
    again = desk.file(desk.form("noted"))
    assert again.code == 409
    assert 'cloudapplications.mandate.dev "noted" already exists' in again.message


@pytest.mark.rule("X-input")
def test_a_form_that_cannot_be_read_stops_nobody_else(site: Site, desk: Office) -> None:
    # a date for the schema and none for Python's calendar; refused or not, the others go on
    form = put(desk.form("year-zero"), "spec.applicationDate", "0000-01-01")
    assert desk.file(form).code in (201, 422)
    try:
        other = Office.open(site, "beside-bad-input")
        began = time.monotonic()
        other.approve()
        assert time.monotonic() - began < 10.0
        desk.approve("beside")
    finally:
        desk.member.call("DELETE", f"{desk.forms}/year-zero")


@pytest.mark.rule("X-input", "A13-accept")
def test_a_form_is_filed_in_its_agencys_namespace_alone(site: Site, desk: Office) -> None:
    there = Office.open(site, "another-agency").namespace
    forms = "/apis/mandate.dev/v1alpha1/namespaces/{}/cloudapplications"
    for namespace in ("default", "nowhere", there):
        form = put(desk.form(), "metadata.namespace", namespace)
        answer = desk.member.call("POST", forms.format(namespace), form)
        assert answer.code == 403
        assert f'in the namespace "{namespace}"' in answer.message
    form = put(desk.form(), "metadata.namespace", "default")
    answer = site.bootstrap.call("POST", forms.format("default"), form)
    assert answer.code == 403
    assert "default is no agency namespace (A13-accept" in answer.message


@pytest.mark.rule("X-input")
def test_the_largest_legal_form_is_granted(site: Site, law: str) -> None:
    office = Office.open(site, "largest", policy=law)
    form = office.form()
    row = form["spec"]["hosts"][0] | {"hostName": "长" * 64, "hostType": "型" * 64, "quantity": 5}
    row |= {"operatingSystem": "麒麟", "ports": list(range(1, 65))}
    form["spec"]["hosts"] = [row | {"id": f"{'h' * 60}{i:03}"} for i in range(100)]
    service: Json = {"category2": "类" * 64, "category3": "类" * 64, "serviceName": "名" * 64}
    service |= {"specification": "规" * 64, "quantity": 1, "remark": "备" * 64}
    form["spec"]["services"] = [service] * 100
    form["spec"]["systemDescription"] = "述" * 8192
    form["spec"]["otherNeeds"] = "需" * 8192
    assert office.file(form).code == 201
    for stage in ("acceptance", "review"):
        office.awaits(stage)
        assert office.decide(stage, opinion="见" * 2048).code == 200
    until_ready(office.member, f"{office.forms}/bus-portal", "Granted")


@pytest.mark.rule("X-input", "X-level")
def test_a_member_with_a_rare_name_gets_in(site: Site) -> None:
    office = Office.open(site, "astral", filer="张𬭎")
    office.approve()


_NAMES = ["a--b", "Bus", "a" * 33, "1st", "a.b", "-a", "a-", "公交", "a_b", "a/b", "a b"]


@pytest.mark.rule("A11-form", "X-input")
@pytest.mark.parametrize("name", _NAMES)
def test_a_name_that_no_namespace_can_have_is_refused(desk: Office, name: str) -> None:
    answer = desk.file(desk.form(name), dry_run=True)
    assert answer.code == 422
    assert "metadata.name" in answer.message


@pytest.mark.rule("A11-form")
def test_a_short_label_is_a_name(office: Office) -> None:
    for name in ("a", "a" * 32, "a-1", "null", "true", "e1"):
        answer = office.file(office.form(name), dry_run=True)
        assert answer.code == 201, answer.message
