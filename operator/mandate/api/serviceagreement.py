"""`ServiceAgreement`: the tripartite agreement of annex 1, one object a term (三方协议)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mandate.api.fields import Day, Line, Name, Phone, Sha256
from mandate.api.meta import AS_SET, KubeModel, Resource, cel, keyed_by
from mandate.api.requests import AboutSystem, RequestStatus


class AgreementParties(KubeModel):
    """Who signs, as the head of the text names them."""

    agency: Annotated[Line, Field(description="使用单位（甲方）.")]
    provider: Annotated[Line, Field(description="云服务商（乙方）.")]
    authority: Annotated[Line, Field(description="管理单位（丙方）.")]
    provider_hotline: Annotated[
        Phone, Field(description="7×24 故障报修电话 of party B (annex 1, 4.7).")
    ]


class Annex(KubeModel):
    """An annex, which has the force of the text (annex 1, 9.5)."""

    name: Annotated[Name, Field(description="What it is, such as application or allocation.")]
    title: Annotated[Line, Field(description="附件名称.")]
    sha256: Annotated[Sha256, Field(description="The sha256 of its text.")]


class ServiceAgreementSpec(AboutSystem):
    """What the parties agree on; the text is rendered from it."""

    model_config = ConfigDict(
        json_schema_extra={
            "x-kubernetes-validations": [
                cel(
                    "(self.term > 0) == has(self.previous)",
                    "is named if and only if the term is a renewal: term is 1 or more",
                    ".previous",
                )
            ]
        }
    )

    term: Annotated[
        int,
        Field(ge=0, le=99, description="续约次数: 0 for the first term; the policy bounds it."),
    ]
    previous: Annotated[
        Name | None, Field(description="The ServiceAgreement of the term before.")
    ] = None
    amendment_of: Annotated[
        Name | None,
        Field(description="The ServiceAgreement it takes the place of (annex 1, 9.3)."),
    ] = None
    parties: Annotated[AgreementParties, Field(description="甲方, 乙方 and 丙方.")]
    system_name: Annotated[Line, Field(description="政务信息系统名称.")]
    onboarding_type: Annotated[
        Literal["NewBuild", "Migration", "Colocation"],
        Field(description="系统上云类型: 机房托管 has a clause of its own (annex 1, 6.5)."),
    ]
    self_paid: Annotated[
        bool | None,
        Field(description="费用自行承担: whether party A bears the costs itself (article 4)."),
    ] = None
    validity_months: Annotated[
        int, Field(ge=1, le=1200, description="有效期, in months from the last signature (9.1).")
    ]
    annexes: Annotated[
        tuple[Annex, ...],
        Field(min_length=1, max_length=16, description="附件 (annex 1, 9.5)."),
        keyed_by("name"),
    ]


AgreementPhase = Literal[
    "Submitted", "Signing", "InForce", "Renewed", "Expired", "Superseded", "Refused"
]


class ServiceAgreementStatus(RequestStatus):
    """Where the agreement stands."""

    phase: Annotated[
        AgreementPhase | None,
        Field(
            description="How far it is. Its term is over: Renewed goes on as the next term, "
            "Expired ended. Superseded: an amendment took its place."
        ),
    ] = None
    text_sha256: Annotated[
        Sha256 | None, Field(description="The sha256 of the text, annexes' digests included.")
    ] = None
    in_force_from: Annotated[
        Day | None, Field(description="生效日期: the day of the last signature.")
    ] = None
    expires_on: Annotated[Day | None, Field(description="到期日期: its last day.")] = None
    reminded_before_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3650)], ...],
        Field(max_length=16, description="The reminders given, by the days then left."),
        AS_SET,
    ] = ()


class ServiceAgreement(Resource):
    """One term of the agreement between agency, provider and authority (article 15; annex 1)."""

    kind: Literal["ServiceAgreement"] = "ServiceAgreement"
    spec: Annotated[ServiceAgreementSpec, Field(description="What is agreed on.")]
    status: Annotated[ServiceAgreementStatus, Field(description="Where it stands.")] = (
        ServiceAgreementStatus()
    )
