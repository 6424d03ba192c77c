"""Who decides: the appointed, nobody by a wildcard, and nobody on their own request."""

import pytest

from hack.site import INSTALLATION, SOON, Actor, Site, eventually
from mandate.api.meta import API_VERSION, Json
from tests.cluster import kinds
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"


def _can_decide(office: Office, who: Actor, *roles: str) -> None:
    """Gives somebody ClusterRoles everywhere, and waits until the authorizer knows."""
    for role in roles:
        name = f"{who.user.replace(':', '-')}-{role}"
        command = ("create", "clusterrolebinding", name, f"--clusterrole={role}")
        office.site.bootstrap.kubectl(*command, f"--user={who.user}", check=False)
    status = {"group": "mandate.dev", "resource": "cloudapplications", "subresource": "status"}
    _may(office, who, status | {"verb": "patch"})


def _may(office: Office, who: Actor, what: Json) -> None:
    """Waits until the authorizer knows that somebody may do something there."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": what | {"namespace": office.namespace}},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    eventually(
        lambda: who.call("POST", path, review).body["status"]["allowed"],
        SOON,
        f"{who.user} may",
    )


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize(
    ("user", "groups", "because"),
    [
        ("nobody-appointed", ["mandate-readers"], "may not decide acceptance under policy luan"),
        ("robot", ["luan-approvers"], ""),
    ],
    ids=["without-the-verb", "appointed"],
)
def test_only_the_appointed_decide(
    filed: Office, user: str, groups: list[str], because: str
) -> None:
    who = filed.site.actor(user, *groups)
    _can_decide(filed, who, "mandate-approver")
    answer = filed.decide("acceptance", who=who)
    assert (answer.code == 200) == (because == "")
    assert because in answer.message


@pytest.mark.rule("X-identity")
@pytest.mark.parametrize(
    "user",
    ["system:serviceaccount:default:robot", INSTALLATION.operator],
    ids=["a-service-account", "the-operator"],
)
def test_no_machine_decides(filed: Office, user: str) -> None:
    who = filed.site.actor(user, "luan-approvers")
    answer = filed.decide("acceptance", who=who)
    assert answer.code == 403
    assert "persons decide, service accounts and the operator do not" in answer.message


@pytest.mark.rule("X-identity")
def test_what_is_the_agencys_own_its_members_decide(filed: Office) -> None:
    path = f"/apis/{API_VERSION}/namespaces/{filed.namespace}/resourcechanges"
    form = kinds.form("ResourceChange", filed.namespace, "more")
    made = filed.member.call("POST", path, form)
    assert made.code == 201, made.message
    entry = {"decision": "Approved", "basis": "0" * 64, "opinion": "同意"}
    body = {"status": {"approvals": {"sign-agency.1": entry}}}
    answer = filed.approver.call("PATCH", f"{path}/more/status", body, MERGE)
    assert answer.code == 403
    assert "bob may not decide sign-agency (X-identity" in answer.message
    assert f"the members of agency {filed.name} do" in answer.message


@pytest.mark.rule("X-duty")
def test_every_verb_is_no_appointment(filed: Office) -> None:
    answer = filed.decide("acceptance", who=filed.site.bootstrap)
    assert answer.code == 403
    assert "has every verb, which is no appointment" in answer.message


@pytest.mark.rule("X-duty")
def test_a_colleague_does_not_decide_for_the_agency(site: Site) -> None:
    # who neither filed nor wrote the form, and was made an approver too
    people = [{"kind": "User", "name": "member-colleague"}, {"kind": "Group", "name": "buses"}]
    office = Office.open(site, "colleague", members=people, filer="member-colleague")
    assert office.file().code == 201
    office.awaits("acceptance")
    answer = office.decide("acceptance", who=site.actor("second", "buses", "luan-approvers"))
    assert answer.code == 403
    assert f"acts for agency {office.name} and does not decide" in answer.message


@pytest.mark.rule("X-duty")
def test_whoever_ever_wrote_the_form_does_not_decide(office: Office) -> None:
    site = office.site
    author = site.actor("author", "luan-approvers")
    role = ("create", "clusterrole", "files", "--verb=create,update,patch")
    site.bootstrap.kubectl(*role, "--resource=cloudapplications.mandate.dev", check=False)
    site.bootstrap.kubectl(
        "create",
        "clusterrolebinding",
        "author",
        "--clusterrole=files",
        "--user=author",
        check=False,
    )
    eventually(
        lambda: author.call("POST", f"{office.forms}?dryRun=All", office.form()).code == 201,
        SOON,
        "the author may file",
    )
    assert author.call("POST", office.forms, office.form()).code == 201
    # a colleague touches the form: the author stays an author
    change = {"spec": {"projectCode": "touched"}}
    touched = office.member.call("PATCH", f"{office.forms}/bus-portal", change, MERGE)
    assert touched.code == 200, touched.message
    found = office.awaits("acceptance")
    assert found["metadata"]["annotations"]["mandate.dev/requested-by"].splitlines() == [
        "author",
        office.member.user,
    ]
    answer = office.decide("acceptance", who=author)
    assert answer.code == 403
    assert "wrote this request and does not decide on it" in answer.message


@pytest.mark.rule("X-duty")
@pytest.mark.parametrize(("verb", "subresource"), [("create", "token"), ("impersonate", "")])
def test_who_can_act_as_a_service_account_there_does_not_decide(
    filed: Office, verb: str, subresource: str
) -> None:
    root, name = filed.site.bootstrap, f"minter-{verb}"
    minter = filed.site.actor(name, "luan-approvers")
    what = f"serviceaccounts/{subresource}".rstrip("/")
    role = ("create", "clusterrole", name, f"--verb={verb}", f"--resource={what}")
    root.kubectl(*role, check=False)
    binding = ("create", "clusterrolebinding", name, f"--clusterrole={name}", f"--user={name}")
    root.kubectl(*binding, check=False)
    _may(filed, minter, {"resource": "serviceaccounts", "subresource": subresource, "verb": verb})
    answer = filed.decide("acceptance", who=minter)
    assert answer.code == 403
    assert "can act as a service account" in answer.message


def test_the_site_speaks_of_the_operator_by_its_account(site: Site) -> None:
    # the identity the guards exempt is the one the operator runs under
    assert any("/status" in write for write in site.writes_of(INSTALLATION.operator))
