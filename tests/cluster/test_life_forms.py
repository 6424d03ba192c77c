"""The forms of a system's life on the real API: what each must, may and must not say."""

from collections.abc import Mapping

import pytest

from hack.site import Site
from tests.cluster.life_forms import DOCUMENT, FORMS, RECLAIM, filled, tried
from tests.cluster.office import Office
from tests.cluster.test_forms import GONE


@pytest.fixture(scope="module")
def desk(site: Site) -> Office:
    """One agency for all forms that are only tried."""
    return Office.open(site, "life-forms")


@pytest.mark.rule("A11-form", "X-input")
@pytest.mark.parametrize("name", FORMS)
def test_a_filled_form_is_taken_as_it_is(desk: Office, name: str) -> None:
    answer = tried(desk, name, {})
    assert answer.code == 201, answer.message
    # no default puts in what was not asked for
    assert answer.body["spec"] == filled(desk, name, {})["spec"]


_REF = "applicationRef applicationRef.name applicationRef.uid"
_SIGNED = (
    "signature signature.unitSeal signature.unitSeal.title signature.unitSeal.uri "
    "signature.unitSeal.sha256 signature.contactName signature.date"
)
_MANDATORY = {
    "launch": f"""
        {_REF} {_SIGNED} tests protectionFilingNumber
        tests.function tests.function.result tests.function.date tests.function.document
        tests.performance tests.performance.result tests.performance.document.title
        tests.security tests.security.date tests.security.document.uri
        internetFiling.domains internetFiling.permit internetFiling.permit.sha256
        internetFiling.filingNumber
        attestations attestations.licensedSoftwareOnly attestations.accessLogsKept
    """,
    "extension": f"{_REF} {_SIGNED} days reason",
    "agreement": f"""
        {_REF} term parties parties.agency parties.provider parties.authority
        parties.providerHotline systemName onboardingType validityMonths
        annexes annexes[0].title annexes[1].sha256
    """,
    "exit": """
        applicationRef.name applicationRef.uid applicantUnit exitType plannedExitDate reason
        systemOwner.name systemOwner.mobilePhone
        resources[0].kind resources[1].description resources[2].quantity
        confirmation.dataBackedUp confirmation.dataCleaned confirmation.systemOffline
        confirmation.signature confirmation.signature.signatoryName
        confirmation.signature.unitSeal confirmation.signature.unitSeal.title
        confirmation.signature.date exitPlan.title exitPlan.uri exitPlan.sha256
    """,
    "unit-exit": "applicantUnit exitType plannedExitDate reason",
    "reclaim": "reclaim.requirement reclaim.dueOn reclaim.noticeDate reclaim.notice reason",
    "termination": "applicantUnit plannedExitDate reason",
    "report": f"""
        {_REF} type assessor assessor.name date result
        document document.title document.uri document.sha256
    """,
    "suspension": f"{_REF} origin effect cause occurredAt document.title document.sha256",
    "interruption": "origin effect cause occurredAt",
    "hold": "origin effect cause occurredAt",
    "contacts": f"{_REF} {_SIGNED} contacts contacts[0].name contacts[1].phone effectiveFrom",
    "access": f"{_REF} subject subject.kind subject.name party role purpose notBefore until",
}


@pytest.mark.rule("A11-form", "A17-exit", "G38-contact", "G49-interrupt", "A26-access")
@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name, all_ in _MANDATORY.items() for path in all_.split()]
)
def test_a_mandatory_field_is_missed_by_its_full_path(desk: Office, name: str, path: str) -> None:
    answer = tried(desk, name, {path: GONE})
    assert answer.code == 422
    assert f"spec.{path}: Required value" in answer.message


_OPTIONAL = {
    "launch": "gradedLevel internetFiling attestations.accessLogDays",
    "exit": "systemOwner.officePhone systemOwner.email",
    "report": "assessor.cnasNumber validUntil",
    "suspension": "document",
}


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(("name", "paths"), _OPTIONAL.items())
def test_what_is_optional_is_left_out_and_stays_out(desk: Office, name: str, paths: str) -> None:
    absent = dict.fromkeys(paths.split(), GONE)
    answer = tried(desk, name, absent)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == filled(desk, name, absent)["spec"]


_ENUMS = {
    ("launch", "tests.security.result"): "Passed NotPassed",
    ("launch", "gradedLevel"): "Level1 Level2 Level3 Level4 Level5",
    ("agreement", "onboardingType"): "NewBuild Migration Colocation",
    ("exit", "resources[0].kind"): "VirtualMachine Network Storage Other",
    ("report", "type"):
        "Performance Security CommercialCryptography MlpsEvaluation OnboardingSecurityTest",
    ("report", "result"): "Passed NotPassed",
    ("access", "subject.kind"): "User Group",
    ("access", "party"): "Provider Maintainer",
    ("access", "role"): "view edit",
}  # fmt: skip


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("name", "path", "value"),
    [(*where, value) for where, all_ in _ENUMS.items() for value in all_.split()],
)
def test_every_choice_can_be_made(desk: Office, name: str, path: str, value: str) -> None:
    answer = tried(desk, name, {path: value})
    assert answer.code == 201, answer.message


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        *_ENUMS,
        ("exit", "exitType"),
        ("suspension", "origin"),
        ("suspension", "effect"),
    ],
)
def test_no_other_choice_is_taken(desk: Office, name: str, path: str) -> None:
    answer = tried(desk, name, {path: "Elsewhere"})
    assert answer.code == 422
    assert f'spec.{path}: Unsupported value: "Elsewhere"' in answer.message


_TWO = {"name": "bus-portal-0", "uid": "7f3c0d52-6a3e-4b57-9d0a-0c1d2e3f4a5b"}
_OWNER = {"name": "王丽", "mobilePhone": "13800000001"}
_CONFIRMED = "must be true: it is done before the exit is asked for"
_REFUSED: dict[str, list[tuple[Mapping[str, object], str, str]]] = {
    "launch": [
        ({"attestations.licensedSoftwareOnly": False}, "attestations.licensedSoftwareOnly",
         "only licensed software is deployed (annex 1, 3.6)"),
        ({"attestations.accessLogsKept": False}, "attestations.accessLogsKept",
         "a site keeps its access logs (annex 1, 3.9)"),
        ({"protectionFilingNumber": "\u3000"}, "protectionFilingNumber", "must not be blank"),
        ({"internetFiling.domains": []}, "internetFiling.domains", "at least 1 items"),
        ({"internetFiling.domains[0]": "bus"}, "internetFiling.domains[0]", "a domain name"),
        ({"internetFiling.filingNumber": " "}, "internetFiling.filingNumber", "not be blank"),
        ({"applicationRef.uid": "bus-portal"}, "applicationRef.uid", "should match"),
        ({"applicationRef.name": "a--" * 11}, "applicationRef.name", "Too long"),
    ],
    "extension": [
        ({"days": 0}, "days", "greater than or equal to 1"),
        ({"days": 10.5}, "days", "must be of type integer"),
        ({"days": 3651}, "days", "less than or equal to 3650"),
        ({"reason": " \n"}, "reason", "must not be blank"),
    ],
    "agreement": [
        ({"term": -1}, "term", "greater than or equal to 0"),
        ({"term": 1}, "previous", "if and only if the term is a renewal"),
        ({"previous": "bus-portal-0"}, "previous", "if and only if the term is a renewal"),
        ({"annexes": []}, "annexes", "at least 1 items"),
        ({"annexes[0].sha256": "5E" * 32}, "annexes[0].sha256", "a sha256 in 64"),
        ({"annexes[1].name": "application"}, "annexes[1]", "Duplicate value"),
        ({"validityMonths": 0}, "validityMonths", "greater than or equal to 1"),
        ({"parties.providerHotline": "XXXXXXXX"}, "parties.providerHotline", "telephone"),
    ],
    "exit": [
        *[({f"confirmation.{field}": False}, f"confirmation.{field}", _CONFIRMED)
          for field in ("dataBackedUp", "dataCleaned", "systemOffline")],
        *[({field: GONE}, field, "if and only if the unit itself exits")
          for field in ("systemOwner", "confirmation", "exitPlan")],
        ({"applicationRef": GONE}, "applicationRef", "if and only if one system exits"),
        ({"systemName": GONE}, "systemName", "if and only if one system exits"),
        ({"resources": GONE}, "resources", "list what it gives back"),
        ({"resources": []}, "resources", "list what it gives back"),
        ({"resources[0].quantity": 0}, "resources[0].quantity", "or equal to 1"),
        ({"reclaim": RECLAIM}, "reclaim", "exitType is Reclaim (article 7)"),
        ({"reportTo": "网信办"}, "reportTo", "exitType is Termination (article 23)"),
        ({"plannedExitDate": "2027-11-31"}, "plannedExitDate", "of type date"),
    ],
    "unit-exit": [
        ({"applicationRef": _TWO}, "applicationRef", "if and only if one system exits"),
        ({"systemName": "公交"}, "systemName", "if and only if one system exits"),
        ({"confirmation": GONE}, "confirmation", "if and only if the unit itself exits"),
    ],
    "reclaim": [
        ({"reclaim": GONE}, "reclaim", "exitType is Reclaim (article 7)"),
        ({"reclaim.noticeDate": "2027-06-29"}, "reclaim.noticeDate", "only what is unmet"),
        ({"systemOwner": _OWNER}, "systemOwner", "if and only if the unit itself exits"),
        ({"exitPlan": DOCUMENT}, "exitPlan", "if and only if the unit itself exits"),
        ({"applicationRef": GONE}, "applicationRef", "if and only if one system exits"),
    ],
    "termination": [
        ({"reportTo": GONE}, "reportTo", "exitType is Termination (article 23)"),
        ({"reclaim": RECLAIM}, "reclaim", "exitType is Reclaim (article 7)"),
    ],
    "report": [
        ({"validUntil": "2026-12-27"}, "validUntil", "before the report's own date"),
        ({"assessor.cnasNumber": "　"}, "assessor.cnasNumber", "must not be blank"),
        ({"document.uri": "report.pdf"}, "document.uri", "must be a URI"),
    ],
    "suspension": [
        ({"reportTo": GONE}, "reportTo", "if and only if the authority interrupts"),
        ({"cause": "\u200b"}, "cause", "must not be blank"),
        ({"occurredAt": "2027-05-12"}, "occurredAt", "of type date-time"),
        ({"occurredAt": "2027-05-12T02:40:00"}, "occurredAt", "of type date-time"),
    ],
    "interruption": [
        ({"effect": "Preserve"}, "effect", "only the authority orders a legal hold"),
        ({"reportTo": "网信办"}, "reportTo", "if and only if the authority interrupts"),
    ],
    "hold": [
        ({"reportTo": "网信办"}, "reportTo", "if and only if the authority interrupts"),
    ],
    "contacts": [
        ({"contacts": []}, "contacts", "at least 1 items"),
        ({"contacts[0].phone": "无"}, "contacts[0].phone", "telephone"),
        ({"contacts": [{"name": "赵敏", "phone": "13800000004"}] * 17}, "contacts", "at most 16"),
    ],
    "access": [
        ({"until": "2027-04-10T00:00:00Z"}, "until", "must be after notBefore"),
        ({"subject.name": "system:masters"}, "subject.name", "a system: identity is no member"),
        ({"subject.name": 'a"b'}, "subject.name", "must have no blanks, quotes"),
        ({"until": "next week"}, "until", "of type date-time"),
    ],
}  # fmt: skip


@pytest.mark.rule("X-input", "A07-reclaim", "A17-exit", "G36-attest", "G49-interrupt")
@pytest.mark.parametrize(
    ("name", "fields", "field", "text"),
    [(name, *case) for name, cases in _REFUSED.items() for case in cases],
    ids=[f"{name}-{field}" for name, cases in _REFUSED.items() for _, field, _ in cases],
)
def test_what_cannot_be_is_refused_by_name(
    desk: Office, name: str, fields: Mapping[str, object], field: str, text: str
) -> None:
    answer = tried(desk, name, fields)
    assert answer.code == 422
    assert f"spec.{field}: " in answer.message
    assert text in answer.message


_ACCEPTED: dict[str, list[Mapping[str, object]]] = {
    "launch": [{"internetFiling": GONE, "attestations.accessLogsKept": False},
               {"tests.function.result": "NotPassed"}],
    "extension": [{"days": 1}],
    "agreement": [{"term": 2, "previous": "bus-portal-1"}, {"amendmentOf": "bus-portal-0"}],
    "reclaim": [{"reclaim.noticeDate": "2027-06-30"}, {"resources": []}],
    "report": [{"validUntil": "2026-12-28"}],
    "contacts": [{"contacts[0].name": "王\U00020bb7"}],
    "access": [{"until": "2027-04-10T00:00:01Z"}, {"subject": {"kind": "Group", "name": "dba"}}],
}  # fmt: skip


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("name", "fields"), [(name, fields) for name, all_ in _ACCEPTED.items() for fields in all_]
)
def test_what_is_unusual_and_right_is_taken_as_it_is(
    desk: Office, name: str, fields: Mapping[str, object]
) -> None:
    answer = tried(desk, name, fields)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == filled(desk, name, fields)["spec"]
