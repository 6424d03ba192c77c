"""What approving would do is shown before it is decided, and is what is done."""

import json
from dataclasses import replace

import pytest

from mandate.api.meta import Json
from mandate.api.resourcechange import ResourceChange
from mandate.render import grant_objects
from mandate.rules.grant import Grant
from mandate.rules.preview import preview_of_change
from tests.unit.builders import form as application_form
from tests.unit.builders import host
from tests.unit.changes import HOSTS, Works

pytestmark = pytest.mark.rule("X-bound")


def filed() -> Works:
    works = Works()
    works.file("app", "CloudApplication", application_form(hosts=HOSTS, services=None))
    return works


def test_an_application_shows_every_object_it_would_be_granted() -> None:
    works = filed()
    shown = works.status()["preview"]
    assert {(c["kind"], c["operation"]) for c in shown} >= {
        ("Namespace", "Create"), ("ResourceQuota", "Create"), ("LimitRange", "Create"),
        ("NetworkPolicy", "Create"), ("RoleBinding", "Create"),
    }  # fmt: skip
    (quota,) = [json.loads(c["manifest"]) for c in shown if c["kind"] == "ResourceQuota"]
    # 2 × 4 and 8 cores, 3 × 100m beside them
    assert quota["spec"]["hard"]["requests.cpu"] == "16300m"
    for stage in ("acceptance", "review"):
        works.decide("app", stage)
    assert "preview" not in works.status()
    assert works.plan is not None
    assert works.plan.grant is not None
    done = grant_objects(replace(works.plan.grant, members=()))
    assert [json.loads(c["manifest"]) for c in shown] == done


def test_a_change_shows_which_fields_of_what_runs_it_changes() -> None:
    works = Works.on_trial()
    works.change("grow", addedHosts=[host(id="cache", quantity=2)])
    shown = works.status("grow")["preview"]
    assert [(c["kind"], c["name"], c["operation"]) for c in shown] == [
        ("ResourceQuota", "mandate", "Update")
    ]
    fields = {f["path"]: (f["before"], f["after"]) for f in shown[0]["fields"]}
    assert fields["/spec/hard/requests.cpu"] == ('"16300m"', '"24500m"')
    # 2 × 40Gi and 2 × 200Gi more than 3 × 240Gi
    key = "/spec/hard/sata.storageclass.storage.k8s.io~1requests.storage"
    assert fields[key] == ('"720Gi"', '"1200Gi"')
    works.decide("grow", "change")
    assert "preview" not in works.status("grow")


def test_who_decides_decides_on_what_was_shown() -> None:
    works = filed()
    (before,) = [turn["basis"] for turn in works.status()["awaiting"]]
    assert works.plan is not None
    works.law = {"overheadPerHost": {"cpu": "200m", "memory": "256Mi"}}
    works.settle()
    (after,) = [turn["basis"] for turn in works.status()["awaiting"]]
    assert before != after


def test_what_can_only_be_refused_shows_nothing() -> None:
    works = Works()
    materials: Json = {}
    spec = application_form(hosts=HOSTS, services=None, materials=materials)
    works.file("app", "CloudApplication", spec)
    assert works.may("app", "acceptance") == ["Refused"]
    assert "preview" not in works.status()


def crowded(last: int) -> Works:
    """The longest list of ports that a form can have; the last one as given."""
    rows = [
        host(id=f"h{row}", quantity=1, ports=list(range(1 + row * 64, 65 + row * 64)))
        for row in range(100)
    ]
    rows[-1]["ports"][-1] = last
    works = Works()
    works.file("app", "CloudApplication", application_form(hosts=rows, services=None))
    return works


def test_what_is_longer_than_a_status_takes_is_cut_and_still_decided_on_whole() -> None:
    one, other = crowded(60001), crowded(60002)
    shown = [c["manifest"] for c in one.status()["preview"] if c["name"] == "mandate-approved"]
    assert [len(text) for text in shown] == [16384]
    assert "… sha256 " in shown[0]
    cut = [c["manifest"] for c in other.status()["preview"] if c["name"] == "mandate-approved"]
    assert cut[0][:16000] == shown[0][:16000]
    assert cut != shown


def test_more_fields_than_a_status_takes_are_counted_and_still_decided_on() -> None:
    works = Works.on_trial()
    works.change("grow", addedHosts=[host(id="cache", quantity=2)])
    case = works.world().case()
    assert case is not None
    (change,) = case.of(ResourceChange)

    def wide(grant: Grant) -> list[Json]:
        data = {f"k{number:03}": grant.quota["requests.cpu"] for number in range(600)}
        return [{"kind": "Wide", "metadata": {"name": "w"}, "data": data}]

    (found,) = preview_of_change(replace(case, render=wide), change)
    assert found.fields is not None
    assert len(found.fields) == 500
    assert (found.fields[498].path, found.fields[499].path) == ("/data/k498", "101 more")
    assert found.fields[499].after is not None
    assert "sha256" in found.fields[499].after
