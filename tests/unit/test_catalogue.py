"""Whether a form follows the catalogue, and which items come nearest where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.meta import Json
from mandate.api.requests import Check
from mandate.rules.checks import application_checks
from tests.unit.builders import agency, catalog, check, example, host, rules, spec, staged

RULE = "(A10-catalogue, article 10)"
SERVICE = {
    "category2": "网络服务",
    "category3": "弹性互联网IP地址",
    "specification": "1个",
    "quantity": 1,
}
OWN = {
    "id": "gauge",
    "title": "物理探针",
    "specification": "1台",
    "quantity": 4,
    "reason": "目录中没有。",
}


def judged(
    form: Json, items: list[Json] | None = None, stages: Json | None = None
) -> dict[str, Check]:
    law = rules(catalog="luan", **({"stages": stages} if stages else {}))
    there = catalog(**({"items": items} if items else {}))
    return {c.type: c for c in application_checks(spec(**form), agency(), law, there)}


def said(**form: object) -> str:
    found = judged(form)["InCatalogue"]
    assert found.blocking
    assert found.passed == (not found.message)
    return found.message


@pytest.mark.rule("A10-catalogue")
@pytest.mark.parametrize(
    "row",
    [
        {},
        {"cpuArchitecture": "X86"},
        {"cpuCores": 32, "memory": "128Gi"},
        {"systemDisk": {"size": "16Ti", "type": "SATA"}},
        {"dataDisk": {"size": "16Ti", "type": "SSD"}},
        {
            "hostType": "物理机",
            "cpuCores": 128,
            "memory": "1Ti",
            "systemDisk": {"size": "64Ti", "type": "SAS"},
            "dataDisk": None,
        },
    ],
    ids=["as-it-is", "x86", "largest", "system-disk", "data-disk", "largest-machine"],
)
def test_what_an_item_allows_at_most_it_allows(row: Json) -> None:
    assert said(hosts=[host(**row)]) == ""


@pytest.mark.rule("A10-catalogue")
@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            {"cpuArchitecture": "Other", "cpuArchitectureOther": "RISC-V"},
            "Other is not of ARM, X86",
        ),
        ({"cpuCores": 33}, "cpuCores 33 over 32"),
        ({"memory": "129Gi"}, "memory 129Gi over 128Gi"),
        ({"systemDisk": {"size": "16385Gi", "type": "SATA"}}, "disk 16385Gi over 16Ti"),
        ({"dataDisk": {"size": "17Ti", "type": "SSD"}}, "disk 17Ti over 16Ti"),
    ],
    ids=["architecture", "cores", "memory", "system-disk", "data-disk"],
)
def test_one_more_is_not_in_the_catalogue(row: Json, why: str) -> None:
    message = said(hosts=[host(**row)])
    assert message.startswith("hosts[app] '弹性云服务器' is more than its item allows; nearest: ")
    assert f"弹性云服务器 [ecs] ({why})" in message
    assert message.endswith(f": ask for that, or list it under selfProcured {RULE}")


@pytest.mark.rule("A10-catalogue")
def test_the_same_type_comes_first_then_its_kin_then_what_holds_the_most() -> None:
    assert said(hosts=[host(hostType="弹性云服务器（通用型）", cpuCores=20)]) == (
        "hosts[app] '弹性云服务器（通用型）' is more than its item allows; nearest: "
        "弹性云服务器（通用型） [ecs-general] (cpuCores 20 over 16), 弹性云服务器 [ecs] (fits), "
        "物理机 [physical-machine] (disk SATA is not of SAS, SSD; disk SATA is not of SAS, SSD)"
        f": ask for that, or list it under selfProcured {RULE}"
    )


@pytest.mark.rule("A10-catalogue")
def test_a_type_that_is_not_there_is_likened_by_its_name() -> None:
    message = said(hosts=[host(hostType="物理服务机")])
    assert message.startswith(
        "hosts[app] '物理服务机' is no host type of the catalogue; nearest: 物理机"
    )
    message = said(hosts=[host(hostType="云服务器")])
    assert "nearest: 弹性云服务器 [ecs] (fits), 弹性云服务器（通用型）" in message


@pytest.mark.rule("A10-catalogue")
def test_a_service_is_no_host_type() -> None:
    message = said(hosts=[host(hostType="机柜托管")])
    assert message.startswith("hosts[app] '机柜托管' is no host type of the catalogue; nearest: ")
    assert "[rack]" not in message


@pytest.mark.rule("A10-catalogue")
def test_a_service_is_found_by_its_two_levels() -> None:
    assert said(services=[SERVICE]) == ""
    assert said(services=[SERVICE | {"category3": "负载均衡"}]) == (
        "services[1] '网络服务/负载均衡' is not in the catalogue; nearest: "
        "弹性互联网IP地址 [internet-address]: ask for that, or list it under selfProcured " + RULE
    )
    assert "services[1]" in said(services=[SERVICE | {"category2": "安全服务"}])
    # one row fits, the other is named by its number
    assert "services[2]" in said(services=[SERVICE, SERVICE | {"category3": "负载均衡"}])


@pytest.mark.rule("A10-catalogue")
def test_what_is_not_wanted_is_not_looked_for() -> None:
    assert said(services=[SERVICE | {"category3": "负载均衡", "quantity": 0}]) == ""


@pytest.mark.rule("A10-catalogue")
def test_a_host_is_not_asked_for_as_a_service() -> None:
    row = SERVICE | {"category2": "计算服务", "category3": "弹性云服务器"}
    message = said(services=[row])
    assert "services[1] '计算服务/弹性云服务器' is not in the catalogue" in message
    assert "[ecs]" not in message


def item(name: str, levels: str, title: str, bounds: Json | None = None) -> Json:
    category2, category3 = levels.split("/")
    return {
        "id": name, "group": "Infrastructure", "category2": category2, "category3": category3,
        "title": title, "unit": "台", "provisioning": "Cluster",
        **({"host": {"architectures": ["ARM"]} | bounds} if bounds is not None else {}),
    }  # fmt: skip


@pytest.mark.rule("A10-catalogue")
def test_function_comes_before_configuration() -> None:
    items = [
        # by its name the nearest, and it fits; of another kind
        item("d", "X/Y", "云主机乙", {}),
        # of the same kin on the second level, and it fits
        item("c", "C/E", "大盘", {}),
        # on the third, and it is too small by half as much again
        item("b", "C/D", "小盘", {"maximumCores": 6}),
        item("a", "C/D", "云主机", {"maximumCores": 1}),
    ]
    found = judged({"hosts": [host(hostType="云主机", cpuCores=9)]}, items)["InCatalogue"]
    assert (
        "nearest: 云主机 [a] (cpuCores 9 over 1), 小盘 [b] (cpuCores 9 over 6), 大盘 [c] (fits):"
        in (found.message)
    )


@pytest.mark.rule("A10-catalogue")
def test_an_item_without_bounds_fits_whatever_is_asked() -> None:
    row = host(hostType="云主机", cpuCores=1024, memory="4Ti")
    asked: Json = {"hosts": [row], "services": None}
    assert judged(asked, [item("a", "C/D", "云主机", {})])["InCatalogue"].passed


@pytest.mark.rule("A10-catalogue")
def test_services_are_near_by_their_third_level_then_their_second_then_their_names() -> None:
    items = [
        item("d", "X/甲丙", "甲丙"),
        item("c", "X/甲", "甲"),
        item("b", "C/乙", "乙"),
        item("a", "X/甲丁", "丁"),
        item("h", "C/D", "云主机", {}),
    ]
    row = SERVICE | {"category2": "C", "category3": "甲"}
    found = judged({"hosts": [host(hostType="云主机")], "services": [row]}, items)["InCatalogue"]
    # c shares the third level, b the second, a and d a character: 1 of 2 each
    assert "nearest: 甲 [c], 乙 [b], 丁 [a]:" in found.message


@pytest.mark.rule("A10-catalogue")
def test_nothing_near_says_so() -> None:
    row = SERVICE | {"category2": "A", "category3": "B"}
    assert "nothing in it comes near: list it under selfProcured" in said(services=[row])


@pytest.mark.rule("A10-catalogue")
def test_a_catalogue_that_is_not_there_closes_approval() -> None:
    found = {c.type: c for c in application_checks(spec(), agency(), rules(catalog="luan"))}
    assert found["InCatalogue"] == check(
        "InCatalogue",
        passed=False,
        message="the catalogue luan that the policy names is not there; the authority applies "
        f"ServiceCatalog luan, or nothing can be approved {RULE}",
    )


@pytest.mark.rule("A10-catalogue")
def test_what_the_unit_procures_itself_takes_an_opinion_on_what_is_near() -> None:
    found = judged({"selfProcured": [OWN]})["SelfProcured"]
    assert (found.passed, found.blocking) == (False, False)
    # 物 and 理 are two of the seven characters of 物理探针 and 物理机 (物理机 twice)
    assert found.message == (
        "selfProcured[gauge] '物理探针'; nearest: 物理机 [physical-machine]: ask for that, or "
        f"list it under selfProcured {RULE}"
    )
    alone = judged({"selfProcured": [OWN | {"title": "XYZ"}]})["SelfProcured"]
    assert alone.message == f"selfProcured[gauge] 'XYZ'; the catalogue has nothing like it {RULE}"


@pytest.mark.rule("A10-catalogue")
def test_without_a_stage_for_it_nothing_is_procured_by_the_unit() -> None:
    two = staged("acceptance", "review")
    found = judged({"selfProcured": [OWN]}, stages=two)["SelfProcured"]
    assert (found.passed, found.blocking) == (False, True)
    assert "no stage of the policy consents" in found.message
    assert "SelfProcured" not in judged({}, stages=two)


@pytest.mark.rule("A10-catalogue")
@given(
    st.permutations(example("catalog.yaml")["spec"]["items"]),
    st.sampled_from(["弹性云服务器", "大型机", "物理机", "云"]),
    st.integers(1, 1024),
    st.sampled_from(["1Gi", "64Gi", "129Gi", "2Ti"]),
)
def test_what_is_near_does_not_hang_on_the_order_of_the_catalogue(
    items: list[Json], kind: str, cores: int, memory: str
) -> None:
    row = host(hostType=kind, cpuCores=cores, memory=memory)
    asked: Json = {"hosts": [row], "services": [SERVICE | {"category3": "负载均衡"}]}
    found = judged(asked, items)["InCatalogue"].message
    assert found == judged(asked)["InCatalogue"].message
    assert found.count("[ecs]") <= 1
