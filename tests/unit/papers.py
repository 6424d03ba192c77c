"""The papers that people file about the portal, good and bad; of each choice the first is good."""

import copy
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tests.unit.book import ONE, Book, Json
from tests.unit.builders import example

Pick = Callable[[Sequence[Any]], Any]
"""Draws one of these."""
REQUIRED = "公交线路和到站数据接入一体化数据基础平台"
"""What the agency's register asks of the portal."""
_DOCUMENT = {"title": "文件", "uri": "https://files.luan.example/a.pdf", "sha256": "6b" * 32}
_SITE = {"networks": ["GovernmentExtranet", "Internet"], "website": {"domains": ["bus.luan.cn"]}}
_BY_OTHERS = ("systemOwner", "resources", "confirmation", "exitPlan")
"""What the authority does not say where it ends a system."""


def best(options: Sequence[Any]) -> Any:  # noqa: ANN401 - of whatever there is
    """The good choice."""
    return options[0]


def paper(what: str, book: Book, pick: Pick) -> tuple[str, Json]:
    """A paper as somebody fills it now: its kind, and its spec as the API server keeps it."""
    kind, file, fill = _PAPERS[what]
    spec = copy.deepcopy(example(file)["spec"]) | fill(book, pick)
    return kind, {key: value for key, value in spec.items() if value is not None}


def register(due: str) -> list[Json]:
    """The agency's register, by which the portal is integrated until that day."""
    first, *others = copy.deepcopy(example("agencies/transport.yaml")["spec"]["systems"])
    return [first | {"dataIntegration": {"requirement": REQUIRED, "dueOn": due}}, *others]


def _application(_: Book, pick: Pick) -> Json:
    site: Json = pick([{}, _SITE, _SITE])
    return site | {
        "systemName": pick(["六安公交出行服务平台", "另一个系统"]),
        "classified": pick([False, False, True]),
        "trialDays": pick([None, 15, 30]),
        "onboardingType": pick(["NewBuild", "NewBuild", "Colocation"]),
    }


def _extension(_: Book, pick: Pick) -> Json:
    return {"days": pick([10, 1, 20])}


def _report(kind: str) -> Callable[[Book, Pick], Json]:
    def fill(book: Book, pick: Pick) -> Json:
        until = pick([None, 60, 2])
        return {
            "type": kind,
            "result": pick(["Passed", "Passed", "NotPassed"]),
            "date": _day(book, pick([0, -20, 2])),
            "validUntil": _day(book, until) if until else None,
        }

    return fill


def _launch(book: Book, pick: Pick) -> Json:
    tests = copy.deepcopy(example("life/launch-request.yaml")["spec"]["tests"])
    tests["security"]["result"] = pick(["Passed", "Passed", "Passed", "NotPassed"])
    domains = pick([["bus.luan.cn"], ["bus.luan.cn", "luan.cn"], ["other.cn"], None])
    filing = {"domains": domains, "permit": _DOCUMENT, "filingNumber": "皖ICP备1号"}
    return {"tests": tests, "internetFiling": filing if domains else None}


def _suspension(origin: str, effect: str) -> Callable[[Book, Pick], Json]:
    told = "网信办" if (origin, effect) == ("Authority", "Interrupt") else None
    return lambda book, pick: {"origin": origin, "effect": effect, "reportTo": told}


def _exit(kind: str) -> Callable[[Book, Pick], Json]:
    def fill(book: Book, pick: Pick) -> Json:
        due = book.law.integrated_by.isoformat()
        changes: Json = {
            "exitType": kind,
            "plannedExitDate": _day(book, pick([2, 0, 20, 40])),
            "systemName": book.app.spec["systemName"],
        }
        if kind == "System" and pick([True, True, False]) is False:
            line = {"kind": "Network", "description": "一条专线", "quantity": 1}
            changes["resources"] = [line]
        if kind == "Unit":
            changes |= {"systemName": None, "applicationRef": None}
        if kind in ("Reclaim", "Termination"):
            changes |= dict.fromkeys(_BY_OTHERS)
        if kind == "Termination":
            changes["reportTo"] = "网信办"
        if kind == "Reclaim":
            changes["reclaim"] = {
                "requirement": REQUIRED,
                "dueOn": due,
                # nobody is told before that day
                "noticeDate": max(due, _day(book, pick([-40, -28, -10]))),
                "notice": _DOCUMENT,
            }
        return changes

    return fill


def _guest(book: Book, pick: Pick) -> Json:
    begins = book.law.begins(book.today + pick([0, 1, 5]) * ONE)
    return {
        "subject": {"kind": "User", "name": pick(["zhou", "qian"])},
        "role": pick(["view", "edit"]),
        "notBefore": begins.isoformat(),
        "until": (begins + timedelta(days=pick([3, 30, 31]))).isoformat(),
    }


def _contacts(book: Book, pick: Pick) -> Json:
    return {"effectiveFrom": _day(book, pick([5, 1, 0]))}


def _day(book: Book, ahead: int) -> str:
    return (book.today + ahead * ONE).isoformat()


_Fill = Callable[[Book, Pick], Json]
_EXIT, _SUSPENSION = "life/exit-request.yaml", "life/suspension.yaml"
_PAPERS: dict[str, tuple[str, str, _Fill]] = {
    "application": ("CloudApplication", "applications/bus-portal.yaml", _application),
    "launch": ("LaunchRequest", "life/launch-request.yaml", _launch),
    "onboarding": (
        "AssessmentReport", "life/assessment-report.yaml", _report("OnboardingSecurityTest"),
    ),
    "evaluation": ("AssessmentReport", "life/assessment-report.yaml", _report("MlpsEvaluation")),
    "extension": ("TrialExtension", "life/trial-extension.yaml", _extension),
    "order": ("Suspension", _SUSPENSION, _suspension("Authority", "Interrupt")),
    "hold": ("Suspension", _SUSPENSION, _suspension("Authority", "Preserve")),
    "emergency": ("Suspension", _SUSPENSION, _suspension("Provider", "Interrupt")),
    "guest": ("AccessGrant", "life/access-grant.yaml", _guest),
    "contacts": ("ContactChange", "life/contact-change.yaml", _contacts),
    "exit": ("ExitRequest", _EXIT, _exit("System")),
    "unit-exit": ("ExitRequest", _EXIT, _exit("Unit")),
    "reclaim": ("ExitRequest", _EXIT, _exit("Reclaim")),
    "termination": ("ExitRequest", _EXIT, _exit("Termination")),
}  # fmt: skip
PAPERS = tuple(what for what in _PAPERS if what != "application")
