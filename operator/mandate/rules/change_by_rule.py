"""Small changes approved by the policy's own limits, where it has any (annex 1, 4.10; ours).

The authority decides in advance, by what it writes into its policy; every other change is decided
by its people (article 16).
"""

from datetime import datetime

from mandate.api import quantity
from mandate.api.meta import Json
from mandate.api.policychange import AutomaticLimits
from mandate.api.requests import Check, decision_key
from mandate.api.resourcechange import ResourceChange, RuleApproval
from mandate.api.rulebook import cite
from mandate.rules.basis import basis
from mandate.rules.case import Case
from mandate.rules.implementation import CHANGE
from mandate.rules.materiality import Additions
from mandate.rules.weighing import Weight


def with_rule(
    case: Case, request: ResourceChange, weight: Weight, checks: tuple[Check, ...], read: Json,
    now: datetime,
) -> ResourceChange:  # fmt: skip
    """The change with the rule's approval, if it has one or gets it now (G410-elastic).

    Never of a major change, none that a check says anything of, none that adds a service, and none
    under a policy that does not say what the platform has. Who decided before it has decided.

    Args:
        case: the system.
        request: the change; `spec` of it as it is judged is `read`'s.
        weight: how it weighs.
        checks: the judgements on it, all of them.
        read: the form as the API server stores it, and what else a decider would read of it.
        now: the time (UTC).
    """
    meta, old, law = request.metadata, request.status, case.policy
    if decision_key(CHANGE, meta.generation) in old.approvals:
        return request
    terms = law.spec.change
    most = terms.automatic_up_to if terms else None
    bounded = most is not None and law.spec.capacity is not None
    if not bounded or most is None or weight.major or not all(c.passed for c in checks):
        return request
    if any(s.action == "Add" and s.quantity for s in request.spec.services or ()):
        return request
    if not _within(weight.added, most):
        return request
    made = RuleApproval(
        generation=meta.generation,
        at=now,
        basis=basis(meta, read["spec"], checks, read["also"]),
        policy=law.metadata.name,
        policy_generation=law.metadata.generation,
        limits=f"{_said(weight.added)}: within {_said(_amounts(most))} ({cite('G410-elastic')})",
    )
    status = old.model_copy(update={"by_rule": made, "approvals": old.approvals | made.decision()})
    return request.model_copy(update={"status": status})


def _within(added: Additions, most: AutomaticLimits) -> bool:
    limit = _amounts(most)
    return (
        added.hosts <= limit.hosts
        and added.cores <= limit.cores
        and added.memory <= limit.memory
        and added.storage <= limit.storage
    )


def _amounts(most: AutomaticLimits) -> Additions:
    return Additions(
        quantity.parse(str(most.hosts)),
        quantity.parse(str(most.cpu_cores)),
        quantity.parse(most.memory),
        quantity.parse(most.storage),
    )


def _said(found: Additions) -> str:
    hosts, cores = quantity.cores(found.hosts), quantity.cores(found.cores)
    memory, storage = quantity.size(found.memory), quantity.size(found.storage)
    return f"{hosts} hosts, {cores} cores, {memory} of memory and {storage} of storage"
