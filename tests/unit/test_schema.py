"""The generated CRDs: fresh, structural, bounded, described, without defaults."""

from collections.abc import Iterator

import pytest

from hack import generate
from mandate.api.meta import Json
from mandate.api.schema import crds

CRDS = {crd["spec"]["names"]["kind"]: crd for crd in crds().values()}
REQUESTS = {
    "CloudApplication": "cloudapplications",
    "LaunchRequest": "launchrequests",
    "TrialExtension": "trialextensions",
    "ServiceAgreement": "serviceagreements",
    "ResourceChange": "resourcechanges",
    "ExitRequest": "exitrequests",
    "AssessmentReport": "assessmentreports",
    "Suspension": "suspensions",
    "ContactChange": "contactchanges",
    "AccessGrant": "accessgrants",
}
# the API server's own, the same on every object
STANDARD = ("apiVersion", "kind", "metadata")


def schema_of(kind: str) -> Json:
    (version,) = CRDS[kind]["spec"]["versions"]
    schema: Json = version["schema"]["openAPIV3Schema"]
    return schema


def walk(node: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Every schema below, with its path."""
    yield path, node
    for name, body in node.get("properties", {}).items():
        yield from walk(body, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in node:
            yield from walk(node[key], f"{path}.{key}")


def fields(kind: str) -> list[tuple[str, Json]]:
    own = schema_of(kind)["properties"]
    return [
        found
        for name, body in own.items()
        if name not in STANDARD
        for found in walk(body, f"{kind}.{name}")
    ]


FIELDS = [field for kind in CRDS for field in fields(kind)]


def of_type(kind: str) -> list[tuple[str, Json]]:
    return [(path, node) for path, node in FIELDS if node.get("type") == kind]


def test_what_is_generated_is_fresh() -> None:
    assert generate.stale() == []


def test_these_are_the_kinds() -> None:
    assert {kind: crd["spec"]["scope"] for kind, crd in CRDS.items()} == {
        "GovernancePolicy": "Cluster",
        "WorkCalendar": "Cluster",
        "Agency": "Cluster",
        "ServiceCatalog": "Cluster",
        "LandingZone": "Cluster",
        **dict.fromkeys(REQUESTS, "Namespaced"),
        "Dossier": "Cluster",
    }
    assert {crd["metadata"]["name"] for crd in CRDS.values()} == {
        "governancepolicies.mandate.dev",
        "workcalendars.mandate.dev",
        "agencies.mandate.dev",
        "dossiers.mandate.dev",
        "servicecatalogs.mandate.dev",
        "landingzones.mandate.dev",
        *(f"{plural}.mandate.dev" for plural in REQUESTS.values()),
    }


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_has_a_phase_that_can_be_selected(kind: str) -> None:
    (version,) = CRDS[kind]["spec"]["versions"]
    assert version["selectableFields"] == [{"jsonPath": ".status.phase"}]
    phases = schema_of(kind)["properties"]["status"]["properties"]["phase"]["enum"]
    assert phases[0] == "Submitted"


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_carries_what_guards_and_approvers_read(kind: str) -> None:
    status = schema_of(kind)["properties"]["status"]["properties"]
    assert {"observedGeneration", "stages", "awaiting", "approvals", "effects"} <= set(status)
    assert {"checks", "conditions"} <= set(status)


@pytest.mark.parametrize("kind", CRDS)
def test_every_kind_is_listed_with_the_others_and_has_one_short_name(kind: str) -> None:
    names = CRDS[kind]["spec"]["names"]
    assert names["categories"] == ["mandate"]
    assert len(names["shortNames"]) == 1
    everybody = [n for crd in CRDS.values() for n in crd["spec"]["names"]["shortNames"]]
    assert everybody.count(names["shortNames"][0]) == 1


@pytest.mark.parametrize("kind", CRDS)
def test_every_column_shows_a_field_that_there_is(kind: str) -> None:
    known = {path.removeprefix(kind) for path, _ in walk(schema_of(kind), kind)}
    (version,) = CRDS[kind]["spec"]["versions"]
    for column in version["additionalPrinterColumns"]:
        path = column["jsonPath"].replace("[0]", ".items")
        path = path.replace('[?(@.type=="Ready")]', ".items")
        assert path in known or path == ".metadata.creationTimestamp"


@pytest.mark.parametrize("kind", CRDS)
def test_only_what_the_operator_reports_on_has_a_status(kind: str) -> None:
    (version,) = CRDS[kind]["spec"]["versions"]
    reported = kind in ("Agency", "LandingZone", *REQUESTS)
    assert ("status" in schema_of(kind)["properties"]) is reported
    assert (version.get("subresources") == {"status": {}}) is reported
    assert schema_of(kind)["required"] == ["spec"]


# a CRD refuses some; a default would change forms that were approved without it
@pytest.mark.parametrize(
    "keyword",
    [
        *("$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "default", "title", "const"),
        *("nullable", "exclusiveMinimum", "exclusiveMaximum", "uniqueItems", "discriminator"),
        "x-kubernetes-preserve-unknown-fields",
    ],
)
def test_no_schema_uses(keyword: str) -> None:
    assert [path for path, node in FIELDS if keyword in node] == []


def test_every_schema_says_its_type() -> None:
    known = {"object", "array", "string", "integer", "boolean"}
    assert [path for path, node in FIELDS if node.get("type") not in known] == []


@pytest.mark.rule("X-input")
def test_every_string_is_bounded() -> None:
    bounds = ("maxLength", "enum", "format")
    found = of_type("string")
    assert len(found) > 50
    assert [path for path, node in found if not any(b in node for b in bounds)] == []


@pytest.mark.rule("X-input")
def test_every_list_is_bounded() -> None:
    found = of_type("array")
    assert len(found) > 10
    assert [path for path, node in found if "maxItems" not in node] == []


def test_every_list_that_people_write_says_how_it_merges() -> None:
    merges = {path: n.get("x-kubernetes-list-type") for path, n in of_type("array")}
    written = {path: how for path, how in merges.items() if ".spec" in path}
    assert len(written) > 10
    assert [p for p, how in written.items() if how not in ("atomic", "set", "map")] == []


def test_a_list_is_keyed_by_what_every_item_has() -> None:
    keyed = [n for _, n in of_type("array") if n.get("x-kubernetes-list-type") == "map"]
    assert len(keyed) > 5
    for node in keyed:
        assert set(node["x-kubernetes-list-map-keys"]) <= set(node["items"]["required"])


@pytest.mark.rule("X-input")
def test_every_map_is_bounded() -> None:
    maps = [(path, node) for path, node in FIELDS if "additionalProperties" in node]
    assert {path for path, _ in maps} == {
        *(f"{kind}.status.{name}" for kind in REQUESTS for name in ("approvals", "effects")),
        "CloudApplication.status.reclaim.inventory",
        "CloudApplication.status.reclaim.objects",
    }
    assert [path for path, node in maps if "maxProperties" not in node] == []


@pytest.mark.rule("X-input")
def test_every_number_is_bounded_below_and_64_bits_wide() -> None:
    found = of_type("integer")
    assert [p for p, node in found if "minimum" not in node or node["format"] != "int64"] == []


def test_every_property_is_described() -> None:
    described = [
        (f"{path}.{name}", body)
        for path, node in FIELDS
        for name, body in node.get("properties", {}).items()
    ]
    assert len(described) > 100
    assert [path for path, body in described if not body.get("description")] == []


def test_every_rule_of_a_field_says_what_is_wrong() -> None:
    rules = [
        rule
        for kind in CRDS
        for _, node in walk(schema_of(kind), kind)
        for rule in node.get("x-kubernetes-validations", [])
    ]
    assert len(rules) > 30
    assert [rule["rule"] for rule in rules if not rule.get("message")] == []
