"""What another authority writes into its policy holds without new code: its stages, its duty."""

import pytest
import yaml

from hack.site import LUAN, SOON, Site, eventually
from tests.cluster.office import Office

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_STAGES = ("acceptance", "expert-opinion", "review")


@pytest.fixture(scope="module")
def county(site: Site) -> Office:
    """An agency under a policy with a third stage, where only the filer's own duty is separated.

    Two of its members are appointed: who files, and a colleague.
    """
    body = yaml.safe_load((LUAN / "policy.yaml").read_text())
    body["metadata"]["name"] = "three-stages"
    body["spec"]["separationOfDuties"] = "requester"
    body["spec"]["stages"]["cloudApplication"] = [{"name": stage} for stage in _STAGES]
    clerk = site.actor("clerk", "luan-authority")
    made = clerk.call("POST", "/apis/mandate.dev/v1alpha1/governancepolicies", body)
    assert made.code == 201, made.message
    rule = {
        "apiGroups": ["mandate.dev"], "resources": ["governancepolicies"],
        "resourceNames": ["three-stages"], "verbs": list(_STAGES),
    }  # fmt: skip
    role = {"metadata": {"name": "three-stages"}, "rules": [rule]}
    assert site.bootstrap.call("POST", f"{_RBAC}/clusterroles", role).code == 201
    for name in ("three-stages", "mandate-approver"):
        bind = ("create", "clusterrolebinding", f"three-{name}", f"--clusterrole={name}")
        site.bootstrap.kubectl(*bind, "--user=three-filer", "--user=three-colleague")
    people = [{"kind": "User", "name": f"three-{who}"} for who in ("filer", "colleague")]
    return Office.open(site, "three-stages", "three-filer", policy="three-stages", members=people)


@pytest.mark.rule("A09-lifecycle", "X-order", "X-duty")
def test_an_added_stage_is_gone_through_and_a_colleague_may_decide(county: Office) -> None:
    colleague = county.site.actor("three-colleague")
    assert county.file().code == 201
    for stage in _STAGES:
        county.awaits(stage)
        own = county.decide(stage, who=county.member)
        assert own.code == 403
        assert "wrote this request and does not decide on it" in own.message
        elsewhere = county.decide(stage, who=county.approver)
        assert elsewhere.code == 403
        assert f"may not decide {stage} under policy three-stages" in elsewhere.message
        later = {"acceptance": "review", "expert-opinion": "review"}.get(stage)
        if later:
            assert "cannot be Approved now" in county.decide(later, who=colleague).message
        answer = county.decide(stage, who=colleague)
        assert answer.code == 200, answer.message
    county.until(phase="Trial")
    space = f"/api/v1/namespaces/{county.name}--bus-portal"
    eventually(
        lambda: county.site.bootstrap.call("GET", space).code == 200,
        SOON,
        "it is granted",
    )
