"""The chapters in the middle: a small change, a major one that was split, and its proof."""

import json
from functools import partial
from zoneinfo import ZoneInfo

import yaml

from hack.demo.life import GRANTED, OFFICE, SYSTEM, about, decision, may, patch, phase, see
from hack.demo.teller import Teller
from hack.site import Actor, Site
from mandate.api.meta import Json

_LUAN = ZoneInfo("Asia/Shanghai")
_SMALL, _SPLIT = f"{SYSTEM}-holiday-traffic", f"{SYSTEM}-more-servers"
_BOTH = "Approved Refused"
_PLAN: Json = {
    "title": "公交出行服务平台扩容技术方案",
    "uri": "https://files.luan.example/transport/bus-portal/technical-plan.pdf",
    "sha256": "9d" * 32,
}


def tell_changes(site: Site, teller: Teller, people: dict[str, Actor]) -> None:
    """Plays the chapters on changes of what runs.

    Args:
        site: the control plane, whose operator is stopped for a while.
        teller: prints and counts.
        people: alice, bob, root, support's sue and the provider's pei.

    Raises:
        DifferenceError: something else happened than was expected.
    """
    alice, bob = people["alice"], people["bob"]
    today = str(site.now().astimezone(_LUAN).date())
    teller.chapter("What runs is changed: one server more, and a bigger database")
    form = about(alice, "resource-change", plannedImplementation=today)
    teller.allowed("files the change form", alice, "apply", "-f", "-", stdin=form)
    _carried_out(teller, people, _SMALL, "28400m 57Gi")
    teller.chapter("Ten servers more, filed by themselves: together they are major")
    teller.allowed("files them", alice, "apply", "-f", "-", stdin=_ten_more(alice, today))
    look = partial(see, bob, "get", "rchg", _SPLIT, "-n", OFFICE, "-o")
    teller.becomes("it is major", partial(look, "jsonpath={.status.materiality}"), "Major")
    _attempts(teller, people)
    teller.chapter("The same with the operator stopped")
    site.stop_operator()
    _attempts(teller, people)
    site.start_operator()
    _proof(teller, people, today)
    _carried_out(teller, people, _SPLIT, "69400m 142848Mi")


def _carried_out(teller: Teller, people: dict[str, Actor], name: str, quota: str) -> None:
    """Approved, carried out in one step by its sheet, and signed by all three."""
    alice, bob, pei, change = people["alice"], people["bob"], people["pei"], f"rchg/{name}"
    teller.becomes("it can be decided", partial(may, bob, change, "change"), _BOTH)
    teller.allowed("approves it", bob, *patch(change), "-p", decision(bob, change, "change"))
    hard = r"jsonpath={.spec.hard.requests\.cpu} {.spec.hard.requests\.memory}"
    look = partial(see, alice, "get", "quota", "mandate", "-n", GRANTED, "-o", hard)
    teller.becomes("the quota grows by just that", look, quota)
    teller.becomes("it is carried out", partial(phase, bob, change), "Implemented")
    for who, stage in ((alice, "sign-agency"), (pei, "sign-provider"), (bob, "sign-authority")):
        signing = decision(bob, change, stage)
        teller.allowed(f"signs its sheet ({stage})", who, *patch(change), "-p", signing)
    teller.becomes("it is complete", partial(phase, bob, change), "Completed")


def _attempts(teller: Teller, people: dict[str, Actor]) -> None:
    """What somebody tries while the change is blocked."""
    bob, root, change = people["bob"], people["root"], f"rchg/{_SPLIT}"
    approval = decision(bob, change, "change")
    for because in (f"adds 10 hosts, 11 with {_SMALL}, over 10", "technicalPlan is missing"):
        teller.refused("approves it", bob, *patch(change), "-p", approval, because=because)
    teller.refused(
        "calls it minor", root, *patch(change), "-p", '{"status":{"materiality":"Minor"}}',
        because="only the operator writes this part of the status",
    )  # fmt: skip
    second = ("create", "quota", "second", "-n", GRANTED, "--hard=requests.cpu=1000")
    teller.refused(
        "grants more by a second quota", root, *second,
        because="is set by an approved application (A16-change",
    )  # fmt: skip


def _proof(teller: Teller, people: dict[str, Actor], today: str) -> None:
    """The plan is submitted anew, and the system passes its tests."""
    alice, bob, sue, change = people["alice"], people["bob"], people["sue"], f"rchg/{_SPLIT}"
    teller.chapter("The plan is submitted, and the tests are passed")
    plan = json.dumps({"spec": {"technicalPlan": _PLAN | {"date": today}}}, ensure_ascii=False)
    args = ("patch", change, "-n", OFFICE, "--type=merge", "-p", plan)
    teller.allowed("submits the technical plan", alice, *args)
    for kind in ("Performance", "Security"):
        name = f"assessmentreport/{kind.lower()}"
        form = about(alice, "assessment-report", type=kind, date=today, validUntil=None)
        named = _named(form, kind.lower())
        teller.allowed(f"files the {kind} report", alice, "apply", "-f", "-", stdin=named)
        look = partial(may, sue, name, "verification")
        teller.becomes("it awaits support", look, _BOTH)
        verified = decision(sue, name, "verification")
        teller.allowed("verifies it", sue, *patch(name), "-p", verified)
    major = ("get", change, "-n", OFFICE, "-o", "jsonpath={.status.materiality}")
    teller.becomes("the change is as major as before", partial(see, bob, *major), "Major")


def _ten_more(who: Actor, today: str) -> str:
    """The change form with ten servers as the one that was added, and nothing else."""
    form = about(who, "resource-change", plannedImplementation=today)
    (row,) = yaml.safe_load(form)["spec"]["addedHosts"]
    rows = [row | {"id": "app-more", "quantity": 10}]
    changes = {"addedHosts": rows, "changedHosts": None, "services": None}
    form = about(who, "resource-change", plannedImplementation=today, **changes)
    return _named(form, _SPLIT)


def _named(form: str, name: str) -> str:
    """A form under another name."""
    document = yaml.safe_load(form)
    document["metadata"]["name"] = name
    return yaml.safe_dump(document, allow_unicode=True)
