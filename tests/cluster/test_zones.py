"""The authority's templates on a real API server: applied, kept, pruned; a bad one is nobody's."""

from collections.abc import Iterator

import pytest
import yaml

from hack.site import INSTALLATION, LUAN, SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_ZONES = "/apis/mandate.dev/v1alpha1/landingzones"
_NAME = "六安公交出行服务平台"
_ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"


class Zone:
    """Lu'an's zone, for one agency alone."""

    def __init__(self, office: Office) -> None:
        self.office, self.root = office, office.site.bootstrap
        self.name = f"zone-{office.name}"
        self.path = f"{_ZONES}/{self.name}"
        within = f"namespaces/{office.name}--bus-portal"
        self.maps = f"/api/v1/{within}/configmaps"
        self.budgets = f"/apis/policy/v1/{within}/poddisruptionbudgets"
        self.body: Json = yaml.safe_load((LUAN / "landing-zone.yaml").read_text("utf-8"))
        self.body["metadata"]["name"] = self.name
        self.body["spec"]["selector"] = {"agencies": [office.name]}

    def apply(self) -> None:
        """Makes it, or makes it again as the example has it."""
        if self.office.clerk.call("GET", self.path).code == 404:
            made = self.office.clerk.call("POST", _ZONES, self.body)
            assert made.code == 201, made.message
        else:
            self.edit(templates=self.body["spec"]["templates"])

    def edit(self, **spec: object) -> None:
        done = self.office.clerk.call("PATCH", self.path, {"spec": spec}, MERGE)
        assert done.code == 200, done.message

    def delete(self) -> None:
        note = {"metadata": {"annotations": {"mandate.dev/destroy": self.name}}}
        self.office.clerk.call("PATCH", self.path, note, MERGE)
        assert self.office.clerk.call("DELETE", self.path).code == 200

    def says(self, reason: str) -> str:
        """What it says, once it says that of its present generation."""

        def look() -> str | None:
            found = self.office.clerk.call("GET", self.path).body
            for condition in found.get("status", {}).get("conditions", []):
                current = condition["observedGeneration"] == found["metadata"]["generation"]
                if current and condition["reason"] == reason:
                    return str(condition["message"])
            return None

        return eventually(look, SOON, f"{self.name} says {reason}")

    def marked(self) -> dict[str, Json]:
        """What it has made, by name."""
        rows = [
            row
            for path in (self.maps, self.budgets)
            for row in self.root.call("GET", path).body["items"]
            if row["metadata"].get("labels", {}).get("mandate.dev/zone") == self.name
        ]
        return {row["metadata"]["name"]: row for row in rows}

    def card(self) -> Json:
        found: Json = self.root.call("GET", f"{self.maps}/system-card").body.get("data", {})
        return found


@pytest.fixture(scope="module")
def applied(site: Site) -> Iterator[Zone]:
    """A zone in one granted namespace; each test leaves it as it is."""
    office = Office.open(site, "zones")
    office.approve()
    zone = Zone(office)
    zone.apply()
    zone.says("Applied")
    yield zone
    if office.clerk.call("GET", zone.path).code == 200:
        zone.delete()


def _map(name: str, **labels: str) -> Json:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}


@pytest.mark.rule("X-zone")
def test_it_stands_in_the_granted_namespace_and_says_so(applied: Zone) -> None:
    assert set(applied.marked()) == {"system-card", "keep-one"}
    assert applied.card()["system"] == _NAME
    budget = applied.marked()["keep-one"]["spec"]
    assert budget["maxUnavailable"] == "50%"
    assert budget["selector"] == {"matchLabels": {"app.kubernetes.io/part-of": "bus-portal"}}
    status = applied.office.clerk.call("GET", applied.path).body["status"]
    assert status["namespaces"] == 1
    assert status["preview"] == [
        {"template": "card", "kind": "ConfigMap", "name": "system-card"},
        {"template": "budget", "kind": "PodDisruptionBudget", "name": "keep-one"},
    ]
    row = applied.office.clerk.kubectl("get", "lzone", applied.name).stdout.splitlines()[1].split()
    assert row[:4] == [applied.name, "luan", "1", "True"]


@pytest.mark.rule("X-zone")
@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n", "KindNotAllowed"),
        ("{{ ''.__class__.__mro__ }}", "TemplateError"),
        (_ENDLESS, "TooSlow"),
    ],
    ids=["kind", "escape", "endless"],
)
def test_a_bad_one_is_a_condition_and_touches_nobodys_namespace(
    applied: Zone, template: str, reason: str
) -> None:
    before = applied.marked()
    applied.edit(templates=[{"name": "bad", "template": template}])
    assert "nothing was applied or removed" in applied.says(reason)
    assert applied.marked() == before
    applied.apply()
    applied.says("Applied")


@pytest.mark.rule("X-zone", "X-level")
def test_drift_made_while_the_guard_was_away_is_mended(applied: Zone) -> None:
    card, budget = f"{applied.maps}/system-card", f"{applied.budgets}/keep-one"
    other: Json = {"data": {"system": "别的", "more": "x"}}
    with applied.office.site.without_guards("zones"):
        for call in (
            lambda: applied.root.call("PATCH", card, other, MERGE),
            lambda: applied.root.call("DELETE", budget),
        ):
            eventually(lambda call=call: call().code == 200, SOON, "the guard is away")  # type: ignore[misc]
        eventually(lambda: applied.card().get("system") == _NAME, 40, "the card is as it was")
        eventually(lambda: "keep-one" in applied.marked(), 40, "the budget is back")
    assert "more" not in applied.card()
    applied.says("Applied")
    probe = f"{budget}?dryRun=All"
    eventually(lambda: applied.root.call("DELETE", probe).code == 403, SOON, "the guard is back")


def _refused(answer: Answer) -> None:
    assert answer.code == 403, answer.body
    assert "bears the mark of a LandingZone (X-zone, ours): the authority changes it there" in (
        answer.message
    )


@pytest.mark.rule("X-zone", "X-closed")
@pytest.mark.parametrize("who", ["member", "root"])
def test_nobody_changes_removes_or_marks_what_a_zone_makes(applied: Zone, who: str) -> None:
    actor = applied.office.member if who == "member" else applied.root
    card, budget = f"{applied.maps}/system-card", f"{applied.budgets}/keep-one"
    before = applied.marked()
    _refused(actor.call("PATCH", card, {"data": {"system": "x"}}, MERGE))
    _refused(actor.call("PATCH", card, {"metadata": {"labels": None}}, MERGE))
    _refused(actor.call("DELETE", card))
    _refused(actor.call("PATCH", budget, {"spec": {"maxUnavailable": "100%"}}, MERGE))
    _refused(actor.call("DELETE", budget))
    for mark in ("mandate.dev/zone", "mandate.dev/managed"):
        _refused(actor.call("POST", applied.maps, _map("own", **{mark: applied.name})))
    assert applied.marked() == before


@pytest.mark.rule("X-zone", "X-closed")
def test_its_status_is_no_way_to_its_marks_and_a_deletion_of_all_leaves_it(applied: Zone) -> None:
    status = f"{applied.budgets}/keep-one/status"
    _refused(applied.root.call("PATCH", status, {"status": {"disruptionsAllowed": 9}}, MERGE))
    _refused(applied.root.call("PATCH", status, {"metadata": {"labels": None}}, MERGE))
    assert applied.root.call("DELETE", applied.maps).code == 403
    assert "system-card" in applied.marked()


@pytest.mark.rule("X-zone")
def test_the_members_work_beside_it(applied: Zone) -> None:
    member, path = applied.office.member, f"{applied.maps}/own"
    assert member.call("POST", applied.maps, _map("own", team="x")).code == 201
    assert member.call("PATCH", path, {"data": {"a": "c"}}, MERGE).code == 200
    _refused(member.call("PATCH", path, {"metadata": {"labels": {"mandate.dev/zone": "x"}}}, MERGE))
    assert member.call("DELETE", path).code == 200


@pytest.mark.rule("X-zone", "X-law")
def test_the_operator_touches_only_what_it_made_for_a_zone(applied: Zone) -> None:
    operator = applied.office.site.actor(INSTALLATION.operator, "system:masters")
    member, mark = applied.office.member, {"mandate.dev/zone": applied.name}
    assert member.call("POST", applied.maps, _map("theirs")).code == 201
    theirs, card = f"{applied.maps}/theirs", f"{applied.maps}/system-card"
    marks: Json = {"metadata": {"labels": mark}}
    office = f"/api/v1/namespaces/{applied.office.namespace}/configmaps"
    refused = [
        operator.call("POST", f"{applied.maps}?dryRun=All", _map("plain")),
        operator.call("POST", f"{office}?dryRun=All", _map("plain", **mark)),
        operator.call("PATCH", theirs, {"data": {"a": "c"}}, MERGE),
        operator.call("PATCH", theirs, marks, MERGE),
        operator.call("DELETE", theirs),
        operator.call("PATCH", card, {"metadata": {"labels": {"mandate.dev/zone": None}}}, MERGE),
    ]
    for answer in refused:
        assert answer.code == 403, answer.body
        assert "it keeps there only what a LandingZone makes" in answer.message
    made = operator.call("POST", f"{applied.maps}?dryRun=All", _map("more", **mark))
    assert made.code == 201, made.message
    assert member.call("DELETE", theirs).code == 200


@pytest.mark.rule("X-zone", "A26-access")
def test_a_name_that_the_agency_has_taken_is_left_to_it(applied: Zone) -> None:
    member, path = applied.office.member, f"{applied.maps}/taken"
    assert member.call("POST", applied.maps, _map("taken")).code == 201
    before = member.call("GET", path).body
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: taken}\ndata: {a: {{ unit }}}\n"
    more = {"name": "taken", "template": text}
    applied.edit(templates=[*applied.body["spec"]["templates"], more])
    assert "ConfigMap taken is there and not this LandingZone's" in applied.says("NameTaken")
    assert member.call("GET", path).body == before
    assert member.call("DELETE", path).code == 200
    eventually(lambda: "taken" in applied.marked(), SOON, "it is made once the name is free")
    # and goes with its template
    applied.apply()
    eventually(lambda: set(applied.marked()) == {"system-card", "keep-one"}, SOON, "it goes")


@pytest.mark.rule("X-zone", "X-law")
def test_it_goes_with_its_zone_and_not_in_one_step(applied: Zone) -> None:
    assert applied.office.clerk.call("DELETE", applied.path).code == 403
    assert applied.office.member.call("POST", applied.maps, _map("own")).code == 201
    applied.delete()
    eventually(lambda: applied.marked() == {}, SOON, "all of it goes")
    assert applied.office.member.call("GET", f"{applied.maps}/own").code == 200
    applied.apply()
    applied.says("Applied")
    assert set(applied.marked()) == {"system-card", "keep-one"}
