"""The law stays: policies, agencies, the CRDs and who serves them, on the real API."""

import copy

import pytest
import yaml

from hack.site import LUAN, Site
from mandate.api.kinds import BY_NAME, LAW, Kind
from mandate.api.meta import Json
from tests.cluster.office import Office

MERGE = "application/merge-patch+json"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture(scope="module")
def granted(site: Site) -> Office:
    """A granted application."""
    office = Office.open(site, "law")
    office.approve()
    return office


def second_version(found: Json) -> Json:
    """Another version of a CRD, served beside the first."""
    first: Json = copy.deepcopy(found["spec"]["versions"][0])
    return first | {"name": "v1beta1", "storage": False}


@pytest.mark.rule("X-law")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/apis/mandate.dev/v1alpha1/governancepolicies/luan", None),
        ("DELETE", "/apis/mandate.dev/v1alpha1/agencies", None),
        (
            "DELETE",
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/cloudapplications.mandate.dev",
            None,
        ),
        ("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", None),
        ("DELETE", "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.mandate.dev", None),
        (
            "PATCH",
            "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.mandate.dev",
            {"spec": {"groupPriorityMinimum": 1}},
        ),
        (
            "PATCH",
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/agencies.mandate.dev",
            {"spec": {"conversion": {"strategy": "Webhook", "webhook": {
                "conversionReviewVersions": ["v1"],
                "clientConfig": {"url": "https://elsewhere.example/"},
            }}}},
        ),
        (
            "PATCH",
            "/apis/mandate.dev/v1alpha1/agencies/{agency}/status",
            {"status": {"namespace": "kube-system"}},
        ),
    ],
    ids=[
        "policy", "agencies", "crd", "all-crds", "apiservice", "apiservice-edit", "conversion",
        "agency-status",
    ],
)  # fmt: skip
def test_the_law_goes_in_no_single_step(
    granted: Office, method: str, path: str, body: object
) -> None:
    root = granted.site.bootstrap
    answer = root.call(method, path.format(agency=granted.name), body, MERGE)
    assert answer.code in (403, 422), answer.body
    assert "(X-law, ours)" in answer.message


@pytest.mark.rule("X-law")
def test_a_crd_keeps_its_status_subresource(site: Site) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/cloudapplications.mandate.dev"
    answer = site.bootstrap.put(
        path, lambda found: found["spec"]["versions"][0].pop("subresources")
    )
    assert answer.code == 403
    assert "(X-law, ours)" in answer.message


@pytest.mark.rule("X-law")
def test_the_operator_does_not_write_the_law(site: Site) -> None:
    # with every right that RBAC can give it
    operator = site.actor("system:serviceaccount:mandate-system:mandate-operator", "system:masters")
    path = "/apis/mandate.dev/v1alpha1/governancepolicies/luan"
    answer = operator.call("PATCH", path, {"spec": {"separationOfDuties": "requester"}}, MERGE)
    assert answer.code == 403
    assert "may not write the law" in answer.message


@pytest.mark.rule("X-law", "X-dossier")
@pytest.mark.parametrize("plural", ["dossiers", "cloudapplications"])
def test_a_crd_keeps_the_rules_at_its_root(site: Site, plural: str) -> None:
    path = f"{_CRDS}/{plural}.mandate.dev"
    found = site.bootstrap.call("GET", path).body
    rules = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["x-kubernetes-validations"]
    rules.pop()
    answer = site.bootstrap.call("PUT", f"{path}?dryRun=All", found)
    assert answer.code == 403, answer.body
    assert "every version keeps its status subresource and root rules" in answer.message


@pytest.mark.rule("X-law")
def test_a_version_without_its_status_subresource_is_refused(site: Site) -> None:
    path = f"{_CRDS}/cloudapplications.mandate.dev"

    def grown(found: Json) -> None:
        second = second_version(found)
        del second["subresources"]
        found["spec"]["versions"].append(second)

    answer = site.bootstrap.put(path, grown)
    assert answer.code == 403
    assert "(X-law, ours)" in answer.message


@pytest.mark.rule("X-law", "A16-change")
def test_no_scale_subresource_writes_past_the_form(site: Site) -> None:
    # the guard of forms would see a Scale there, and a frozen form would change
    path = f"{_CRDS}/cloudapplications.mandate.dev"
    scale = {
        "specReplicasPath": ".spec.serviceAudienceCount",
        "statusReplicasPath": ".status.observedGeneration",
    }
    answer = site.bootstrap.put(
        path,
        lambda found: found["spec"]["versions"][0]["subresources"].update(scale=scale),
        "?dryRun=All",
    )
    assert answer.code == 403, answer.body
    assert "without a conversion webhook or a scale subresource" in answer.message


@pytest.mark.rule("X-law")
@pytest.mark.parametrize("key", ["conditions", "acceptedNames"])
def test_the_api_server_alone_says_that_a_crd_is_established(site: Site, key: str) -> None:
    # one that is not may change its scope, and its objects would be found no more
    path = f"{_CRDS}/trialextensions.mandate.dev"

    def undone(found: Json) -> None:
        if key == "conditions":
            next(c for c in found["status"][key] if c["type"] == "Established")["status"] = "False"
        else:
            found["status"][key] = {"plural": "trialextensions", "kind": "Another"}

    answer = site.bootstrap.put(f"{path}/status", undone, "?dryRun=All")
    assert answer.code == 403, answer.body
    assert "the API server alone says what is established" in answer.message
    # what is stored in which version is the administrator's to say
    done = site.bootstrap.put(
        f"{path}/status",
        lambda found: found["status"].update(storedVersions=["v1alpha1"]),
        "?dryRun=All",
    )
    assert done.code == 200, done.message


@pytest.mark.rule("X-law")
def test_a_schema_may_grow(site: Site) -> None:
    path = f"{_CRDS}/agencies.mandate.dev"

    def grown(found: Json) -> None:
        spec = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        spec["properties"]["later"] = {"type": "string", "maxLength": 10}

    answer = site.bootstrap.put(path, grown, "?dryRun=All")
    assert answer.code == 200, answer.message


@pytest.mark.rule("X-law")
@pytest.mark.parametrize("plural", [kind.plural for kind in BY_NAME.values()])
def test_every_crd_stays_as_it_is(site: Site, plural: str) -> None:
    root, path = site.bootstrap, f"{_CRDS}/{plural}.mandate.dev"
    gone = root.call("DELETE", f"{path}?dryRun=All")
    assert gone.code == 403, gone.body
    assert "was not deleted (X-law" in gone.message
    (version,) = root.call("GET", path).body["spec"]["versions"]
    webhook = {"clientConfig": {"url": "https://example.org"}, "conversionReviewVersions": ["v1"]}
    scale = {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a"}
    changes: list[Json] = [
        {"conversion": {"strategy": "Webhook", "webhook": webhook}},
        {"versions": [version | {"subresources": {"status": {}, "scale": scale}}]},
    ]
    if "subresources" in version:
        changes.append({"versions": [version | {"subresources": None}]})
    for change in changes:
        answer = root.call("PATCH", f"{path}?dryRun=All", {"spec": change}, MERGE)
        assert answer.code == 403, answer.body
        assert "this CRD was not changed (X-law" in answer.message


_EXAMPLES = {
    "agencies": "agencies/transport.yaml",
    "governancepolicies": "policy.yaml",
    "landingzones": "landing-zone.yaml",
    "servicecatalogs": "catalog.yaml",
    "workcalendars": "calendar.yaml",
}


@pytest.mark.rule("X-law")
@pytest.mark.parametrize("kind", LAW, ids=lambda kind: kind.plural)
def test_of_the_law_the_operator_writes_the_status_alone(site: Site, kind: Kind) -> None:
    path = f"/apis/mandate.dev/v1alpha1/{kind.plural}"
    operator = site.actor("system:serviceaccount:mandate-system:mandate-operator", "system:masters")
    body: Json = yaml.safe_load((LUAN / _EXAMPLES[kind.plural]).read_text("utf-8"))
    made = operator.call("POST", f"{path}?dryRun=All", body | {"metadata": {"name": "probe"}})
    assert made.code == 403, made.body
    assert "may not write the law (X-law" in made.message
    for name in [o["metadata"]["name"] for o in site.bootstrap.call("GET", path).body["items"]]:
        note, one = {"metadata": {"labels": {"a": "b"}}}, f"{path}/{name}"
        answer = operator.call("PATCH", f"{one}?dryRun=All", note, MERGE)
        assert answer.code == 403, answer.body
        if kind.has_status:
            answer = site.bootstrap.call("PATCH", f"{one}/status?dryRun=All", note, MERGE)
            assert answer.code == 403, answer.body
            assert "may not write this status (X-law" in answer.message
        gone = site.bootstrap.call("DELETE", f"{one}?dryRun=All")
        assert gone.code == 403, gone.body
        assert "(X-law" in gone.message
