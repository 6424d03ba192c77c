"""The metrics, all in one place. No label carries a name or a uid: those are unbounded."""

from prometheus_client import Counter, Gauge, Histogram

RECONCILES = Counter(
    "mandate_reconciles_total", "Reconciles of one object, by kind and result.", ["kind", "result"]
)
RECONCILE_SECONDS = Histogram(
    "mandate_reconcile_duration_seconds", "How long one reconcile took.", ["kind"]
)
QUEUE_LATENCY = Histogram(
    "mandate_queue_latency_seconds",
    "How long an object waited to be reconciled; on a standby, until it led.",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600),
)
QUEUE_DEPTH = Gauge("mandate_queue_depth", "Objects waiting to be reconciled.")
API_REQUESTS = Counter(
    "mandate_api_requests_total",
    "Requests to the API server, by verb, kind and status code (0: no answer).",
    ["verb", "kind", "code"],
)
DOSSIER_PARTS = Gauge(
    "mandate_dossier_parts", "Parts of dossiers that are still written, at the last resync."
)
BROKEN_DOSSIERS = Gauge(
    "mandate_broken_dossiers", "Dossiers of which something is missing or was altered."
)
LEASE_LOSSES = Counter(
    "mandate_lease_losses_total", "Times that this process lost the lease without giving it up."
)
LEADER = Gauge("mandate_leader", "1 while this process holds the lease and writes, 0 on standby.")
