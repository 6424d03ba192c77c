"""What of a zone's templates is taken, for whom, and what is said of it (X-zone)."""

from copy import deepcopy

import pytest

from mandate.api.landingzone import ZonePreview
from mandate.api.meta import Json
from mandate.api.zonemanifests import ZONE_KINDS
from mandate.guards import Installation, policies
from mandate.rules.zone import (
    EXAMPLE,
    ZoneFailure,
    ZoneOutcome,
    ZoneRefusedError,
    admits,
    manifests,
    preview,
    variables,
    zone_status,
)
from tests.unit.builders import LATER, NOW, agency, application
from tests.unit.zones import portal, said, zone

CARD = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "card"},
    "data": {"system": "六安"},
}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "keep-one"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
}
MARKS = {"mandate.dev/managed": "granted", "mandate.dev/zone": "identity"}


def of(*objects: object) -> Json:
    return {"objects": [{"template": f"t{n}", "object": o} for n, o in enumerate(objects)]}


def put(document: Json, path: str, value: object) -> Json:
    """The document with this field."""
    document = deepcopy(document)
    *parents, last = path.split(".")
    place = document
    for step in parents:
        place = place.setdefault(step, {})
    place[last] = value
    return document


def refused(*objects: object) -> tuple[str, str]:
    with pytest.raises(ZoneRefusedError) as found:
        manifests(zone(), portal(), of(*objects))
    return found.value.reason, str(found.value)


@pytest.mark.rule("X-zone")
def test_what_is_taken_stands_in_the_namespace_and_bears_the_marks() -> None:
    assert manifests(zone(), portal(), of(CARD, BUDGET)) == [
        CARD
        | {"metadata": {"name": "card", "namespace": "transport--bus-portal", "labels": MARKS}},
        BUDGET
        | {"metadata": {"name": "keep-one", "namespace": "transport--bus-portal", "labels": MARKS}},
    ]


@pytest.mark.rule("X-zone")
def test_its_own_labels_and_notes_stay() -> None:
    labelled = put(put(CARD, "metadata.labels", {"app.kubernetes.io/part-of": "x"}),
                   "metadata.annotations", {"note": "\n---\n"})  # fmt: skip
    (made,) = manifests(zone(), portal(), of(labelled))
    assert made["metadata"]["labels"] == {"app.kubernetes.io/part-of": "x"} | MARKS
    assert made["metadata"]["annotations"] == {"note": "\n---\n"}


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    "kind",
    [
        *("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "Role", "RoleBinding"),
        *("ClusterRole", "ClusterRoleBinding", "Secret", "ServiceAccount", "Service", "Ingress"),
        *("Pod", "Deployment", "Job", "PriorityClass", "CustomResourceDefinition", "List"),
        *("CloudApplication", "GovernancePolicy", "LandingZone", "configmap", "ConfigMapList", ""),
    ],
)
def test_no_other_kind_is_ever_made(kind: str) -> None:
    reason, message = refused(CARD | {"kind": kind})
    assert reason == "KindNotAllowed"
    assert f"template t0: a LandingZone makes no {kind} (X-zone, ours); only ConfigMap" in message


@pytest.mark.rule("X-zone", "X-input")
@pytest.mark.parametrize(
    ("document", "path", "value", "message"),
    [
        (CARD, "apiVersion", "v2", "ConfigMap apiVersion"),
        (CARD, "metadata.namespace", "kube-system", "metadata.namespace"),
        (CARD, "metadata.ownerReferences", [], "metadata.ownerReferences"),
        (CARD, "metadata.finalizers", ["x/y"], "metadata.finalizers"),
        (CARD, "metadata.name", "Card", "metadata.name"),
        (CARD, "metadata.name", "a/../b", "metadata.name"),
        (CARD, "metadata.name", 1, "metadata.name"),
        (CARD, "metadata.labels", {"mandate.dev/zone": "x"}, "mandate.dev/zone is the operator's"),
        (CARD, "metadata.annotations", {"mandate.dev/digest": "x"}, "is the operator's mark"),
        (CARD, "metadata.labels", {"unit": "六安"}, "metadata.labels.unit"),
        (CARD, "data", {}, "ConfigMap data"),
        (CARD, "data.system", 1, "data.system"),
        (CARD, "data.a/b", "x", "ConfigMap data"),
        (CARD, "data.system", "x" * 70_000, "data holds more than 65536 bytes"),
        (CARD, "binaryData", {"a": "eA=="}, "binaryData"),
        (CARD, "immutable", True, "immutable"),
        (BUDGET, "spec.minAvailable", 1, "either minAvailable or maxUnavailable"),
        (BUDGET, "spec.maxUnavailable", "101%", "spec.maxUnavailable"),
        (BUDGET, "spec.maxUnavailable", -1, "spec.maxUnavailable"),
        (BUDGET, "spec.selector", {"matchLabels": {}}, "spec.selector.matchLabels"),
        (BUDGET, "spec.replicas", 3, "spec.replicas"),
        (BUDGET, "status", {"disruptionsAllowed": 9}, "status"),
    ],
)
def test_a_shape_that_is_not_a_zones_is_refused_by_its_field(
    document: Json, path: str, value: object, message: str
) -> None:
    reason, said_of_it = refused(put(document, path, value))
    assert reason == "Invalid"
    assert said_of_it.startswith(f"template t0: {document['kind']} ")
    assert message in said_of_it


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize("document", [None, "kind: ConfigMap", [], 1])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert refused(document) == ("Invalid", "template t0: it renders no object")


@pytest.mark.rule("X-zone")
def test_two_of_one_name_are_refused_and_of_two_kinds_are_not() -> None:
    same = put(BUDGET, "metadata.name", "card")
    assert refused(CARD, CARD) == (
        "NameTwice",
        "template t1: another one makes ConfigMap card already",
    )
    assert len(manifests(zone(), portal(), of(CARD, same))) == 2


@pytest.mark.rule("X-zone")
def test_what_the_sandbox_refused_is_refused() -> None:
    error = {"template": "t1", "reason": "TooLarge", "message": "line 3: no"}
    with pytest.raises(ZoneRefusedError, match=r"^template t1: line 3: no$") as found:
        manifests(zone(), portal(), {"error": error})
    assert found.value.reason == "TooLarge"


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("changes", "whether"),
    [
        ({}, True),
        ({"policy": "hefei"}, False),
        ({"selector": {}}, True),
        ({"selector": {"agencies": ["transport", "water"]}}, True),
        ({"selector": {"agencies": ["water"]}}, False),
        ({"selector": {"protectionLevels": ["Level3"]}}, False),
        ({"selector": {"protectionLevels": ["Level3", "Level2"]}}, True),
        ({"selector": {"systemTypes": ["Portal"]}}, False),
        ({"selector": {"systemTypes": ["BusinessProduction"], "agencies": ["water"]}}, False),
    ],
    ids=str,
)
def test_a_zone_is_for_its_policys_systems_that_it_selects(changes: Json, whether: bool) -> None:
    assert admits(zone(**changes), portal()) is whether


@pytest.mark.rule("X-zone")
def test_the_variables_are_the_forms_and_no_persons() -> None:
    found = variables(application(), agency(), "transport--bus-portal")
    assert found == portal()
    launched = application()
    launched = launched.model_copy(
        update={"status": launched.status.model_copy(update={"launched_at": NOW})}
    )
    assert variables(launched, agency(), "transport--bus-portal") == portal(environment="formal")


def test_the_example_of_luan_makes_a_card_and_a_budget() -> None:
    rows = [template.wire() for template in zone().spec.templates]
    trial, formal = said(rows, [portal().wire(), portal(environment="formal").wire()])
    card, budget = manifests(zone(), portal(), trial)
    assert card["data"] == {
        "unit": "六安市交通运输局",
        "system": "六安公交出行服务平台",
        "protectionLevel": "Level2",
        "environment": "trial",
        "card.txt": "六安市交通运输局：六安公交出行服务平台\n"
        "transport/bus-portal，GovernmentExtranet\n",
    }
    selector = {"matchLabels": {"app.kubernetes.io/part-of": "bus-portal"}}
    assert budget["spec"] == {"maxUnavailable": "50%", "selector": selector}
    assert manifests(zone(), portal(), formal)[1]["spec"]["maxUnavailable"] == 1
    (shown,) = said(rows, [EXAMPLE.wire()])
    assert preview(shown, manifests(zone(), EXAMPLE, shown)) == (
        ZonePreview(template="card", kind="ConfigMap", name="system-card"),
        ZonePreview(template="budget", kind="PodDisruptionBudget", name="keep-one"),
    )


TAKEN = [ZoneFailure(f"n{number}", "NameTaken", "ConfigMap card is there") for number in range(7)]


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("outcome", "changes", "reason", "message"),
    [
        (ZoneOutcome(namespaces=3), {}, "Applied", "it stands in 3 namespaces"),
        (
            ZoneOutcome(namespaces=3),
            {"previewOnly": True},
            "PreviewOnly",
            "it would stand in 3 namespaces; see preview",
        ),
        (
            ZoneOutcome(ZoneRefusedError("TooSlow", "template t0: too slow"), namespaces=3),
            {"previewOnly": True},
            "TooSlow",
            "template t0: too slow; nothing was applied or removed: edit the LandingZone",
        ),
        (
            ZoneOutcome(namespaces=9, failures=(TAKEN[0], TAKEN[0])),
            {},
            "NameTaken",
            "not as it should be in 1 of 9: n0: ConfigMap card is there; n0: ConfigMap card is "
            "there",
        ),
        (
            ZoneOutcome(namespaces=9, failures=tuple(TAKEN)),
            {},
            "NameTaken",
            "not as it should be in 7 of 9: "
            + "".join(f"n{n}: ConfigMap card is there; " for n in range(5))
            + "and 2 more",
        ),
    ],
    ids=["applied", "preview", "refused", "failed", "many"],
)
def test_the_status_says_whether_it_stands(
    outcome: ZoneOutcome, changes: Json, reason: str, message: str
) -> None:
    found = zone_status(zone(generation=4, **changes), outcome, NOW)
    (ready,) = found.conditions
    assert (ready.type, ready.reason, ready.message) == ("Ready", reason, message)
    assert ready.status == ("True" if reason == "Applied" else "False")
    assert (found.observed_generation, ready.observed_generation) == (4, 4)
    assert found.namespaces == outcome.namespaces


@pytest.mark.rule("X-level")
def test_a_second_look_changes_no_status() -> None:
    first = zone_status(zone(), ZoneOutcome(namespaces=3), NOW)
    again = zone(status=first.wire())
    assert zone_status(again, ZoneOutcome(namespaces=3), LATER) == first


@pytest.mark.rule("X-zone")
def test_the_guards_keep_every_kind_that_a_zone_makes() -> None:
    wanted = {(kind.group, kind.plural) for kind in ZONE_KINDS.values()}
    found = {
        guard["metadata"]["name"]: {
            (group, plural)
            for rule in guard["spec"]["matchConstraints"]["resourceRules"]
            for group in rule["apiGroups"]
            for plural in rule["resources"]
        }
        for guard in policies(Installation())
        if guard["kind"] == "ValidatingAdmissionPolicy"
    }
    assert wanted <= found["operator.mandate.dev"]
    # and what their statuses could change of them
    assert found["zones.mandate.dev"] - wanted == {("policy", "poddisruptionbudgets/status")}
