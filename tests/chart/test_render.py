"""The charts as helm renders them: what the code says, and nothing made of a value."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from hack import argocd
from hack.charts import CHART, CRDS
from mandate.api.meta import GROUP, Json
from mandate.api.schema import crds
from mandate.guards import Installation, policies
from mandate.guards.roles import roles
from mandate.settings import Settings
from tests.chart.helm import EVERYTHING, IMAGE, Helm, packaged, values

HOSTILE = (
    "she said \"yes\" \\ and: 'no'",
    "{{ .Release.Name }} <<exclusive>> ${x}",
    "审批人 <b>&amp;</b> 𠮷",
    "] || true || [",
    "%s - {a: b} # no comment",
)


def named(documents: list[Json], kind: str) -> list[Json]:
    return [d for d in documents if d["kind"] == kind]


def without_marks(document: Json) -> Json:
    """Without the labels and the annotation that helm needs."""
    metadata = {k: v for k, v in document["metadata"].items() if k != "labels"}
    notes = dict(metadata.pop("annotations", {}))
    notes.pop("helm.sh/resource-policy", None)
    return document | {"metadata": metadata | ({"annotations": notes} if notes else {})}


def by_name(documents: list[Json]) -> dict[tuple[str, str], Json]:
    return {(d["kind"], d["metadata"]["name"]): without_marks(d) for d in documents}


def unescaped(node: Any) -> Any:  # noqa: ANN401 - any YAML
    """As CEL reads it: an escape of JSON is the character it stands for."""
    if isinstance(node, dict):
        return {key: unescaped(value) for key, value in node.items()}
    if isinstance(node, list):
        return [unescaped(value) for value in node]
    if not isinstance(node, str):
        return node
    return re.sub(r"\\u(00[0-9a-f]{2})", lambda found: chr(int(found[1], 16)), node)


def of_code(installation: Installation) -> dict[tuple[str, str], Json]:
    return by_name([*policies(installation), *roles(installation)])


@pytest.mark.rule("X-law")
@pytest.mark.parametrize("namespaces", ["Claimed", "Exclusive"])
def test_guards_and_roles_are_those_of_the_code(helm: Helm, namespaces: str) -> None:
    choice = ("--set", f"guards.namespaces={namespaces}")
    rendered = by_name(helm.template(*IMAGE, *choice))
    expected = of_code(Installation(namespaces=namespaces))  # type: ignore[arg-type]
    assert len(expected) > 30
    assert {key: rendered.get(key) for key in expected} == expected
    others = {kind for kind, _ in rendered.keys() - expected.keys()}
    assert others == {"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"}


@pytest.mark.rule("X-input")
def test_a_value_stays_a_text_whatever_it_is(helm: Helm, tmp_path: Path) -> None:
    platform = ["default", "kube-system", "monitoring"]
    file = values(tmp_path, platformControllers=list(HOSTILE), platformNamespaces=platform)
    rendered = by_name(helm.template(*IMAGE, *file))
    installation = Installation(platform_controllers=HOSTILE, platform_namespaces=tuple(platform))
    for key, expected in of_code(installation).items():
        assert unescaped(rendered[key]) == expected, key


@pytest.mark.rule("X-law")
def test_another_namespace_is_the_operators_everywhere(helm: Helm) -> None:
    done = helm.run("template", "gov", str(CHART), "--namespace", "gov", *IMAGE)
    rendered = by_name([d for d in yaml.safe_load_all(done.stdout) if d])
    expected = of_code(Installation(operator_namespace="gov"))
    assert {key: rendered.get(key) for key in expected} == expected
    assert "mandate-system" not in done.stdout


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ({"guard": {}}, "guard"),
        ({"guards": {"source": "webhook"}}, "/guards/source"),
        ({"guards": {"namespaces": "exclusive"}}, "/guards/namespaces"),
        ({"guards": {"mode": "Claimed"}}, "mode"),
        ({"platformNamespaces": ["kube-*"]}, "/platformNamespaces/0"),
        ({"platformNamespaces": None}, "missing property 'platformNamespaces'"),
        ({"platformControllers": "istiod"}, "/platformControllers"),
        ({"platformControllers": ["a\nb"]}, "/platformControllers/0"),
        ({"image": {"repository": "x y"}}, "/image/repository"),
        ({"image": {"digest": "sha256:1"}}, "/image/digest"),
        ({"replicas": "2"}, "/replicas"),
        ({"settings": {"workers": 0}}, "/settings/workers"),
        ({"settings": {"clockFile": "clock.jsonl"}}, "clockFile"),
        ({"settings": {"logLevel": "TRACE"}}, "/settings/logLevel"),
        ({"resources": {"limits": {"cpu": "lots"}}}, "/resources/limits/cpu"),
        ({"tolerations": [{"privileged": True}]}, "/tolerations/0"),
        ({"networkPolicy": {"apiServerPorts": [0]}}, "/networkPolicy/apiServerPorts/0"),
        ({"monitoring": {"dashboard": {"labels": {"a": 1}}}}, "/monitoring/dashboard/labels/a"),
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_no_value(
    helm: Helm, tmp_path: Path, refused: Json, said: str
) -> None:
    file = values(tmp_path, **({"image": {"repository": "x"}} | refused))
    done = helm.run("template", str(CHART), *file, check=False)
    assert done.returncode
    assert "values don't meet the specifications of the schema" in done.stderr
    assert said in done.stderr


def test_without_an_image_it_says_so(helm: Helm) -> None:
    done = helm.run("template", str(CHART), check=False)
    assert done.returncode
    assert "/image/repository" in done.stderr


@pytest.mark.parametrize("found", [{"image": {"repository": "x"}}, EVERYTHING], ids=["few", "all"])
def test_lint_finds_nothing(helm: Helm, tmp_path: Path, found: Json) -> None:
    for chart in (CRDS, CHART):
        file = values(tmp_path, **found) if chart == CHART else ()
        assert "0 chart(s) failed" in helm.run("lint", "--strict", str(chart), *file).stdout


def test_the_pod_may_nothing_it_needs_not(helm: Helm, tmp_path: Path) -> None:
    rendered = helm.template(*values(tmp_path, **EVERYTHING))
    (deployment,) = named(rendered, "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["image"] == f"r/x@sha256:{'0' * 64}"
    (policy,) = named(rendered, "NetworkPolicy")
    # with nobody named, nobody: an absent list of sources would be everybody
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & policy["spec"].keys()


def test_settings_become_the_operators_variables(helm: Helm, tmp_path: Path) -> None:
    (deployment,) = named(helm.template(*values(tmp_path, **EVERYTHING)), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    found = {e["name"]: e["value"] for e in container["env"] if "value" in e}
    assert found == {
        "MANDATE_METRICS_HOST": "0.0.0.0",  # noqa: S104 - in a pod
        "MANDATE_METRICS_PORT": "8080",
        "MANDATE_LOG_FORMAT": "json",
        "MANDATE_WORKERS": "8",
        "MANDATE_RESYNC_SECONDS": "1200",
        "MANDATE_LOG_LEVEL": "DEBUG",
    }
    known = {f"MANDATE_{name.upper()}" for name in Settings.model_fields}
    assert {e["name"] for e in container["env"]} <= known


def test_monitoring_is_there_when_asked_for(helm: Helm, tmp_path: Path) -> None:
    wished = {"ServiceMonitor"}
    wished |= {"PrometheusRule"} if (CHART / "files" / "alerts.yaml").exists() else set()
    extra = {"monitoring.coreos.com/v1"}
    for found in (EVERYTHING, {"image": {"repository": "x"}}):
        rendered = helm.template(*values(tmp_path, **found))
        there = {d["kind"] for d in rendered if d["apiVersion"] in extra}
        assert there == (wished if found is EVERYTHING else set())


def test_the_kinds_are_those_of_the_code_and_are_kept(helm: Helm) -> None:
    rendered = helm.template(chart=CRDS)
    assert all(d["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for d in rendered)
    assert by_name(rendered) == by_name(list(crds().values()))


def test_a_packed_chart_holds_what_it_renders(helm: Helm, tmp_path: Path) -> None:
    file = packaged(helm, shutil.copytree(CHART, tmp_path / "mandate"), "9.9.9")
    (deployment,) = named(helm.template(*IMAGE, chart=file), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(":9.9.9")
    assert (
        by_name(helm.template(*IMAGE, chart=file)).keys() == by_name(helm.template(*IMAGE)).keys()
    )


def test_argo_cds_scripts_are_there_when_asked_for(helm: Helm, tmp_path: Path) -> None:
    (found,) = [
        d
        for d in helm.template(*values(tmp_path, **EVERYTHING))
        if d["metadata"]["name"] == "mandate-argocd"
    ]
    prefix = f"resource.customizations.health.{GROUP}_"
    assert found["data"] == {f"{prefix}{path.parent.name}": text for path, text in argocd.texts()}
    assert f"{prefix}CloudApplication" in found["data"]
    few = helm.template(*IMAGE)
    assert "mandate-argocd" not in {d["metadata"]["name"] for d in few}
