"""Time limits as a policy sets them, and the clocks that run by them (X-clock)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from mandate.api.fields import Day
from mandate.api.meta import ATOMIC, KubeModel

LimitName = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[a-z]([A-Za-z-]*[A-Za-z])?$",
        description="A stage, or what else has a limit: see the stages' page.",
    ),
]


class Period(KubeModel):
    """A length of time, counted in days of the calendar's time zone."""

    amount: Annotated[int, Field(ge=1, le=1000, description="How many.")]
    unit: Annotated[
        Literal["workingDays", "days", "months"],
        Field(
            description="The first day is not counted. days and months that end on a day off end "
            "on the next working day; months end on the same day number, or the month's last."
        ),
    ]


class TimeLimit(Period):
    """In which time something is to be done; what has no limit has no clock."""

    name: LimitName
    counts_from: Annotated[
        LimitName | None,
        Field(
            description="Of a stage: the earlier stage with whose approval its time begins, "
            "whatever lies between; absent, or not gone through: the stage before it."
        ),
    ] = None
    remind_before: Annotated[
        Period | None, Field(description="How long before the end a reminder is due.")
    ] = None
    stop_while_waiting: Annotated[
        bool | None,
        Field(description="Whether the clock stops while the request waits for its applicant."),
    ] = None


class Stop(KubeModel):
    """A while in which a clock stood still."""

    since: Annotated[datetime, Field(description="From when (UTC).")]
    until: Annotated[
        datetime | None, Field(description="Until when (UTC); absent: it stands still now.")
    ] = None


class Recomputed(KubeModel):
    """That a calendar edited later moved the due date of a clock that ran."""

    calendar_generation: Annotated[
        int, Field(ge=0, description="The generation of the WorkCalendar that moved it.")
    ]
    was_due_on: Annotated[Day, Field(description="The last day until then.")]
    was_provisional: Annotated[bool, Field(description="Whether that was provisional.")]


class Clock(KubeModel):
    """One time limit that runs or ran on this generation of a request."""

    stage: LimitName
    limit: Annotated[
        Period, Field(description="As the policy had it at the start; a later edit moves none.")
    ]
    started_at: Annotated[datetime, Field(description="When it started (UTC).")]
    due_on: Annotated[Day, Field(description="The last day in time, in the calendar's zone.")]
    due_at: Annotated[
        datetime, Field(description="The end of that day (UTC): what comes then comes late.")
    ]
    remind_at: Annotated[
        datetime | None, Field(description="When a reminder is due (UTC); absent: none.")
    ] = None
    reminded: Annotated[bool, Field(description="Whether it was still open at `remindAt`.")] = False
    provisional: Annotated[
        bool, Field(description="Whether the calendar does not speak of all its days yet.")
    ]
    breached: Annotated[bool, Field(description="Whether it was still open at `dueAt`.")]
    closed_at: Annotated[
        datetime | None, Field(description="When what it was for was done (UTC).")
    ] = None
    stops: Annotated[
        tuple[Stop, ...], Field(max_length=16, description="When it stood still."), ATOMIC
    ] = ()
    recomputed: Annotated[
        Recomputed | None, Field(description="What last moved it, if anything did.")
    ] = None

    @property
    def stands_still(self) -> bool:
        """Whether it was stopped and does not go on yet."""
        return bool(self.stops) and self.stops[-1].until is None

    @property
    def runs(self) -> bool:
        """Whether time brings it nearer to its end."""
        return self.closed_at is None and not self.stands_still
