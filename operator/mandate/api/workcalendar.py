"""`WorkCalendar`: the working days of a jurisdiction (X-clock)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import NAME_IS_A_LABEL, Day, Line
from mandate.api.meta import AS_SET, KubeModel, Resource, Schema, cel, keyed_by, validated

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class DayOff(KubeModel):
    """A public holiday on a day that would be a working day, or not."""

    date: Annotated[Day, Field(description="The day.")]
    name: Annotated[Line | None, Field(description="The holiday, such as 国庆节.")] = None


class MakeUpDay(KubeModel):
    """A day of the weekend that is worked in exchange for a holiday (调休)."""

    date: Annotated[Day, Field(description="The day.")]
    name: Annotated[Line | None, Field(description="The holiday it makes up for.")] = None


class WorkCalendarSpec(KubeModel):
    """Which days are worked."""

    time_zone: Annotated[
        str,
        Field(max_length=64, description="An IANA time zone, such as Asia/Shanghai."),
        validated(
            cel("self.matches('^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$')", "must be an IANA time zone")
        ),
    ]
    weekend: Annotated[
        tuple[Weekday, ...],
        Field(max_length=6, description="The days of the week that are not worked."),
        AS_SET,
    ]
    cut_off: Annotated[
        str | None,
        Field(max_length=5, description="HH:MM local; what comes later came the next day."),
        validated(cel("self.matches('^([01][0-9]|2[0-3]):[0-5][0-9]$')", "must be HH:MM")),
    ] = None
    holidays: Annotated[
        tuple[DayOff, ...], Field(max_length=500, description="Days off."), keyed_by("date")
    ] = ()
    make_up_days: Annotated[
        tuple[MakeUpDay, ...],
        Field(max_length=200, description="Days of the weekend that are worked."),
        keyed_by("date"),
    ] = ()
    valid_through: Annotated[
        Day, Field(description="The last day it speaks of; beyond, due dates are provisional.")
    ]
    country: Annotated[
        str | None,
        Field(
            max_length=2,
            description="ISO 3166 code of the country whose statutory holidays are taken as days "
            "off beyond validThrough; absent: the weekend alone.",
        ),
        validated(cel("self.matches('^[A-Z]{2}$')", "must be two capital letters such as CN")),
    ] = None


WORK_CALENDAR_RULES = Schema(
    {
        "x-kubernetes-validations": [
            cel(
                "!has(self.holidays) || !has(self.makeUpDays) || "
                "self.makeUpDays.all(m, !self.holidays.exists(h, h.date == m.date))",
                "no day is both a holiday and a make-up working day",
                ".makeUpDays",
            )
        ]
    }
)


class WorkCalendar(Resource):
    """The working days that time limits are counted in."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-validations": [NAME_IS_A_LABEL]})

    kind: Literal["WorkCalendar"] = "WorkCalendar"
    spec: Annotated[
        WorkCalendarSpec, Field(description="Which days are worked."), WORK_CALENDAR_RULES
    ]
