"""Reading and writing the cluster as the person at the keyboard, by their own kubeconfig."""

from collections.abc import Iterator
from typing import Any

import click
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from mandate.api.kinds import KINDS, Kind
from mandate.api.meta import GROUP, VERSION, Json

_PAGE = 500
BY_PLURAL = {kind.plural: kind for kind in KINDS}


class Cluster:
    """The calls that the commands make, through the official client.

    It knows every way of logging in that kubectl knows, and a command makes few calls.
    """

    def __init__(self, options: tuple[str | None, str | None]) -> None:
        kubeconfig, context = options
        try:
            api = config.new_client_from_config(kubeconfig, context)
        except config.ConfigException as error:
            raise click.ClickException(f"no cluster to ask: {error}") from error
        self._objects = client.CustomObjectsApi(api)

    def objects(self, kind: Kind, fields: str = "") -> Iterator[Json]:
        """All objects of a kind in all namespaces, page by page.

        Raises:
            click.ClickException: the API server refused, with its sentence.
        """
        token: str | None = None
        while token != "":
            try:
                page: Any = self._objects.list_cluster_custom_object(
                    GROUP, VERSION, kind.plural, limit=_PAGE, _continue=token, field_selector=fields
                )
            except ApiException as error:
                raise refused(error) from error
            yield from page["items"]
            token = page["metadata"].get("continue", "")

    def create(self, kind: Kind, body: Json) -> None:
        """Makes an object.

        Raises:
            ApiException: the API server refused.
        """
        namespace = body["metadata"].get("namespace")
        if namespace:
            self._objects.create_namespaced_custom_object(
                GROUP, VERSION, namespace, kind.plural, body
            )
        else:
            self._objects.create_cluster_custom_object(GROUP, VERSION, kind.plural, body)


def refused(error: ApiException) -> click.ClickException:
    """What the API server said, for the person at the keyboard."""
    return click.ClickException(f"the API server refused ({error.status}): {error.body}")
