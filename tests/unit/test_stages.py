"""The stage table: names that are safe as verbs, and parties that do not mix."""

import re

import pytest

from mandate.api.governancepolicy import RESERVED_VERBS
from mandate.api.kinds import KINDS
from mandate.api.requests import STAGE_PATTERN
from mandate.api.stages import (
    OWN_STAGES,
    STAGE_TABLE,
    Duty,
    Party,
    filed_by,
    signatures,
    with_duty,
)
from mandate.api.timelimits import timed_stages


def test_no_stage_is_a_verb_that_roles_hold() -> None:
    for row in STAGE_TABLE:
        for stage in row.stages:
            assert stage.name not in RESERVED_VERBS
            assert re.fullmatch(STAGE_PATTERN, stage.name)
            assert len(stage.name) <= 40


def test_one_name_is_one_partys() -> None:
    # the name is the verb: a person who holds it for one kind holds it for all
    parties = {(stage.name, stage.decided_by) for row in STAGE_TABLE for stage in row.stages}
    assert len(parties) == len({name for name, _ in parties})


def test_the_agency_decides_only_for_itself() -> None:
    own = {stage.name for row in STAGE_TABLE for stage in row.stages if stage.duty != "outsiders"}
    assert own == {"sign-agency", "objection-agency", "grant"}
    assert with_duty(Duty.ANOTHER_MEMBER) == ["accessgrants/grant"]
    assert "resourcechanges/sign-agency" in with_duty(Duty.MEMBERS)


def test_what_all_three_sign_is_agreements_changes_and_exits() -> None:
    parties = ("agency", "provider", "authority")
    kinds = ("serviceagreements", "resourcechanges", "exitrequests")
    assert signatures() == [f"{kind}/sign-{party}" for kind in kinds for party in parties]


def test_the_operator_files_agreements_alone() -> None:
    assert filed_by(Party.OPERATOR) == ["serviceagreements"]


def test_a_policy_names_no_stage_of_another_party() -> None:
    assert {"sign-provider", "verification", "grant", "confirm-provider", "takeover"} <= OWN_STAGES
    assert not {"acceptance", "review", "change", "exit"} & OWN_STAGES


def test_every_kind_in_the_api_is_law_or_in_the_table() -> None:
    rows = {row.kind: row.plural for row in STAGE_TABLE}
    law = {"GovernancePolicy", "WorkCalendar", "Agency", "ServiceCatalog", "LandingZone", "Dossier"}
    for kind in KINDS:
        assert kind.name in law or rows[kind.name] == kind.plural


@pytest.mark.rule("X-clock")
def test_what_opens_beside_a_course_has_no_clock_and_all_else_has() -> None:
    # acceptance and review are the policy's to name, and known by its own list
    assert timed_stages() == [
        "change", "exit", "extension", "grant", "launch", "ratification", "sign-agency",
        "sign-authority", "sign-provider", "suspension", "takeover", "verification",
    ]  # fmt: skip
