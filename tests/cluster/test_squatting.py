"""Namespaces of somebody else's by the names that the operator would give: left as they are."""

import pytest

from hack.site import SOON, Site, eventually
from mandate.api.meta import API_VERSION, Json
from tests.cluster.office import Office, squat
from tests.cluster.test_bad_input import LISTS, MERGE, TOUCH, bounds, decide, until_ready


def _leaves(site: Site, squatter: Json) -> None:
    """It goes, and was not changed until then, nor was anything put into it."""
    name = squatter["metadata"]["name"]
    boss, path = site.bootstrap, f"/api/v1/namespaces/{name}"
    assert boss.call("GET", path).body["metadata"] == squatter["metadata"]
    assert not any(boss.call("GET", inside.format(name)).body["items"] for inside in LISTS)
    assert boss.call("DELETE", path).code == 200
    eventually(lambda: boss.call("GET", path).code == 404, SOON, f"{name} is gone")


@pytest.mark.rule("X-input", "G310-sublet", "A14-provision")
def test_a_namespace_of_somebody_elses_is_not_taken_for_a_grant(site: Site) -> None:
    desk = Office.open(site, "squatted-grant")
    namespace, path = f"{desk.name}--taken", f"{desk.forms}/taken"
    squatter = squat(site, namespace)
    decide(desk, desk.form("taken"))
    ready = until_ready(desk.member, path, "NamespaceTaken")["ready"]
    assert ready["status"] == "False"
    assert f"{namespace} exists and was not granted to this object; its owner" in ready["message"]
    desk.approve("not-taken")
    assert desk.member.call("GET", f"/api/v1/namespaces/{namespace}/pods").code == 403
    _leaves(site, squatter)
    assert desk.member.call("PATCH", path, TOUCH, MERGE).code == 200
    assert until_ready(desk.member, path, "Granted")["ready"]["status"] == "True"
    assert bounds(site, namespace) == bounds(site, f"{desk.name}--not-taken")


@pytest.mark.rule("X-input", "A26-access")
def test_a_namespace_of_somebody_elses_is_not_taken_for_an_office(site: Site) -> None:
    squatter = squat(site, "agency-squatted")
    clerk, path = site.actor("clerk", "luan-authority"), "/apis/mandate.dev/v1alpha1/agencies"
    spec = {
        "title": "六安市公安局",
        "policy": "luan",
        "members": [{"kind": "User", "name": "late"}],
    }
    body = {"apiVersion": API_VERSION, "kind": "Agency", "metadata": {"name": "squatted"}}
    assert clerk.call("POST", path, body | {"spec": spec}).code == 201
    path = f"{path}/squatted"
    ready = until_ready(clerk, path, "NamespaceTaken")["ready"]
    assert ready["status"] == "False"
    assert "namespace agency-squatted exists and was not granted" in ready["message"]
    Office.open(site, "beside-a-squatter")
    _leaves(site, squatter)
    assert clerk.call("PATCH", path, TOUCH, MERGE).code == 200
    assert until_ready(clerk, path, "CanFile")["ready"]["status"] == "True"
