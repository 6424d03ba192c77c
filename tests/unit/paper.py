"""Reads a document as a person reads it: rows of labels and values, written out of the HTML.

Independent of what the product reads its own pages with.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from mandate.api.exitrequest import ExitRequestSpec
from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.meta import Json
from mandate.api.serviceagreement import ServiceAgreementSpec
from mandate.api.suspension import SuspensionSpec
from mandate.render.documents import Case
from tests.unit.builders import UID, changed, example, rules

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = "5f" * 32
SPOKEN = datetime(2026, 11, 24, 8, 0, 5, tzinfo=UTC)


@dataclass
class Paper:
    """What is written on a page."""

    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Every heading, paragraph and cell, in order."""
    rows: list[list[str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """The cells that are labels, in order."""
    values: dict[str, str] = field(default_factory=dict)
    """What stands right behind a label; of labels that are there twice, the first."""


class _Reader(HTMLParser):
    WRITTEN = ("h1", "h2", "p", "th", "td")

    def __init__(self) -> None:
        super().__init__()
        self.paper = Paper()
        self.inside: str | None = None
        self.text = ""
        self.label: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.paper.tags.append(tag)
        if tag == "tr":
            self.paper.rows.append([])
            self.label = None
        if tag in self.WRITTEN:
            assert self.inside is None
            self.inside, self.text = tag, ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self.paper.tags.append(f"/{tag}")
        if tag != self.inside:
            return
        self.inside = None
        self.paper.texts.append(self.text)
        if tag in ("th", "td"):
            self.paper.rows[-1].append(self.text)
        if tag == "th":
            self.paper.labels.append(self.text)
            self.label = self.text
        elif tag == "td" and self.label is not None:
            self.paper.values.setdefault(self.label, self.text)
            self.label = None


def read(html: str) -> Paper:
    """A page as it is written."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.paper


def case(kind: str = "ExitRequest") -> Case:
    """The bus portal's."""
    return Case(
        unit="六安市交通运输局",
        system="六安公交出行服务平台",
        kind=kind,
        request="agency-transport/bus-portal-exit",
        uid=UID,
        dossier_head=HEAD,
        zone=SHANGHAI,
    )


def exit_spec(**changes: object) -> ExitRequestSpec:
    """The bus portal's exit; the changes are to its form."""
    return ExitRequestSpec.model_validate(_life("exit-request", changes))


def agreement_spec(**changes: object) -> ServiceAgreementSpec:
    """The bus portal's agreement."""
    return ServiceAgreementSpec.model_validate(_life("service-agreement", changes))


def suspension_spec(**changes: object) -> SuspensionSpec:
    """The bus portal's suspension by the authority."""
    return SuspensionSpec.model_validate(_life("suspension", changes))


def other_authority() -> GovernancePolicySpec:
    """A policy of another authority, which names its cloud otherwise."""
    return rules(
        title="江城市政务云管理规定",
        parties={"authority": "江城市大数据局", "provider": "江城云公司"},
        cloud={"title": "江城市政务云", "short": "江城云"},
        operatingSystems=["openEuler", "麒麟"],
    )


def _life(name: str, changes: Json) -> Json:
    return changed(example(f"life/{name}.yaml")["spec"], changes)
