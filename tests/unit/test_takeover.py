"""What was there before is the authority's to take over, and by the dossier that it cites."""

import asyncio
import copy
from dataclasses import replace
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.cloudapplication import CloudApplication, CloudApplicationStatus
from mandate.api.dossier import Subject
from mandate.api.meta import Json, find_condition
from mandate.api.requests import Approval
from mandate.cli.verify import verify
from mandate.rules.allocation import allocation
from mandate.rules.application import Outcome, Plan, decide
from mandate.rules.case import Predecessor
from mandate.rules.dossier import GENESIS, Head, appended, manifest, seal
from mandate.rules.history import application_facts
from mandate.rules.predecessor import predecessors
from mandate.rules.record import Fact
from mandate.runtime.cache import Key
from mandate.runtime.imported import Imported
from tests.unit.builders import NOW, application, approval, host, policy, world
from tests.unit.lives import message, reason, status_with
from tests.unit.memory_kube import MemoryKube

HEAD = "a" * 64
TAKEN = Outcome(granted=False, reason="NamespaceTaken", message="another's")
GRANTED = Outcome(granted=True, reason="Granted", message="in place")
APPROVED = {"acceptance.1": approval(), "review.1": approval()}
FORM = application().spec.wire()
DIGEST = sha256(rfc8785.dumps(FORM)).hexdigest()
# of the example's machines only these were approved, back then
LESS = allocation(application({"hosts": [host()]}).spec)
BEFORE = Predecessor("cloudapplication-old-0000", HEAD, DIGEST, LESS)


def judged(
    status: CloudApplicationStatus | None = None,
    outcome: Outcome | None = None,
    predecessor: Predecessor | None = None,
    changes: Json | None = None,
) -> Plan:
    known = world(application(changes, status=status))
    return decide(replace(known, predecessor=predecessor), NOW, outcome)


def cited(head: str | None) -> Approval:
    return approval().model_copy(update={"cites": head})


def with_decision(status: CloudApplicationStatus, made: Approval) -> CloudApplicationStatus:
    return status.model_copy(update={"approvals": status.approvals | {"takeover.1": made}})


def stages(plan: Plan) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(a.stage, a.may, a.cites) for a in plan.status.awaiting]


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize(
    ("predecessor", "cites"),
    [(None, GENESIS), (replace(BEFORE, form_sha256="0" * 64), HEAD)],
    ids=["brownfield", "another-form"],
)
def test_a_namespace_of_anothers_awaits_the_takeover_beside_the_course(
    predecessor: Predecessor | None, cites: str
) -> None:
    first = judged(status_with(APPROVED), predecessor=predecessor)
    assert stages(first) == []
    taken = judged(first.status, TAKEN, predecessor)
    assert stages(taken) == [("takeover", ("Approved",), cites)]
    assert taken.status.stages == ("acceptance", "review")
    assert taken.grant is not None
    assert not taken.grant.takeover
    # it stays awaited, and a second look writes nothing
    assert judged(taken.status, predecessor=predecessor).status == taken.status
    decided = with_decision(taken.status, cited(cites))
    adopting = judged(decided, predecessor=predecessor)
    assert adopting.grant is not None
    assert adopting.grant.takeover
    assert stages(adopting) == []
    done = judged(adopting.status, GRANTED, predecessor)
    assert reason(done.status) == "Granted"
    assert done.status.effects["takeover.1"].effective
    assert judged(done.status, predecessor=predecessor).status == done.status


@pytest.mark.rule("G310-sublet")
@pytest.mark.parametrize("why", ["Granted", "GrantFailed", "NamespaceGoing"])
def test_nothing_else_awaits_a_takeover(why: str) -> None:
    first = judged(status_with(APPROVED))
    plan = judged(first.status, Outcome(why == "Granted", why, "so"))
    assert stages(plan) == []


@pytest.mark.rule("G310-sublet", "X-order")
def test_a_takeover_out_of_turn_adopts_nothing() -> None:
    status = status_with({"takeover.1": cited(GENESIS)} | {"acceptance.1": approval()})
    assert judged(status).grant is None
    unstamped = status_with(APPROVED | {"takeover.1": approval(by=None)})
    plan = judged(judged(unstamped).status, TAKEN)
    assert plan.grant is not None
    assert not plan.grant.takeover


@pytest.mark.rule("X-dossier")
def test_a_form_that_was_granted_elsewhere_awaits_the_takeover_alone() -> None:
    first = judged(predecessor=BEFORE)
    assert first.status.stages == ("takeover",)
    assert stages(first) == [("takeover", ("Approved", "Refused"), HEAD)]
    assert first.grant is None
    plan = judged(with_decision(first.status, cited(HEAD)), predecessor=BEFORE)
    assert plan.grant is not None
    assert plan.grant.takeover
    # what was approved of less back then is not more now
    assert plan.status.allocation == LESS
    done = judged(plan.status, GRANTED, BEFORE).status
    assert (done.phase, done.allocation) == ("Trial", LESS)
    assert judged(done, predecessor=BEFORE).status == done


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize("head", [None, "b" * 64])
def test_a_takeover_that_cites_another_dossier_is_without_effect(head: str | None) -> None:
    first = judged(predecessor=BEFORE).status
    plan = judged(with_decision(first, cited(head)), predecessor=BEFORE)
    assert plan.grant is None
    assert reason(plan.status) == "Ineffective"
    assert "does not cite the dossier that it continues (X-dossier, ours)" in message(plan.status)


@pytest.mark.rule("X-dossier", "A14-sizing")
def test_a_takeover_approves_what_was_granted_and_not_less() -> None:
    first = judged(predecessor=BEFORE).status
    less = cited(HEAD).model_copy(update={"approved_hosts": ()})
    plan = judged(with_decision(first, less), predecessor=BEFORE)
    assert plan.grant is None
    assert reason(plan.status) == "Ineffective"


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(
    ("predecessor", "changes"),
    [
        (replace(BEFORE, granted=None), None),
        (BEFORE, {"systemName": "另一个系统"}),
        (None, None),
    ],
    ids=["not-granted", "another-form", "none"],
)
def test_what_was_not_granted_as_it_is_goes_the_whole_way(
    predecessor: Predecessor | None, changes: Json | None
) -> None:
    plan = judged(predecessor=predecessor, changes=changes)
    assert plan.status.stages == ("acceptance", "review")
    assert [(a.stage, a.cites) for a in plan.status.awaiting] == [("acceptance", None)]


@pytest.mark.rule("X-order", "X-dossier")
def test_a_dossier_that_comes_late_changes_no_course_that_has_begun() -> None:
    first = judged().status
    begun = first.model_copy(update={"approvals": {"acceptance.1": approval()}})
    plan = judged(begun, predecessor=BEFORE)
    assert plan.status.stages == ("acceptance", "review")
    assert [(a.stage, a.cites) for a in plan.status.awaiting] == [("review", None)]


@pytest.mark.rule("X-bound")
def test_the_basis_covers_what_is_cited() -> None:
    one = judged(predecessor=BEFORE).status.awaiting[0]
    other = judged(predecessor=replace(BEFORE, head="c" * 64)).status.awaiting[0]
    assert one.basis != other.basis


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(
    ("predecessor", "head", "known"),
    [(BEFORE, HEAD, "cloudapplication-old-0000"), (None, GENESIS, None)],
    ids=["restored", "brownfield"],
)
def test_the_dossier_says_what_it_continues(
    predecessor: Predecessor | None, head: str, known: str | None
) -> None:
    if predecessor:
        waiting = judged(predecessor=predecessor).status
    else:
        waiting = judged(judged(status_with(APPROVED)).status, TAKEN).status
    done = judged(with_decision(waiting, cited(head)), predecessor=predecessor).status
    app: CloudApplication = application(status=done)
    facts = application_facts(app, FORM, policy(), predecessor)
    (found,) = (f for f in facts if f.kind == "TakenOver")
    assert (found.key, found.by) == ("takenover.1", "reviewer")
    assert found.data == {"cites": head, "from": known}


@pytest.mark.rule("X-dossier")
def test_what_nobody_took_over_continues_nothing() -> None:
    app: CloudApplication = application(status=judged(predecessor=BEFORE).status)
    assert "TakenOver" not in [f.kind for f in application_facts(app, FORM, policy(), BEFORE)]


# what an imported dossier tells

SUBJECT = Subject(
    kind="CloudApplication", namespace="agency-transport", name="bus-portal", uid="old"
)
FILED = Fact("filed.1", "Filed", "filed", data={"formSha256": DIGEST, "form": FORM})
GRANT = Fact("granted.Granted.1", "Granted", "granted", data={"allocation": LESS.wire()})
GONE = Fact("gone", "Gone", "gone")
EXITED = Fact("phase.Exited.1", "Exited", "exited")
RECLAIMED = replace(GRANT, key="granted.Reclaimed.1", kind="Reclaimed")
EDITED = Fact("filed.2", "Filed", "filed", data={"formSha256": "0" * 64})
ABOUT = Fact("LaunchRequest/x/1.filed.1", "Filed", "filed", data={"formSha256": "1" * 64})


def parts(*facts: Fact, subject: Subject = SUBJECT) -> list[Json]:
    appends, _ = appended(Head(), facts, NOW)
    made = [manifest(subject, a.part, a.opens, list(a.entries)) for a in appends]
    for part in made:
        part["metadata"]["labels"] = {"mandate.dev/imported": "true"}
    return made


@pytest.mark.rule("X-dossier")
@pytest.mark.parametrize(
    ("facts", "digest", "granted"),
    [
        ((FILED, GRANT, ABOUT), DIGEST, True),
        ((FILED,), DIGEST, False),
        ((FILED, GRANT, GONE), DIGEST, False),
        ((FILED, GRANT, EXITED), DIGEST, False),
        ((FILED, GRANT, RECLAIMED), DIGEST, False),
        ((FILED, GRANT, EDITED), "0" * 64, False),
    ],
    ids=["granted", "filed", "gone", "exited", "reclaimed", "edited"],
)
def test_what_a_dossier_ends_with(facts: tuple[Fact, ...], digest: str, granted: bool) -> None:
    (found,) = predecessors(parts(*facts))
    assert (found.form_sha256, found.granted is not None) == (digest, granted)
    assert found.dossier == "cloudapplication-old-0000"
    assert found.head == parts(*facts)[0]["spec"]["entries"][-1]["hash"]


@pytest.mark.rule("X-dossier")
def test_a_form_that_fills_several_entries_is_read_whole() -> None:
    long = replace(FILED, data=FILED.data | {"form": {"text": "长" * 70_000}})
    (found,) = predecessors(parts(long, GRANT))
    assert (found.form_sha256, found.granted) == (DIGEST, LESS)


@pytest.mark.rule("X-dossier")
@given(data=st.data())
def test_an_altered_dossier_is_not_read(data: st.DataObject) -> None:
    (part,) = copy.deepcopy(parts(FILED, GRANT))
    entry = data.draw(st.sampled_from(part["spec"]["entries"]))
    field = data.draw(st.sampled_from(sorted(entry)))
    entry[field] = entry[field] + 1 if field == "seq" else entry[field].replace("a", "b") + "x"
    with pytest.raises(ValueError, match="was altered"):
        list(predecessors([part]))


def test_a_part_that_is_missing_is_noticed() -> None:
    many = [replace(FILED, key=f"k{n}") for n in range(501)]
    with pytest.raises(ValueError, match="a part is missing"):
        list(predecessors(parts(*many)[1:]))


class Listing(MemoryKube):
    """An API server with dossiers, that counts how often they are read."""

    def __init__(self, *objects: Json) -> None:
        super().__init__(*objects)
        self.reads = 0

    async def list_metadata(self, api_version: str, kind: str, label: str) -> list[Json]:
        found, _ = await MemoryKube.list(self, api_version, kind, labels=label)
        return [one["metadata"] for one in found]

    async def list(
        self, api_version: str, kind: str, *, fields: str = "", labels: str = ""
    ) -> tuple[list[Json], int]:
        self.reads += 1
        return await super().list(api_version, kind, fields=fields, labels=labels)


KEY = Key("CloudApplication", "agency-transport", "bus-portal")


@pytest.mark.rule("X-dossier")
def test_imported_dossiers_are_read_once_and_the_cited_one_found() -> None:
    kube = Listing(*parts(FILED, GRANT))
    imported = Imported(kube)
    assert asyncio.run(imported.run()) == [KEY]
    assert asyncio.run(imported.run()) == []
    assert kube.reads == 1
    old = imported.predecessor(KEY.namespace, KEY.name, None)
    assert old is not None
    assert old.granted == LESS
    later = SUBJECT.model_copy(update={"uid": "later"})
    for part in parts(FILED, subject=later):
        asyncio.run(kube.create(part))
    assert asyncio.run(imported.run()) == [KEY]
    last = imported.predecessor(KEY.namespace, KEY.name, None)
    assert last is not None
    assert last.dossier == "cloudapplication-old-0000"  # of the same second: by uid
    assert imported.predecessor(KEY.namespace, KEY.name, old.head) == old
    assert imported.predecessor(KEY.namespace, "another", None) is None


@pytest.mark.rule("X-dossier")
def test_what_was_cited_stays_though_a_part_is_added_to_it() -> None:
    first = parts(FILED, GRANT)
    entry = seal(
        {"at": "2026-11-24T08:00:00Z", "data": "{}", "key": "gone", "kind": "Gone", "seq": 0,
         "text": "x", "previous": first[0]["spec"]["entries"][-1]["hash"]}
    )  # fmt: skip
    added = manifest(SUBJECT, 1, entry["previous"], [entry])
    added["metadata"]["labels"] = {"mandate.dev/imported": "true"}
    imported = Imported(Listing(*first, added))
    asyncio.run(imported.run())
    found = imported.predecessor(KEY.namespace, KEY.name, entry["previous"])
    assert found is not None
    assert found.granted == LESS
    last = imported.predecessor(KEY.namespace, KEY.name, None)
    assert last is not None
    assert last.granted is None


@pytest.mark.rule("X-input")
def test_a_dossier_that_cannot_be_read_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    odd = SUBJECT.model_copy(update={"uid": "odd", "name": "odd"})
    wrong = parts(replace(FILED, data={}), subject=odd)
    imported = Imported(Listing(*wrong, *parts(FILED, GRANT)))
    assert asyncio.run(imported.run()) == [KEY]
    assert "an imported dossier is not read" in caplog.text


# and the verifier, which shares no code with it

TAKEN_OVER = Fact("takenover.1", "TakenOver", "taken over", data={})
NEW = SUBJECT.model_copy(update={"uid": "new"})


def continuing(cites: str, known: str | None) -> list[Json]:
    fact = replace(TAKEN_OVER, data={"cites": cites, "from": known})
    return parts(FILED, fact, subject=NEW)


@pytest.mark.rule("X-dossier")
def test_the_verifier_follows_a_dossier_into_the_one_before() -> None:
    old = parts(FILED, GRANT)
    head, name = old[0]["spec"]["entries"][-1]["hash"], "cloudapplication-old-0000"
    new, _ = verify([*old, *continuing(head, name)])
    assert (new.faults, new.continues) == ((), (f"{name}, which ends with {head}",))
    wrong, _ = verify([*old, *continuing("b" * 64, name)])
    assert wrong.continues == ()
    assert wrong.faults == (
        f"part 0, entry 1: cites bbbbbbbbbbbb… as the end of {name}, which ends with {head}",
    )
    (alone,) = verify(continuing(head, name))
    assert alone.faults == ()
    assert alone.continues == (f"{name}, which is not among these and ends with {head}",)
    (brown,) = verify(continuing(GENESIS, None))
    assert (brown.faults, brown.continues) == ((), ())
    (empty,) = verify(parts(TAKEN_OVER))
    assert empty.faults == ("part 0, entry 0: a takeover without what it cites",)


def test_what_is_awaited_names_the_namespace() -> None:
    plan = judged(judged(status_with(APPROVED)).status, TAKEN)
    ready = find_condition(plan.status.conditions, "Ready")
    assert ready is not None
    assert ready.message == "another's"
