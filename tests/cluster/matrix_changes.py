"""Changes and exits: decided by the authority, confirmed and signed by the parties.

Refused here is refused by the provider, after the authority's approval.
How to read a grid: `matrix`; who is who: `matrix_people`.
"""

RESOURCE_CHANGE = """
ResourceChange: filed
                 file   edit   label delete change declare conf-pr sign-ag sign-pr sign-au phase
member           ok     ok     ok    ok     verb   verb    verb    turn    verb    verb    status
second-member    ok     ok     ok    ok     verb   verb    verb    turn    verb    verb    status
editing-member   ok     ok     ok    ok     verb   verb    verb    turn    verb    verb    status
appointed-member ok     ok     ok    ok     acts   acts    verb    turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   ok     turn    verb    agency  verb    turn    status
editing-approver ok     ok     ok    ok     wrote  wrote   verb    agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   mints  mints   verb    agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   verb   verb    verb    agency  verb    verb    status
clerk            rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   verb   verb    turn    agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     ok     ok    ok     every  every   every   every   every   every   status
argocd           ok     ok     ok    ok     system system  system  system  system  system  status
operator         rbac   rbac   rbac  rbac   system system  system  system  system  system  ok
operator-as-root nofile nofile ok    nofile system system  system  system  system  system  ok
robot            rbac   rbac   rbac  rbac   system system  system  system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac

ResourceChange: accepted
                 file   edit   label delete change declare conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final  verb    verb    turn    verb    verb    status
second-member    ok     frozen ok    kept   final  verb    verb    turn    verb    verb    status
editing-member   ok     frozen ok    kept   final  verb    verb    turn    verb    verb    status
appointed-member ok     frozen ok    kept   final  acts    verb    turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   final  turn    verb    agency  verb    turn    status
editing-approver ok     frozen ok    kept   final  wrote   verb    agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   final  mints   verb    agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   final  verb    verb    agency  verb    verb    status
clerk            rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final  verb    ok      agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final  every   every   every   every   every   status
argocd           ok     frozen ok    kept   final  system  system  system  system  system  status
operator         rbac   rbac   rbac  rbac   final  system  system  system  system  system  ok
operator-as-root nofile nofile ok    nofile final  system  system  system  system  system  ok
robot            rbac   rbac   rbac  rbac   final  system  system  system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac

ResourceChange: granted
                 file   edit   label delete change declare conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final  verb    final   final   final   final   status
second-member    ok     frozen ok    kept   final  verb    final   final   final   final   status
editing-member   ok     frozen ok    kept   final  verb    final   final   final   final   status
appointed-member ok     frozen ok    kept   final  acts    final   final   final   final   status
approver         rbac   rbac   rbac  rbac   final  turn    final   final   final   final   status
editing-approver ok     frozen ok    kept   final  wrote   final   final   final   final   status
minting-approver rbac   rbac   rbac  rbac   final  mints   final   final   final   final   status
county-approver  rbac   rbac   rbac  rbac   final  verb    final   final   final   final   status
clerk            rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final  verb    final   final   final   final   status
support          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final  every   final   final   final   final   status
argocd           ok     frozen ok    kept   final  system  final   final   final   final   status
operator         rbac   rbac   rbac  rbac   final  system  final   final   final   final   ok
operator-as-root nofile nofile ok    nofile final  system  final   final   final   final   ok
robot            rbac   rbac   rbac  rbac   final  system  final   final   final   final   status
outsider         rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac

ResourceChange: refused
                 file   edit   label delete change declare conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final  verb    final   turn    verb    verb    status
second-member    ok     frozen ok    kept   final  verb    final   turn    verb    verb    status
editing-member   ok     frozen ok    kept   final  verb    final   turn    verb    verb    status
appointed-member ok     frozen ok    kept   final  acts    final   turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   final  turn    final   agency  verb    turn    status
editing-approver ok     frozen ok    kept   final  wrote   final   agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   final  mints   final   agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   final  verb    final   agency  verb    verb    status
clerk            rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final  verb    final   agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final  every   final   every   every   every   status
argocd           ok     frozen ok    kept   final  system  final   system  system  system  status
operator         rbac   rbac   rbac  rbac   final  system  final   system  system  system  ok
operator-as-root nofile nofile ok    nofile final  system  final   system  system  system  ok
robot            rbac   rbac   rbac  rbac   final  system  final   system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac    rbac
"""

EXIT_REQUEST = """
ExitRequest: filed
                 file   edit   label delete exit   conf-pr sign-ag sign-pr sign-au phase
member           ok     ok     ok    ok     verb   verb    turn    verb    verb    status
second-member    ok     ok     ok    ok     verb   verb    turn    verb    verb    status
editing-member   ok     ok     ok    ok     verb   verb    turn    verb    verb    status
appointed-member ok     ok     ok    ok     acts   verb    turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   ok     verb    agency  verb    turn    status
editing-approver ok     ok     ok    ok     wrote  verb    agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   mints  verb    agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   verb   verb    agency  verb    verb    status
clerk            party  party  ok    party  rbac   rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   verb   turn    agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     ok     ok    ok     every  every   every   every   every   status
argocd           ok     ok     ok    ok     system system  system  system  system  status
operator         rbac   rbac   rbac  rbac   system system  system  system  system  ok
operator-as-root nofile nofile ok    nofile system system  system  system  system  ok
robot            rbac   rbac   rbac  rbac   system system  system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac   rbac    rbac    rbac    rbac    rbac

ExitRequest: accepted
                 file   edit   label delete exit  conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final verb    turn    verb    verb    status
second-member    ok     frozen ok    kept   final verb    turn    verb    verb    status
editing-member   ok     frozen ok    kept   final verb    turn    verb    verb    status
appointed-member ok     frozen ok    kept   final verb    turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   final verb    agency  verb    turn    status
editing-approver ok     frozen ok    kept   final verb    agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   final verb    agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   final verb    agency  verb    verb    status
clerk            party  frozen ok    kept   rbac  rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final ok      agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final every   every   every   every   status
argocd           ok     frozen ok    kept   final system  system  system  system  status
operator         rbac   rbac   rbac  rbac   final system  system  system  system  ok
operator-as-root nofile nofile ok    nofile final system  system  system  system  ok
robot            rbac   rbac   rbac  rbac   final system  system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac

ExitRequest: granted
                 file   edit   label delete exit  conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final final   final   final   final   status
second-member    ok     frozen ok    kept   final final   final   final   final   status
editing-member   ok     frozen ok    kept   final final   final   final   final   status
appointed-member ok     frozen ok    kept   final final   final   final   final   status
approver         rbac   rbac   rbac  rbac   final final   final   final   final   status
editing-approver ok     frozen ok    kept   final final   final   final   final   status
minting-approver rbac   rbac   rbac  rbac   final final   final   final   final   status
county-approver  rbac   rbac   rbac  rbac   final final   final   final   final   status
clerk            party  frozen ok    kept   rbac  rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final final   final   final   final   status
support          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final final   final   final   final   status
argocd           ok     frozen ok    kept   final final   final   final   final   status
operator         rbac   rbac   rbac  rbac   final final   final   final   final   ok
operator-as-root nofile nofile ok    nofile final final   final   final   final   ok
robot            rbac   rbac   rbac  rbac   final final   final   final   final   status
outsider         rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac

ExitRequest: refused
                 file   edit   label delete exit  conf-pr sign-ag sign-pr sign-au phase
member           ok     frozen ok    kept   final final   turn    verb    verb    status
second-member    ok     frozen ok    kept   final final   turn    verb    verb    status
editing-member   ok     frozen ok    kept   final final   turn    verb    verb    status
appointed-member ok     frozen ok    kept   final final   turn    verb    acts    status
approver         rbac   rbac   rbac  rbac   final final   agency  verb    turn    status
editing-approver ok     frozen ok    kept   final final   agency  verb    wrote   status
minting-approver rbac   rbac   rbac  rbac   final final   agency  verb    mints   status
county-approver  rbac   rbac   rbac  rbac   final final   agency  verb    verb    status
clerk            party  frozen ok    kept   rbac  rbac    rbac    rbac    rbac    rbac
provider         rbac   rbac   rbac  rbac   final final   agency  turn    verb    status
support          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
auditor          rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-editor rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
cluster-admin    ok     frozen ok    kept   final final   every   every   every   status
argocd           ok     frozen ok    kept   final final   system  system  system  status
operator         rbac   rbac   rbac  rbac   final final   system  system  system  ok
operator-as-root nofile nofile ok    nofile final final   system  system  system  ok
robot            rbac   rbac   rbac  rbac   final final   system  system  system  status
outsider         rbac   rbac   rbac  rbac   rbac  rbac    rbac    rbac    rbac    rbac
"""

GRIDS = (RESOURCE_CHANGE, EXIT_REQUEST)
