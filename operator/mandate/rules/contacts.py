"""Emergency contacts: a change is told in time, and taken in any case (annex 1, 3.8)."""

from datetime import date, datetime, timedelta

from mandate.api.contactchange import ContactChange, ContactChangeStatus
from mandate.api.meta import Condition, Json, set_condition
from mandate.api.rulebook import cite
from mandate.api.timelimits import CONTACT_NOTICE
from mandate.rules.case import Case, form_of
from mandate.rules.receipt import received
from mandate.rules.request import Course, RequestPlan, judge, verdict


def judge_contacts(case: Case, request: ContactChange, spec: Json, now: datetime) -> RequestPlan:
    """Other contacts, from their day on; nobody decides it, and late it is marked (G38-contact).

    Whom to call is worth more than the notice: what came too late is taken all the same.
    """
    form = form_of(request, spec)
    judged = judge(form, Course(groups=()), case.law, now)
    days = case.workdays
    from_day = request.spec.effective_from
    begins = days.end_of(from_day - timedelta(days=1)) if days else None
    effective = begins is not None and now >= begins
    said = f"these are called from {from_day.isoformat()} on"
    done = ("Effective" if effective else "Noted", said)
    fields = judged.status(verdict(judged, form, now, done=done))
    start = received(form.metadata, {}, now)
    late = _late(case, days.day_of(start), from_day) if days else None
    if late is not None:
        fields["conditions"] = set_condition(
            fields["conditions"],
            Condition(
                type="NoticeLate",
                status="True",
                observed_generation=form.metadata.generation,
                last_transition_time=start,
                reason="TooLate",
                message=late,
            ),
        )
    status = ContactChangeStatus(**fields, phase="Effective" if effective else "Submitted")
    return RequestPlan(status, judged.facts, None if effective else begins)


def _late(case: Case, filed: date, from_day: date) -> str | None:
    """What is said of a change that was told too late."""
    limits = case.policy.spec.time_limits
    notice = next((limit for limit in limits if limit.name == CONTACT_NOTICE), None)
    if notice is None or notice.unit != "days":
        return None
    if from_day >= filed + timedelta(days=notice.amount):
        return None
    return (
        f"told on {filed.isoformat()} for {from_day.isoformat()}, less than {notice.amount} days "
        f"ahead; it is taken all the same ({cite('G38-contact')})"
    )
