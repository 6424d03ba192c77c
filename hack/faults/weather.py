"""Which requests go wrong, and how: decided by a seed, so that a run can be had again."""

import random
from dataclasses import dataclass
from typing import Literal

Fault = Literal["429", "500", "reset", "lost", "hung", "hung-after", "expired", "broken"]
FAULTS: tuple[Fault, ...] = ("429", "500", "reset", "lost", "hung", "hung-after")
"""429 and 500 come in the API server's place; `reset` and `hung` before it has the request,
`lost` (a reset) and `hung-after` when it has answered and the answer is not passed on."""
IN_STREAMS: tuple[Fault, ...] = ("expired", "broken")
"""A watch ends with an error in it: its version is gone (410), or something failed (500). What is
no watch passes."""


@dataclass(frozen=True, slots=True)
class Weather:
    """A share of requests that goes wrong.

    The n-th request of a key always meets the same fate, whatever is asked meanwhile.
    """

    share: float = 0.0
    """Of the requests, between 0 and 1."""
    latency_seconds: float = 0.0
    """That every request takes more."""
    seed: int = 0
    faults: tuple[Fault, ...] = FAULTS
    most_in_a_row: int = 3
    """After so many faults on one key the next request passes."""
    on: str = ""
    """Only requests whose verb and path have this in them; latency is for all."""

    def fate(self, key: str, number: int, in_a_row: int) -> Fault | None:
        """What happens to a request.

        Args:
            key: verb and path.
            number: how many of this key came before it.
            in_a_row: how many of the last of them went wrong.
        """
        if self.on not in key or in_a_row >= self.most_in_a_row:
            return None
        chance = random.Random(f"{self.seed} {key} {number}")  # noqa: S311 - no secret
        return chance.choice(self.faults) if chance.random() < self.share else None
