"""What the tests on the life of an application share."""

from hypothesis import strategies as st

from mandate.api.cloudapplication import CloudApplicationStatus
from mandate.api.meta import Condition, find_condition
from mandate.api.requests import Approval
from tests.unit.builders import approval

STAGES = ("acceptance", "review", "consent")
GENERATIONS = (1, 2, 11)

histories = st.dictionaries(
    st.builds("{}.{}".format, st.sampled_from(STAGES), st.sampled_from(GENERATIONS)),
    st.builds(
        approval,
        st.sampled_from(["Approved", "Approved", "Refused"]),
        by=st.sampled_from(["reviewer", "reviewer", None]),
    ),
)
"""Decisions on several generations, some out of turn, some that nobody stamped."""


def status_with(approvals: dict[str, Approval]) -> CloudApplicationStatus:
    """The status of an application on which this was decided and nothing judged yet."""
    return CloudApplicationStatus(approvals=approvals, effects={})


def reason(status: CloudApplicationStatus) -> str:
    """The reason of the Ready condition."""
    return _ready(status).reason


def message(status: CloudApplicationStatus) -> str:
    """The message of the Ready condition."""
    return _ready(status).message


def _ready(status: CloudApplicationStatus) -> Condition:
    ready = find_condition(status.conditions, "Ready")
    assert ready is not None
    return ready
