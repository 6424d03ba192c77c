"""A custom resource that somebody gave the cluster, and that its quotas count."""

import time

from hack.site import SOON, Site, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_QUOTAS = "/api/v1/namespaces/default/resourcequotas"
_FIGURE = "count/gauges.luan.example"


def gauge(office: Office) -> None:
    """Puts one into the granted namespace, of a kind that was not there."""
    version: Json = {"name": "v1", "served": True, "storage": True}
    version["schema"] = {"openAPIV3Schema": {"type": "object"}}
    spec = {
        "group": "luan.example",
        "names": {"kind": "Gauge", "plural": "gauges"},
        "scope": "Namespaced",
        "versions": [version],
    }
    boss = office.site.bootstrap
    made = boss.call("POST", _CRDS, {"metadata": {"name": "gauges.luan.example"}, "spec": spec})
    assert made.code == 201, made.message
    body = {"apiVersion": "luan.example/v1", "kind": "Gauge", "metadata": {"name": "level"}}
    path = f"/apis/luan.example/v1/namespaces/{office.name}--bus-portal/gauges"
    eventually(lambda: boss.call("POST", path, body).code == 201, SOON, "a gauge is there")
    eventually(lambda: _counts(office.site), SOON, "quotas count gauges")


def _counts(site: Site) -> bool:
    """Whether a new quota does: the cluster looks for new kinds every 30 seconds."""
    body = {"metadata": {"generateName": "probe-"}, "spec": {"hard": {_FIGURE: "9"}}}
    made = site.bootstrap.call("POST", _QUOTAS, body)
    assert made.code == 201, made.message
    path = f"{_QUOTAS}/{made.body['metadata']['name']}"
    time.sleep(1)
    used = site.bootstrap.call("GET", path).body.get("status", {}).get("used", {})
    site.bootstrap.call("DELETE", path)
    return _FIGURE in used
