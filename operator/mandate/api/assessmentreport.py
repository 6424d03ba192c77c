"""`AssessmentReport`: evidence by an assessor, verified by support (测评报告, article 14)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Day, Document, Line, ShortLine
from mandate.api.meta import KubeModel, Resource, cel
from mandate.api.requests import AboutSystem, RequestStatus

ReportType = Literal[
    "Performance",
    "Security",
    "CommercialCryptography",
    "MlpsEvaluation",
    "OnboardingSecurityTest",
]
"""软件性能测试, 信息系统安全测试, 商用密码应用安全性评估 (article 14); 网络安全等级保护测评,
上云安全测试 (annex 1, 3.3)."""


class Assessor(KubeModel):
    """Who made the report."""

    name: Annotated[Line, Field(description="测评机构.")]
    cnas_number: Annotated[
        ShortLine | None,
        Field(description="CNAS认可编号: given where the assessor is accredited (article 14)."),
    ] = None


class AssessmentReportSpec(AboutSystem):
    """The report, as it is filed."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "!has(self.validUntil) || self.validUntil >= self.date",
                    "is before the report's own date",
                    ".validUntil",
                )
            ]
        }
    )

    type: Annotated[
        ReportType,
        Field(
            description="报告类型: 软件性能测试, 信息系统安全测试, 商用密码应用安全性评估 "
            "(article 14), 网络安全等级保护测评 or 上云安全测试 (annex 1, 3.3)."
        ),
    ]
    assessor: Annotated[Assessor, Field(description="测评机构: who made it.")]
    date: Annotated[Day, Field(description="出具日期.")]
    valid_until: Annotated[
        Day | None, Field(description="有效期至; absent: the report names no end.")
    ] = None
    result: Annotated[Literal["Passed", "NotPassed"], Field(description="结论: 通过 or 不通过.")]
    document: Annotated[Document, Field(description="报告原件.")]


class AssessmentReportStatus(RequestStatus):
    """Where the report stands."""

    phase: Annotated[
        Literal["Submitted", "Verified", "Withdrawn", "Refused"] | None,
        Field(description="How far it is; Withdrawn: verified, and does not count any more."),
    ] = None


class AssessmentReport(Resource):
    """A report on one system, filed by its agency and verified by the support department."""

    kind: Literal["AssessmentReport"] = "AssessmentReport"
    spec: Annotated[AssessmentReportSpec, Field(description="The report.")]
    status: Annotated[AssessmentReportStatus, Field(description="Where it stands.")] = (
        AssessmentReportStatus()
    )
