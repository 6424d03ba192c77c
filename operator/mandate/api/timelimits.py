"""What a policy can give a time limit: each name, from one place.

A name that nothing asks for would give no clock and say nothing: it is refused at the API.
"""

from mandate.api.meta import Json, cel
from mandate.api.stages import OWN_STAGES, STAGE_TABLE

PROVISION = "provision"
IMPLEMENT = "implement"
RECLAIM = "reclaim"
SIGN = "sign"
MLPS_REPORT = "mlpsReport"
CONTACT_NOTICE = "contactNotice"
FORCE_MAJEURE = "forceMajeure"

LIMITS: dict[str, str] = {
    PROVISION: "from the approval of an application until everything granted is there (article 14)",
    IMPLEMENT: "from the approval of a change, or its planned date, until it is done (article 16)",
    RECLAIM: "from the approval of an exit, or its planned date, until all is gone (article 17)",
    SIGN: "from when there is something to sign until all three have (ours)",
    MLPS_REPORT: "from the launch until the evaluation report is there (annex 1, 3.3)",
    CONTACT_NOTICE: "how far ahead a change of contacts is told, in days (annex 1, 3.8)",
    FORCE_MAJEURE: "in which force majeure is told, as the agreement says (annex 1, 8.2)",
}
"""What has a time limit and is no stage."""


def timed_stages() -> list[str]:
    """The stages that have a clock whatever the policy: all that are not beside the course."""
    return sorted(
        {
            stage.name
            for row in STAGE_TABLE
            for stage in row.stages
            if not stage.beside and (not row.policy_stages or stage.name in OWN_STAGES)
        }
    )


def time_limit_rules() -> list[Json]:
    """The rules on a policy's spec by which each of its time limits is asked for by something."""
    names = [*timed_stages(), *LIMITS]
    stages = "self.stages.cloudApplication"
    known = f"(l.name in {names} || {stages}.exists(s, s.name == l.name))"
    earlier = (
        f"(!has(l.countsFrom) || {stages}.exists(i, s, s.name == l.countsFrom && "
        f"{stages}.exists(j, t, t.name == l.name && i < j)))"
    )
    listed = ", ".join(names)
    return [
        _each(known, f"has no clock: name a stage of stages.cloudApplication, or one of {listed}"),
        _each(earlier, "counts from what is no stage of stages.cloudApplication before it"),
        _each(f"(l.name != '{CONTACT_NOTICE}' || l.unit == 'days')", "is counted in days"),
    ]


def _each(rule: str, said: str) -> Json:
    """A rule on every limit `l`; the message names the first that it fails on.

    It is found by its index: what a filter leaves has no bound that the API server could
    estimate an expression's cost by.
    """
    limits = "self.timeLimits"
    first = f"{limits}[{limits}.transformList(n, l, !{rule}, n)[0]].name"
    return cel(
        f"!has({limits}) || {limits}.all(l, {rule})",
        f"a time limit {said}",
        ".timeLimits",
        computed=f"{first} + ' {said}'",
    )
