"""Approving less than was asked for: at the last stage alone, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api import quantity
from mandate.api.meta import Json
from mandate.api.requests import Approval
from mandate.rules.allocation import allocation
from mandate.rules.application import Outcome, decide
from mandate.rules.less import beyond
from mandate.rules.progress import progress
from tests.unit.builders import NOW, application, approval, host, spec, world
from tests.unit.lives import message, reason, status_with

GRANTED = Outcome(granted=True, reason="Granted", message="in place")
SERVICES = [
    {"category2": "安全服务", "category3": "云主机安全防护", "specification": "1套", "quantity": 3},
    {"category2": "备份服务", "category3": "云主机备份", "specification": "1套", "quantity": 2},
]
FORM: Json = {
    "hosts": [host(id="app", quantity=3), host(id="db", dataDisk=None)],
    "services": SERVICES,
}


def less(**fields: object) -> Approval:
    made: Json = {"decision": "Approved", "basis": "0" * 64, "by": "bob", "at": NOW.isoformat()}
    return Approval.model_validate(made | fields)


ROW = {"id": "app", "quantity": 2, "cpuCores": 2, "memory": "4Gi", "systemDisk": "20Gi",
       "dataDisk": "0"}  # fmt: skip


@pytest.mark.rule("A14-sizing")
def test_less_is_granted_row_by_row() -> None:
    made = less(approvedHosts=[ROW], approvedServices=[{"row": 2, "quantity": 1}])
    found = allocation(spec(**FORM), made)
    got = [
        (m.host_id, m.ordinal, m.cpu_cores, m.memory, m.system_disk.size,
         m.data_disk.size if m.data_disk else None)
        for m in found.machines
    ]  # fmt: skip
    assert got == [
        ("app", 0, 2, "4Gi", "20Gi", "0"),
        ("app", 1, 2, "4Gi", "20Gi", "0"),
        ("db", 0, 4, "8Gi", "40Gi", None),
    ]
    assert [(s.category3, s.quantity) for s in found.services] == [
        ("云主机安全防护", 3),
        ("云主机备份", 1),
    ]


@pytest.mark.rule("A14-sizing")
def test_none_of_a_row_is_none_of_it() -> None:
    made = less(
        approvedHosts=[{"id": "db", "quantity": 0}], approvedServices=[{"row": 1, "quantity": 0}]
    )
    found = allocation(spec(**FORM), made)
    assert {m.host_id for m in found.machines} == {"app"}
    assert [s.category3 for s in found.services] == ["云主机备份"]


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"approvedHosts": [{"id": "web"}]}, "approvedHosts[web] is no row of the form"),
        ({"approvedHosts": [{"id": "app", "quantity": 4}]}, "approvedHosts[app].quantity 4 over 3"),
        ({"approvedHosts": [{"id": "app", "cpuCores": 5}]}, "approvedHosts[app].cpuCores 5 over 4"),
        (
            {"approvedHosts": [{"id": "app", "memory": "8193Mi"}]},
            "approvedHosts[app].memory 8193Mi over 8Gi",
        ),
        (
            {"approvedHosts": [{"id": "app", "systemDisk": "41Gi"}]},
            "approvedHosts[app].systemDisk 41Gi over 40Gi",
        ),
        (
            {"approvedHosts": [{"id": "app", "dataDisk": "201Gi"}]},
            "approvedHosts[app].dataDisk 201Gi over 200Gi",
        ),
        (
            {"approvedHosts": [{"id": "db", "dataDisk": "1Gi"}]},
            "approvedHosts[db].dataDisk 1Gi over 0",
        ),
        (
            {"approvedHosts": [{"id": "app", "memory": "0"}]},
            "approvedHosts[app]: a machine needs memory",
        ),
        (
            {"approvedServices": [{"row": 3, "quantity": 0}]},
            "approvedServices[3] is no row of the form",
        ),
        (
            {"approvedServices": [{"row": 2, "quantity": 3}]},
            "approvedServices[2].quantity 3 over 2",
        ),
    ],
)
def test_more_than_asked_is_without_effect(fields: Json, text: str) -> None:
    history = {"acceptance.1": approval(), "review.1": less(**fields)}
    found = decide(world(application(FORM, status=status_with(history))), NOW)
    assert found.grant is None
    assert reason(found.status) == "Ineffective"
    rule = "(A14-sizing, article 14)"
    assert (
        message(found.status)
        == f"review: {text}: at most what the form asks for {rule}; edit the form"
    )


@pytest.mark.rule("A14-sizing")
@pytest.mark.parametrize(
    "fields", [{"approvedHosts": [ROW]}, {"approvedServices": [{"row": 1, "quantity": 0}]}]
)
def test_less_at_an_earlier_stage_is_without_effect(fields: Json) -> None:
    history = {"acceptance.1": less(**fields)}
    found = decide(world(application(FORM, status=status_with(history))), NOW)
    assert reason(found.status) == "Ineffective"
    assert "approved at the last stage of an application alone" in message(found.status)


@pytest.mark.rule("A14-sizing")
def test_less_of_any_other_request_is_without_effect() -> None:
    # whatever its kind, where no application's form says what was asked for
    status = status_with({"extension.1": less(approvedHosts=[])})
    assert progress(("extension",), status, 1, ()).ineffective == "extension"
    assert progress(("extension",), status_with({"extension.1": less()}), 1, ()).ineffective is None


@pytest.mark.rule("A14-sizing")
def test_what_was_approved_is_what_is_granted() -> None:
    history = {"acceptance.1": approval(), "review.1": less(approvedHosts=[ROW])}
    first = decide(world(application(FORM, status=status_with(history))), NOW).status
    found = decide(world(application(FORM, status=first)), NOW, GRANTED)
    assert found.grant is not None
    # two of 2 cores and one of 4, each with 100m beside it
    assert found.grant.quota["requests.cpu"] == "8300m"
    assert found.status.allocation is not None
    assert len(found.status.allocation.machines) == 3


amounts = st.none() | st.integers(0, 600)
sizes = st.none() | st.sampled_from(["0", "1Gi", "8Gi", "40Gi", "200Gi", "8193Mi", "9Ti"])
rows = st.fixed_dictionaries(
    {"id": st.sampled_from(["app", "db", "web"])},
    optional={
        "quantity": st.integers(0, 500), "cpuCores": st.integers(1, 1024), "memory": sizes,
        "systemDisk": sizes, "dataDisk": sizes,
    },
)  # fmt: skip
services = st.fixed_dictionaries({"row": st.integers(1, 4), "quantity": st.integers(0, 5)})


@pytest.mark.rule("A14-sizing")
@given(
    st.lists(rows, max_size=3, unique_by=lambda r: r["id"]),
    st.lists(services, max_size=3, unique_by=lambda r: r["row"]),
)
def test_whatever_took_effect_is_at_most_what_was_asked(
    hosts: list[Json], wanted: list[Json]
) -> None:
    form, made = spec(**FORM), less(approvedHosts=hosts, approvedServices=wanted)
    if beyond(form, made):
        return
    found = allocation(form, made)
    asked = {(m.host_id, m.ordinal): m for m in allocation(form).machines}
    for machine in found.machines:
        most = asked[machine.host_id, machine.ordinal]
        assert machine.cpu_cores <= most.cpu_cores
        assert 0 < quantity.parse(machine.memory) <= quantity.parse(most.memory)
        assert sum(s for _, s in machine.disks()) <= sum(s for _, s in most.disks())
    got = {s.category3: s.quantity for s in found.services}
    assert all(n <= {"云主机安全防护": 3, "云主机备份": 2}[name] for name, n in got.items())
