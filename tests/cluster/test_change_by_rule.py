"""A change that a rule of the policy approved binds as one that a person approved."""

import json

import pytest
import yaml

from hack.site import LUAN, Site
from mandate.api.meta import Json
from tests.cluster.changes import SIGNED, change, hosts, until_may, until_quota
from tests.cluster.filing import MERGE, facts
from tests.cluster.test_checks import office_under

LIMITS = {"hosts": 1, "cpuCores": 4, "memory": "8Gi", "storage": "40Gi"}


@pytest.mark.rule("G410-elastic", "A16-change", "A17-delete", "X-closed")
def test_what_a_rule_approved_is_carried_out_frozen_and_on_record(site: Site) -> None:
    terms: Json = yaml.safe_load((LUAN / "policy.yaml").read_text("utf-8"))["spec"]["change"]
    office = office_under(site, "elastic", change=terms | {"automaticUpTo": LIMITS})
    office.approve()
    office.until(phase="Trial")
    grow = change(office, "grow", **hosts("cache", 1))
    grow.until("Implemented", *SIGNED)
    until_quota(office, requests_cpu="20400m")
    status = grow.read()["status"]
    assert status["byRule"]["generation"] == 1
    assert "approvals" not in status
    kept = facts(office, office.read()["metadata"]["uid"])
    (made,) = [json.loads(data) for key, data in kept.items() if key.endswith("decided.change.1")]
    assert "within 1 hosts, 4 cores, 8Gi of memory and 40Gi of storage" in made["opinion"]
    path = f"{grow.forms}/grow"
    for who in (office.member, site.bootstrap):
        edit = who.call("PATCH", path, {"spec": {"reason": "更多"}}, MERGE)
        assert "grow was accepted and is frozen (A16-change" in edit.message
        gone = who.call("DELETE", path)
        assert "grow was granted and is not deleted (A17-delete" in gone.message
    # what is over a limit awaits people, and nobody writes it off as a rule's
    more = change(office, "more", **hosts("more", 2))
    until_may(more, "change", "Approved", "Refused")
    forged = {"status": {"byRule": status["byRule"]}}
    answer = site.bootstrap.call("PATCH", f"{more.forms}/more/status", forged, MERGE)
    assert "only the operator writes this part of the status" in answer.message
    # its form stays open
    assert office.member.call("DELETE", f"{more.forms}/more").code == 200
