"""The Lu'an examples are authored without an unknown field, and read with one."""

import pytest
import yaml
from pydantic import ValidationError

from mandate.api.kinds import BY_NAME, WATCHED
from mandate.api.meta import Json
from tests.unit.builders import EXAMPLES, example

FILES = [
    "policy.yaml",
    "calendar.yaml",
    "catalog.yaml",
    "landing-zone.yaml",
    "agencies/transport.yaml",
    "applications/bus-portal.yaml",
    "life/trial-extension.yaml",
    "life/assessment-report.yaml",
    "life/launch-request.yaml",
    "life/service-agreement.yaml",
    "life/contact-change.yaml",
    "life/access-grant.yaml",
    "life/suspension.yaml",
    "life/resource-change.yaml",
    "life/exit-request.yaml",
]


def with_unknown(document: Json) -> Json:
    return document | {"spec": document["spec"] | {"fromANewerVersion": 1}}


def test_these_are_the_examples() -> None:
    found = {str(p.relative_to(EXAMPLES)) for p in EXAMPLES.rglob("*.yaml")}
    assert found == {*FILES, "access.yaml"}


@pytest.mark.parametrize("path", FILES)
def test_an_example_has_no_unknown_field(path: str) -> None:
    document = example(path)
    model = BY_NAME[document["kind"]].model
    spec = {**document, "metadata": {"name": document["metadata"]["name"]}}
    assert model.model_validate(spec, extra="forbid").wire()["spec"] == document["spec"]


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("path", FILES)
def test_an_unknown_field_is_refused_when_authoring(path: str) -> None:
    document = example(path)
    with pytest.raises(ValidationError, match="fromANewerVersion"):
        BY_NAME[document["kind"]].model.model_validate(with_unknown(document), extra="forbid")


@pytest.mark.parametrize("path", FILES)
def test_an_unknown_field_is_ignored_when_reading(path: str) -> None:
    document = example(path)
    model = BY_NAME[document["kind"]].model
    assert model.model_validate(with_unknown(document)) == model.model_validate(document)


def test_there_is_an_example_of_every_kind() -> None:
    assert {example(path)["kind"] for path in FILES} == {kind.name for kind in WATCHED}


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("life/")])
def test_an_example_is_about_the_bus_portal(path: str) -> None:
    document = example(path)
    assert document["metadata"]["namespace"] == "agency-transport"
    assert document["spec"]["applicationRef"]["name"] == "bus-portal"


def test_no_object_of_the_access_file_stands_twice() -> None:
    # the second of a name would take the place of the first
    documents = list(yaml.safe_load_all((EXAMPLES / "access.yaml").read_text("utf-8")))
    names = [(d["kind"], d["metadata"]["name"]) for d in documents]
    assert len(names) == len(set(names))
