"""Whatever a value holds, it comes out as that text and changes nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandate.api.agency import Member
from mandate.api.meta import Json
from mandate.render import grant_objects, office_objects
from mandate.rules.agency import Office
from mandate.rules.grant import Grant, NetworkGrant, Regime

PLACES = (
    *("v-namespace", "v-uid", "v-agency", "v-application", "v-policy", "v-member", "v-duties"),
    *("v-key", "v-amount", "v-resource", "v-default", "v-platform", "v-cidr"),
)
HOSTILE = [
    "{{ uid }}",
    "{% raw %}",
    "{# gone #}",
    '"',
    "'",
    "a: b",
    "- a",
    "# gone",
    "a #gone",
    "*",
    "&anchor",
    "<<",
    "!!python/object:os.system",
    "---",
    "...",
    "\n---\nkind: Secret\n",
    "\r\n\t\x00\x1b",
    "\\",
    "\\n",
    '"}\nrules: [{verbs: ["*"]}]',
    "",
    "null",
    "yes",
    "1e3",
    "2026-11-24",
    "~",
    "%TAG",
    "@",
    "`",
    "六安市 \u3000\u2028\u0085\ufeff",
    "𠮷田",
    "\\ud842\\udfb7",
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=60,
)
values = st.dictionaries(st.sampled_from(PLACES), TEXTS)


def hostile_grant(new: dict[str, str]) -> Grant:
    def of(name: str) -> str:
        return new.get(name, name)

    return Grant(
        namespace=of("v-namespace"),
        uid=of("v-uid"),
        agency=of("v-agency"),
        application=of("v-application"),
        policy=of("v-policy"),
        members=(Member.model_construct(kind="Group", name=of("v-member")),),
        quota={of("v-key"): of("v-amount")},
        container_defaults={of("v-resource"): of("v-default")},
        platform_namespaces=(of("v-platform"),),
        networks=(NetworkGrant(cidrs=(of("v-cidr"),), ports=(80,)),),
        regime=Regime(),
    )


def hostile_office(new: dict[str, str]) -> Office:
    def of(name: str) -> str:
        return new.get(name, name)

    return Office(
        namespace=of("v-namespace"),
        uid=of("v-uid"),
        agency=of("v-agency"),
        policy=of("v-policy"),
        separation_of_duties=of("v-duties"),
        members=(Member.model_construct(kind="Group", name=of("v-member")),),
        quota={of("v-key"): of("v-amount")},
    )


def replaced(node: object, new: dict[str, str]) -> object:
    """The parsed objects with each harmless value replaced; nothing else differs."""
    if isinstance(node, dict):
        return {new.get(k, k): replaced(v, new) for k, v in node.items()}
    if isinstance(node, list):
        return [replaced(item, new) for item in node]
    return new.get(node, node) if isinstance(node, str) else node


def subjects(objects: list[Json]) -> object:
    """Takes the list that the access guard reads out of the namespace."""
    return json.loads(objects[0]["metadata"]["annotations"].pop("mandate.dev/subjects"))


def compare(harmless: list[Json], hostile: list[Json], new: dict[str, str]) -> None:
    assert subjects(harmless) == ["Group/v-member"]
    assert subjects(hostile) == [f"Group/{new.get('v-member', 'v-member')}"]
    assert hostile == replaced(harmless, new)


@pytest.mark.rule("X-input")
@given(values)
def test_a_grant_says_exactly_what_it_was_given(new: dict[str, str]) -> None:
    compare(grant_objects(hostile_grant({})), grant_objects(hostile_grant(new)), new)


@pytest.mark.rule("X-input")
@given(values)
def test_an_office_says_exactly_what_it_was_given(new: dict[str, str]) -> None:
    compare(office_objects(hostile_office({})), office_objects(hostile_office(new)), new)


@pytest.mark.rule("X-input")
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_in_every_place_at_once_stays_text(text: str) -> None:
    new = dict.fromkeys(PLACES, text)
    compare(grant_objects(hostile_grant({})), grant_objects(hostile_grant(new)), new)
    compare(office_objects(hostile_office({})), office_objects(hostile_office(new)), new)
