"""The static guard: loaded from the API server's own disk, it keeps the guards from everybody."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from hack.controlplane.controlplane import ControlPlane
from hack.site import Actor, Site

MERGE = "application/merge-patch+json"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A control plane that was started with the static guard, as docs/security.md says."""
    folder = tmp_path_factory.mktemp("static")
    manifests = folder / "policies"
    manifests.mkdir()
    text = (files("mandate.guards") / "static" / "guards.yaml").read_text("utf-8")
    (manifests / "guards.yaml").write_text(text, "utf-8")
    with ControlPlane.start(admission_config=_configuration(folder, manifests)) as plane:
        site = Site(plane)
        site.install()
        yield site


def _configuration(folder: Path, manifests: Path) -> Path:
    plugin = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyConfiguration",
        "staticManifestsDir": str(manifests),
    }
    document = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AdmissionConfiguration",
        "plugins": [{"name": "ValidatingAdmissionPolicy", "configuration": plugin}],
    }
    target = folder / "admission.yaml"
    target.write_text(yaml.safe_dump(document), "utf-8")
    return target


def _actors(site: Site) -> list[Actor]:
    site.bootstrap.kubectl(
        *("create", "clusterrolebinding", "argocd", "--clusterrole=cluster-admin"),
        "--user=system:serviceaccount:argocd:argocd-application-controller",
        check=False,
    )
    argocd = site.actor("system:serviceaccount:argocd:argocd-application-controller")
    return [site.bootstrap, argocd]


@pytest.mark.rule("X-law")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "validatingadmissionpolicies/decisions.mandate.dev", None),
        ("DELETE", "validatingadmissionpolicybindings/decisions.mandate.dev", None),
        ("DELETE", "mutatingadmissionpolicies/stamp-approver.mandate.dev", None),
        ("DELETE", "mutatingadmissionpolicybindings/stamp-approver.mandate.dev", None),
        ("DELETE", "validatingadmissionpolicies", None),
        (
            "PATCH",
            "validatingadmissionpolicies/bounds.mandate.dev",
            {"spec": {"failurePolicy": "Ignore"}},
        ),
        (
            "PATCH",
            "validatingadmissionpolicybindings/bounds.mandate.dev",
            {"spec": {"validationActions": ["Audit"]}},
        ),
        (
            "PATCH",
            "validatingadmissionpolicybindings/requests.mandate.dev",
            {"spec": {"matchResources": {"namespaceSelector": {"matchLabels": {"a": "b"}}}}},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_weakens_a_guard(guarded: Site, method: str, path: str, body: object) -> None:
    for who in _actors(guarded):
        answer = who.call(method, f"{_ADMISSION}/{path}?dryRun=All", body, MERGE)
        assert answer.code == 403, (who.user, answer.body)
        assert "the guards change only from the control plane's own disk" in answer.message


@pytest.mark.rule("X-law")
def test_gitops_may_label_a_guard(guarded: Site) -> None:
    path = f"{_ADMISSION}/validatingadmissionpolicies/bounds.mandate.dev?dryRun=All"
    label = {"metadata": {"labels": {"argocd.argoproj.io/instance": "mandate"}}}
    for who in _actors(guarded):
        answer = who.call("PATCH", path, label, MERGE)
        assert answer.code == 200, answer.message


@pytest.mark.rule("X-law")
def test_the_static_guard_itself_is_out_of_reach(guarded: Site) -> None:
    path = f"{_ADMISSION}/validatingadmissionpolicies/guards.mandate.static.k8s.io"
    assert guarded.bootstrap.call("GET", path).code == 404
    assert guarded.bootstrap.call("DELETE", path).code == 404
    double = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "guards.mandate.static.k8s.io"},
        "spec": {"validations": [{"expression": "true"}], "matchConstraints": {"resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
             "resources": ["pods"]},
        ]}},
    }  # fmt: skip
    made = guarded.bootstrap.call("POST", f"{_ADMISSION}/validatingadmissionpolicies", double)
    assert made.code == 422, made.body
