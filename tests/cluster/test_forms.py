"""The application form of annex 2 on the real API: what it must, may and must not say."""

import copy
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from hack.site import LUAN, SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office, example_application

GONE = object()  # in place of a value: the field is left out

_PERMIT = {"title": "许可", "uri": "https://files.luan.example/permit.pdf", "sha256": "6b" * 32}
_PARTS = {
    "website": {"domains": ["六安公交.中国"], "permit": _PERMIT, "filingNumber": "皖ICP备1号"},
    "unsuitableByLaw": {"citation": "《某法》第三条"},
}


def put(form: Json, path: str, value: object) -> Json:
    """The form with the field at `path`, such as `spec.hosts[0].memory`, set or left out."""
    *way, last = [int(k) if k.isdigit() else k for k in re.findall(r"[^.\[\]]+", path)]
    here: Any = form
    for key in way:
        here = here[key]
    if value is GONE:
        del here[last]
    else:
        here[last] = value
    return form


def filled(office: Office) -> Json:
    """A form with the parts that the example has no need of."""
    form = office.form()
    form["spec"] |= copy.deepcopy(_PARTS)
    return form


def with_fields(office: Office, fields: Mapping[str, object]) -> Answer:
    """What the API server says to a filled form with these fields of its spec."""
    form = filled(office)
    for path, value in fields.items():
        put(form, f"spec.{path}", value)
    return office.file(form, dry_run=True)


@pytest.fixture(scope="module")
def desk(site: Site) -> Office:
    """One agency for all forms that are only tried."""
    return Office.open(site, "forms")


# the fields with a star, the required cells of a row, the signature, and what the articles ask for
_MANDATORY = """
applicantUnit applicationDate systemOwner systemOwner.name systemOwner.mobilePhone
maintenanceUnit maintenanceUnit.name maintenanceUnit.nature
technicalContact technicalContact.name technicalContact.mobilePhone
systemName investmentCost onboardingType systemDescription protectionLevel networks availability
systemType serviceAudience serviceAudienceCount serviceScope
hosts hosts[0].hostType hosts[1].hostName hosts[0].cpuArchitecture hosts[1].cpuCores
hosts[0].memory hosts[1].systemDisk hosts[0].systemDisk.size hosts[0].dataDisk.size
hosts[1].operatingSystem hosts[0].network hosts[1].quantity
services[0].category2 services[0].category3 services[0].specification services[0].quantity
signature signature.unitSeal signature.unitSeal.title signature.unitSeal.uri
signature.unitSeal.sha256 signature.contactName signature.date
classified funding materials materials.constructionApproval.title
materials.constructionPlan.uri materials.onboardingPlan.sha256
emergencyContacts emergencyContacts[0].name emergencyContacts[0].phone
securityOfficer securityOfficer.name securityOfficer.phone
website.domains unsuitableByLaw.citation
"""


@pytest.mark.rule("A11-form", "A23-officer", "G38-contact")
@pytest.mark.parametrize("path", _MANDATORY.split())
def test_a_mandatory_field_is_missed_by_its_full_path(desk: Office, path: str) -> None:
    answer = with_fields(desk, {path: GONE})
    assert answer.code == 422
    assert f"spec.{path}: Required value" in answer.message


@pytest.mark.rule("A11-form")
def test_a_host_row_is_missed_its_id(desk: Office) -> None:
    answer = with_fields(desk, {"hosts[1].id": GONE})
    assert answer.code == 422
    assert re.search(r"spec\.hosts.*\bid\b", answer.message)


_TEXTS = """
applicantUnit systemOwner.name systemOwner.mobilePhone maintenanceUnit.name technicalContact.name
technicalContact.mobilePhone systemName investmentCost systemDescription hosts[0].hostType
hosts[0].hostName hosts[0].operatingSystem services[0].category2 services[0].category3
services[0].specification signature.unitSeal.title signature.unitSeal.uri
signature.unitSeal.sha256 signature.contactName materials.constructionApproval.title
emergencyContacts[0].name emergencyContacts[0].phone securityOfficer.name securityOfficer.phone
website.domains[0] unsuitableByLaw.citation
projectCode otherNeeds systemOwner.officePhone systemOwner.email website.filingNumber
"""
# Hangul fillers, the Braille blank, a joiner and a variation selector: were one of them taken for
# text, all would be
FILLERS = "\u115f\u1160\u2800\u3164\uffa0\u034f\ufe0f\U000e0100"
_BLANKS = {"empty": "", "space": "  ", "tab": "\t", "U+3000": "\u3000", "U+200B": "\u200b"}
_BLANKS |= {"fillers": FILLERS}


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("blank", _BLANKS.values(), ids=_BLANKS)
@pytest.mark.parametrize("path", _TEXTS.split())
def test_a_blank_is_no_answer(desk: Office, path: str, blank: str) -> None:
    answer = with_fields(desk, {path: blank})
    assert answer.code == 422
    assert f"spec.{path}: Invalid value" in answer.message


_ENUMS: dict[str, str] = {
    "maintenanceUnit.nature": "SubordinateUnit OutsourcedContractor",
    "onboardingType": "NewBuild Migration Colocation",
    "protectionLevel": "Level1 Level2 Level3 Level4 Level5 NotGraded",
    "networks[0]": "GovernmentExtranet Internet Other",
    "availability": "99% 99.9% 99.99% Other",
    "systemType": "BusinessProduction InternalOffice PublicService Portal MobileApp Video Other",
    "serviceAudience": "OwnStaff SectorStaff Public Other",
    "serviceScope": "OwnLevel ProvinceCity ProvinceCityCounty NationProvinceCityCounty Other",
    "hosts[0].cpuArchitecture": "ARM X86 Other",
    "hosts[0].systemDisk.type": "SATA SAS SSD",
    "hosts[0].dataDisk.type": "SATA SAS SSD",
    "hosts[0].network": "GovernmentExtranet Internet",
    "funding": "Fiscal Other",
}
_OTHERS = {
    "networks[0]": "networkOther",
    "availability": "availabilityOther",
    "serviceAudience": "serviceAudienceOther",
    "serviceScope": "serviceScopeOther",
    "hosts[0].cpuArchitecture": "hosts[0].cpuArchitectureOther",
    "funding": "lineAuthority",
}
"""Where to write what Other is; the form leaves no room for it at 系统类型."""


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, all_ in _ENUMS.items() for value in all_.split()]
)
def test_every_box_of_the_form_can_be_ticked(desk: Office, path: str, value: str) -> None:
    room = {_OTHERS[path]: "说明"} if value == "Other" and path in _OTHERS else {}
    answer = with_fields(desk, {path: value} | room)
    assert answer.code == 201, answer.message


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("path", _ENUMS)
@pytest.mark.parametrize("wrong", ["Elsewhere", "", "其他"])
def test_a_box_that_the_form_has_not_is_refused(desk: Office, path: str, wrong: str) -> None:
    answer = with_fields(desk, {path: wrong})
    assert answer.code == 422
    assert f'spec.{path}: Unsupported value: "{wrong}"' in answer.message


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(("path", "room"), _OTHERS.items())
def test_other_is_explained_and_nothing_else_is(desk: Office, path: str, room: str) -> None:
    for fields in ({path: "Other"}, {room: "说明"}):
        answer = with_fields(desk, fields)
        assert answer.code == 422
        assert f"spec.{room}: Invalid value" in answer.message
        assert "if and only if" in answer.message


@pytest.mark.rule("A11-form")
def test_another_type_of_system_may_be_explained(desk: Office) -> None:
    assert with_fields(desk, {"systemType": "Other", "systemTypeOther": "数字孪生"}).code == 201
    answer = with_fields(desk, {"systemTypeOther": "数字孪生"})
    assert answer.code == 422
    assert "spec.systemTypeOther: Invalid value: is allowed only if" in answer.message


_G = "the form's 8 (G) is written 8Gi"
_TYPE = "type is required: SATA, SAS or SSD"
_REFUSED: dict[str, tuple[dict[str, object], str, str]] = {
    "year-0": ({"applicationDate": "0000-01-01"}, "applicationDate", "a day since 1900"),
    "line-break": ({"systemName": "公交\u2028平台"}, "systemName", "must be one line"),
    "turned": ({"systemName": "公交\u202e平台"}, "systemName", "must not turn"),
    "long-name": ({"hosts[0].hostName": "长" * 65}, "hosts[0].hostName", "Too long"),
    "memory-8": ({"hosts[0].memory": "8"}, "hosts[0].memory", _G),
    "memory-full-width": ({"hosts[0].memory": "８Gi"}, "hosts[0].memory", _G),
    "memory-0": ({"hosts[0].memory": "0"}, "hosts[0].memory", "a machine needs memory"),
    "memory-0Gi": ({"hosts[1].memory": "0Gi"}, "hosts[1].memory", "at least 1Mi"),
    "memory-over-1Pi": ({"hosts[0].memory": "1025Ti"}, "hosts[0].memory", "at most 1Pi"),
    "disk-40": ({"hosts[0].systemDisk.size": "40"}, "hosts[0].systemDisk.size", _G),
    "disk-untyped": ({"hosts[0].systemDisk.type": GONE}, "hosts[0].systemDisk.type", _TYPE),
    "data-untyped": ({"hosts[1].dataDisk.type": GONE}, "hosts[1].dataDisk.type", _TYPE),
    "no-machine": ({"hosts[0].quantity": 0}, "hosts[0].quantity", "or equal to 1"),
    "no-core": ({"hosts[0].cpuCores": 0}, "hosts[0].cpuCores", "or equal to 1"),
    "half-a-core": ({"hosts[0].cpuCores": 0.5}, "hosts[0].cpuCores", "must be of type int"),
    "1025-cores": ({"hosts[0].cpuCores": 1025}, "hosts[0].cpuCores", "or equal to 1024"),
    "501-machines": ({"hosts[0].quantity": 500}, "hosts", "at most 500 machines"),
    "port-0": ({"hosts[0].ports": [443, 0]}, "hosts[0].ports[1]", "or equal to 1"),
    "port-65536": ({"hosts[0].ports": [65536]}, "hosts[0].ports[0]", "or equal to 65535"),
    "port-twice": ({"hosts[0].ports": [80, 80]}, "hosts[0].ports[1]", "Duplicate value"),
    "65-ports": ({"hosts[0].ports": list(range(1, 66))}, "hosts[0].ports", "at most 64"),
    "id-twice": ({"hosts[1].id": "app"}, "hosts[1]", "Duplicate value"),
    "id-no-label": ({"hosts[0].id": "应用"}, "hosts[0].id", "should match"),
    "no-host": ({"hosts": [], "services": GONE}, "hosts", "only for Colocation"),
    "no-service-either": ({"hosts": [], "services": []}, "hosts", "only for Colocation"),
    "no-network": ({"networks": []}, "networks", "at least 1 items"),
    "network-twice": ({"networks": ["Internet"] * 2}, "networks[1]", "Duplicate value"),
    "nobody-to-call": ({"emergencyContacts": []}, "emergencyContacts", "at least 1 items"),
    "audience-below-0": ({"serviceAudienceCount": -1}, "serviceAudienceCount", "equal to 0"),
    "service-below-0": ({"services[0].quantity": -1}, "services[0].quantity", "equal to 0"),
    "cost-with-unit": ({"investmentCost": "186万元"}, "investmentCost", "such as 1200000.00"),
    "cost-below-0": ({"investmentCost": "-1"}, "investmentCost", "such as 1200000.00"),
    "30-february": ({"applicationDate": "2026-02-30"}, "applicationDate", "of type date"),
    "in-chinese": ({"applicationDate": "2026年11月24日"}, "applicationDate", "of type date"),
    "with-time": ({"signature.date": "2026-11-24T08:00:00Z"}, "signature.date", "of type date"),
    "mail": ({"systemOwner.email": "王丽"}, "systemOwner.email", "an e-mail address"),
    "phone": ({"systemOwner.officePhone": "无"}, "systemOwner.officePhone", "telephone"),
    "digest": ({"signature.unitSeal.sha256": "5E" * 32}, "signature.unitSeal.sha256", "64"),
    "link": ({"website.permit.uri": "plan.pdf"}, "website.permit.uri", "must be a URI"),
    "domain": ({"website.domains[0]": "a b.cn"}, "website.domains[0]", "a domain name"),
}  # fmt: skip
_ACCEPTED: dict[str, dict[str, object]] = {
    "cost-0": {"investmentCost": "0"},
    "audience-0": {"serviceAudienceCount": 0},
    "service-0": {"services[0].quantity": 0},
    "system-disk-0": {"hosts[0].systemDisk": {"size": "0"}},
    "data-disk-0": {"hosts[0].dataDisk": {"size": "0"}},
    "1.5Gi": {"hosts[0].memory": "1.5Gi"},
    "1Pi": {"hosts[0].dataDisk.size": "1Pi"},
    "500-machines": {"hosts[0].quantity": 499},
    "first-and-last-port": {"hosts[0].ports": [1, 65535]},
    "no-port": {"hosts[0].ports": []},
    "colocation": {"hosts": [], "services": GONE, "onboardingType": "Colocation"},
    "services-alone": {"hosts": []},
    "many-networks": {"networks": ["Internet", "GovernmentExtranet", "Other"], "networkOther": "x"},
    "no-materials": {"materials": {}},
    "cents": {"investmentCost": "0.05"},
}


@pytest.mark.rule("A11-form", "X-input")
@pytest.mark.parametrize(("fields", "field", "text"), _REFUSED.values(), ids=_REFUSED)
def test_what_cannot_be_is_refused_by_name(
    desk: Office, fields: dict[str, object], field: str, text: str
) -> None:
    answer = with_fields(desk, fields)
    assert answer.code == 422
    assert f"spec.{field}: " in answer.message
    assert text in answer.message


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("fields", _ACCEPTED.values(), ids=_ACCEPTED)
def test_zero_and_what_is_at_a_bound_are_accepted(desk: Office, fields: dict[str, object]) -> None:
    answer = with_fields(desk, fields)
    assert answer.code == 201, answer.message


_OPTIONAL = """
systemOwner.officePhone systemOwner.email projectCode hosts[0].dataDisk hosts[0].ports services
otherNeeds website.permit website.filingNumber website unsuitableByLaw
"""


@pytest.mark.rule("A11-form")
def test_what_is_optional_is_left_out_and_stays_out(desk: Office) -> None:
    optional = _OPTIONAL.split()
    for path in optional:
        answer = with_fields(desk, {path: GONE})
        assert answer.code == 201, answer.message
    every = with_fields(desk, dict.fromkeys(optional, GONE))
    assert every.code == 201, every.message
    expected = filled(desk)
    for path in optional:
        put(expected, f"spec.{path}", GONE)
    assert every.body["spec"] == expected["spec"]  # no default puts in what was not asked for


@pytest.mark.rule("A11-form")
def test_the_example_is_accepted_as_it_is_and_reads_back_the_same(site: Site) -> None:
    clerk, alice = site.actor("clerk", "luan-authority"), site.actor("alice")
    clerk.kubectl("apply", "-f", str(LUAN / "agencies" / "transport.yaml"))
    application = ("apply", "-f", str(LUAN / "applications" / "bus-portal.yaml"))
    eventually(lambda: alice.kubectl(*application, check=False).returncode == 0, SOON, "filed")
    read = alice.kubectl("get", "capp", "bus-portal", "-n", "agency-transport", "-o", "yaml")
    assert yaml.safe_load(read.stdout)["spec"] == example_application()["spec"]
