"""How the programs of the control plane are called, and what they read."""

import base64
from pathlib import Path

import yaml

from hack.controlplane.certificates import Authority, Credentials, signing_key, write_private
from hack.controlplane.reaper import CoreProgram

CONTROLLER_MANAGER = "system:kube-controller-manager"
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "validatingadmissionpolicy-status-controller",
)
WRITES = ["create", "update", "patch", "delete", "deletecollection"]
READS = ["get", "list", "watch"]
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {
            "level": "None",
            "verbs": READS,
            "users": ["system:apiserver", CONTROLLER_MANAGER],
        },
        {"level": "None", "verbs": READS, "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "RequestResponse", "verbs": WRITES, "resources": [{"group": "mandate.dev"}]},
        {"level": "Metadata"},
    ],
}
# Sockets in the folder, named relative to it: no port to lose, no other user can open them, and
# a path longer than the 107 characters of a socket address does not matter.
ETCD = "unix://etcd.sock"
ETCD_PEER = "unix://peer.sock"


def write_files(folder: Path, url: str) -> Authority:
    """Everything the programs read: keys, certificates, the audit policy."""
    pki = folder / "pki"
    pki.mkdir()
    authority = Authority.create(pki)
    hosts = ["127.0.0.1", "localhost", "kubernetes.default.svc"]
    authority.server("kube-apiserver", hosts).write(pki, "kube-apiserver")
    write_private(pki / "service-accounts.key", signing_key())
    controllers = authority.client(CONTROLLER_MANAGER)
    write_private(pki / "controllers.kubeconfig", kubeconfig(url, authority, controllers))
    (folder / "audit-policy.yaml").write_text(yaml.safe_dump(AUDIT_POLICY))
    return authority


def kubeconfig(url: str, authority: Authority, credentials: Credentials) -> bytes:
    """A kubeconfig with one context that carries its credentials within."""
    cluster = {"server": url, "certificate-authority-data": _base64(authority.pem)}
    user = {
        "client-certificate-data": _base64(credentials.certificate),
        "client-key-data": _base64(credentials.key),
    }
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "mandate", "cluster": cluster}],
        "users": [{"name": "mandate", "user": user}],
        "contexts": [{"name": "mandate", "context": {"cluster": "mandate", "user": "mandate"}}],
        "current-context": "mandate",
    }
    return yaml.safe_dump(document, sort_keys=False).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def command_lines(
    folder: Path, binaries: Path, port: int, admission_config: Path | None
) -> dict[CoreProgram, list[str]]:
    """The programs and their arguments; all are to run in `folder`."""
    return {
        "etcd": _etcd(folder, binaries),
        "kube-apiserver": _apiserver(folder, binaries, port, admission_config),
        "kube-controller-manager": _controller_manager(folder, binaries),
    }


def _etcd(folder: Path, binaries: Path) -> list[str]:
    return [
        f"{binaries}/etcd",
        "--name=mandate",
        f"--data-dir={folder}/etcd",
        f"--listen-client-urls={ETCD}",
        f"--advertise-client-urls={ETCD}",
        f"--listen-peer-urls={ETCD_PEER}",
        f"--initial-advertise-peer-urls={ETCD_PEER}",
        f"--initial-cluster=mandate={ETCD_PEER}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(folder: Path, binaries: Path, port: int, admission_config: Path | None) -> list[str]:
    pki = folder / "pki"
    arguments = [
        f"{binaries}/kube-apiserver",
        f"--etcd-servers={ETCD}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--permit-port-sharing",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.0.0.0/24",
        f"--tls-cert-file={pki}/kube-apiserver.crt",
        f"--tls-private-key-file={pki}/kube-apiserver.key",
        f"--client-ca-file={pki}/ca.crt",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/service-accounts.key",
        f"--service-account-signing-key-file={pki}/service-accounts.key",
        "--authorization-mode=Node,RBAC",
        f"--audit-policy-file={folder}/audit-policy.yaml",
        f"--audit-log-path={folder}/audit.log",
        "--event-ttl=1h",
        "--profiling=false",
    ]
    if admission_config:
        arguments.append(f"--admission-control-config-file={admission_config.resolve()}")
    return arguments


def _controller_manager(folder: Path, binaries: Path) -> list[str]:
    pki = folder / "pki"
    return [
        f"{binaries}/kube-controller-manager",
        f"--kubeconfig={pki}/controllers.kubeconfig",
        f"--service-account-private-key-file={pki}/service-accounts.key",
        f"--root-ca-file={pki}/ca.crt",
        f"--controllers={','.join(CONTROLLERS)}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--profiling=false",
    ]
