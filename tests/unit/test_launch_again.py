"""What is asked for after the launch, and what a launch is that comes before none."""

import pytest

from tests.unit.builders import policy
from tests.unit.launches import case, decided, filing, good, judged, launch


@pytest.mark.rule("A15-launch", "G91-term")
def test_the_launch_itself_is_no_launch_before_it() -> None:
    """Also where its consent is on record and what was checked for it is not."""
    consented = decided(launch(), "launch", found=case(good()))
    status = consented.status.model_copy(update={"checks": ()})
    bare = consented.model_copy(update={"status": status})
    here = case(good(), bare, law=policy(agreement=None))
    assert judged(here, bare).status.checks[0].type == "OnTrial"
    second = launch("second", internetFiling=filing())
    assert judged(case(good(), bare, second), second).status.checks[0].type == "Running"
