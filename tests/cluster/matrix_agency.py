"""What support verifies and withdraws, what another member grants, and what nobody decides.

Members have no right to decide on their own reports; on access, the second member decides.
How to read a grid: `matrix`; who is who: `matrix_people`.
"""

ASSESSMENT_REPORT = """
AssessmentReport: filed
                 file   edit   label delete verification withdrawal phase
member           ok     ok     ok    ok     rbac         rbac       rbac
second-member    ok     ok     ok    ok     rbac         rbac       rbac
editing-member   ok     ok     ok    ok     rbac         rbac       rbac
appointed-member ok     ok     ok    ok     acts         acts       status
approver         rbac   rbac   rbac  rbac   rbac         rbac       rbac
editing-approver ok     ok     ok    ok     wrote        wrote      status
minting-approver rbac   rbac   rbac  rbac   mints        mints      status
county-approver  rbac   rbac   rbac  rbac   verb         verb       status
clerk            rbac   rbac   rbac  rbac   rbac         rbac       rbac
provider         rbac   rbac   rbac  rbac   rbac         rbac       rbac
support          rbac   rbac   rbac  rbac   ok           turn       status
auditor          rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-editor rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac         rbac       rbac
cluster-admin    ok     ok     ok    ok     every        every      status
argocd           ok     ok     ok    ok     system       system     status
operator         rbac   rbac   rbac  rbac   system       system     ok
operator-as-root nofile nofile ok    nofile system       system     ok
robot            rbac   rbac   rbac  rbac   system       system     status
outsider         rbac   rbac   rbac  rbac   rbac         rbac       rbac

AssessmentReport: accepted
                 file   edit   label delete verification withdrawal phase
member           ok     frozen ok    kept   rbac         rbac       rbac
second-member    ok     frozen ok    kept   rbac         rbac       rbac
editing-member   ok     frozen ok    kept   rbac         rbac       rbac
appointed-member ok     frozen ok    kept   final        acts       status
approver         rbac   rbac   rbac  rbac   rbac         rbac       rbac
editing-approver ok     frozen ok    kept   final        wrote      status
minting-approver rbac   rbac   rbac  rbac   final        mints      status
county-approver  rbac   rbac   rbac  rbac   final        verb       status
clerk            rbac   rbac   rbac  rbac   rbac         rbac       rbac
provider         rbac   rbac   rbac  rbac   rbac         rbac       rbac
support          rbac   rbac   rbac  rbac   final        ok         status
auditor          rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-editor rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac         rbac       rbac
cluster-admin    ok     frozen ok    kept   final        every      status
argocd           ok     frozen ok    kept   final        system     status
operator         rbac   rbac   rbac  rbac   final        system     ok
operator-as-root nofile nofile ok    nofile final        system     ok
robot            rbac   rbac   rbac  rbac   final        system     status
outsider         rbac   rbac   rbac  rbac   rbac         rbac       rbac

AssessmentReport: granted
                 file   edit   label delete verification withdrawal phase
member           ok     frozen ok    kept   rbac         rbac       rbac
second-member    ok     frozen ok    kept   rbac         rbac       rbac
editing-member   ok     frozen ok    kept   rbac         rbac       rbac
appointed-member ok     frozen ok    kept   final        final      status
approver         rbac   rbac   rbac  rbac   rbac         rbac       rbac
editing-approver ok     frozen ok    kept   final        final      status
minting-approver rbac   rbac   rbac  rbac   final        final      status
county-approver  rbac   rbac   rbac  rbac   final        final      status
clerk            rbac   rbac   rbac  rbac   rbac         rbac       rbac
provider         rbac   rbac   rbac  rbac   rbac         rbac       rbac
support          rbac   rbac   rbac  rbac   final        final      status
auditor          rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-editor rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac         rbac       rbac
cluster-admin    ok     frozen ok    kept   final        final      status
argocd           ok     frozen ok    kept   final        final      status
operator         rbac   rbac   rbac  rbac   final        final      ok
operator-as-root nofile nofile ok    nofile final        final      ok
robot            rbac   rbac   rbac  rbac   final        final      status
outsider         rbac   rbac   rbac  rbac   rbac         rbac       rbac

AssessmentReport: refused
                 file   edit   label delete verification withdrawal phase
member           ok     ok     ok    ok     rbac         rbac       rbac
second-member    ok     ok     ok    ok     rbac         rbac       rbac
editing-member   ok     ok     ok    ok     rbac         rbac       rbac
appointed-member ok     ok     ok    ok     final        acts       status
approver         rbac   rbac   rbac  rbac   rbac         rbac       rbac
editing-approver ok     ok     ok    ok     final        wrote      status
minting-approver rbac   rbac   rbac  rbac   final        mints      status
county-approver  rbac   rbac   rbac  rbac   final        verb       status
clerk            rbac   rbac   rbac  rbac   rbac         rbac       rbac
provider         rbac   rbac   rbac  rbac   rbac         rbac       rbac
support          rbac   rbac   rbac  rbac   final        turn       status
auditor          rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-editor rbac   rbac   rbac  rbac   rbac         rbac       rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac         rbac       rbac
cluster-admin    ok     ok     ok    ok     final        every      status
argocd           ok     ok     ok    ok     final        system     status
operator         rbac   rbac   rbac  rbac   final        system     ok
operator-as-root nofile nofile ok    nofile final        system     ok
robot            rbac   rbac   rbac  rbac   final        system     status
outsider         rbac   rbac   rbac  rbac   rbac         rbac       rbac
"""

ACCESS_GRANT = """
AccessGrant: filed
                 file   edit   label delete grant  phase
member           ok     ok     ok    ok     wrote  status
second-member    ok     ok     ok    ok     ok     status
editing-member   ok     ok     ok    ok     wrote  status
appointed-member ok     ok     ok    ok     ok     status
approver         rbac   rbac   rbac  rbac   rbac   rbac
editing-approver ok     ok     ok    ok     rbac   rbac
minting-approver rbac   rbac   rbac  rbac   rbac   rbac
county-approver  rbac   rbac   rbac  rbac   rbac   rbac
clerk            rbac   rbac   rbac  rbac   rbac   rbac
provider         rbac   rbac   rbac  rbac   rbac   rbac
support          rbac   rbac   rbac  rbac   rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac
cluster-admin    ok     ok     ok    ok     every  status
argocd           ok     ok     ok    ok     system status
operator         rbac   rbac   rbac  rbac   system ok
operator-as-root nofile nofile ok    nofile system ok
robot            rbac   rbac   rbac  rbac   rbac   rbac
outsider         rbac   rbac   rbac  rbac   rbac   rbac

AccessGrant: granted
                 file   edit   label delete grant phase
member           ok     frozen ok    kept   final status
second-member    ok     frozen ok    kept   final status
editing-member   ok     frozen ok    kept   final status
appointed-member ok     frozen ok    kept   final status
approver         rbac   rbac   rbac  rbac   rbac  rbac
editing-approver ok     frozen ok    kept   rbac  rbac
minting-approver rbac   rbac   rbac  rbac   rbac  rbac
county-approver  rbac   rbac   rbac  rbac   rbac  rbac
clerk            rbac   rbac   rbac  rbac   rbac  rbac
provider         rbac   rbac   rbac  rbac   rbac  rbac
support          rbac   rbac   rbac  rbac   rbac  rbac
auditor          rbac   rbac   rbac  rbac   rbac  rbac
namespace-editor rbac   rbac   rbac  rbac   rbac  rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac  rbac
cluster-admin    ok     frozen ok    kept   final status
argocd           ok     frozen ok    kept   final status
operator         rbac   rbac   rbac  rbac   final ok
operator-as-root nofile nofile ok    nofile final ok
robot            rbac   rbac   rbac  rbac   rbac  rbac
outsider         rbac   rbac   rbac  rbac   rbac  rbac

AccessGrant: refused
                 file   edit   label delete grant phase
member           ok     ok     ok    ok     final status
second-member    ok     ok     ok    ok     final status
editing-member   ok     ok     ok    ok     final status
appointed-member ok     ok     ok    ok     final status
approver         rbac   rbac   rbac  rbac   rbac  rbac
editing-approver ok     ok     ok    ok     rbac  rbac
minting-approver rbac   rbac   rbac  rbac   rbac  rbac
county-approver  rbac   rbac   rbac  rbac   rbac  rbac
clerk            rbac   rbac   rbac  rbac   rbac  rbac
provider         rbac   rbac   rbac  rbac   rbac  rbac
support          rbac   rbac   rbac  rbac   rbac  rbac
auditor          rbac   rbac   rbac  rbac   rbac  rbac
namespace-editor rbac   rbac   rbac  rbac   rbac  rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac  rbac
cluster-admin    ok     ok     ok    ok     final status
argocd           ok     ok     ok    ok     final status
operator         rbac   rbac   rbac  rbac   final ok
operator-as-root nofile nofile ok    nofile final ok
robot            rbac   rbac   rbac  rbac   rbac  rbac
outsider         rbac   rbac   rbac  rbac   rbac  rbac
"""

CONTACT_CHANGE = """
ContactChange: filed
                 file   edit   label delete phase
member           ok     ok     ok    ok     rbac
second-member    ok     ok     ok    ok     rbac
editing-member   ok     ok     ok    ok     rbac
appointed-member ok     ok     ok    ok     rbac
approver         rbac   rbac   rbac  rbac   rbac
editing-approver ok     ok     ok    ok     rbac
minting-approver rbac   rbac   rbac  rbac   rbac
county-approver  rbac   rbac   rbac  rbac   rbac
clerk            rbac   rbac   rbac  rbac   rbac
provider         rbac   rbac   rbac  rbac   rbac
support          rbac   rbac   rbac  rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac
cluster-admin    ok     ok     ok    ok     status
argocd           ok     ok     ok    ok     status
operator         rbac   rbac   rbac  rbac   ok
operator-as-root nofile nofile ok    nofile ok
robot            rbac   rbac   rbac  rbac   rbac
outsider         rbac   rbac   rbac  rbac   rbac
"""

GRIDS = (ASSESSMENT_REPORT, ACCESS_GRANT, CONTACT_CHANGE)
