"""Reading and writing the cluster as the person at the keyboard, by their own kubeconfig."""

from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

import click
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from mandate.api.kinds import KINDS, Kind
from mandate.api.meta import GROUP, VERSION, Json

_PAGE = 500
BY_PLURAL = {kind.plural: kind for kind in KINDS}


class RefusedError(click.ClickException):
    """It is not theirs to read or write."""


class NotFoundError(click.ClickException):
    """There is none of that name."""


_KNOWN = {HTTPStatus.FORBIDDEN: RefusedError, HTTPStatus.NOT_FOUND: NotFoundError}


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

    def get(self, kind: Kind, name: str, namespace: str = "") -> Json:
        """One object; the namespace where its kind has one.

        Raises:
            click.ClickException: the API server refused, with its sentence.
        """
        api = self._objects
        answer: Any
        try:
            if namespace:
                answer = api.get_namespaced_custom_object(
                    GROUP, VERSION, namespace, kind.plural, name
                )
            else:
                answer = api.get_cluster_custom_object(GROUP, VERSION, kind.plural, name)
        except ApiException as error:
            raise refused(error) from error
        found: Json = answer
        return found

    def objects(self, kind: Kind, fields: str = "", namespace: str = "") -> Iterator[Json]:
        """All objects of a kind, in one namespace or in all, page by page.

        Raises:
            click.ClickException: the API server refused, with its sentence.
        """
        token: str | None = None
        while token != "":
            try:
                page: Any = self._list(kind, namespace)(
                    limit=_PAGE, _continue=token, field_selector=fields
                )
            except ApiException as error:
                raise refused(error) from error
            yield from page["items"]
            token = page["metadata"].get("continue", "")

    def _list(self, kind: Kind, namespace: str) -> Callable[..., Any]:
        if namespace:
            within = self._objects.list_namespaced_custom_object
            return partial(within, GROUP, VERSION, namespace, kind.plural)
        return partial(self._objects.list_cluster_custom_object, GROUP, VERSION, kind.plural)

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
    said = f"the API server refused ({error.status}): {error.body}"
    return _KNOWN.get(error.status, click.ClickException)(said)
