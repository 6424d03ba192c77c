"""The further chapters: evidence, launch, the agreement signed by three, formal running.

Time is the story's: the operator is told that days went by; the API server is real.
"""

import json
from functools import partial

import yaml

from hack.demo.teller import Teller
from hack.site import LUAN, Actor, Site, sealed
from mandate.api.meta import Json

OFFICE, GRANTED, SYSTEM = "agency-transport", "transport--bus-portal", "bus-portal"
_TERM = f"{SYSTEM}-term-0"


def tell_life(site: Site, teller: Teller, people: dict[str, Actor]) -> None:
    """Plays the chapters after the grant.

    Args:
        site: the control plane, whose story time is moved.
        teller: prints and counts.
        people: alice, bob, root, support's sue and the provider's pei.

    Raises:
        DifferenceError: something else happened than was expected.
    """
    alice, bob, root = people["alice"], people["bob"], people["root"]
    _launch(site, teller, alice, bob, people["sue"])
    _agreement(teller, alice, bob, people["pei"])
    space = r"jsonpath={.metadata.labels.mandate\.dev/environment}"
    look = partial(see, root, "get", "namespace", GRANTED, "-o", space)
    teller.becomes("its environment is formal", look, "formal")


def _launch(site: Site, teller: Teller, alice: Actor, bob: Actor, sue: Actor) -> None:
    teller.chapter("After ten days of trial: evidence, and the launch")
    site.advance(days=10)
    tested = about(alice, "assessment-report", date=str(site.now().date()), validUntil=None)
    teller.allowed(
        "asks to launch", alice, "apply", "-f", "-", stdin=about(alice, "launch-request")
    )
    launch, report = (
        "launchrequest/bus-portal-launch",
        "assessmentreport/bus-portal-onboarding-test",
    )
    teller.becomes("nobody may consent yet", partial(may, bob, launch, "launch"), "Refused")
    teller.refused(
        "consents without the report", bob, *patch(launch), "-p", decision(bob, launch, "launch"),
        because="OnboardingSecurityTest",
    )  # fmt: skip
    teller.allowed("files the assessor's report", alice, "apply", "-f", "-", stdin=tested)
    both = "Approved Refused"
    teller.becomes("it awaits support", partial(may, sue, report, "verification"), both)
    verified = decision(sue, report, "verification")
    teller.allowed("verifies it", sue, *patch(report), "-p", verified)
    teller.becomes("now the launch can be decided", partial(may, bob, launch, "launch"), both)
    consent = decision(bob, launch, "launch")
    teller.allowed("consents to the launch", bob, *patch(launch), "-p", consent)
    teller.becomes("the system is about to be launched", partial(phase, bob), "Launching")


def _agreement(teller: Teller, alice: Actor, bob: Actor, pei: Actor) -> None:
    teller.chapter("Three parties sign the agreement")
    term = f"serviceagreement/{_TERM}"
    look = partial(may, bob, term, "sign-agency")
    teller.becomes("the operator has drawn it up", look, "Approved Refused")
    teller.refused(
        "signs for somebody else", pei, *patch(term), "-p", decision(bob, term, "sign-authority"),
        because="pei may not decide sign-authority under policy luan",
    )  # fmt: skip
    for who, stage in ((alice, "sign-agency"), (pei, "sign-provider"), (bob, "sign-authority")):
        teller.allowed(f"signs ({stage})", who, *patch(term), "-p", decision(bob, term, stage))
    teller.becomes("it is in force", partial(phase, bob, term), "InForce")
    teller.becomes("the system runs formally", partial(phase, bob), "Running")


def about(who: Actor, example: str, **changes: object) -> str:
    """An example's form, about the system as it is on this cluster; absent where None."""
    form: Json = yaml.safe_load((LUAN / "life" / f"{example}.yaml").read_text("utf-8"))
    uid = see(who, "get", "capp", SYSTEM, "-n", OFFICE, "-o", "jsonpath={.metadata.uid}")
    spec = form["spec"] | {"applicationRef": {"name": SYSTEM, "uid": uid}} | changes
    form["spec"] = {key: value for key, value in spec.items() if value is not None}
    return yaml.safe_dump(form, allow_unicode=True)


def patch(name: str) -> tuple[str, ...]:
    """The beginning of the command by which somebody decides."""
    return ("patch", name, "-n", OFFICE, "--subresource=status", "--type=merge")


def decision(reader: Actor, name: str, stage: str) -> str:
    """The patch that a decider types, with generation and basis as they were read."""
    where = f'jsonpath={{.metadata.generation}} {{.status.awaiting[?(@.stage=="{stage}")].basis}}'
    generation, _, basis = see(reader, "get", name, "-n", OFFICE, "-o", where).partition(" ")
    entry = {"decision": "Approved", "basis": basis, "opinion": "同意"} | sealed(stage)
    return json.dumps(
        {"status": {"approvals": {f"{stage}.{generation}": entry}}}, ensure_ascii=False
    )


def may(who: Actor, name: str, stage: str) -> str:
    """What can be decided at a stage now."""
    where = f'jsonpath={{.status.awaiting[?(@.stage=="{stage}")].may[*]}}'
    return see(who, "get", name, "-n", OFFICE, "-o", where)


def phase(who: Actor, name: str = f"capp/{SYSTEM}") -> str:
    """The phase of a request."""
    return see(who, "get", name, "-n", OFFICE, "-o", "jsonpath={.status.phase}")


def see(who: Actor, *args: str) -> str:
    """What kubectl prints for somebody."""
    return who.kubectl(*args, check=False).stdout
