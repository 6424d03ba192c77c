"""`kubectl mandate` as people run it: the installed command, their own kubeconfig, a real API."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hack.site import LUAN, SOON, Actor, eventually
from mandate.api.meta import Json
from tests.cluster.office import Office
from tests.cluster.test_agreement import TERM, Table
from tests.cluster.test_dossier import dossier, kinds

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_COMMAND = Path(sys.executable).parent / "kubectl-mandate"


def run(who: Actor, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """The command as this person."""
    return subprocess.run(
        [_COMMAND, f"--kubeconfig={who.kubeconfig}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def lived(office: Office) -> str:
    """An application with some history; its uid."""
    assert office.file().code == 201
    office.awaits("acceptance")
    assert office.decide("acceptance", "Refused", opinion="材料不全").code == 200
    uid: str = office.until(phase="Refused")["metadata"]["uid"]
    eventually(lambda: "Effective" in kinds(office.site, uid), SOON, "its refusal is on record")
    return uid


@pytest.mark.rule("X-dossier")
def test_a_dossier_is_verified_shown_and_witnessed(office: Office) -> None:
    uid = lived(office)
    head = dossier(office.site, uid)["spec"]["entries"][-1]["hash"]
    found = run(office.clerk, "audit", "verify", "--subject", uid, "--head", head)
    assert found.returncode == 0, found.stderr
    assert f"whole  CloudApplication {office.namespace}/bus-portal ({uid})" in found.stdout
    assert "1 whole, 0 broken" in found.stdout
    missing = run(office.clerk, "audit", "verify", "--subject", uid, "--head", "a" * 64)
    assert missing.returncode == 1
    assert "no dossier has the witnessed hash" in missing.stdout
    shown = run(office.clerk, "audit", "show", "bus-portal", "-n", office.namespace)
    assert "acceptance.1 was Refused by bob (bob)" in shown.stdout
    nobody = run(office.clerk, "audit", "show", "nobody")
    assert nobody.returncode == 1
    assert "no dossier of nobody was found" in nobody.stderr
    outsider = run(office.site.actor("outsider"), "audit", "verify")
    assert outsider.returncode == 1
    assert "the API server refused (403)" in outsider.stderr


@pytest.mark.rule("X-dossier")
def test_an_export_is_whole_and_an_altered_one_is_found(office: Office, tmp_path: Path) -> None:
    uid = lived(office)
    file = tmp_path / "export.jsonl"
    written = run(office.clerk, "export", file)
    assert written.returncode == 0, written.stderr
    assert run(office.clerk, "export", file).returncode != 0  # nothing is overwritten
    # verified without a cluster
    alone: list[str | Path] = [_COMMAND, "audit", "verify", "--file", file, "--subject", uid]
    whole = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout
    rows = [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
    file.write_text("\n".join(json.dumps(_altered(r, uid)) for r in rows))
    broken = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "was altered; its hash should be" in broken.stdout
    nothing = subprocess.run([*alone[:-1], "nobody"], capture_output=True, text=True, check=False)
    assert nothing.returncode == 1
    assert "nothing is proven" in nothing.stderr


def _altered(found: Json, uid: str) -> Json:
    if found["kind"] == "Dossier" and found["spec"]["subject"]["uid"] == uid:
        refusal = next(e for e in found["spec"]["entries"] if e["kind"] == "Decided")
        refusal["text"] = refusal["text"].replace("Refused", "Approved")
    return found


def test_what_is_there_is_left_as_it_is_by_an_import(office: Office, tmp_path: Path) -> None:
    lived(office)
    file = tmp_path / "export.jsonl"
    assert run(office.clerk, "export", file).returncode == 0
    before = office.read()
    again = run(office.member, "import", file, "--only", "forms")
    # the member may file in its own namespace alone, and the first of another's ends it
    assert again.returncode in (0, 1)
    assert office.read() == before
    law = run(office.clerk, "import", file, "--only", "law")
    assert law.returncode == 0, law.stderr
    assert "0 brought back" in law.stdout
    foreign = tmp_path / "foreign.yaml"
    foreign.write_text("kind: Pod\nmetadata: {name: x}\n")
    refused = run(office.clerk, "import", foreign)
    assert refused.returncode == 1
    assert "not of Mandate" in refused.stderr


def _may_read(office: Office) -> None:
    """The member draws papers as the example's do: its own agency in place of theirs."""
    wanted = "luan-transport-papers"
    documents = yaml.safe_load_all((LUAN / "access.yaml").read_text("utf-8"))
    role, binding = (d for d in documents if d["metadata"]["name"] == wanted)
    role["metadata"]["name"] = binding["metadata"]["name"] = f"{office.name}-papers"
    role["rules"][0]["resourceNames"] = [office.name]
    binding["roleRef"]["name"] = f"{office.name}-papers"
    binding["subjects"] = [binding["subjects"][0] | {"name": office.member.user}]
    root = office.site.bootstrap
    assert root.call("POST", f"{_RBAC}/clusterroles", role).code == 201
    assert root.call("POST", f"{_RBAC}/clusterrolebindings", binding).code == 201


@pytest.mark.rule("A11-form", "G94-copies", "X-dossier")
def test_what_there_is_on_paper_is_rendered_by_who_may_read_it(
    office: Office, tmp_path: Path
) -> None:
    table = Table(office)
    asked = ("render", "capp", "bus-portal", "-n", office.namespace)
    refused = run(office.member, *asked, "-o", tmp_path)
    assert refused.returncode == 1
    assert "the API server refused (403)" in refused.stderr
    assert "have a role with `get` on these three bound to you" in refused.stderr
    assert not list(tmp_path.iterdir())
    done = run(office.clerk, *asked, "-o", tmp_path / "clerk", "--pdf")
    assert done.returncode == 0, done.stderr
    papers = {f.name: f.read_bytes() for f in (tmp_path / "clerk").iterdir()}
    stem = "cloudapplication-bus-portal"
    names = [
        f"{stem}-{p}.{end}" for p in ("allocation", "cover", "form") for end in ("html", "pdf")
    ]
    assert sorted(papers) == sorted(names)
    assert "六安公交出行服务平台" in papers[f"{stem}-form.html"].decode()
    assert papers[f"{stem}-form.pdf"].startswith(b"%PDF")
    cover = papers[f"{stem}-cover.html"].decode()
    heads = [e["hash"] for e in dossier(office.site, table.uid)["spec"]["entries"]]
    assert any(f"sha256）：{head}" in cover for head in heads)
    assert "<td>bob</td>" in cover
    # the unit itself, without the dossier, which is not its to read
    _may_read(office)
    own = tmp_path / "own"
    eventually(lambda: run(office.member, *asked, "-o", own).returncode == 0, SOON, "it may read")
    assert (own / f"{stem}-form.html").read_bytes() == papers[f"{stem}-form.html"]
    assert "dossier head" not in (own / f"{stem}-cover.html").read_text("utf-8")
    # and nothing of another agency
    own_agency = f"/apis/mandate.dev/v1alpha1/agencies/{office.name}"
    assert office.member.call("GET", own_agency).code == 200
    for path in ("/apis/mandate.dev/v1alpha1/agencies", own_agency + "x"):
        assert office.member.call("GET", path).code == 403
    # what is to be signed is what is written
    table.consent()
    table.until(TERM, phase="Signing")
    text = table.until(TERM)["status"]["textSha256"]
    agreement = run(office.clerk, "render", "serviceagreement", TERM, *asked[3:], "-o", tmp_path)
    assert agreement.returncode == 0, agreement.stderr
    assert f"serviceagreement-{TERM}-agreement.html  sha256 {text}" in agreement.stdout
    unknown = run(office.clerk, "render", "pod", "x", *asked[3:])
    assert unknown.returncode == 2
    assert "pod is no kind of request" in unknown.stderr
    nobody = run(office.clerk, "render", "exrq", "nobody", *asked[3:])
    assert "the API server refused (404)" in nobody.stderr


@pytest.mark.rule("A31-budget")
def test_what_a_system_costs_is_a_column_and_a_report(office: Office, tmp_path: Path) -> None:
    # 16 cores at 1.60, 32G at 0.55, 480G SATA at 0.008, 540G SSD at 0.025, 3 protections at 1.10
    cost = office.approve()["status"]["cost"]
    assert cost == {"perDay": "63.84", "currency": "CNY", "unpriced": []}
    asked = ("cost", office.name, "--from", "2026-01-01")
    files = ("--csv", tmp_path / "cost.csv", "--sheets", tmp_path)
    done = run(office.clerk, *asked, "--to", "2026-01-31", *files)
    assert done.returncode == 0, done.stderr
    # on trial, which is free
    assert done.stdout.splitlines()[-1].split() == ["total", "0.00", "CNY"]
    assert (tmp_path / "cost.csv").read_text("utf-8-sig").startswith('"agency","application"')
    assert "政务云资源费用清单" in (tmp_path / f"cost-{office.name}.html").read_text("utf-8")
    early = run(office.clerk, *asked, "--to", "2999-12-31")
    assert early.returncode == 2
    assert "2999-12-31 is not over (A31-budget" in early.stderr
    back = run(office.clerk, *asked, "--to", "2025-12-31")
    assert "2025-12-31 is before 2026-01-01" in back.stderr
