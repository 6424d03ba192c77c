"""The last chapters: interrupted and restored, then exit, receipt, and the dossier that stays."""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from hack.demo.life import GRANTED, OFFICE, SYSTEM, about, decision, may, patch, phase, see
from hack.demo.teller import Teller
from hack.site import Actor, Site

_LUAN = ZoneInfo("Asia/Shanghai")
_EXIT = f"exitrequest/{SYSTEM}-exit"
_BOTH = "Approved Refused"
_RESOURCES = [
    {"kind": "VirtualMachine", "description": "应用服务器", "quantity": 13},
    {"kind": "VirtualMachine", "description": "数据库服务器", "quantity": 1},
    {"kind": "Other", "description": "云主机安全防护", "quantity": 4},
]
"""What runs in the end: as granted, with the two changes."""


def tell_ending(site: Site, teller: Teller, people: dict[str, Actor]) -> None:
    """Plays the chapters after the launch.

    Args:
        site: the control plane, whose story time is moved.
        teller: prints and counts.
        people: alice, bob, clerk, root and the provider's pei.

    Raises:
        DifferenceError: something else happened than was expected.
    """
    _suspension(teller, people)
    _exit(site, teller, people)
    _signed(teller, people)


def _suspension(teller: Teller, people: dict[str, Actor]) -> None:
    teller.chapter("It endangers the cloud: interrupted, and restored as it was")
    bob, clerk, root = people["bob"], people["clerk"], people["root"]
    name = f"suspension/{SYSTEM}-intrusion"
    pods = partial(
        see, root, "get", "quota", "mandate", "-n", GRANTED, "-o", "jsonpath={.spec.hard.pods}"
    )
    form = about(clerk, "suspension")
    teller.allowed("files a suspension", clerk, "apply", "-f", "-", stdin=form)
    teller.becomes("another person is to decide", partial(may, bob, name, "suspension"), _BOTH)
    order = decision(bob, name, "suspension")
    teller.allowed("orders it", bob, *patch(name), "-p", order)
    teller.becomes("no pod starts any more", pods, "0")
    teller.becomes("it can be lifted", partial(may, bob, name, "lift"), "Approved")
    teller.allowed("lifts it", bob, *patch(name), "-p", decision(bob, name, "lift"))
    unbounded = partial(lambda: "as before" if pods() == "" else "interrupted")
    teller.becomes("everything is as it was", unbounded, "as before")


def _exit(site: Site, teller: Teller, people: dict[str, Actor]) -> None:
    teller.chapter("A year later: the system leaves, and nothing goes before its day")
    alice, bob, root = people["alice"], people["bob"], people["root"]
    site.advance(days=200)
    planned = str((site.now() + timedelta(days=10)).astimezone(_LUAN).date())
    form = about(alice, "exit-request", plannedExitDate=planned, resources=_RESOURCES)
    teller.allowed("asks to exit", alice, "apply", "-f", "-", stdin=form)
    teller.becomes("it awaits the authority", partial(may, bob, _EXIT, "exit"), _BOTH)
    teller.allowed("approves the exit", bob, *patch(_EXIT), "-p", decision(bob, _EXIT, "exit"))
    teller.becomes("it is approved", partial(phase, bob, _EXIT), "Approved")
    teller.becomes("the system still runs", partial(phase, bob), "Running")
    site.advance(days=10)
    teller.becomes("on its day the network closes", partial(phase, bob, _EXIT), "Closed")
    teller.refused(
        "deletes the namespace too early", root, *("delete", "namespace", GRANTED),
        because=f"namespace {GRANTED} is granted by an approved application",
    )  # fmt: skip
    site.advance(days=1)
    teller.becomes("it is held for a day", partial(phase, bob, _EXIT), "Held")
    site.advance(days=2)
    names = ("get", "namespace", GRANTED, "--ignore-not-found", "-o", "name")
    gone = partial(lambda: see(root, *names) or "gone")
    teller.becomes("then it is reclaimed", gone, "gone")
    teller.becomes("the receipt is drawn up", partial(phase, bob, _EXIT), "Reclaimed")


def _signed(teller: Teller, people: dict[str, Actor]) -> None:
    teller.chapter("The receipt is signed by all three, and the dossier stays")
    alice, bob, pei = people["alice"], people["bob"], people["pei"]
    confirm = partial(may, bob, _EXIT, "confirm-provider")
    teller.becomes("the provider is to confirm", confirm, "Approved")
    for who, stage in (
        (pei, "confirm-provider"),
        (alice, "sign-agency"),
        (pei, "sign-provider"),
        (bob, "sign-authority"),
    ):
        teller.becomes(f"{stage} is awaited", partial(may, bob, _EXIT, stage), "Approved")
        teller.allowed(f"signs ({stage})", who, *patch(_EXIT), "-p", decision(bob, _EXIT, stage))
    teller.becomes("the exit is complete", partial(phase, bob, _EXIT), "Completed")
    teller.becomes("the system has exited", partial(phase, bob), "Exited")
    teller.allowed("deletes its application", alice, "delete", "capp", SYSTEM, "-n", OFFICE)
    told = ("audit", "verify", "--subject", SYSTEM)
    teller.command("verifies its dossier", bob, *told, expected="1 whole, 0 broken")
    teller.command(
        "reads in it that it exited", bob, "audit", "show", SYSTEM, "-n", OFFICE, expected="Exited"
    )
