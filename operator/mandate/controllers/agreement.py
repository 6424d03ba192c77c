"""Agreements: the text is rendered, and on record, before it can be signed (G94-copies)."""

from collections.abc import Iterator

from mandate.api.meta import Json, Resource
from mandate.api.serviceagreement import ServiceAgreement
from mandate.controllers.cases import Cases
from mandate.controllers.request import RequestController
from mandate.kube.client import KubeClient
from mandate.render.documents import agreement_text, digest
from mandate.rules.agreement import judge_agreement, needs_text
from mandate.rules.agreement_history import agreement_facts, rendered
from mandate.rules.case import Case, Unit
from mandate.rules.history import subject_of
from mandate.rules.record import Fact
from mandate.runtime.cache import Cache
from mandate.runtime.clock import Clock
from mandate.runtime.dossiers import Dossiers


class AgreementController(RequestController):
    """Brings agreements to where their rule says; the rule does not render, this does."""

    def __init__(
        self, kube: KubeClient, cache: Cache, cases: Cases, dossiers: Dossiers, clock: Clock
    ) -> None:
        super().__init__(judge_agreement, kube, cache, cases, dossiers, clock)

    async def _prepared(self, raw: Json, case: Case | Unit, request: Resource) -> Resource:
        """The agreement with the digest of its text as it is now, while it still may change."""
        if isinstance(case, Unit) or not isinstance(request, ServiceAgreement):
            return request
        if not needs_text(case, request):
            return request
        html = agreement_text(request.spec, case.policy.spec)
        sha256 = digest(html)
        subject = subject_of("CloudApplication", case.application.metadata)
        await self._dossiers.record(subject, raw, [rendered(request, html, sha256)])
        status = request.status.model_copy(update={"text_sha256": sha256})
        return request.model_copy(update={"status": status})

    def _facts(self, case: Case | Unit, request: Resource, spec: Json) -> Iterator[Fact]:
        yield from super()._facts(case, request, spec)
        if isinstance(request, ServiceAgreement):
            yield from agreement_facts(request)
