"""What is signed and sealed, and by what digest (annex 1, 7.1, 7.2, 9.1)."""

from collections.abc import Iterable

from mandate.api.governancepolicy import GovernancePolicySpec
from mandate.api.requests import Awaiting
from mandate.api.stages import SIGNATURES


def to_sign(
    turns: Iterable[Awaiting], digest: str | None, policy: GovernancePolicySpec
) -> tuple[Awaiting, ...]:
    """What is awaited, the signatures with what is signed (G94-copies, G72-confirm).

    Args:
        turns: what can be decided now.
        digest: the sha256 of the text or sheet; None: there is none yet.
        policy: which says whether a signature carries its sealed scan.
    """
    sealed = policy.sealed_signatures is True
    signed = {"signs": digest, "seal_required": sealed}
    return tuple(
        turn.model_copy(update=signed) if turn.stage in SIGNATURES else turn for turn in turns
    )
