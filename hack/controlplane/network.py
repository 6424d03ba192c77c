"""The port of the API server, and the questions put to it before any client is there."""

import http.client
import socket
import ssl
from pathlib import Path


def reserve_port() -> socket.socket:
    """A free port, held without listening, which the API server may share (SO_REUSEPORT).

    Nobody else can take it between now and the start, nor while the API server is restarted.
    """
    port = socket.socket()
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port.bind(("127.0.0.1", 0))
    return port


class Probe:
    """Asks the API server as the identity of a certificate."""

    def __init__(self, url: str, authority: Path, certificate: Path, key: Path) -> None:
        self._address = url.removeprefix("https://")
        self._context = ssl.create_default_context(cafile=str(authority))
        self._context.load_cert_chain(certificate, key)

    def finds(self, path: str) -> bool:
        """Whether a GET of `path` is answered with 200 within five seconds."""
        connection = http.client.HTTPSConnection(self._address, context=self._context, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
