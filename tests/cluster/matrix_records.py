"""What binds the agency without its asking: the operator's records and the authority's orders.

A ServiceAgreement is refused by the provider after the agency signed; once granted, each party may
object. The approver who edits is no writer of it: the edit was refused. A Suspension is the
authority's here: it is lifted, not ratified.
How to read a grid: `matrix`; who is who: `matrix_people`.
"""

SERVICE_AGREEMENT = """
ServiceAgreement: filed
                 file   edit   label delete sign-ag sign-pr sign-au obj-ag obj-pr obj-au phase
member           rbac   rbac   rbac  rbac   ok      verb    verb    turn   verb   verb   status
second-member    rbac   rbac   rbac  rbac   ok      verb    verb    turn   verb   verb   status
editing-member   rbac   rbac   rbac  rbac   ok      verb    verb    turn   verb   verb   status
appointed-member rbac   rbac   rbac  rbac   ok      verb    acts    turn   verb   acts   status
approver         rbac   rbac   rbac  rbac   agency  verb    turn    agency verb   turn   status
editing-approver record record ok    record agency  verb    turn    agency verb   turn   status
minting-approver rbac   rbac   rbac  rbac   agency  verb    mints   agency verb   mints  status
county-approver  rbac   rbac   rbac  rbac   agency  verb    verb    agency verb   verb   status
clerk            rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
provider         rbac   rbac   rbac  rbac   agency  turn    verb    agency turn   verb   status
support          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
cluster-admin    record record ok    record every   every   every   every  every  every  status
argocd           record record ok    record system  system  system  system system system status
operator         ok     rbac   rbac  rbac   system  system  system  system system system ok
operator-as-root ok     ok     ok    ok     system  system  system  system system system ok
robot            rbac   rbac   rbac  rbac   system  system  system  system system system status
outsider         rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac

ServiceAgreement: accepted
                 file   edit   label delete sign-ag sign-pr sign-au obj-ag obj-pr obj-au phase
member           rbac   rbac   rbac  rbac   final   verb    verb    turn   verb   verb   status
second-member    rbac   rbac   rbac  rbac   final   verb    verb    turn   verb   verb   status
editing-member   rbac   rbac   rbac  rbac   final   verb    verb    turn   verb   verb   status
appointed-member rbac   rbac   rbac  rbac   final   verb    acts    turn   verb   acts   status
approver         rbac   rbac   rbac  rbac   final   verb    turn    agency verb   turn   status
editing-approver record record ok    record final   verb    turn    agency verb   turn   status
minting-approver rbac   rbac   rbac  rbac   final   verb    mints   agency verb   mints  status
county-approver  rbac   rbac   rbac  rbac   final   verb    verb    agency verb   verb   status
clerk            rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
provider         rbac   rbac   rbac  rbac   final   ok      verb    agency turn   verb   status
support          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
cluster-admin    record record ok    record final   every   every   every  every  every  status
argocd           record record ok    record final   system  system  system system system status
operator         ok     rbac   rbac  rbac   final   system  system  system system system ok
operator-as-root ok     frozen ok    kept   final   system  system  system system system ok
robot            rbac   rbac   rbac  rbac   final   system  system  system system system status
outsider         rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac

ServiceAgreement: granted
                 file   edit   label delete sign-ag sign-pr sign-au obj-ag obj-pr obj-au phase
member           rbac   rbac   rbac  rbac   final   final   final   ok     verb   verb   status
second-member    rbac   rbac   rbac  rbac   final   final   final   ok     verb   verb   status
editing-member   rbac   rbac   rbac  rbac   final   final   final   ok     verb   verb   status
appointed-member rbac   rbac   rbac  rbac   final   final   final   ok     verb   acts   status
approver         rbac   rbac   rbac  rbac   final   final   final   agency verb   ok     status
editing-approver record record ok    record final   final   final   agency verb   ok     status
minting-approver rbac   rbac   rbac  rbac   final   final   final   agency verb   mints  status
county-approver  rbac   rbac   rbac  rbac   final   final   final   agency verb   verb   status
clerk            rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
provider         rbac   rbac   rbac  rbac   final   final   final   agency ok     verb   status
support          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
cluster-admin    record record ok    record final   final   final   every  every  every  status
argocd           record record ok    record final   final   final   system system system status
operator         ok     rbac   rbac  rbac   final   final   final   system system system ok
operator-as-root ok     frozen ok    kept   final   final   final   system system system ok
robot            rbac   rbac   rbac  rbac   final   final   final   system system system status
outsider         rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac

ServiceAgreement: refused
                 file   edit   label delete sign-ag sign-pr sign-au obj-ag obj-pr obj-au phase
member           rbac   rbac   rbac  rbac   final   final   verb    turn   verb   verb   status
second-member    rbac   rbac   rbac  rbac   final   final   verb    turn   verb   verb   status
editing-member   rbac   rbac   rbac  rbac   final   final   verb    turn   verb   verb   status
appointed-member rbac   rbac   rbac  rbac   final   final   acts    turn   verb   acts   status
approver         rbac   rbac   rbac  rbac   final   final   turn    agency verb   turn   status
editing-approver record record ok    record final   final   turn    agency verb   turn   status
minting-approver rbac   rbac   rbac  rbac   final   final   mints   agency verb   mints  status
county-approver  rbac   rbac   rbac  rbac   final   final   verb    agency verb   verb   status
clerk            rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
provider         rbac   rbac   rbac  rbac   final   final   verb    agency turn   verb   status
support          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
auditor          rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-editor rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
cluster-admin    record record ok    record final   final   every   every  every  every  status
argocd           record record ok    record final   final   system  system system system status
operator         ok     rbac   rbac  rbac   final   final   system  system system system ok
operator-as-root ok     frozen ok    kept   final   final   system  system system system ok
robot            rbac   rbac   rbac  rbac   final   final   system  system system system status
outsider         rbac   rbac   rbac  rbac   rbac    rbac    rbac    rbac   rbac   rbac   rbac
"""

SUSPENSION = """
Suspension: filed
                 file   edit   label delete suspension ratification lift   restored phase
member           rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
second-member    rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
editing-member   rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
appointed-member rbac   rbac   rbac  rbac   acts       acts         acts   verb     status
approver         rbac   rbac   rbac  rbac   ok         turn         turn   verb     status
editing-approver ok     ok     ok    ok     wrote      wrote        wrote  verb     status
minting-approver rbac   rbac   rbac  rbac   mints      mints        mints  verb     status
county-approver  rbac   rbac   rbac  rbac   verb       verb         verb   verb     status
clerk            ok     ok     ok    ok     rbac       rbac         rbac   rbac     rbac
provider         party  party  ok    party  verb       verb         verb   turn     status
support          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
cluster-admin    ok     ok     ok    ok     every      every        every  every    status
argocd           ok     ok     ok    ok     system     system       system system   status
operator         rbac   rbac   rbac  rbac   system     system       system system   ok
operator-as-root nofile nofile ok    nofile system     system       system system   ok
robot            rbac   rbac   rbac  rbac   system     system       system system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac

Suspension: accepted
                 file   edit   label delete suspension ratification lift   restored phase
member           rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
second-member    rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
editing-member   rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
appointed-member rbac   rbac   rbac  rbac   final      acts         acts   verb     status
approver         rbac   rbac   rbac  rbac   final      turn         ok     verb     status
editing-approver ok     frozen ok    kept   final      wrote        wrote  verb     status
minting-approver rbac   rbac   rbac  rbac   final      mints        mints  verb     status
county-approver  rbac   rbac   rbac  rbac   final      verb         verb   verb     status
clerk            ok     frozen ok    kept   rbac       rbac         rbac   rbac     rbac
provider         party  frozen ok    kept   final      verb         verb   turn     status
support          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
cluster-admin    ok     frozen ok    kept   final      every        every  every    status
argocd           ok     frozen ok    kept   final      system       system system   status
operator         rbac   rbac   rbac  rbac   final      system       system system   ok
operator-as-root nofile nofile ok    nofile final      system       system system   ok
robot            rbac   rbac   rbac  rbac   final      system       system system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac

Suspension: granted
                 file   edit   label delete suspension ratification lift  restored phase
member           rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
second-member    rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
editing-member   rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
appointed-member rbac   rbac   rbac  rbac   final      acts         final verb     status
approver         rbac   rbac   rbac  rbac   final      turn         final verb     status
editing-approver ok     frozen ok    kept   final      wrote        final verb     status
minting-approver rbac   rbac   rbac  rbac   final      mints        final verb     status
county-approver  rbac   rbac   rbac  rbac   final      verb         final verb     status
clerk            ok     frozen ok    kept   rbac       rbac         rbac  rbac     rbac
provider         party  frozen ok    kept   final      verb         final turn     status
support          rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac
cluster-admin    ok     frozen ok    kept   final      every        final every    status
argocd           ok     frozen ok    kept   final      system       final system   status
operator         rbac   rbac   rbac  rbac   final      system       final system   ok
operator-as-root nofile nofile ok    nofile final      system       final system   ok
robot            rbac   rbac   rbac  rbac   final      system       final system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac         rbac  rbac     rbac

Suspension: refused
                 file   edit   label delete suspension ratification lift   restored phase
member           rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
second-member    rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
editing-member   rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
appointed-member rbac   rbac   rbac  rbac   final      acts         acts   verb     status
approver         rbac   rbac   rbac  rbac   final      turn         turn   verb     status
editing-approver ok     ok     ok    ok     final      wrote        wrote  verb     status
minting-approver rbac   rbac   rbac  rbac   final      mints        mints  verb     status
county-approver  rbac   rbac   rbac  rbac   final      verb         verb   verb     status
clerk            ok     ok     ok    ok     rbac       rbac         rbac   rbac     rbac
provider         party  party  ok    party  final      verb         verb   turn     status
support          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
auditor          rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-editor rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
namespace-admin  rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
cluster-admin    ok     ok     ok    ok     final      every        every  every    status
argocd           ok     ok     ok    ok     final      system       system system   status
operator         rbac   rbac   rbac  rbac   final      system       system system   ok
operator-as-root nofile nofile ok    nofile final      system       system system   ok
robot            rbac   rbac   rbac  rbac   final      system       system system   status
outsider         rbac   rbac   rbac  rbac   rbac       rbac         rbac   rbac     rbac
"""

GRIDS = (SERVICE_AGREEMENT, SUSPENSION)
