"""The first chapter: from an application form to a granted namespace, and what cannot be done."""

import json
from dataclasses import dataclass
from functools import partial

import yaml

from hack.demo.changing import tell_changes
from hack.demo.ending import tell_ending
from hack.demo.life import tell_life
from hack.demo.teller import Teller
from hack.site import LUAN, Actor, Site
from mandate.api.meta import Json

_FORM = LUAN / "applications" / "bus-portal.yaml"
_OFFICE = "agency-transport"
_GRANTED = "transport--bus-portal"
_PATCH = ("patch", "capp", "bus-portal", "-n", _OFFICE, "--subresource=status", "--type=merge")


_FORGED: Json = {
    "apiVersion": "mandate.dev/v1alpha1",
    "kind": "Dossier",
    "metadata": {"name": "forged"},
    "spec": {
        "subject": {"kind": "Agency", "name": "transport", "uid": "forged"},
        "part": 0,
        "opens": "0" * 64,
        "entries": [],
    },
}


@dataclass(frozen=True)
class Cast:
    """Who plays: each with a certificate of their own."""

    clerk: Actor
    """Of the authority's office: writes policies and agencies, decides nothing."""
    alice: Actor
    """Of the transport bureau."""
    aiguo: Actor
    """Of the transport bureau too, whom the authority made an approver by mistake."""
    bob: Actor
    """An approver of the authority."""
    root: Actor
    """A cluster administrator: may do everything that RBAC can give."""
    operator: Actor
    """The operator's own account, in the wrong hands."""

    @classmethod
    def of(cls, site: Site) -> "Cast":
        """The cast, with the roles that Lu'an gives them."""
        boss = site.bootstrap
        boss.kubectl("apply", "-f", str(LUAN / "access.yaml"))
        binding = ("create", "clusterrolebinding", "root", "--clusterrole=cluster-admin")
        boss.kubectl(*binding, "--user=root")
        return cls(
            clerk=site.actor("clerk", "luan-authority"),
            alice=site.actor("alice"),
            aiguo=site.actor("aiguo", "luan-approvers"),
            bob=site.actor("bob", "luan-approvers"),
            root=site.actor("root"),
            operator=site.operator_account(),
        )


def tell(site: Site, teller: Teller) -> None:
    """Plays the story.

    Raises:
        DifferenceError: something else happened than was expected.
    """
    cast = Cast.of(site)
    _law(cast, teller)
    _filing(cast, teller)
    _deciding(cast, teller)
    _granted(cast, teller)
    teller.chapter("What was granted stays as it is")
    _attempts(cast, teller)
    teller.chapter("The same with the operator stopped")
    site.stop_operator()
    _attempts(cast, teller)
    site.start_operator()
    people = {
        "alice": cast.alice,
        "bob": cast.bob,
        "clerk": cast.clerk,
        "root": cast.root,
        "sue": site.actor("sue", "luan-support"),
        "pei": site.actor("pei", "luan-provider"),
    }
    tell_life(site, teller, people)
    tell_changes(site, teller, people)
    tell_ending(site, teller, people)


def _law(cast: Cast, teller: Teller) -> None:
    teller.chapter("The authority installs its policy and an agency")
    law = ("calendar.yaml", "catalog.yaml", "policy.yaml", "landing-zone.yaml")
    for name in (*law, "agencies/transport.yaml"):
        teller.allowed(f"applies {name}", cast.clerk, "apply", "-f", str(LUAN / name))
    look = ("get", "agency", "transport", "-o")
    ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
    teller.becomes("the agency can file", partial(_see, cast.clerk, *look, ready), "True")


def _filing(cast: Cast, teller: Teller) -> None:
    teller.chapter("The agency applies")
    careless = _form()
    del careless["spec"]["systemOwner"]["mobilePhone"]
    teller.refused(
        "files a form without the owner's mobile phone",
        cast.alice,
        *("apply", "-f", "-"),
        because="spec.systemOwner.mobilePhone: Required value",
        stdin=yaml.safe_dump(careless, allow_unicode=True),
    )
    teller.allowed("files the whole form", cast.alice, "apply", "-f", str(_FORM))
    teller.becomes("it awaits acceptance", partial(_awaiting, cast.bob), "acceptance")
    who = r"jsonpath={.metadata.annotations.mandate\.dev/requested-by}"
    teller.becomes(
        "the API server wrote down who filed it",
        partial(_see, cast.bob, "get", "capp", "bus-portal", "-n", _OFFICE, "-o", who),
        "alice",
    )


def _deciding(cast: Cast, teller: Teller) -> None:
    teller.chapter("The people responsible decide")
    refused, allowed = teller.refused, teller.allowed
    acceptance = _decision(cast.bob, "acceptance")
    refused(
        "approves the agency's own form", cast.alice, *_PATCH, "-p", acceptance,
        because='User "alice" cannot get resource "cloudapplications/status"',
    )  # fmt: skip
    refused(
        "approves a form of their own agency", cast.aiguo, *_PATCH, "-p", acceptance,
        because="aiguo acts for agency transport and does not decide on its requests (X-duty",
    )  # fmt: skip
    refused(
        "approves, as who may do everything", cast.root, *_PATCH, "-p", acceptance,
        because="root has every verb, which is no appointment (X-duty",
    )  # fmt: skip
    refused(
        "approves the second stage first", cast.bob, *_PATCH, "-p", _decision(cast.bob, "review"),
        because="review cannot be Approved now (X-order",
    )  # fmt: skip
    refused(
        "approves what was not read", cast.bob, *_PATCH, "-p",
        _decision(cast.bob, "acceptance", basis="0" * 64),
        because="the basis differs from the one in status.awaiting (X-bound",
    )  # fmt: skip
    allowed("accepts the application", cast.bob, *_PATCH, "-p", acceptance)
    teller.becomes("it awaits review", partial(_awaiting, cast.bob), "review")
    refused(
        "approves without an opinion", cast.bob, *_PATCH, "-p", _decision(cast.bob, "review"),
        because="review needs an opinion (A11-materials",
    )  # fmt: skip
    review = _decision(cast.bob, "review", opinion="方案可行，同意上云")
    allowed("approves the application", cast.bob, *_PATCH, "-p", review)
    stamped = "jsonpath={.status.approvals.review\\.1.by} {.status.approvals.review\\.1.decision}"
    teller.becomes(
        "the API server wrote down who decided",
        partial(_see, cast.bob, "get", "capp", "bus-portal", "-n", _OFFICE, "-o", stamped),
        "bob Approved",
    )


def _granted(cast: Cast, teller: Teller) -> None:
    teller.chapter("The grant appears")
    line = ("get", "capp", "bus-portal", "-n", _OFFICE, "--no-headers", "-o")
    teller.becomes(
        "the application is granted",
        partial(
            _see, cast.bob, *line,
            'jsonpath={.status.phase} {.status.conditions[?(@.type=="Ready")].reason}',
        ),
        "Trial Granted",
    )  # fmt: skip
    quota = ("get", "quota", "mandate", "-n", _GRANTED, "-o")
    hard = r"jsonpath={.spec.hard.requests\.cpu} {.spec.hard.requests\.memory}"
    teller.becomes("its quota stands", partial(_see, cast.alice, *quota, hard), "16300m 33536Mi")
    names = "jsonpath={.items[*].metadata.name}"
    for kind, expected in (
        ("limitrange", "mandate"),
        ("networkpolicy", "mandate-approved mandate-default-deny"),
        ("rolebinding", "mandate-members"),
    ):
        look = partial(_see, cast.root, "get", kind, "-n", _GRANTED, "-o", names)
        teller.becomes(f"its {kind} stands", look, expected)
    card = ("get", "configmap", "system-card", "-n", _GRANTED, "-o", "jsonpath={.data.system}")
    system = _form()["spec"]["systemName"]
    teller.becomes("the authority's card lies in it", partial(_see, cast.alice, *card), system)
    teller.allowed(
        "works in it", cast.alice,
        *("create", "configmap", "settings", "-n", _GRANTED, "--from-literal=city=六安"),
    )  # fmt: skip


def _attempts(cast: Cast, teller: Teller) -> None:
    refused = teller.refused
    more = '{"spec":{"hard":{"requests.cpu":"100"}}}'
    refused(
        "raises the quota by hand", cast.root,
        *("patch", "quota", "mandate", "-n", _GRANTED, "--type=merge", "-p", more),
        because="is set by an approved application (A16-change",
    )  # fmt: skip
    edit = '{"spec":{"systemName":"另一个系统"}}'
    refused(
        "edits the accepted form", cast.alice,
        *("patch", "capp", "bus-portal", "-n", _OFFICE, "--type=merge", "-p", edit),
        because="bus-portal was accepted and is frozen (A16-change",
    )  # fmt: skip
    refused(
        "deletes the granted application", cast.alice,
        *("delete", "capp", "bus-portal", "-n", _OFFICE),
        because="bus-portal was granted and is not deleted (A17-delete",
    )  # fmt: skip
    refused(
        "opens the namespace to the internet by its label", cast.root,
        *("label", "namespace", _GRANTED, "mandate.dev/internet=open"),
        because=f"namespace {_GRANTED} is granted by an approved application",
    )  # fmt: skip
    refused(
        "makes a namespace nobody approved", cast.root, *("create", "namespace", "transport--more"),
        because="is granted by no approved application (G310-sublet",
    )  # fmt: skip
    refused(
        "exposes a service", cast.alice,
        *("create", "service", "externalname", "web", "-n", _GRANTED, "--external-name=x.example"),
        because="to the internet (G32-filing",
    )  # fmt: skip
    refused(
        "lets somebody else in", cast.root,
        *("create", "rolebinding", "friend", "-n", _GRANTED, "--clusterrole=view", "--user=eve"),
        because="only the agency itself is given access",
    )  # fmt: skip
    refused(
        "lets somebody else in, as the operator", cast.operator,
        *("create", "rolebinding", "friend", "-n", _GRANTED, "--clusterrole=edit", "--user=eve"),
        because="it lets in the members written on the namespace",
    )  # fmt: skip
    refused(
        "removes the authority's card", cast.alice,
        *("delete", "configmap", "system-card", "-n", _GRANTED),
        because="bears the mark of a LandingZone (X-zone",
    )  # fmt: skip
    refused(
        "deletes the policy", cast.clerk, *("delete", "governancepolicy", "luan"),
        because="luan was not deleted (X-law",
    )  # fmt: skip
    refused(
        "makes a dossier of something that never happened", cast.root, *("create", "-f", "-"),
        because="root may not write a dossier (X-dossier", stdin=json.dumps(_FORGED),
    )  # fmt: skip
    refused(
        "takes the operator's token", cast.root,
        *("create", "token", "mandate-operator", "-n", "mandate-system"),
        because="may not act as the operator (X-identity",
    )  # fmt: skip


def _form() -> Json:
    found: Json = yaml.safe_load(_FORM.read_text("utf-8"))
    return found


def _see(who: Actor, *args: str) -> str:
    return who.kubectl(*args, check=False).stdout


def _awaiting(who: Actor) -> str:
    look = ("get", "capp", "bus-portal", "-n", _OFFICE, "-o")
    return _see(who, *look, "jsonpath={.status.awaiting[*].stage}")


def _decision(who: Actor, stage: str, **fields: str) -> str:
    """The patch that an approver types, with the basis they read."""
    look = ("get", "capp", "bus-portal", "-n", _OFFICE, "-o")
    basis = _see(who, *look, "jsonpath={.status.awaiting[0].basis}")
    entry = {"decision": "Approved", "basis": basis} | fields
    return json.dumps({"status": {"approvals": {f"{stage}.1": entry}}}, ensure_ascii=False)
