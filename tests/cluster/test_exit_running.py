"""The end of a system that runs formally, on the real API: closed at once, counted, gone."""

import json

import pytest

from hack.site import SOON, Site, eventually
from tests.cluster.filing import Filing, facts
from tests.cluster.laws import enact
from tests.cluster.office import Office
from tests.cluster.pad import Pad

_LAW = "leaving"


@pytest.mark.rule("A17-exit", "A09-lifecycle", "G32-filing")
def test_a_running_system_closes_to_the_internet_and_leaves(
    site: Site, request: pytest.FixtureRequest
) -> None:
    stages = {
        "luan-approvers": ["acceptance", "review", "launch", "exit"],
        "luan-support": ["verification"],
    }
    enact(site, _LAW, stages, without="agreement")
    pad = Pad(Office.open(site, request.node.name, policy=_LAW))
    pad.launch()
    pad.opens()
    office, uid = pad.office, pad.office.read()["metadata"]["uid"]
    leaves = Filing(office, "ExitRequest", "leaves")
    # by the days of its law, which are UTC
    today = str(site.now().date())
    answer = leaves.file(office.member, {"plannedExitDate": today})
    assert answer.code == 201, answer.message
    leaves.until("Submitted", "exit")
    leaves.decided("exit", office.approver)
    found = office.until(phase="Exiting")
    assert found["status"]["launchedAt"]
    # the ingress is still there, and reaches nothing
    eventually(lambda: "mandate.dev/internet" not in pad.labels(), SOON, "it is shut")
    eventually(lambda: "ingress" not in pad.approved_network(), SOON, "the network is closed")
    assert pad.quota()["services.loadbalancers"] == "0"
    site.advance(days=2)
    space = pad.space
    eventually(lambda: site.bootstrap.call("GET", space).code == 404, SOON, "it is gone")
    leaves.until("Reclaimed", "confirm-provider")
    taken = json.loads(facts(office, uid)["inventory"])
    assert taken["objects"]["ingresses.networking.k8s.io"] == 1
