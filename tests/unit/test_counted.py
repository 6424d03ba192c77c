"""What the catalogue counts in a namespace's quota: devices and objects beside the machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json
from mandate.api.servicecatalog import ServiceCatalog
from mandate.render import grant_objects
from mandate.rules.allocation import allocation
from mandate.rules.checks import application_checks
from mandate.rules.grant import Grant, Regime, grant
from tests.unit.builders import agency, application, catalog, host, rules, spec

GPU, SHARE, DATABASES = (
    "requests.nvidia.com/gpu",
    "requests.example.org/share",
    "count/databases.example.org",
)


def item(title: str, category3: str, key: str | None, per_unit: str, **more: object) -> Json:
    found: Json = {
        "id": title.encode().hex(),
        "group": "Infrastructure",
        "category2": "计算服务",
        "category3": category3,
        "title": title,
        "unit": "个",
        "provisioning": "Cluster",
    }
    return found | ({"quotaResource": {"name": key, "perUnit": per_unit}} if key else {}) | more


CATALOG = catalog(
    items=[
        item("图形云主机", "云主机", GPU, "2", host={"architectures": ["ARM"]}),
        item("弹性云服务器", "云主机", None, "", host={"architectures": ["ARM"]}),
        item("图形卡", "加速", GPU, "1"),
        item("共享盘", "共享", SHARE, "100Gi"),
        item("库一", "数据库", DATABASES, "1"),
        item("库二", "数据库", DATABASES, "3"),
        item("白送", "防护", None, ""),
    ]
)


def row(category3: str, quantity: int, name: str | None = None) -> Json:
    found: Json = {"category2": "计算服务", "category3": category3, "specification": "1个"}
    return found | {"quantity": quantity} | ({"serviceName": name} if name else {})


def granted(
    hosts: list[Json], services: list[Json], there: ServiceCatalog | None = CATALOG, **law: object
) -> Grant:
    app = application({"hosts": hosts, "services": services})
    return grant(app, allocation(app.spec), agency(), rules(**law), Regime(), there)


def counted(hosts: list[Json], services: list[Json]) -> tuple[str, str, str]:
    quota = granted(hosts, services).quota
    return quota[GPU], quota[SHARE], quota[DATABASES]


@pytest.mark.rule("A14-provision", "A10-catalogue")
@pytest.mark.parametrize(
    ("hosts", "services", "expected"),
    [
        # what nothing of was approved is counted too, and there is none of it
        ([], [], ("0", "0", "0")),
        ([host()], [row("防护", 5)], ("0", "0", "0")),
        ([host(hostType="图形云主机", quantity=3)], [], ("6", "0", "0")),
        ([], [row("加速", 4)], ("4", "0", "0")),
        # 3 machines with 2 each, and 4 beside
        ([host(hostType="图形云主机", quantity=3)], [row("加速", 4)], ("10", "0", "0")),
        ([], [row("共享", 3), row("共享", 7)], ("0", "1000Gi", "0")),
        ([], [row("共享", 0)], ("0", "0", "0")),
        # 102400 Gi, as the API server writes it
        ([], [row("共享", 1024)], ("0", "100Ti", "0")),
        ([], [row("数据库", 2, "库一"), row("数据库", 5, "库二")], ("0", "0", "17")),
        # a row that does not say which of the two it is gets neither
        ([], [row("数据库", 2)], ("0", "0", "0")),
        ([], [row("数据库", 2, "库三")], ("0", "0", "0")),
        # but where there is one only, its name matters to nobody
        ([], [row("加速", 1, "某某")], ("1", "0", "0")),
        ([], [row("加速", 1000)], ("1k", "0", "0")),
    ],
)
def test_the_quota_counts_what_was_approved_of_the_catalogue(
    hosts: list[Json], services: list[Json], expected: tuple[str, str, str]
) -> None:
    assert counted(hosts, services) == expected


@pytest.mark.rule("A14-provision")
def test_what_the_machines_come_to_is_as_it_is_without_a_catalogue() -> None:
    # 2 GPUs a machine take nothing from what the machine itself is
    bare, full = granted([host()], [], None).quota, granted([host()], [row("加速", 4)]).quota
    assert {k: v for k, v in full.items() if k in bare} == bare
    assert full.keys() - bare.keys() == {GPU, SHARE, DATABASES}


@pytest.mark.rule("A14-provision")
def test_what_the_policy_calls_a_physical_machine_counts_nothing() -> None:
    metal = host(hostType="图形云主机", quantity=3)
    assert granted([metal], [], physicalHostTypes=["图形云主机"]).quota[GPU] == "0"


@pytest.mark.rule("A14-sizing")
def test_pods_may_ask_for_the_devices_that_the_quota_counts() -> None:
    found = granted([], [row("加速", 1)])
    assert found.devices == ("example.org/share", "nvidia.com/gpu")
    notes = grant_objects(found)[0]["metadata"]["annotations"]
    assert notes["mandate.dev/devices"] == "example.org/share,nvidia.com/gpu"


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize("there", [None, catalog()], ids=["no-catalogue", "the-example"])
def test_without_devices_in_the_catalogue_there_is_no_word_of_them(
    there: ServiceCatalog | None,
) -> None:
    found = granted([host()], [], there)
    assert found.devices == ()
    assert "mandate.dev/devices" not in grant_objects(found)[0]["metadata"]["annotations"]


@pytest.mark.rule("A10-catalogue")
@pytest.mark.parametrize(
    ("service", "said"),
    [
        (
            row("数据库", 2),
            "services[1] may be several items: write 库一 or 库二 as its serviceName",
        ),
        (row("数据库", 2, "库三"), "services[1] may be several items"),
        (row("数据库", 2, "库二"), ""),
        (row("数据库", 0), ""),
        (row("加速", 1), ""),
    ],
)
def test_a_row_says_which_of_several_counted_items_it_is(service: Json, said: str) -> None:
    form = spec(hosts=[host()], services=[service])
    checks = application_checks(form, agency(), rules(catalog="luan"), CATALOG)
    (found,) = (c for c in checks if c.type == "InCatalogue")
    assert found.blocking
    assert found.passed == (not said)
    assert said in found.message


@pytest.mark.rule("A10-catalogue")
def test_items_that_nothing_counts_need_not_be_told_apart() -> None:
    same = [item(name, "防护", None, "") for name in ("甲", "乙")]
    hosted = item("弹性云服务器", "云主机", None, "", host={"architectures": ["ARM"]})
    form = spec(hosts=[host()], services=[row("防护", 1)])
    law = rules(catalog="luan")
    checks = application_checks(form, agency(), law, catalog(items=[hosted, *same]))
    assert next(c for c in checks if c.type == "InCatalogue").passed


@pytest.mark.rule("A14-provision")
@given(machines=st.integers(0, 50), cards=st.integers(0, 100), more=st.integers(0, 100))
def test_amounts_add_up_exactly(machines: int, cards: int, more: int) -> None:
    hosts = [host(hostType="图形云主机", quantity=machines)] if machines else []
    gpu, _, _ = counted(hosts, [row("加速", cards), row("加速", more)])
    assert gpu == str(2 * machines + cards + more)


_DISK = {"cpu": "100m", "memory": "256Mi", "ephemeralStorage": "2Gi"}
_LITTLE = {"cpu": "500m", "memory": "512Mi", "ephemeralStorage": "512Mi"}


@pytest.mark.rule("A14-provision")
def test_the_nodes_own_disk_is_bounded_by_the_policys_figures() -> None:
    found = granted(
        [host(quantity=3)], [], overheadPerHost=_DISK, containerDefaults=_LITTLE
    )  # 3 × 2 Gi
    assert found.quota["limits.ephemeral-storage"] == "6Gi"
    assert found.quota["requests.ephemeral-storage"] == "6Gi"
    assert found.container_defaults["ephemeral-storage"] == "512Mi"
    empty = granted([], [], overheadPerHost=_DISK, containerDefaults=_LITTLE)
    assert empty.quota["limits.ephemeral-storage"] == "0"


@pytest.mark.rule("A14-provision")
def test_without_a_figure_the_nodes_own_disk_is_not_bounded() -> None:
    bare = {"cpu": "100m", "memory": "256Mi"}
    found = granted([host()], [], overheadPerHost=bare, containerDefaults=bare)
    assert not [key for key in found.quota if "ephemeral" in key]
    assert set(found.container_defaults) == {"cpu", "memory"}
