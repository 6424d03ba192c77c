"""The application form's schema against annex 2, read by hand: mandatory fields and choices."""

import pytest

from mandate.api.meta import Json
from tests.unit.test_schema import schema_of, walk

SPEC = schema_of("CloudApplication")["properties"]["spec"]
NODES = dict(walk(SPEC, "spec"))
# marked * on the form
STARRED = {
    *("applicantUnit", "applicationDate", "systemOwner", "maintenanceUnit", "technicalContact"),
    *("systemName", "investmentCost", "onboardingType", "systemDescription", "protectionLevel"),
    *("networks", "availability", "systemType", "serviceAudience", "serviceAudienceCount"),
    "serviceScope",
}
# not marked, but required all the same: the table, the seal, and what the articles ask for
OURS = {"hosts", "signature", "classified", "funding", "materials", "emergencyContacts"}
OPTIONAL = {
    *("projectCode", "protectionFilingNumber", "networkOther", "availabilityOther"),
    *("systemTypeOther", "serviceAudienceOther", "serviceScopeOther", "services", "otherNeeds"),
    *("unsuitableByLaw", "lineAuthority", "website", "selfProcured", "trialDays"),
}


def node(path: str) -> Json:
    return NODES[f"spec.{path}"]


@pytest.mark.rule("A11-form", "A23-officer", "G38-contact")
def test_the_mandatory_fields_are_those_of_the_form() -> None:
    assert set(SPEC["required"]) == STARRED | OURS | {"securityOfficer"}
    assert set(SPEC["properties"]) - set(SPEC["required"]) == OPTIONAL


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("systemOwner", {"name", "mobilePhone"}),
        ("technicalContact", {"name", "mobilePhone"}),
        ("maintenanceUnit", {"name", "nature"}),
        ("signature", {"unitSeal", "contactName", "date"}),
        ("signature.unitSeal", {"title", "uri", "sha256"}),
        ("materials.constructionApproval", {"title", "uri", "sha256"}),
        ("services.items", {"category2", "category3", "specification", "quantity"}),
        ("securityOfficer", {"name", "phone"}),
        ("emergencyContacts.items", {"name", "phone"}),
        ("unsuitableByLaw", {"citation"}),
        ("website", {"domains"}),
        ("hosts.items.systemDisk", {"size"}),
        ("hosts.items.dataDisk", {"size"}),
        (
            "hosts.items",
            {
                *("id", "hostType", "hostName", "cpuArchitecture", "cpuCores", "memory"),
                *("systemDisk", "operatingSystem", "network", "quantity"),
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_mandatory_parts_of_a_field(path: str, required: set[str]) -> None:
    assert set(node(path)["required"]) == required


@pytest.mark.rule("A11-materials")
def test_which_documents_are_required_is_the_policys() -> None:
    materials = node("materials")
    assert set(materials["properties"]) == {
        "constructionApproval",
        "constructionPlan",
        "onboardingPlan",
    }
    assert materials.get("required", []) == []


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("maintenanceUnit.nature", ["SubordinateUnit", "OutsourcedContractor"]),
        ("onboardingType", ["NewBuild", "Migration", "Colocation"]),
        (
            "protectionLevel",
            ["Level1", "Level2", "Level3", "Level4", "Level5", "NotGraded"],
        ),
        ("networks.items", ["GovernmentExtranet", "Internet", "Other"]),
        ("availability", ["99%", "99.9%", "99.99%", "Other"]),
        (
            "systemType",
            [
                *("BusinessProduction", "InternalOffice", "PublicService", "Portal"),
                *("MobileApp", "Video", "Other"),
            ],
        ),
        ("serviceAudience", ["OwnStaff", "SectorStaff", "Public", "Other"]),
        (
            "serviceScope",
            [
                *("OwnLevel", "ProvinceCity", "ProvinceCityCounty"),
                *("NationProvinceCityCounty", "Other"),
            ],
        ),
        ("hosts.items.cpuArchitecture", ["ARM", "X86", "Other"]),
        ("hosts.items.network", ["GovernmentExtranet", "Internet"]),
        ("hosts.items.systemDisk.type", ["SATA", "SAS", "SSD"]),
        ("hosts.items.dataDisk.type", ["SATA", "SAS", "SSD"]),
        ("funding", ["Fiscal", "Other"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_choices_are_those_of_the_form(path: str, values: list[str]) -> None:
    assert sorted(node(path)["enum"]) == sorted(values)


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize(
    ("path", "keyword", "value"),
    [
        # 0 is an answer
        ("serviceAudienceCount", "minimum", 0),
        ("services.items.quantity", "minimum", 0),
        # nothing is not
        ("networks", "minItems", 1),
        ("emergencyContacts", "minItems", 1),
        ("website.domains", "minItems", 1),
        ("applicantUnit", "minLength", 1),
        ("systemDescription", "minLength", 1),
        ("hosts.items.cpuCores", "minimum", 1),
        ("hosts.items.quantity", "minimum", 1),
        ("hosts.items.ports.items", "minimum", 1),
        ("hosts.items.ports.items", "maximum", 65535),
    ],
)
def test_the_least_that_is_an_answer(path: str, keyword: str, value: int) -> None:
    assert node(path)[keyword] == value


@pytest.mark.rule("A11-form")
def test_an_empty_table_of_hosts_can_be_written() -> None:
    assert "minItems" not in node("hosts")
    assert node("hosts")["x-kubernetes-list-map-keys"] == ["id"]


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("path", ["availability", "investmentCost"])
def test_an_amount_or_a_percentage_is_never_a_float(path: str) -> None:
    assert node(path)["type"] == "string"


@pytest.mark.rule("A11-form")
@pytest.mark.parametrize("field", ["availability", "serviceAudience", "serviceScope"])
def test_other_is_written_out_if_and_only_if_it_is_chosen(field: str) -> None:
    rule = f"(self.{field} == 'Other') == has(self.{field}Other)"
    (found,) = (r for r in SPEC["x-kubernetes-validations"] if r["rule"] == rule)
    assert found["fieldPath"] == f".{field}Other"
