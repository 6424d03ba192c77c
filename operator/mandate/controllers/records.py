"""The operator's own records: filed once, whoever looks again (X-level)."""

from http import HTTPStatus

from mandate.api.meta import Json
from mandate.kube.client import KubeClient, Ref
from mandate.kube.errors import ApiError
from mandate.render.documents import agreement_annexes
from mandate.rules.allocation import allocation
from mandate.rules.application import World
from mandate.rules.history import subject_of
from mandate.rules.record import Fact
from mandate.runtime.cache import Cache
from mandate.runtime.dossiers import Dossiers


class Records:
    """Files what a rule says is due, such as an agreement's next term."""

    def __init__(self, kube: KubeClient, cache: Cache, dossiers: Dossiers) -> None:
        self._kube = kube
        self._cache = cache
        self._dossiers = dossiers

    async def file(self, record: Json, application: Json, world: World) -> None:
        """Files a record about an application; one that is there already is left as it is.

        Where a system that left the cloud had one of that name, the application's uid
        tells them apart.
        """
        if "annexes" not in record["spec"]:
            record = await self._annexed(record, application, world)
        uid = application["metadata"]["uid"]
        name = record["metadata"]["name"]
        for free in (name, f"{name}-{uid[:8]}"):
            named = record | {"metadata": record["metadata"] | {"name": free}}
            there = await self._kube.get(Ref.of(named)) or await self._create(named)
            if there is not None and there["spec"]["applicationRef"]["uid"] == uid:
                self._cache.put(there)
                return

    async def _create(self, record: Json) -> Json | None:
        try:
            return await self._kube.create(record)
        except ApiError as error:
            if error.code != HTTPStatus.CONFLICT:
                raise
            return await self._kube.get(Ref.of(record))

    async def _annexed(self, record: Json, application: Json, world: World) -> Json:
        """The record with its annexes' digests, which are on record before.

        The form's document stays out: it carries telephone numbers, and the form is on record.
        """
        if world.agency is None or world.policy is None:
            raise ValueError("no agreement is filed without its agency and policy")
        form, facts, annexes = world.application.spec, [], []
        unit = world.agency.spec.title
        allocated = world.application.status.allocation or allocation(form)
        for annex, html in agreement_annexes(unit, form, allocated, world.policy.spec):
            annexes.append(annex.wire())
            data = annex.wire() | ({"html": html} if annex.name != "application" else {})
            key = f"annex.{annex.name}.{annex.sha256[:16]}"
            text = f"{annex.title} is annexed to {record['metadata']['name']}"
            facts.append(Fact(key=key, kind="Annexed", text=text, data=data))
        subject = subject_of("CloudApplication", world.application.metadata)
        await self._dossiers.record(subject, application, facts)
        return record | {"spec": record["spec"] | {"annexes": annexes}}
