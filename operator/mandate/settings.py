"""The operator's settings, from the environment (`MANDATE_…`)."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How one operator process runs; what it decides is in the policies."""

    model_config = SettingsConfigDict(env_prefix="MANDATE_", frozen=True)

    kubeconfig: Path | None = Field(
        default=None, description="Absent: the service account of the pod, else KUBECONFIG."
    )
    context: str | None = Field(default=None, description="The kubeconfig's context.")
    workers: int = Field(default=4, ge=1, le=64, description="Reconciles at the same time.")
    resync_seconds: float = Field(
        default=600, gt=0, description="How often everything is listed and looked at again."
    )
    request_timeout_seconds: float = Field(
        default=30, gt=0, description="After which a call to the API server counts as failed."
    )
    backoff_base_seconds: float = Field(default=0.5, gt=0, description="The first retry's wait.")
    backoff_limit_seconds: float = Field(default=60, gt=0, description="The longest wait.")
    namespace: str = Field(
        default="mandate-system", description="The operator's own, where its lease is."
    )
    identity: str = Field(
        default="", description="Its name in the lease and the audit log; else the host's."
    )
    lease_seconds: int = Field(
        default=15, ge=1, description="After which a standby takes over from a silent leader."
    )
    lease_renew_seconds: float = Field(
        default=10, gt=0, description="After which a leader that cannot renew stops writing."
    )
    lease_retry_seconds: float = Field(
        default=2, gt=0, description="How often a leader renews and a standby looks."
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Where metrics and health are served; in a pod 0.0.0.0."
    )
    metrics_port: int = Field(default=8080, ge=0, le=65535, description="0 serves none.")
    debug_host: str = Field(
        default="127.0.0.1", description="Where /debug/state is served; no user's network."
    )
    debug_port: int = Field(default=0, ge=0, le=65535, description="0 serves none.")
    health_silent_seconds: float = Field(
        default=30, gt=0, description="/healthz fails when the event loop stands for longer."
    )
    health_idle_seconds: float = Field(
        default=300,
        gt=0,
        description="/healthz fails when work waits and no reconcile ends for longer.",
    )
    clock_near_seconds: float = Field(
        default=86400, ge=0, description="From then on a clock counts as near its end."
    )
    log_format: Literal["json", "console"] = Field(
        default="console", description="One JSON object a line, or a line for a terminal."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least that is logged."
    )
    clock_file: Path | None = Field(
        default=None, description="Moves the time that the rules see; for tests and the demo only."
    )

    @model_validator(mode="after")
    def _a_leader_stops_before_another_starts(self) -> Self:
        if not self.lease_retry_seconds < self.lease_renew_seconds < self.lease_seconds:
            raise ValueError(
                "lease_retry_seconds must be less than lease_renew_seconds, and that less than "
                "lease_seconds: else two operators could lead at a time"
            )
        return self
