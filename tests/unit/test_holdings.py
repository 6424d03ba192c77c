"""Which custom resources a namespace is counted by before it is deleted."""

import pytest

from mandate.api.meta import Json
from mandate.rules.holdings import custom_figures

ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def group(name: str, **resources: Json) -> Json:
    rows = [{"resource": r, "scope": "Namespaced", "verbs": ALL} | c for r, c in resources.items()]
    return {"metadata": {"name": name}, "versions": [{"version": "v1", "resources": rows}]}


@pytest.mark.rule("A17-exit", "A26-access")
@pytest.mark.parametrize(
    ("found", "figures"),
    [
        (group("luan.example", gauges={}, dials={}), {"dials.luan.example", "gauges.luan.example"}),
        # a cluster-wide one is in no namespace
        (group("luan.example", rivers={"scope": "Cluster"}), set()),
        # what the cluster's quotas cannot count
        (group("luan.example", asks={"verbs": ["create", "delete", "list"]}), set()),
        # the cluster's own: known by name, or kept in every namespace for itself
        (group("apps", deployments={}), set()),
        (group("coordination.k8s.io", leases={}), set()),
        # of a community's, not of the cluster itself
        (group("cluster.x-k8s.io", machines={}), {"machines.cluster.x-k8s.io"}),
        ({"metadata": {"name": "luan.example"}, "versions": [{"freshness": "Stale"}]}, set()),
    ],
)
def test_custom_resources_are_counted_and_what_the_cluster_keeps_for_itself_is_not(
    found: Json, figures: set[str]
) -> None:
    assert custom_figures([found]) == {f"count/{name}": "0" for name in figures}


@pytest.mark.rule("A17-exit")
def test_one_that_is_in_several_versions_or_only_an_older_one_is_counted_once() -> None:
    found = group("luan.example", gauges={})
    found["versions"].append(group("luan.example", gauges={}, dials={})["versions"][0])
    assert list(custom_figures([found])) == [
        "count/dials.luan.example", "count/gauges.luan.example",
    ]  # fmt: skip
