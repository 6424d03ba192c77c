"""An agency that files hundreds of forms delays another's by no more than its share."""

from collections.abc import Iterator

import pytest
import yaml

from hack.site import LUAN, Site
from tests.cluster.office import SETTINGS, Office

FORMS = 200


@pytest.fixture
def offices(site: Site) -> Iterator[list[Office]]:
    """Two agencies under a policy that lets them file many forms."""
    policy = yaml.safe_load((LUAN / "policy.yaml").read_text())
    policy["metadata"]["name"] = "crowd"
    policy["spec"]["maximumOpenRequests"] = 2 * FORMS
    clerk = site.actor("clerk", "luan-authority")
    made = clerk.call("POST", "/apis/mandate.dev/v1alpha1/governancepolicies", policy)
    assert made.code == 201, made.message
    opened = [Office.open(site, seed, policy="crowd") for seed in ("flood", "calm")]
    # the flood is listed first: first come, first served would serve it first
    opened.sort(key=lambda office: office.name)
    yield opened
    for office in opened:
        office.site.bootstrap.call("DELETE", office.forms)


@pytest.mark.rule("X-input")
def test_one_form_waits_for_a_few_of_hundreds(site: Site, offices: list[Office]) -> None:
    flood, calm = offices
    site.stop_operator()
    for number in range(FORMS):
        assert flood.file(flood.form(f"form-{number}")).code == 201
    assert calm.file().code == 201
    # one at a time, and one worker, so that there is a queue to speak of
    site.start_operator(settings=SETTINGS | {"MANDATE_WORKERS": "1"})
    try:
        calm.awaits("acceptance")
        items = flood.approver.call("GET", flood.forms).body["items"]
    finally:
        site.stop_operator()
        site.start_operator(settings=SETTINGS)
    assert len(items) == FORMS
    served = sum("awaiting" in item.get("status", {}) for item in items)
    # its turn comes among the first few; until it is seen a moment passes
    assert served < FORMS / 2, served
