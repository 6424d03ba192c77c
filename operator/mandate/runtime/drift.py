"""Drift on record: what was found changed or gone, and that it was mended (X-dossier)."""

from collections.abc import Collection

from mandate.api.dossier import Subject
from mandate.api.meta import Json
from mandate.kube.client import Ref
from mandate.rules.record import Fact
from mandate.runtime.dossiers import Dossiers


class DriftLog:
    """The witness of one subject's objects.

    The n-th drift of an object is open until its n-th mending is on record, so that one which was
    recorded and not yet mended when the operator was killed is not recorded again.
    """

    def __init__(self, dossiers: Dossiers, subject: Subject, about: Json, *, made: bool) -> None:
        """Watches over a subject's objects.

        Args:
            dossiers: where drift is recorded.
            subject: whose objects they are.
            about: the object that Events are shown on.
            made: whether they were all there once; what is missing before was never made.
        """
        self._dossiers = dossiers
        self._subject = subject
        self._about = about
        self._made = made

    async def drifted(self, ref: Ref, *, gone: bool) -> None:
        """See `Witness`."""
        if gone and not self._made:
            return
        number = _mended(await self._dossiers.keys(self._subject), ref)
        found = "deleted" if gone else "changed"
        await self._record(
            Fact(
                key=f"drift.{ref.kind}.{ref.name}.{number}",
                kind="DriftFound",
                text=f"{_where(ref)} was {found} past the guards; it is made as approved again",
                data={"object": _where(ref), "found": found},
                event="Warning",
            )
        )

    async def settled(self, ref: Ref) -> None:
        """See `Witness`."""
        keys = await self._dossiers.keys(self._subject)
        number = _mended(keys, ref)
        if f"drift.{ref.kind}.{ref.name}.{number}" in keys:
            await self._record(
                Fact(
                    key=f"mended.{ref.kind}.{ref.name}.{number}",
                    kind="DriftMended",
                    text=f"{_where(ref)} is as approved again",
                    data={"object": _where(ref)},
                    event="Normal",
                )
            )

    async def _record(self, fact: Fact) -> None:
        await self._dossiers.record(self._subject, self._about, [fact])


def _mended(keys: Collection[str], ref: Ref) -> int:
    return sum(key.startswith(f"mended.{ref.kind}.{ref.name}.") for key in keys)


def _where(ref: Ref) -> str:
    return f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"
