"""What is interrupted, or without an agreement, is not changed; approved before, it waits."""

from dataclasses import replace

import pytest

from mandate.api.meta import Condition
from mandate.api.resourcechange import ResourceChange
from mandate.rules.change_checks import change_checks
from mandate.rules.materiality import Additions
from tests.unit.builders import UID, example
from tests.unit.changes import BEGINS, Works, cores, release

SUSPENDED = example("life/suspension.yaml")["spec"] | {
    "applicationRef": {"name": "app", "uid": UID}
}


@pytest.mark.rule("A16-change", "G91-term", "A23-suspend")
@pytest.mark.parametrize("kind", ["Suspended", "AgreementExpired"])
def test_nothing_new_is_approved_while_it_is_stopped(kind: str) -> None:
    works = Works.on_trial()
    works.change("grow", changedHosts=[cores(8, 9)])
    case, request = works.world().case(), ResourceChange.model_validate(works.objects["grow"])
    assert case is not None
    stopped = Condition(
        type=kind, status="True", observed_generation=1, last_transition_time=BEGINS,
        reason=kind, message="until it is lifted",
    )  # fmt: skip
    status = case.application.status
    status = status.model_copy(update={"conditions": (*status.conditions, stopped)})
    application = case.application.model_copy(update={"status": status})
    found = change_checks(replace(case, application=application), request, Additions(), BEGINS)
    (stands,) = [check for check in found if check.type == "SystemStands"]
    assert stands.blocking
    assert not stands.passed
    assert f"{kind}: until it is lifted" in stands.message


@pytest.mark.rule("A16-change", "A23-suspend", "X-level")
@pytest.mark.parametrize("row", [cores(8, 9), release("db-0", 8, "16Gi")], ids=["more", "less"])
def test_a_suspension_holds_an_approved_change_and_its_lifting_lets_it_go_on(
    row: dict[str, object],
) -> None:
    works = Works.on_trial()
    works.used = {}
    works.change("it", changedHosts=[row], plannedImplementation="2026-03-04")
    works.decide("it", "change")
    works.file("halt", "Suspension", SUSPENDED)
    works.decide("halt", "suspension")
    # its day comes, and is over
    works.wait(days=3)
    assert works.runs["db-0"] == 8
    assert works.status("it")["phase"] == "Approved"
    # another cannot be approved meanwhile
    works.change("other", changedHosts=[release("app-0")])
    assert works.may("other", "change") == ["Refused"]
    works.decide("halt", "lift")
    assert works.runs.get("db-0") == (9 if row["action"] == "Increase" else None)
    assert works.status("it")["phase"] == "Implemented"
    assert works.may("other", "change") == ["Approved", "Refused"]
