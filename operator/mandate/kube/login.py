"""Who the operator is, from a kubeconfig or a pod's service account.

The official client reads both and knows how tokens are renewed; its configuration is all
that is taken of it.
"""

import ssl
from pathlib import Path

import kopf
from kubernetes import client, config


class Login:
    """An address and the credentials for it; tokens are read anew at each use."""

    def __init__(self, configuration: client.Configuration) -> None:
        self._configuration = configuration
        self.server: str = configuration.host

    @classmethod
    def load(cls, kubeconfig: Path | None, context: str | None) -> "Login":
        """The login of this process.

        Args:
            kubeconfig: the file to use; None: the pod's service account, else KUBECONFIG.
            context: the context in it; None: its current one.

        Raises:
            kubernetes.config.ConfigException: there is none, or it cannot be read.
        """
        configuration = client.Configuration()
        if kubeconfig is None:
            try:
                config.load_incluster_config(client_configuration=configuration)
                return cls(configuration)
            except config.ConfigException:
                pass
        file = str(kubeconfig) if kubeconfig else None
        config.load_kube_config(file, context, client_configuration=configuration)
        return cls(configuration)

    def headers(self) -> dict[str, str]:
        """The authorization header, if the login has a token."""
        token = self._configuration.get_api_key_with_prefix("BearerToken")
        return {"Authorization": token} if token else {}

    def ssl_context(self) -> ssl.SSLContext:
        """TLS with the server's authority, and the client's certificate if there is one."""
        context = ssl.create_default_context(cafile=self._configuration.ssl_ca_cert)
        if self._configuration.cert_file:
            context.load_cert_chain(self._configuration.cert_file, self._configuration.key_file)
        return context

    def for_kopf(self) -> kopf.ConnectionInfo:
        """The same login in the form that kopf takes."""
        scheme, _, token = self.headers().get("Authorization", "").rpartition(" ")
        return kopf.ConnectionInfo(
            server=self.server,
            ca_path=self._configuration.ssl_ca_cert,
            certificate_path=self._configuration.cert_file,
            private_key_path=self._configuration.key_file,
            scheme=scheme or None,
            token=token or None,
        )
