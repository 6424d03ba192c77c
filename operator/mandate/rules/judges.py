"""Which rule judges which kind of request about a system."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mandate.api.meta import Json
from mandate.rules.access import judge_access
from mandate.rules.agreement import judge_agreement
from mandate.rules.change import judge_change
from mandate.rules.contacts import judge_contacts
from mandate.rules.evidence import judge_report
from mandate.rules.exit_request import judge_exit
from mandate.rules.launching import judge_launch
from mandate.rules.request import RequestPlan
from mandate.rules.suspension import judge_suspension
from mandate.rules.trial import judge_extension

# the request is of the kind it stands under; the case is a Unit only where it names no application
Judge = Callable[[Any, Any, Json, datetime], RequestPlan]
"""Judges a request (with its spec as stored) on its case, at a time (UTC)."""

JUDGES: dict[str, Judge] = {
    "AccessGrant": judge_access,
    "AssessmentReport": judge_report,
    "ContactChange": judge_contacts,
    "ExitRequest": judge_exit,
    "LaunchRequest": judge_launch,
    "ResourceChange": judge_change,
    "ServiceAgreement": judge_agreement,
    "Suspension": judge_suspension,
    "TrialExtension": judge_extension,
}
