"""What an approved form means in Kubernetes: quota by hand, networks, machines, names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.agency import Member
from mandate.api.meta import Json
from mandate.rules.allocation import allocation
from mandate.rules.grant import Grant, NetworkGrant, Regime, grant, namespace_of
from tests.unit.builders import UID, agency, application, host, rules, spec

EXTRANET = {"name": "GovernmentExtranet", "cidrs": ["59.192.0.0/10"]}
INTERNET = {"name": "Internet", "cidrs": ["0.0.0.0/0"]}
STORAGE = "storageclass.storage.k8s.io/requests.storage"


def granted(*hosts: Json, **policy: object) -> Grant:
    app = application({"hosts": hosts, "networks": ["GovernmentExtranet", "Internet"]})
    return grant(app, allocation(app.spec), agency(), rules(**policy), Regime())


def bounds(found: Grant) -> tuple[str, str, str, str]:
    """Machines, CPU, memory and storage; what is requested is what it is limited to."""
    quota = found.quota
    assert quota["limits.cpu"] == quota["requests.cpu"]
    assert quota["limits.memory"] == quota["requests.memory"]
    machines = quota["count/virtualmachines.kubevirt.io"]
    return machines, quota["limits.cpu"], quota["limits.memory"], quota["requests.storage"]


@pytest.mark.rule("A14-provision")
def test_what_is_frozen_starts_no_pod() -> None:
    app = application()
    found = grant(app, allocation(app.spec), agency(), rules(), Regime(frozen=True))
    assert found.quota["pods"] == "0"


@pytest.mark.rule("A04-scope")
def test_what_is_not_funded_fiscally_is_self_paid() -> None:
    other = {"funding": "Other", "lineAuthority": "六安市交通运输局"}
    for app, own in ((application(), False), (application(other), True)):
        found = grant(app, allocation(app.spec), agency(), rules(), Regime())
        assert found.self_paid is own


@pytest.mark.rule("A14-provision")
def test_the_example_is_granted_what_its_form_asks_for() -> None:
    app = application()
    # by hand: 2 × 4 + 8 cores and 3 × 100m; 2 × 8 + 16 Gi and 3 × 256 Mi;
    # SATA 2 × (40 + 200), SSD 40 + 500; 3 × 10 Gi of the nodes' own
    assert grant(app, allocation(app.spec), agency(), rules(), Regime()) == Grant(
        namespace="transport--bus-portal",
        uid=UID,
        agency="transport",
        application="bus-portal",
        policy="luan",
        members=(Member(kind="User", name="alice"), Member(kind="User", name="aiguo")),
        quota={
            "count/virtualmachines.kubevirt.io": "3",
            "limits.cpu": "16300m",
            "limits.ephemeral-storage": "30Gi",
            "limits.memory": "33536Mi",
            "requests.cpu": "16300m",
            "requests.ephemeral-storage": "30Gi",
            "requests.memory": "33536Mi",
            "services.loadbalancers": "0",
            "services.nodeports": "0",
            "requests.storage": "1020Gi",
            f"sas.{STORAGE}": "0",
            f"sata.{STORAGE}": "480Gi",
            f"ssd.{STORAGE}": "540Gi",
        },
        container_defaults={"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"},
        platform_namespaces=("kube-system", "ingress"),
        networks=(NetworkGrant(cidrs=("59.192.0.0/10",), ports=(8080,)),),
        regime=Regime(),
    )


@pytest.mark.rule("A14-provision")
@pytest.mark.parametrize(
    ("hosts", "overhead", "expected"),
    [
        ([], ("100m", "256Mi"), ("0", "0", "0", "0")),
        ([host()], ("0", "0"), ("1", "4", "8Gi", "240Gi")),
        ([host(quantity=10)], ("100m", "0"), ("10", "41", "80Gi", "2400Gi")),
        # 8 × 10⁹ bytes are 7812500 Ki; 8 Gi are 8388608 Ki
        ([host(memory="8G")], ("0", "0"), ("1", "4", "7812500Ki", "240Gi")),
        # 8589934592 + 8000000000
        ([host(), host(id="b", memory="8G")], ("0", "0"), ("2", "8", "16201108Ki", "480Gi")),
        # 1.5 Ti is 1536 Gi; half a Gi is 512 Mi
        (
            [host(memory="1.5Ti", dataDisk={"size": "0.5Gi", "type": "SATA"})],
            ("0", "512Mi"),
            ("1", "4", "1573376Mi", "41472Mi"),
        ),
        ([host(dataDisk=None)], ("1", "1Gi"), ("1", "5", "9Gi", "40Gi")),
        (
            [host(systemDisk={"size": "0"}, dataDisk={"size": "0"})],
            ("0", "0"),
            ("1", "4", "8Gi", "0"),
        ),
        ([host(cpuCores=250, quantity=4)], ("0", "0"), ("4", "1k", "32Gi", "960Gi")),
    ],
    ids=[
        "no-machines",
        "one-machine",
        "overhead-a-machine",
        "decimal-unit",
        "mixed-units",
        "fractions",
        "no-data-disk",
        "no-disks",
        "thousand-cores",
    ],
)
def test_the_quota_is_the_sum_of_the_machines(
    hosts: list[Json], overhead: tuple[str, str], expected: tuple[str, str, str, str]
) -> None:
    cpu, memory = overhead
    assert bounds(granted(*hosts, overheadPerHost={"cpu": cpu, "memory": memory})) == expected


def test_colocation_without_hosts_gets_a_closed_namespace() -> None:
    app = application({"hosts": [], "onboardingType": "Colocation"})
    found = grant(app, allocation(app.spec), agency(), rules(), Regime())
    assert bounds(found) == ("0", "0", "0", "0")
    assert found.networks == ()
    assert {v for k, v in found.quota.items() if k.endswith("requests.storage")} == {"0"}


@pytest.mark.rule("A14-provision")
def test_physical_machines_are_allocated_but_take_no_quota_and_no_network() -> None:
    metal = host(id="metal", hostType="物理机", quantity=2, ports=[9000])
    found = granted(metal, overheadPerHost={"cpu": "1", "memory": "1Gi"})
    assert bounds(found) == ("0", "0", "0", "0")
    assert found.networks == ()
    assert len(allocation(spec(hosts=[metal])).machines) == 2
    mixed = granted(metal, host(), overheadPerHost={"cpu": "0", "memory": "0"})
    assert bounds(mixed) == ("1", "4", "8Gi", "240Gi")


def test_storage_counts_by_class_and_what_no_class_serves_is_not_granted() -> None:
    fast = host(systemDisk={"size": "40Gi", "type": "SSD"}, dataDisk={"size": "1Ti", "type": "SAS"})
    classes = [
        {"type": "SATA", "storageClass": "bulk"},
        {"type": "SSD", "storageClass": "bulk"},
    ]
    quota = granted(fast, host(id="b"), storageClasses=classes).quota
    assert {k: v for k, v in quota.items() if k.endswith("requests.storage")} == {
        "requests.storage": "280Gi",
        f"bulk.{STORAGE}": "280Gi",
    }


@pytest.mark.rule("G32-filing")
def test_the_internet_stays_closed() -> None:
    web = host(id="web", network="Internet", ports=[80, 443])
    found = granted(web, host(ports=[8080]), networks=[INTERNET, EXTRANET])
    assert found.networks == (NetworkGrant(cidrs=("59.192.0.0/10",), ports=(8080,)),)
    assert granted(web, networks=[INTERNET]).networks == ()
    assert found.quota["services.loadbalancers"] == found.quota["services.nodeports"] == "0"


@pytest.mark.rule("A23-ports")
@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([[443, 80], [8080, 80]], (80, 443, 8080)),
        ([None, [9090]], (9090,)),
        ([None, None], ()),
        ([[], None], ()),
    ],
    ids=["union", "one-has-none", "none", "empty"],
)
def test_the_ports_of_a_network_are_those_of_its_machines(
    ports: list[list[int] | None], expected: tuple[int, ...]
) -> None:
    hosts = [host(id=f"h{n}", ports=p) for n, p in enumerate(ports)]
    assert [n.ports for n in granted(*hosts).networks] == [expected]


def test_a_network_is_open_where_the_policy_has_it_and_a_machine_stands_in_it() -> None:
    assert granted(host(), networks=None).networks == ()
    cidrs = ["59.192.0.0/10", "10.0.0.0/8"]
    listed = granted(host(), networks=[EXTRANET | {"cidrs": cidrs}])
    assert listed.networks == (NetworkGrant(("10.0.0.0/8", "59.192.0.0/10"), ()),)


def test_machines_are_numbered_within_their_row() -> None:
    found = allocation(spec(hosts=[host(id="b", quantity=2), host(id="a", ports=[22])]))
    assert [(m.host_id, m.ordinal) for m in found.machines] == [("b", 0), ("b", 1), ("a", 0)]
    assert found.machines[2].wire() == {
        "hostId": "a",
        "ordinal": 0,
        "hostName": "应用服务器",
        "hostType": "弹性云服务器",
        "cpuCores": 4,
        "memory": "8Gi",
        "systemDisk": {"size": "40Gi", "type": "SATA"},
        "dataDisk": {"size": "200Gi", "type": "SATA"},
        "network": "GovernmentExtranet",
        "ports": [22],
    }


@pytest.mark.rule("A11-form")
def test_a_service_of_quantity_0_is_not_wanted() -> None:
    row = {"category2": "网络服务", "category3": "带宽", "specification": "10M"}
    services = [row | {"quantity": 0}, row | {"quantity": 2}]
    assert [s.quantity for s in allocation(spec(services=services)).services] == [2]
    assert allocation(spec(services=None)).services == ()


names = st.from_regex(r"[a-z](-?[a-z0-9]){0,15}", fullmatch=True)


@given(names, names)
def test_a_namespace_tells_its_agency_and_application(agency: str, application: str) -> None:
    # what can be taken apart again in one way only is given to no second pair of names
    assert namespace_of(agency, application).split("--") == [agency, application]
    assert len(namespace_of(agency, application)) <= 63


def test_the_longest_names_fit_a_namespace() -> None:
    # the schemas allow 28 characters to an agency and 32 to an application
    assert len(namespace_of("a" * 28, "b" * 32)) <= 63
