"""An agency's namespace: what it holds is bounded, and it is not deleted around the Agency."""

import pytest

from hack.site import INSTALLATION, SOON, Answer, Site, eventually
from mandate.api.meta import API_VERSION, GROUP, Json
from mandate.api.stages import STAGE_TABLE, Party, RequestKind
from tests.cluster import kinds, laws
from tests.cluster.matrix import EVERY
from tests.cluster.office import Office

_KINDS = [f"count/{row.plural}.{GROUP}" for row in STAGE_TABLE]


@pytest.fixture(scope="module")
def narrow(site: Site) -> Office:
    """An agency that may have one request of each kind, once the API server counts them."""
    laws.enact(site, "narrow", {}, maximumOpenRequests=1)
    office = Office.open(site, "narrow", policy="narrow")
    quota = f"/api/v1/namespaces/{office.namespace}/resourcequotas/mandate"

    def counted() -> bool:
        found: Json = site.bootstrap.call("GET", quota).body.get("status", {}).get("used", {})
        return all(key in found for key in _KINDS)

    eventually(counted, SOON, "every kind is counted")
    return office


@EVERY
@pytest.mark.rule("X-input")
def test_no_agency_fills_the_store_with_forms(narrow: Office, row: RequestKind) -> None:
    site, path = narrow.site, f"/apis/{API_VERSION}/namespaces/{narrow.namespace}/{row.plural}"
    filer = narrow.member if Party.AGENCY in row.filed_by else narrow.clerk
    if Party.OPERATOR in row.filed_by:
        filer = site.actor(INSTALLATION.operator, "system:masters")

    def file(name: str) -> Answer:
        return filer.call("POST", path, kinds.form(row.kind, narrow.namespace, name))

    first = file("first")
    assert first.code == 201, first.message
    second = file("second")
    assert second.code == 403, second.body
    assert f"exceeded quota: mandate, requested: count/{row.plural}.{GROUP}=1" in second.message
    # what is withdrawn makes room
    assert filer.call("DELETE", f"{path}/first").code == 200
    eventually(lambda: file("second").code == 201, SOON, "there is room again")


@pytest.mark.rule("A17-delete")
@pytest.mark.parametrize("how", ["Background", "Foreground", "Orphan"])
def test_its_namespace_is_not_deleted(narrow: Office, how: str) -> None:
    path = f"/api/v1/namespaces/{narrow.namespace}?dryRun=All&propagationPolicy={how}"
    answer = narrow.site.bootstrap.call("DELETE", path)
    assert answer.code == 403, answer.body
    assert "holds the requests of an agency (A17-delete" in answer.message
