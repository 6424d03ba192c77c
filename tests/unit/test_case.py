"""What has no stages is no request: it is neither judged nor approved."""

import pytest

from mandate.rules.case import approval, form_of
from tests.unit.builders import agency


@pytest.mark.rule("A09-lifecycle")
def test_an_agency_is_no_request() -> None:
    with pytest.raises(TypeError, match="Agency is no request"):
        form_of(agency(), {})
    assert approval(agency(), "review") is None
