"""What the catalogue counts is granted, and a pod asks for as much of it: on the real API."""

import copy

import pytest
import yaml

from hack.site import LUAN, SOON, Answer, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office
from tests.cluster.test_checks import office_under, quota

_CATALOGS = "/apis/mandate.dev/v1alpha1/servicecatalogs"
_GPU, _GPUS = "nvidia.com/gpu", "requests.nvidia.com/gpu"
_CARD = {
    "id": "card", "group": "Infrastructure", "category2": "计算服务", "category3": "加速卡",
    "title": "加速卡", "unit": "张", "provisioning": "Cluster",
    "quotaResource": {"name": _GPUS, "perUnit": "1"},
}  # fmt: skip
_TWO = {"category2": "计算服务", "category3": "加速卡", "specification": "1张", "quantity": 2}


@pytest.fixture(scope="module")
def cards(site: Site) -> Office:
    """An application that was granted two cards, under a catalogue that has them."""
    body: Json = copy.deepcopy(yaml.safe_load((LUAN / "catalog.yaml").read_text("utf-8")))
    body["metadata"]["name"] = "with-cards"
    body["spec"]["items"].append(_CARD)
    made = site.actor("clerk", "luan-authority").call("POST", _CATALOGS, body)
    assert made.code == 201, made.message
    office = office_under(site, "cards", catalog="with-cards")
    form = office.form()
    form["spec"]["services"] = [_TWO]
    assert office.file(form).code == 201
    for stage in ("acceptance", "review"):
        office.awaits(stage)
        answer = office.decide(stage)
        assert answer.code == 200, answer.message
    eventually(lambda: quota(office).get(_GPUS) == "2", SOON, "two cards are granted")
    return office


def _asks(office: Office, **amounts: str) -> Answer:
    """A dry run of a pod that asks for these."""
    resources = {"limits": amounts}
    container = {"name": "c", "image": "c", "resources": resources}
    pod = {"metadata": {"name": "asking"}, "spec": {"containers": [container]}}
    path = f"/api/v1/namespaces/{office.name}--bus-portal/pods?dryRun=All"
    return office.member.call("POST", path, pod)


@pytest.mark.rule("A14-sizing", "A14-provision")
def test_a_pod_asks_for_as_many_devices_as_were_approved(cards: Office) -> None:
    def granted() -> bool:
        # the quota's first count, and the members' binding, come a moment later
        return _asks(cards, **{_GPU: "2"}).code == 201

    eventually(granted, SOON, "a pod with the two cards")
    more = _asks(cards, **{_GPU: "3"})
    assert more.code == 403, more.body
    assert "exceeded quota: mandate" in more.message
    other = _asks(cards, **{"amd.com/gpu": "1"})
    assert other.code == 403, other.body
    assert "asks for what its quota does not count (A14-sizing" in other.message
    # the list of devices is no text to look into
    both = _asks(cards, **{"nvidia.com": "1"})
    assert both.code in (403, 422), both.body


@pytest.mark.rule("A14-provision")
def test_what_a_pod_takes_of_the_nodes_own_disk_is_counted(cards: Office) -> None:
    answer = _asks(cards, **{"ephemeral-storage": "31Gi"})
    assert answer.code == 403, answer.body
    assert "exceeded quota: mandate" in answer.message
    plain = _asks(cards, cpu="1")
    assert plain.code == 201, plain.message
    (container,) = plain.body["spec"]["containers"]
    assert container["resources"]["limits"]["ephemeral-storage"] == "1Gi"


@pytest.mark.rule("G310-sublet", "A14-sizing")
def test_nobody_adds_a_device_to_the_list(cards: Office) -> None:
    note = {"metadata": {"annotations": {"mandate.dev/devices": "nvidia.com/gpu,amd.com/gpu"}}}
    path = f"/api/v1/namespaces/{cards.name}--bus-portal?dryRun=All"
    answer = cards.site.bootstrap.call("PATCH", path, note, "application/merge-patch+json")
    assert answer.code == 403, answer.body
    assert "is granted by an approved application (A16-change" in answer.message
