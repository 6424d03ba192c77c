"""Applications, launches and longer trials: the agency asks, the authority decides.

An application binds with the authority's last stage, and is withdrawn until then; the provider's
confirmation is awaited beside its stages once it is granted, and the takeover where a namespace of
its name is there. The filing of a launch is withdrawn beside its course: once it is accepted, here.
How to read a grid: `matrix`; who is who: `matrix_people`.
"""

CLOUD_APPLICATION = """
CloudApplication: filed
                 file   edit   label delete acceptance review conf-pr takeover phase
member           ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
second-member    ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
editing-member   ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
appointed-member ok     ok     ok    ok     acts       acts   verb    acts     status
approver         rbac   rbac   rbac  rbac   ok         turn   verb    turn     status
editing-approver ok     ok     ok    ok     wrote      wrote  verb    wrote    status
minting-approver rbac   rbac   rbac  rbac   mints      mints  verb    mints    status
county-approver  rbac   rbac   rbac  rbac   verb       verb   verb    verb     status
clerk            rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
provider         rbac   rbac   rbac  rbac   verb       verb   turn    verb     status
support          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
cluster-admin    ok     ok     ok    ok     every      every  every   every    status
argocd           ok     ok     ok    ok     system     system system  system   status
operator         rbac   rbac   rbac  rbac   system     system system  system   ok
operator-as-root nofile nofile ok    nofile system     system system  system   ok
robot            rbac   rbac   rbac  rbac   system     system system  system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac

CloudApplication: accepted
                 file   edit   label delete acceptance review conf-pr takeover phase
member           ok     frozen ok    ok     rbac       rbac   rbac    rbac     rbac
second-member    ok     frozen ok    ok     rbac       rbac   rbac    rbac     rbac
editing-member   ok     frozen ok    ok     rbac       rbac   rbac    rbac     rbac
appointed-member ok     frozen ok    ok     final      acts   verb    acts     status
approver         rbac   rbac   rbac  rbac   final      ok     verb    turn     status
editing-approver ok     frozen ok    ok     final      wrote  verb    wrote    status
minting-approver rbac   rbac   rbac  rbac   final      mints  verb    mints    status
county-approver  rbac   rbac   rbac  rbac   final      verb   verb    verb     status
clerk            rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
provider         rbac   rbac   rbac  rbac   final      verb   turn    verb     status
support          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
cluster-admin    ok     frozen ok    ok     final      every  every   every    status
argocd           ok     frozen ok    ok     final      system system  system   status
operator         rbac   rbac   rbac  rbac   final      system system  system   ok
operator-as-root nofile nofile ok    nofile final      system system  system   ok
robot            rbac   rbac   rbac  rbac   final      system system  system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac

CloudApplication: granted
                 file   edit   label delete acceptance review conf-pr takeover phase
member           ok     frozen ok    kept   rbac       rbac   rbac    rbac     rbac
second-member    ok     frozen ok    kept   rbac       rbac   rbac    rbac     rbac
editing-member   ok     frozen ok    kept   rbac       rbac   rbac    rbac     rbac
appointed-member ok     frozen ok    kept   final      final  verb    acts     status
approver         rbac   rbac   rbac  rbac   final      final  verb    ok       status
editing-approver ok     frozen ok    kept   final      final  verb    wrote    status
minting-approver rbac   rbac   rbac  rbac   final      final  verb    mints    status
county-approver  rbac   rbac   rbac  rbac   final      final  verb    verb     status
clerk            rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
provider         rbac   rbac   rbac  rbac   final      final  ok      verb     status
support          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
cluster-admin    ok     frozen ok    kept   final      final  every   every    status
argocd           ok     frozen ok    kept   final      final  system  system   status
operator         rbac   rbac   rbac  rbac   final      final  system  system   ok
operator-as-root nofile nofile ok    nofile final      final  system  system   ok
robot            rbac   rbac   rbac  rbac   final      final  system  system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac

CloudApplication: refused
                 file   edit   label delete acceptance review conf-pr takeover phase
member           ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
second-member    ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
editing-member   ok     ok     ok    ok     rbac       rbac   rbac    rbac     rbac
appointed-member ok     ok     ok    ok     final      final  verb    acts     status
approver         rbac   rbac   rbac  rbac   final      final  verb    turn     status
editing-approver ok     ok     ok    ok     final      final  verb    wrote    status
minting-approver rbac   rbac   rbac  rbac   final      final  verb    mints    status
county-approver  rbac   rbac   rbac  rbac   final      final  verb    verb     status
clerk            rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
provider         rbac   rbac   rbac  rbac   final      final  turn    verb     status
support          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
cluster-admin    ok     ok     ok    ok     final      final  every   every    status
argocd           ok     ok     ok    ok     final      final  system  system   status
operator         rbac   rbac   rbac  rbac   final      final  system  system   ok
operator-as-root nofile nofile ok    nofile final      final  system  system   ok
robot            rbac   rbac   rbac  rbac   final      final  system  system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac   rbac    rbac     rbac
"""

LAUNCH_REQUEST = """
LaunchRequest: filed
                 file   edit   label delete launch withdraw-filing phase
member           ok     ok     ok    ok     rbac   rbac            rbac
second-member    ok     ok     ok    ok     rbac   rbac            rbac
editing-member   ok     ok     ok    ok     rbac   rbac            rbac
appointed-member ok     ok     ok    ok     acts   acts            status
approver         rbac   rbac   rbac  rbac   ok     turn            status
editing-approver ok     ok     ok    ok     wrote  wrote           status
minting-approver rbac   rbac   rbac  rbac   mints  mints           status
county-approver  rbac   rbac   rbac  rbac   verb   verb            status
clerk            rbac   rbac   rbac  rbac   rbac   rbac            rbac
provider         rbac   rbac   rbac  rbac   rbac   rbac            rbac
support          rbac   rbac   rbac  rbac   rbac   rbac            rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac            rbac
cluster-admin    ok     ok     ok    ok     every  every           status
argocd           ok     ok     ok    ok     system system          status
operator         rbac   rbac   rbac  rbac   system system          ok
operator-as-root nofile nofile ok    nofile system system          ok
robot            rbac   rbac   rbac  rbac   system system          status
outsider         rbac   rbac   rbac  rbac   rbac   rbac            rbac

LaunchRequest: accepted
                 file   edit   label delete launch withdraw-filing phase
member           ok     frozen ok    kept   rbac   rbac            rbac
second-member    ok     frozen ok    kept   rbac   rbac            rbac
editing-member   ok     frozen ok    kept   rbac   rbac            rbac
appointed-member ok     frozen ok    kept   final  acts            status
approver         rbac   rbac   rbac  rbac   final  ok              status
editing-approver ok     frozen ok    kept   final  wrote           status
minting-approver rbac   rbac   rbac  rbac   final  mints           status
county-approver  rbac   rbac   rbac  rbac   final  verb            status
clerk            rbac   rbac   rbac  rbac   rbac   rbac            rbac
provider         rbac   rbac   rbac  rbac   rbac   rbac            rbac
support          rbac   rbac   rbac  rbac   rbac   rbac            rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac            rbac
cluster-admin    ok     frozen ok    kept   final  every           status
argocd           ok     frozen ok    kept   final  system          status
operator         rbac   rbac   rbac  rbac   final  system          ok
operator-as-root nofile nofile ok    nofile final  system          ok
robot            rbac   rbac   rbac  rbac   final  system          status
outsider         rbac   rbac   rbac  rbac   rbac   rbac            rbac

LaunchRequest: granted
                 file   edit   label delete launch withdraw-filing phase
member           ok     frozen ok    kept   rbac   rbac            rbac
second-member    ok     frozen ok    kept   rbac   rbac            rbac
editing-member   ok     frozen ok    kept   rbac   rbac            rbac
appointed-member ok     frozen ok    kept   final  final           status
approver         rbac   rbac   rbac  rbac   final  final           status
editing-approver ok     frozen ok    kept   final  final           status
minting-approver rbac   rbac   rbac  rbac   final  final           status
county-approver  rbac   rbac   rbac  rbac   final  final           status
clerk            rbac   rbac   rbac  rbac   rbac   rbac            rbac
provider         rbac   rbac   rbac  rbac   rbac   rbac            rbac
support          rbac   rbac   rbac  rbac   rbac   rbac            rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac            rbac
cluster-admin    ok     frozen ok    kept   final  final           status
argocd           ok     frozen ok    kept   final  final           status
operator         rbac   rbac   rbac  rbac   final  final           ok
operator-as-root nofile nofile ok    nofile final  final           ok
robot            rbac   rbac   rbac  rbac   final  final           status
outsider         rbac   rbac   rbac  rbac   rbac   rbac            rbac

LaunchRequest: refused
                 file   edit   label delete launch withdraw-filing phase
member           ok     ok     ok    ok     rbac   rbac            rbac
second-member    ok     ok     ok    ok     rbac   rbac            rbac
editing-member   ok     ok     ok    ok     rbac   rbac            rbac
appointed-member ok     ok     ok    ok     final  acts            status
approver         rbac   rbac   rbac  rbac   final  turn            status
editing-approver ok     ok     ok    ok     final  wrote           status
minting-approver rbac   rbac   rbac  rbac   final  mints           status
county-approver  rbac   rbac   rbac  rbac   final  verb            status
clerk            rbac   rbac   rbac  rbac   rbac   rbac            rbac
provider         rbac   rbac   rbac  rbac   rbac   rbac            rbac
support          rbac   rbac   rbac  rbac   rbac   rbac            rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac            rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac            rbac
cluster-admin    ok     ok     ok    ok     final  every           status
argocd           ok     ok     ok    ok     final  system          status
operator         rbac   rbac   rbac  rbac   final  system          ok
operator-as-root nofile nofile ok    nofile final  system          ok
robot            rbac   rbac   rbac  rbac   final  system          status
outsider         rbac   rbac   rbac  rbac   rbac   rbac            rbac
"""

TRIAL_EXTENSION = """
TrialExtension: filed
                 file   edit   label delete extension phase
member           ok     ok     ok    ok     rbac      rbac
second-member    ok     ok     ok    ok     rbac      rbac
editing-member   ok     ok     ok    ok     rbac      rbac
appointed-member ok     ok     ok    ok     acts      status
approver         rbac   rbac   rbac  rbac   ok        status
editing-approver ok     ok     ok    ok     wrote     status
minting-approver rbac   rbac   rbac  rbac   mints     status
county-approver  rbac   rbac   rbac  rbac   verb      status
clerk            rbac   rbac   rbac  rbac   rbac      rbac
provider         rbac   rbac   rbac  rbac   rbac      rbac
support          rbac   rbac   rbac  rbac   rbac      rbac
auditor          rbac   rbac   rbac  rbac   rbac      rbac
namespace-editor rbac   rbac   rbac  rbac   rbac      rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac      rbac
cluster-admin    ok     ok     ok    ok     every     status
argocd           ok     ok     ok    ok     system    status
operator         rbac   rbac   rbac  rbac   system    ok
operator-as-root nofile nofile ok    nofile system    ok
robot            rbac   rbac   rbac  rbac   system    status
outsider         rbac   rbac   rbac  rbac   rbac      rbac

TrialExtension: granted
                 file   edit   label delete extension phase
member           ok     frozen ok    kept   rbac      rbac
second-member    ok     frozen ok    kept   rbac      rbac
editing-member   ok     frozen ok    kept   rbac      rbac
appointed-member ok     frozen ok    kept   final     status
approver         rbac   rbac   rbac  rbac   final     status
editing-approver ok     frozen ok    kept   final     status
minting-approver rbac   rbac   rbac  rbac   final     status
county-approver  rbac   rbac   rbac  rbac   final     status
clerk            rbac   rbac   rbac  rbac   rbac      rbac
provider         rbac   rbac   rbac  rbac   rbac      rbac
support          rbac   rbac   rbac  rbac   rbac      rbac
auditor          rbac   rbac   rbac  rbac   rbac      rbac
namespace-editor rbac   rbac   rbac  rbac   rbac      rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac      rbac
cluster-admin    ok     frozen ok    kept   final     status
argocd           ok     frozen ok    kept   final     status
operator         rbac   rbac   rbac  rbac   final     ok
operator-as-root nofile nofile ok    nofile final     ok
robot            rbac   rbac   rbac  rbac   final     status
outsider         rbac   rbac   rbac  rbac   rbac      rbac

TrialExtension: refused
                 file   edit   label delete extension phase
member           ok     ok     ok    ok     rbac      rbac
second-member    ok     ok     ok    ok     rbac      rbac
editing-member   ok     ok     ok    ok     rbac      rbac
appointed-member ok     ok     ok    ok     final     status
approver         rbac   rbac   rbac  rbac   final     status
editing-approver ok     ok     ok    ok     final     status
minting-approver rbac   rbac   rbac  rbac   final     status
county-approver  rbac   rbac   rbac  rbac   final     status
clerk            rbac   rbac   rbac  rbac   rbac      rbac
provider         rbac   rbac   rbac  rbac   rbac      rbac
support          rbac   rbac   rbac  rbac   rbac      rbac
auditor          rbac   rbac   rbac  rbac   rbac      rbac
namespace-editor rbac   rbac   rbac  rbac   rbac      rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac      rbac
cluster-admin    ok     ok     ok    ok     final     status
argocd           ok     ok     ok    ok     final     status
operator         rbac   rbac   rbac  rbac   final     ok
operator-as-root nofile nofile ok    nofile final     ok
robot            rbac   rbac   rbac  rbac   final     status
outsider         rbac   rbac   rbac  rbac   rbac      rbac
"""

GRIDS = (CLOUD_APPLICATION, LAUNCH_REQUEST, TRIAL_EXTENSION)
