"""`LaunchRequest`: from trial to formal running (正式开通, article 15)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Day, Document, Line, Signature
from mandate.api.meta import KubeModel, Resource, cel
from mandate.api.requests import AboutSystem, RequestStatus
from mandate.api.websites import InternetFiling


class SystemTest(KubeModel):
    """What one test of the system in its trial came to."""

    result: Annotated[
        Literal["Passed", "NotPassed"], Field(description="测试结论: 通过 or 不通过.")
    ]
    date: Annotated[Day, Field(description="测试日期.")]
    document: Annotated[Document, Field(description="测试报告.")]


class SystemTests(KubeModel):
    """The three tests that a launch takes (articles 14 and 15)."""

    function: Annotated[SystemTest, Field(description="功能测试.")]
    performance: Annotated[SystemTest, Field(description="性能测试.")]
    security: Annotated[SystemTest, Field(description="安全测试.")]


class Attestations(KubeModel):
    """What the unit answers for (G36-attest)."""

    licensed_software_only: Annotated[
        bool, Field(description="部署的软件具有合法授权 (annex 1, 3.6): must be true.")
    ]
    access_logs_kept: Annotated[
        bool,
        Field(description="保留网站访问日志记录 (annex 1, 3.9): must be true with internetFiling."),
    ]
    access_log_days: Annotated[
        int | None,
        Field(ge=1, le=3650, description="日志留存天数: at least the policy's accessLogDays."),
    ] = None


class LaunchRequestSpec(AboutSystem):
    """The form; annex 2 has none for it, the articles name what it carries (ours)."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "self.attestations.licensedSoftwareOnly",
                    "must be true: only licensed software is deployed (annex 1, 3.6)",
                    ".attestations.licensedSoftwareOnly",
                ),
                cel(
                    "!has(self.internetFiling) || self.attestations.accessLogsKept",
                    "must be true: a site keeps its access logs (annex 1, 3.9)",
                    ".attestations.accessLogsKept",
                ),
            ]
        }
    )

    tests: Annotated[SystemTests, Field(description="系统测试 (article 14).")]
    protection_filing_number: Annotated[
        Line, Field(description="等保备案证明证书编号 (annex 1, 3.3).")
    ]
    graded_level: Annotated[
        Literal["Level1", "Level2", "Level3", "Level4", "Level5"] | None,
        Field(description="等级保护级别 as graded since, where the application says NotGraded."),
    ] = None
    internet_filing: Annotated[
        InternetFiling | None, Field(description="网站许可与备案, where the public reaches it.")
    ] = None
    attestations: Annotated[Attestations, Field(description="承诺: what the unit answers for.")]
    signature: Annotated[Signature, Field(description="签章: seal, signature and date.")]


class LaunchRequestStatus(RequestStatus):
    """Where the request stands."""

    phase: Annotated[
        Literal["Submitted", "Approved", "Refused"] | None, Field(description="How far it is.")
    ] = None


class LaunchRequest(Resource):
    """An agency's request to run a tested system formally (articles 14 and 15)."""

    kind: Literal["LaunchRequest"] = "LaunchRequest"
    spec: Annotated[LaunchRequestSpec, Field(description="The form.")]
    status: Annotated[LaunchRequestStatus, Field(description="Where it stands.")] = (
        LaunchRequestStatus()
    )
