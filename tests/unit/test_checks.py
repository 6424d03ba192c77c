"""What the checks on an application find: each finding alone, together, and at length."""

import pytest

from mandate.api.meta import Json
from mandate.api.register import LegalException
from mandate.api.requests import Check
from mandate.rules.checks import application_checks, failures
from tests.unit.builders import agency, catalog, check, form, host, rules, spec

DOCUMENT = {"title": "许可", "uri": "https://files.example/a.pdf", "sha256": "0" * 64}
SITE = {"domains": ["www.luan.example"]}
ONLINE = ["GovernmentExtranet", "Internet"]


def judged(policy: Json | None = None, **changes: object) -> dict[str, Check]:
    checks = application_checks(spec(**changes), agency(), rules(**(policy or {})))
    return {c.type: c for c in checks}


def without(material: str) -> Json:
    return {k: v for k, v in form()["materials"].items() if k != material}


@pytest.mark.rule("A10-catalogue", "A14-sizing", "A23-ports")
def test_the_example_passes_every_check_without_a_word() -> None:
    checks = application_checks(spec(), agency(), rules(catalog="luan"), catalog())
    assert checks == (
        check("Complete"),
        check("InScope"),
        check("InCatalogue"),
        check("ReasonableSize", blocking=False),
        check("Capacity"),
        check("HighRiskPorts", blocking=False),
    )


@pytest.mark.parametrize(
    ("field", "check_type"),
    [
        ("catalog", "InCatalogue"),
        ("sizing", "ReasonableSize"),
        ("capacity", "Capacity"),
        ("highRiskPorts", "HighRiskPorts"),
    ],
)
def test_what_the_policy_does_not_have_is_not_judged(field: str, check_type: str) -> None:
    assert check_type in judged({"catalog": "luan"})
    assert check_type not in judged({"catalog": "luan", field: None})


@pytest.mark.rule("A23-ports")
def test_a_high_risk_port_takes_an_opinion() -> None:
    rows = [host(id="jump", ports=[443, 3389, 22]), host(id="web", ports=[23, 8080])]
    found = judged({"highRiskPorts": [22, 135, 3389]}, hosts=rows)["HighRiskPorts"]
    message = "hosts[jump] opens 22, 3389: say why it may (A23-ports, article 23)"
    assert found == check("HighRiskPorts", passed=False, blocking=False, message=message)


@pytest.mark.rule("A11-materials")
@pytest.mark.parametrize("name", ["constructionApproval", "constructionPlan", "onboardingPlan"])
def test_a_required_document_that_is_missing_is_named(name: str) -> None:
    found = judged(materials=without(name))
    message = f"materials.{name} is missing (A11-materials, articles 11 and 14)"
    assert found["Complete"] == check("Complete", passed=False, message=message)
    assert found["InScope"].passed


@pytest.mark.rule("A11-materials")
@pytest.mark.parametrize("name", ["constructionApproval", "constructionPlan", "onboardingPlan"])
def test_a_document_that_the_policy_does_not_require_may_be_missing(name: str) -> None:
    required = [m for m in form()["materials"] if m != name]
    assert judged({"requiredMaterials": required}, materials=without(name))["Complete"].passed


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {"applicantUnit": "六安市水利局"},
            "applicantUnit is '六安市水利局', the agency is '六安市交通运输局'",
        ),
        (
            {"hosts": [host(id="web", network="Internet")]},
            "hosts[web].network Internet is not among networks",
        ),
        (
            {"hosts": [host(id="old", operatingSystem="CentOS 7")]},
            "hosts[old].operatingSystem 'CentOS 7' is not of 麒麟",
        ),
        (
            {"systemType": "Portal", "networks": ONLINE},
            "website is missing: the system is a site on the internet",
        ),
        (
            {"systemType": "PublicService", "networks": ONLINE},
            "website is missing: the system is a site on the internet",
        ),
    ],
    ids=["another-unit", "network-not-chosen", "system-not-listed", "portal", "public-service"],
)
def test_an_incomplete_form_says_what_it_lacks(changes: Json, finding: str) -> None:
    found = judged(**changes)
    message = f"{finding} (A11-materials, articles 11 and 14)"
    assert found["Complete"] == check("Complete", passed=False, message=message)
    assert found["InScope"].passed


@pytest.mark.rule("A11-form")
def test_a_disk_that_no_class_of_the_policy_serves_is_named() -> None:
    found = judged({"storageClasses": [{"type": "SSD", "storageClass": "ssd"}]}, hosts=[host()])
    said = "hosts[app]: no storage class of the policy serves SATA"
    assert found["Complete"].message.startswith(f"{said}; {said} (A11-materials")


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("policy", "changes"),
    [
        ({}, {"networks": ONLINE, "hosts": [host(network="Internet")]}),
        ({"operatingSystems": ["麒麟", "CentOS 7"]}, {"hosts": [host(operatingSystem="CentOS 7")]}),
        ({"operatingSystems": None}, {"hosts": [host(operatingSystem="Plan 9")]}),
        ({}, {"systemType": "Portal", "networks": ONLINE, "website": SITE}),
        ({}, {"systemType": "Portal"}),
        ({}, {"systemType": "Video", "networks": ONLINE}),
        ({}, {"hosts": [], "services": None}),
    ],
    ids=[
        "network-chosen",
        "system-listed",
        "any-system-where-none-is-listed",
        "site-described",
        "portal-inside",
        "no-site",
        "no-hosts",
    ],
)
def test_a_complete_form_passes(policy: Json, changes: Json) -> None:
    assert judged(policy, **changes)["Complete"] == check("Complete")


@pytest.mark.rule("A04-scope")
@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"classified": True}, "a classified system is never on this cloud"),
        (
            {"unsuitableByLaw": {"citation": "数据安全法第二十一条"}},
            "unsuitable by law: 数据安全法第二十一条",
        ),
        (
            {"funding": "Other", "lineAuthority": "六安市公安局"},
            "not funded fiscally: to be filed by its line authority '六安市公安局', "
            "not by '六安市交通运输局'",
        ),
    ],
    ids=["classified", "unsuitable", "another-line-authority"],
)
def test_what_is_out_of_scope_says_why(changes: Json, finding: str) -> None:
    found = judged(**changes)
    message = f"{finding} (A04-scope, articles 4 and 32)"
    assert found["InScope"] == check("InScope", passed=False, message=message)
    assert found["Complete"].passed


@pytest.mark.rule("A04-scope")
def test_a_line_authority_files_for_what_is_not_funded_fiscally() -> None:
    found = judged(funding="Other", lineAuthority="六安市交通运输局")
    assert found["InScope"] == check("InScope")
    # it may be approved, with an opinion, by who reads that no budget of the cloud pays it
    said = "六安市交通运输局 bears its costs itself: say why the cloud serves it"
    paid = f"{said} (A04-scope, articles 4 and 32)"
    assert found["SelfPaid"] == check("SelfPaid", passed=False, blocking=False, message=paid)
    assert "SelfPaid" not in judged()


@pytest.mark.rule("A13-accept")
def test_every_finding_is_said_and_both_checks_block() -> None:
    found = judged(
        materials={},
        applicantUnit="六安市水利局",
        classified=True,
        unsuitableByLaw={"citation": "保密法"},
    )
    assert found["Complete"].message == (
        "materials.constructionApproval is missing; materials.constructionPlan is missing; "
        "materials.onboardingPlan is missing; "
        "applicantUnit is '六安市水利局', the agency is '六安市交通运输局' "
        "(A11-materials, articles 11 and 14)"
    )
    assert found["InScope"].message == (
        "a classified system is never on this cloud; unsuitable by law: 保密法 "
        "(A04-scope, articles 4 and 32)"
    )
    assert [found[kind].blocking for kind in ("Complete", "InScope")] == [True, True]


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("letter", ["x", "政", "\U00020bb7", "'", "\\"], ids=ascii)
def test_a_text_of_any_length_stays_within_the_status(letter: str) -> None:
    long = LegalException.model_construct(citation=letter * 8192)
    longest = spec().model_copy(update={"applicant_unit": letter * 8192, "unsuitable_by_law": long})
    complete, scope, *_ = application_checks(longest, agency(), rules())
    for found, rule in ((complete, "(A11-materials, "), (scope, "(A04-scope, ")):
        assert not found.passed
        assert 3800 < len(found.message) <= 4096
        assert letter * 100 in found.message or ascii(letter)[1:-1] * 100 in found.message
        assert rule in found.message


def test_many_findings_stay_within_the_status() -> None:
    rows = [host(id=f"host-{n}", operatingSystem="错" * 64) for n in range(100)]
    message = judged(hosts=rows)["Complete"].message
    assert message.startswith("hosts[host-0].operatingSystem '错错错")
    assert len(message) <= 4096


def test_failures_are_told_apart_by_whether_they_block() -> None:
    hard, soft = check("A", passed=False), check("B", passed=False, blocking=False)
    checks = (hard, soft, check("C"), check("D", blocking=False))
    assert failures(checks, blocking=True) == (hard,)
    assert failures(checks, blocking=False) == (soft,)
