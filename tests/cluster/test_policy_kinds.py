"""The authority's kinds on the real API, and how every kind of the group looks to kubectl."""

import copy

import pytest
import yaml

from hack.site import LUAN, Answer, Site
from mandate.api.meta import Json
from tests.cluster.office import Office, example_application
from tests.cluster.test_forms import GONE, put

_FILES = {
    "governancepolicies": LUAN / "policy.yaml",
    "workcalendars": LUAN / "calendar.yaml",
    "agencies": LUAN / "agencies" / "transport.yaml",
}
_EXAMPLES: dict[str, Json] = {kind: yaml.safe_load(f.read_text()) for kind, f in _FILES.items()}


def _with(kind: str, path: str, value: object) -> Json:
    """The example under a name of its own, with this field."""
    body = copy.deepcopy(_EXAMPLES[kind]) | {"metadata": {"name": "probe"}}
    return put(body, path, value)


def _apply(site: Site, kind: str, body: Json) -> Answer:
    clerk = site.actor("clerk", "luan-authority")
    return clerk.call("POST", f"/apis/mandate.dev/v1alpha1/{kind}?dryRun=All", body)


_MANDATORY = {
    "governancepolicies": """
        title parties parties.authority parties.provider calendar separationOfDuties
        stages stages.cloudApplication stages.cloudApplication[0].name
        storageClasses storageClasses[1].type storageClasses[0].storageClass
        networks[0].name networks[1].cidrs maximumOpenRequests
        overheadPerHost overheadPerHost.cpu overheadPerHost.memory
        containerDefaults containerDefaults.cpu containerDefaults.memory
    """,
    "workcalendars": "timeZone weekend validThrough holidays[0].date makeUpDays[0].date",
    "agencies": "title policy members members[0].kind members[1].name contacts[0].name "
    "contacts[0].phone",
}


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, all_ in _MANDATORY.items() for path in all_.split()]
)
def test_a_mandatory_field_is_missed_by_its_full_path(site: Site, kind: str, path: str) -> None:
    answer = _apply(site, kind, _with(kind, f"spec.{path}", GONE))
    assert answer.code == 422
    assert f"spec.{path}: Required value" in answer.message


_STAGE = "stages.cloudApplication[0].name"
_VERB = "a verb that roles hold for other reasons"
_WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_REFUSED: dict[str, list[tuple[str, object, str]]] = {
    "governancepolicies": [
        *[
            (_STAGE, verb, _VERB)
            for verb in (
                "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
                "bind", "escalate", "impersonate", "represent", "no-such-stage",
            )
        ],
        *[(_STAGE, odd, "should match") for odd in ("*", "Review", "a.b", "受理", "", "review-")],
        (_STAGE, "a" * 41, "Too long"),
        ("stages.cloudApplication", [], "at least 1 items"),
        ("stages.cloudApplication", [{"name": f"s{'a' * i}"} for i in range(17)], "at most 16"),
        ("stages.cloudApplication[1]", {"name": "acceptance"}, "Duplicate value"),
        ("networks[1]", {"name": "GovernmentExtranet", "cidrs": ["::/0"]}, "Duplicate value"),
        ("storageClasses[1]", {"type": "SATA", "storageClass": "slow"}, "Duplicate value"),
        ("title", "\u3000", "must not be blank"),
        ("calendar", "../china", "should match"),
        ("separationOfDuties", "none", 'Unsupported value: "none"'),
        ("requiredMaterials[0]", "poem", 'Unsupported value: "poem"'),
        ("networks[0].name", "Other", 'Unsupported value: "Other"'),
        ("networks[0].cidrs", [], "at least 1 items"),
        *[
            ("networks[0].cidrs[0]", bad, "must be a CIDR")
            for bad in ("10.0.0.0", "10.0.0.0/33", "010.0.0.0/8", "any", "10.0.0.1/8")
        ],
        ("platformNamespaces", ["agency-transport"], "no agency's namespace is the platform's"),
        ("platformNamespaces", ["ingress", "a--b"], "no agency's namespace is the platform's"),
        ("platformNamespaces[0]", "Kube", "should match"),
        ("platformNamespaces[1]", "kube-system", "Duplicate value"),
        ("storageClasses", [], "at least 1 items"),
        ("storageClasses[0].type", "NVME", 'Unsupported value: "NVME"'),
        ("storageClasses[0].storageClass", "Fast", "should match"),
        ("storageClasses[0].storageClass", "a..b", "should match"),
        ("overheadPerHost.cpu", "1.5", "must be cores such as 1 or 500m"),
        ("overheadPerHost.cpu", "-1", "must be cores such as 1 or 500m"),
        ("containerDefaults.memory", "512", "the form's 8 (G) is written 8Gi"),
        ("containerDefaults.ephemeralStorage", "1", "the form's 8 (G) is written 8Gi"),
        ("containerDefaults.ephemeralStorage", GONE, "both have a figure, or neither"),
        ("maximumOpenRequests", 0, "greater than or equal to 1"),
        ("maximumOpenRequests", 10_001, "less than or equal to 10000"),
    ],
    "workcalendars": [
        ("timeZone", "../../etc/passwd", "must be an IANA time zone"),
        ("timeZone", "北京", "must be an IANA time zone"),
        ("timeZone", "", "must be an IANA time zone"),
        ("weekend[0]", "Sat", 'Unsupported value: "Sat"'),
        ("weekend[1]", "Saturday", "Duplicate value"),
        ("weekend", _WEEK, "Too many: 7"),
        ("cutOff", "24:00", "must be HH:MM"),
        ("cutOff", "9:00", "must be HH:MM"),
        ("cutOff", 1020, "must be of type string"),
        ("validThrough", "2026-13-01", "must be of type date"),
        ("holidays[0].date", "元旦", "must be of type date"),
        ("holidays[1]", _EXAMPLES["workcalendars"]["spec"]["holidays"][0], "Duplicate value"),
        ("holidays[0].name", " ", "must not be blank"),
        ("makeUpDays", [{"date": "2026-10-01"}], "no day is both a holiday and a make-up"),
    ],
    "agencies": [
        ("members", [], "at least 1 items"),
        ("members[0].kind", "ServiceAccount", 'Unsupported value: "ServiceAccount"'),
        ("title", "\u3000", "must not be blank"),
        ("title", "a\nb", "must be one line"),
        ("policy", "Lu'an", "should match"),
        ("contacts[0].phone", "总机", "must be a telephone number"),
    ],
}  # fmt: skip


@pytest.mark.rule("X-input", "X-duty", "X-clock", "A26-access")
@pytest.mark.parametrize(
    ("kind", "path", "value", "text"),
    [(kind, *case) for kind, cases in _REFUSED.items() for case in cases],
)
def test_what_cannot_be_is_refused_by_name(
    site: Site, kind: str, path: str, value: object, text: str
) -> None:
    answer = _apply(site, kind, _with(kind, f"spec.{path}", value))
    assert answer.code == 422
    assert f"spec.{path}: " in answer.message
    assert text in answer.message


_NO_NAME = "must have no blanks, quotes, backslashes or control characters"


@pytest.mark.rule("A26-access", "X-identity")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("system:masters", "a system: identity is no member"),
        ("system:serviceaccount:argocd:argocd", "a system: identity is no member"),
        *[(f"ali{odd}ce", _NO_NAME) for odd in (" ", '"', "'", "\\", "\n", "\t", "\0", "\u3000")],
        *[(f"ali{odd}ce", _NO_NAME) for odd in ("\u200b", "\u202e", "\u2028")],
        ("", "at least 1 chars"),
        ("a" * 257, "Too long"),
    ],
)
def test_a_name_that_would_break_out_of_a_list_is_no_member(
    site: Site, name: str, text: str
) -> None:
    for kind in ("User", "Group"):
        body = _with("agencies", "spec.members[1]", {"kind": kind, "name": name})
        answer = _apply(site, "agencies", body)
        assert answer.code == 422
        assert "spec.members[1].name: " in answer.message
        assert text in answer.message


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a--b", "has no '--'"),
        ("a" * 29, "at most 28 characters"),
        ("1st", "starts with a letter"),
        ("a.b", "must be a DNS label"),
        ("交通", "metadata.name: Invalid value"),
    ],
)
def test_a_name_that_no_namespace_can_have_is_refused(site: Site, name: str, text: str) -> None:
    answer = _apply(site, "agencies", _with("agencies", "metadata.name", name))
    assert answer.code == 422
    assert text in answer.message


@pytest.mark.rule("X-input")
def test_a_stage_is_named_by_the_authority(site: Site) -> None:
    body = _with("governancepolicies", f"spec.{_STAGE}", "pre-acceptance")
    # a limit of a stage that is none any more would be refused
    body["spec"]["timeLimits"] = [{"name": "pre-acceptance", "amount": 5, "unit": "workingDays"}]
    answer = _apply(site, "governancepolicies", body)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == body["spec"]


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("agencies", "metadata.name", "a" * 28),
        ("agencies", "spec.contacts", GONE),
        ("agencies", "spec.members", [{"kind": "Group", "name": "oidc:公交/dev@luan.example"}]),
        ("governancepolicies", "spec.networks[0].cidrs", ["::/0", "10.0.0.0/8", "1.2.3.4/32"]),
        ("governancepolicies", "spec.maximumOpenRequests", 10_000),
        ("workcalendars", "spec.cutOff", "17:30"),
        ("workcalendars", "spec.weekend", []),
        ("workcalendars", "spec.timeZone", "America/Argentina/Buenos_Aires"),
    ],
)
def test_what_is_unusual_and_right_is_taken_as_it_is(
    site: Site, kind: str, path: str, value: object
) -> None:
    body = _with(kind, path, value)
    answer = _apply(site, kind, body)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == body["spec"]


@pytest.mark.rule("X-input")
@pytest.mark.parametrize(
    ("kind", "lists"),
    [
        ("governancepolicies", "networks storageClasses platformNamespaces requiredMaterials"),
        ("workcalendars", "weekend holidays makeUpDays"),
        ("agencies", "members"),
    ],
)
def test_the_order_of_a_list_is_its_writers(site: Site, kind: str, lists: str) -> None:
    body = _with(kind, "metadata.name", "probe")
    for key in lists.split():
        body["spec"][key].reverse()
    answer = _apply(site, kind, body)
    assert answer.code == 201, answer.message
    assert answer.body["spec"] == body["spec"]


@pytest.fixture(scope="module")
def desk(site: Site) -> Office:
    """An agency with one application that awaits its acceptance."""
    office = Office.open(site, "kubectl")
    application = yaml.safe_dump(office.form(), allow_unicode=True)
    office.member.kubectl("apply", "-f", "-", stdin=application)
    office.awaits("acceptance")
    return office


@pytest.mark.rule("A11-form")
def test_kubectl_shows_the_form_and_where_it_stands(desk: Office) -> None:
    rows = desk.member.kubectl("get", "capp", "-n", desk.namespace).stdout.splitlines()
    assert rows[0].split() == ["NAME", "SYSTEM", "PHASE", "AWAITING", "READY", "AGE"]
    expected = ["bus-portal", "六安公交出行服务平台", "Submitted", "acceptance", "False"]
    assert rows[1].split()[:5] == expected
    wide = desk.member.kubectl("get", "capp", "-n", desk.namespace, "-o", "wide").stdout
    assert "NAMESPACE" in wide
    read = desk.member.kubectl("get", "capp", "bus-portal", "-n", desk.namespace, "-o", "yaml")
    assert yaml.safe_load(read.stdout)["spec"] == example_application()["spec"]
    phase = ("get", "capp", "-n", desk.namespace, "-o", "name", "--field-selector")
    found = desk.member.kubectl(*phase, "status.phase=Submitted").stdout.split()
    assert found == ["cloudapplication.mandate.dev/bus-portal"]
    assert desk.member.kubectl(*phase, "status.phase=Approved").stdout == ""


@pytest.mark.rule("A11-form")
def test_kubectl_explains_the_form_in_its_own_words(desk: Office) -> None:
    text = desk.member.kubectl("explain", "capp.spec.hosts").stdout
    for part in ("主机资源", "memory", "8 on the form is 8Gi", "ARM, X86, Other", "-required-"):
        assert part in text


@pytest.mark.rule("X-input")
def test_the_authority_sees_all_kinds_at_once_and_by_their_short_names(desk: Office) -> None:
    every = desk.clerk.kubectl("get", "mandate", "-A").stdout
    for part in (
        "cloudapplication.mandate.dev/bus-portal",
        f"agency.mandate.dev/{desk.name}",
        "governancepolicy.mandate.dev/luan",
        "workcalendar.mandate.dev/china",
        "servicecatalog.mandate.dev/luan",
    ):
        assert part in every
    columns = {
        "gpol": "NAME AUTHORITY CALENDAR AGE",
        "wcal": "NAME TIMEZONE VALIDTHROUGH AGE",
        "scat": "NAME TITLE AGE",
        "agcy": "NAME UNIT POLICY NAMESPACE SYSTEMS ONCLOUD OFFCLOUD READY AGE",
    }  # fmt: skip
    for short, header in columns.items():
        assert desk.clerk.kubectl("get", short).stdout.splitlines()[0].split() == header.split()
    row = desk.clerk.kubectl("get", "agcy", desk.name).stdout.splitlines()[1].split()
    assert [*row[1:4], row[-2]] == ["六安市交通运输局", "luan", desk.namespace, "True"]


@pytest.mark.rule("A11-form", "X-input")
@pytest.mark.parametrize(
    ("written", "instead", "text"),
    [
        ("projectCode:", "projektCode:", 'unknown field "spec.projektCode"'),
        ("memory: 8Gi", "memroy: 8Gi", 'unknown field "spec.hosts[0].memroy"'),
        ("memory: 8Gi", "memory: 8", "memory: "),
        ("availability: 99.9%", "availability: 99.9", "spec.availability: "),
        ("systemName: 六安公交出行服务平台", "systemName: 　", "spec.systemName: "),
    ],
)
def test_kubectl_names_the_mistake(desk: Office, written: str, instead: str, text: str) -> None:
    form = yaml.safe_dump(desk.form("typo"), allow_unicode=True)
    assert written in form
    form = form.replace(written, instead, 1)
    done = desk.member.kubectl("apply", "-f", "-", stdin=form, check=False)
    assert done.returncode == 1
    assert text in done.stderr
