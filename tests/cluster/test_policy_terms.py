"""The catalogue and the policy's terms for a system's life, on the real API."""

import copy

import pytest
import yaml

from hack.site import LUAN, Answer, Site
from mandate.api.meta import API_VERSION, Json
from tests.cluster.test_forms import GONE, put

_POLICY, _CATALOG = "governancepolicies", "servicecatalogs"
_EXAMPLES: dict[str, Json] = {
    _POLICY: yaml.safe_load((LUAN / "policy.yaml").read_text("utf-8")),
    _CATALOG: yaml.safe_load((LUAN / "catalog.yaml").read_text("utf-8")),
}


def _with(kind: str, path: str, value: object) -> Json:
    # YAML's anchors are one object to Python: each place gets its own
    body = copy.deepcopy(yaml.safe_load(yaml.dump(_EXAMPLES[kind], Dumper=_NoAliases)))
    return put(body | {"metadata": {"name": "probe"}}, f"spec.{path}", value)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _tried(site: Site, kind: str, body: Json) -> Answer:
    clerk = site.actor("clerk", "luan-authority")
    return clerk.call("POST", f"/apis/{API_VERSION}/{kind}?dryRun=All", body)


_MANDATORY = {
    _POLICY: """
        capacity.cpuCores capacity.memory capacity.storage capacity.storage[0].type
        capacity.storage[1].size trial.minimumDays trial.maximumDays trial.defaultDays
        trial.earlyLaunch evidence[0].protectionLevel evidence[2].reports
        evidence[0].reports[1].type evidence[0].reports[0].accredited evidence[2].reports[0].due
        agreement.termMonths agreement.renewals agreement.copiesPerParty
        agreement.providerHotline
    """,
    _CATALOG: """
        title items items[0].id items[0].group items[1].category2 items[2].category3
        items[3].title items[4].unit items[5].provisioning items[0].host.architectures
    """,
}


@pytest.mark.rule("X-input", "A10-catalogue")
@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, all_ in _MANDATORY.items() for path in all_.split()]
)
def test_a_mandatory_field_is_missed_by_its_full_path(site: Site, kind: str, path: str) -> None:
    answer = _tried(site, kind, _with(kind, path, GONE))
    assert answer.code == 422
    assert f"spec.{path}: Required value" in answer.message


_TERMS = (
    "catalog capacity sizing trial evidence agreement exit accessGrantMaximumDays requiredMaterials"
)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("path", _TERMS.split())
def test_another_authority_leaves_out_what_it_has_no_rule_for(site: Site, path: str) -> None:
    body = _with(_POLICY, path, GONE)
    answer = _tried(site, _POLICY, body)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == body["spec"]


_REPORT = {"type": "OnboardingSecurityTest", "accredited": True, "due": "Launch"}
_QUOTA = {"name": "requests.nvidia.com/gpu", "perUnit": "1"}
_REFUSED: dict[str, list[tuple[str, object, str]]] = {
    _POLICY: [
        ("catalog", "Lu'an", "should match"),
        ("stages.cloudApplication[1].when", "Sometimes", 'Unsupported value: "Sometimes"'),
        ("capacity.memory", "16", "written 8Gi"),
        ("capacity.storage", [], "at least 1 items"),
        ("capacity.storage[1]", {"type": "SATA", "size": "1Ti"}, "Duplicate value"),
        ("capacity.storage[0].size", "1025Pi", "must be at most 1024Pi"),
        ("capacity.cpuCores", 0, "greater than or equal to 1"),
        ("sizing.perHost.memory", "2Pi", "must be at most 1Pi"),
        ("trial.defaultDays", 14, "between minimumDays and maximumDays"),
        ("trial.defaultDays", 31, "between minimumDays and maximumDays"),
        ("trial.minimumDays", 0, "greater than or equal to 1"),
        ("trial.warnBeforeDays", [7, 7], "Duplicate value"),
        ("trial.warnBeforeDays", [0], "greater than or equal to 1"),
        ("evidence[0].protectionLevel", "NotGraded", 'Unsupported value: "NotGraded"'),
        ("evidence[1]", {"protectionLevel": "Level1", "reports": []}, "Duplicate value"),
        ("evidence[0].reports[0].type", "Poem", 'Unsupported value: "Poem"'),
        ("evidence[0].reports[1]", _REPORT, "Duplicate value"),
        ("evidence[0].reports[0].due", "Never", 'Unsupported value: "Never"'),
        ("agreement.termMonths", 0, "greater than or equal to 1"),
        ("agreement.renewals", -1, "greater than or equal to 0"),
        ("agreement.providerHotline", "XXXXXXXX", "must be a telephone number"),
        ("exit.holdDays", -1, "greater than or equal to 0"),
        ("accessGrantMaximumDays", 0, "greater than or equal to 1"),
    ],
    _CATALOG: [
        ("items", [], "at least 1 items"),
        ("items[1]", _EXAMPLES[_CATALOG]["spec"]["items"][0], "Duplicate value"),
        ("items[0].group", "Other", 'Unsupported value: "Other"'),
        ("items[0].title", "\u3000", "must not be blank"),
        ("items[0].provisioning", "Nobody", 'Unsupported value: "Nobody"'),
        ("items[0].host.architectures", [], "at least 1 items"),
        ("items[0].host.architectures", ["ARM", "ARM"], "Duplicate value"),
        ("items[0].host.maximumMemory", "128", "written 8Gi"),
        ("items[0].host.maximumCores", 0, "greater than or equal to 1"),
        ("items[0].quotaResource", _QUOTA | {"name": "GPU"}, "should match"),
        ("items[0].quotaResource", _QUOTA | {"name": "requests.cpu"}, "should match"),
        ("items[0].quotaResource", _QUOTA | {"name": "requests.a,b/c"}, "should match"),
        (
            "items[0].quotaResource",
            _QUOTA | {"name": "count/virtualmachines.kubevirt.io"},
            "machines are counted by the table of hosts",
        ),
        ("items[0].quotaResource", _QUOTA | {"perUnit": "0.5"}, "should match"),
        ("items[2].quotaResource", _QUOTA, "what the provider hands over has no quota"),
        ("items[8].host", {"architectures": ["ARM"]}, "a host is an infrastructure service"),
        ("items[0].price", {}, "a price names an amount"),
        ("items[0].price.perCore", "-1", "should match"),
        ("items[0].price.perCore", "1e3", "should match"),
        ("items[0].price.perCore", "1.2345678", "should match"),
        ("items[0].price.disks[1]", {"type": "SATA", "perGib": "1"}, "Duplicate value"),
        ("items[3].price", {"perCore": "1"}, "are priced of a host type alone"),
        ("currency", "元", "should match"),
        ("currency", GONE, "prices are of a currency"),
    ],
}


@pytest.mark.rule("X-input", "A10-catalogue")
@pytest.mark.parametrize(
    ("kind", "path", "value", "text"),
    [(kind, *case) for kind, cases in _REFUSED.items() for case in cases],
)
def test_what_cannot_be_is_refused_by_name(
    site: Site, kind: str, path: str, value: object, text: str
) -> None:
    answer = _tried(site, kind, _with(kind, path, value))
    assert answer.code == 422
    assert f"spec.{path}" in answer.message
    assert text in answer.message


@pytest.mark.rule("A09-lifecycle", "A10-catalogue")
def test_no_policy_lets_an_ordinary_application_go_through_no_stage(site: Site) -> None:
    stages = [{"name": "self-procurement", "when": "SelfProcured"}]
    answer = _tried(site, _POLICY, _with(_POLICY, "stages.cloudApplication", stages))
    assert answer.code == 422
    assert "one stage at least is for every application" in answer.message


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        (_POLICY, "capacity.storage[0].size", "1024Pi"),
        (_POLICY, "trial.defaultDays", 15),
        (_POLICY, "sizing", {}),
        (_POLICY, "exit", {}),
        (_POLICY, "agreement.renewals", 0),
        (_POLICY, "evidence[0].reports", []),
        (_CATALOG, "items[0].quotaResource", _QUOTA),
        (_CATALOG, "items[0].quotaResource", _QUOTA | {"name": "count/databases.example.org"}),
        (_CATALOG, "items[0].host", {"architectures": ["Other"]}),
        (_CATALOG, "items[2].host", GONE),
        (_CATALOG, "items[2].price", GONE),
        (_CATALOG, "items[0].price", {"perUnit": "9999999999.999999"}),
    ],
)
def test_what_is_at_a_bound_is_taken_as_it_is(
    site: Site, kind: str, path: str, value: object
) -> None:
    body = _with(kind, path, value)
    answer = _tried(site, kind, body)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == body["spec"]


@pytest.mark.rule("A10-catalogue", "X-law")
def test_the_catalogue_is_the_authoritys(site: Site) -> None:
    body = _with(_CATALOG, "title", "又一个目录")
    path = f"/apis/{API_VERSION}/{_CATALOG}?dryRun=All"
    assert site.actor("clerk", "luan-authority").call("POST", path, body).code == 201
    assert site.actor("alice").call("POST", path, body).code == 403
    operator = site.operator_account().call("POST", path, body)
    assert operator.code == 403
