"""Clocks on the real API: the time is the story's, moved by the day; everything else is real."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from hack.site import LUAN, SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.laws import enact
from tests.cluster.office import Office

_API = "/apis/mandate.dev/v1alpha1"
_DAY = timedelta(days=1)


class Bureau:
    """An office under a policy and a calendar of its own: every day is worked, all over the year.

    So what is due when does not hang on the day on which the tests run.
    """

    def __init__(self, site: Site, name: str) -> None:
        self.site = site
        self.clerk = site.actor("clerk", "luan-authority")
        self.law = f"law-{name}"
        enact(site, self.law, {"luan-approvers": ["acceptance", "review"]})
        self.office = Office.open(site, name, policy=self.law)

    def day_off(self, *days: date, **changes: object) -> None:
        """Adds holidays to the calendar, and changes it otherwise."""
        spec = {"holidays": [{"date": str(day)} for day in days]} | changes
        path = f"{_API}/workcalendars/{self.law}"
        answer = self.clerk.call("PATCH", path, {"spec": spec}, "application/merge-patch+json")
        assert answer.code == 200, answer.message

    def filed(self) -> tuple[Json, datetime]:
        """An application that was just filed, and when by the story's time."""
        before = self.site.now()
        assert self.office.file().code == 201
        found = self.office.awaits("acceptance")
        started = instant(clock_of(found, "acceptance")["startedAt"])
        # dated by the API server, in whole seconds
        assert timedelta(seconds=-1) <= started - before <= timedelta(seconds=5)
        return found, started

    def until(self, look: Callable[[Json], bool], what: str) -> Json:
        """The application once it is so."""

        def there() -> Json | None:
            found = self.office.read()
            return found if look(found.get("status", {})) else None

        return eventually(there, SOON, what)

    def recorded(self) -> list[str]:
        """The keys of the application's dossier, in their order."""
        uid = self.office.read()["metadata"]["uid"]
        parts = self.site.bootstrap.call(
            "GET", f"{_API}/dossiers?fieldSelector=spec.subject.uid%3D{uid}"
        ).body["items"]
        return [entry["key"] for part in parts for entry in part["spec"]["entries"]]


@pytest.fixture
def bureau(site: Site, request: pytest.FixtureRequest) -> Bureau:
    name = request.node.name.removeprefix("test_").replace("_", "-")[:50].strip("-")
    return Bureau(site, name)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clocks_of(status: Json) -> dict[str, Json]:
    return {clock["stage"]: clock for clock in status.get("clocks", [])}


def clock_of(found: Json, stage: str) -> Json:
    return clocks_of(found["status"])[stage]


def overdue(status: Json) -> str | None:
    found = [c for c in status.get("conditions", []) if c["type"] == "Overdue"]
    return f"{found[0]['status']} {found[0]['reason']}" if found else None


def midnight_after(start: datetime, days: int) -> datetime:
    """The end of the n-th day after this one, in UTC; every day is worked."""
    return datetime(start.year, start.month, start.day, tzinfo=UTC) + (days + 1) * _DAY


@pytest.mark.rule("X-clock", "A13-accept", "A13-review")
def test_a_clock_opens_is_breached_and_a_late_decision_is_valid(bureau: Bureau) -> None:
    found, started = bureau.filed()
    clock = clock_of(found, "acceptance")
    due = midnight_after(started, 5)
    assert instant(clock["dueAt"]) == due
    assert clock["dueOn"] == str((started + 5 * _DAY).date())
    assert (clock["provisional"], clock["breached"]) == (False, False)
    assert overdue(found["status"]) == "False InTime"

    # not a day passes in the world
    bureau.site.advance(days=5)
    late = bureau.until(
        lambda s: bool(clocks_of(s)["acceptance"]["reminded"]), "the reminder is given"
    )
    assert not clock_of(late, "acceptance")["breached"]
    bureau.site.advance(days=1)
    late = bureau.until(lambda s: overdue(s) == "True TimeLimitExceeded", "it is overdue")
    assert clock_of(late, "acceptance")["breached"]

    assert bureau.office.decide("acceptance").code == 200
    late = bureau.office.awaits("review")
    assert late["status"]["phase"] == "Accepted"
    acceptance, review = clock_of(late, "acceptance"), clock_of(late, "review")
    decided = instant(acceptance["closedAt"])
    assert timedelta() <= bureau.site.now() - decided <= timedelta(seconds=30)
    assert acceptance["breached"]
    assert instant(acceptance["dueAt"]) == due
    # two days from acceptance, not from when it was due
    assert review["startedAt"] == acceptance["closedAt"]
    assert instant(review["dueAt"]) == midnight_after(decided, 2)

    assert bureau.office.decide("review").code == 200
    done = bureau.office.until(phase="Trial")
    assert not clock_of(done, "review")["breached"]
    keys = eventually(
        lambda: [k for k in bureau.recorded() if "acceptance" in k and "awaited" not in k],
        SOON,
        "it",
    )
    assert keys == [
        "reminder.acceptance.1",
        "breach.acceptance.1",
        "decided.acceptance.1",
        "effect.acceptance.1",
    ]


@pytest.mark.rule("X-clock", "A13-accept")
def test_an_edited_form_has_a_clock_from_its_own_receipt(bureau: Bureau) -> None:
    bureau.filed()
    assert bureau.office.decide("acceptance", "Refused").code == 200
    bureau.office.until(phase="Refused")
    bureau.site.advance(days=3)
    edited = bureau.site.now()
    answer = bureau.office.member.call(
        "PATCH",
        f"{bureau.office.forms}/bus-portal",
        {"spec": {"systemName": "公交门户二期"}},
        "application/merge-patch+json",
    )
    assert answer.code == 200, answer.message
    clock = clock_of(bureau.office.awaits("acceptance"), "acceptance")
    started = instant(clock["startedAt"])
    assert timedelta(seconds=-1) <= started - edited <= timedelta(seconds=5)
    assert instant(clock["dueAt"]) == midnight_after(started, 5)


@pytest.mark.rule("X-clock")
def test_a_calendar_edited_later_moves_open_clocks_only(bureau: Bureau) -> None:
    _, started = bureau.filed()
    assert bureau.office.decide("acceptance").code == 200
    found = bureau.office.awaits("review")
    closed, running = clock_of(found, "acceptance"), clock_of(found, "review")
    accepted = instant(running["startedAt"])
    assert instant(running["dueAt"]) == midnight_after(accepted, 2)

    tomorrow = accepted.date() + _DAY
    bureau.day_off(tomorrow)
    moved = bureau.until(
        lambda s: clocks_of(s)["review"]["dueAt"] != running["dueAt"], "the clock has moved"
    )
    assert instant(clock_of(moved, "review")["dueAt"]) == midnight_after(accepted, 3)
    assert clock_of(moved, "review")["recomputed"] == {
        "calendarGeneration": 2,
        "wasDueOn": running["dueOn"],
        "wasProvisional": False,
    }
    assert clock_of(moved, "acceptance") == closed
    assert instant(closed["dueAt"]) == midnight_after(started, 5)
    eventually(lambda: "recomputed.review.1.2" in bureau.recorded(), SOON, "it is on record")

    # a calendar that does not speak of the last day yet
    bureau.day_off(tomorrow, validThrough=str(accepted.date() + 2 * _DAY))
    known = bureau.until(lambda s: clocks_of(s)["review"]["provisional"], "it is provisional")
    assert clock_of(known, "review")["dueAt"] == clock_of(moved, "review")["dueAt"]
    assert clock_of(known, "acceptance") == closed
    eventually(lambda: "recomputed.review.1.3" in bureau.recorded(), SOON, "it is on record")


@pytest.mark.rule("X-clock")
def test_a_breach_is_an_event_and_is_seen_by_time_alone(bureau: Bureau) -> None:
    _, started = bureau.filed()
    due = midnight_after(started, 5)
    # three seconds before its end, and then nobody touches anything
    bureau.site.advance(seconds=int((due - bureau.site.now()).total_seconds()) - 3)
    bureau.until(lambda s: overdue(s) == "True TimeLimitExceeded", "it is overdue")

    def events() -> list[Json]:
        path = f"/apis/events.k8s.io/v1/namespaces/{bureau.office.namespace}/events"
        found = bureau.site.bootstrap.call("GET", path).body["items"]
        return [e for e in found if e["reason"] == "Breached"]

    (event,) = eventually(events, SOON, "the Event")
    assert (event["type"], event["regarding"]["kind"]) == ("Warning", "CloudApplication")
    assert f"acceptance was due on {due.date() - _DAY}" in event["note"]


@pytest.mark.rule("X-clock")
def test_without_its_calendar_nothing_is_lost(bureau: Bureau) -> None:
    path = f"{_API}/governancepolicies/{bureau.law}"
    merge = "application/merge-patch+json"
    gone = bureau.clerk.call("PATCH", path, {"spec": {"calendar": "of-nobody"}}, merge)
    assert gone.code == 200, gone.message
    assert bureau.office.file().code == 201
    bureau.until(lambda s: overdue(s) == "Unknown CalendarNotFound", "it says so")
    bureau.office.awaits("acceptance")
    assert bureau.office.decide("acceptance").code == 200
    assert "clocks" not in bureau.office.awaits("review")["status"]
    back = bureau.clerk.call("PATCH", path, {"spec": {"calendar": bureau.law}}, merge)
    assert back.code == 200, back.message
    found = bureau.until(lambda s: len(clocks_of(s)) == 2, "the clocks are there")
    decided = clock_of(found, "acceptance")["closedAt"]
    assert decided == clock_of(found, "review")["startedAt"]


@pytest.mark.rule("X-input", "X-clock")
def test_a_time_limit_is_of_what_has_a_clock(site: Site) -> None:
    clerk = site.actor("clerk", "luan-authority")

    def apply(*limits: Json) -> Answer:
        body = yaml.safe_load((LUAN / "policy.yaml").read_text())
        body["metadata"]["name"] = "probe"
        body["spec"]["timeLimits"] = [{"amount": 1, "unit": "days"} | limit for limit in limits]
        return clerk.call("POST", f"{_API}/governancepolicies?dryRun=All", body)

    # misspelt, and stages that only ever open beside a course
    for name in ("acceptence", "mlpsreport", "confirm-provider", "lift"):
        refused = apply({"name": "acceptance"}, {"name": name})
        assert refused.code == 422, name
        assert "spec.timeLimits" in refused.message
        said = f"{name} has no clock: name a stage of stages.cloudApplication, or one of change, "
        assert said in refused.message
        assert "launch, ratification" in refused.message
        assert "mlpsReport, contactNotice" in refused.message
    for origin in ("acceptence", "review", "launch"):
        refused = apply({"name": "acceptance"}, {"name": "review", "countsFrom": origin})
        assert refused.code == 422, origin
        assert "review counts from what is no stage of stages.cloudApplication" in refused.message
    working = apply({"name": "contactNotice", "unit": "workingDays"})
    assert working.code == 422
    assert "contactNotice is counted in days" in working.message
    # a stage of this policy's own, one of another kind, and each that is no stage
    other = ("sign", "provision", "implement", "reclaim", "mlpsReport", "contactNotice")
    taken = apply(*({"name": n} for n in ("self-procurement", "exit", "takeover", *other)))
    assert taken.code == 201, taken.message


@pytest.mark.rule("X-input", "X-clock")
def test_a_time_limit_is_a_number_of_units(site: Site) -> None:
    clerk = site.actor("clerk", "luan-authority")
    for limit, text in [
        ({"name": "acceptance", "amount": 0, "unit": "days"}, "greater than or equal to 1"),
        ({"name": "acceptance", "amount": 1, "unit": "hours"}, 'supported values: "workingDays"'),
        ({"name": "1st", "amount": 1, "unit": "days"}, "should match"),
        ({"name": "acceptance", "amount": 1.5, "unit": "days"}, "must be of type integer"),
    ]:
        body = yaml.safe_load((LUAN / "policy.yaml").read_text())
        body["metadata"]["name"] = "probe"
        body["spec"]["timeLimits"] = [limit]
        answer = clerk.call("POST", f"{_API}/governancepolicies?dryRun=All", body)
        assert answer.code == 422
        assert "spec.timeLimits[0]" in answer.message
        assert text in answer.message
