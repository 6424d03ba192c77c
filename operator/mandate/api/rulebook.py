"""The rules this system enforces, by id: where each stands and what it says.

Every refusal names the rule it comes from; tests carry the ids; `docs/traceability.md` is
generated from both. Articles are those of the Lu'an City Measures for the Administration
of the Government Cloud Platform (2024-02-02); `annex 1` is the tripartite agreement and
`annex 2` the forms. `ours` marks what the text does not say.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, where it stands in the regulation, and its gist."""

    id: str
    source: str
    gist: str

    def __str__(self) -> str:
        return f"{self.id}, {self.source}"


RULEBOOK: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("A03-preference", "articles 3 and 27", "No machine room, hardware or cloud of one's "
             "own, but where law provides otherwise; the use of the cloud is a basis for funds."),
        Rule("A04-scope", "articles 4 and 32", "Fiscal, unclassified, suitable by law; others "
             "apply through their line authority at their own cost."),
        Rule("A07-reclaim", "article 7", "What is not integrated as required is reclaimed, after "
             "the unit was told."),
        Rule("A09-lifecycle", "article 9", "Apply, accept, review, test, launch, change, exit: "
             "none is skipped."),
        Rule("A10-catalogue", "article 10", "Requests follow the catalogue; what nothing in it "
             "fits the unit procures itself, with the authority's consent."),
        Rule("A11-materials", "articles 11 and 14", "Construction approval, construction plan "
             "and onboarding plan come with the application."),
        Rule("A11-form", "annex 2", "Fields marked * are mandatory, 0 where not wanted; the form "
             "is sealed, signed and dated."),
        Rule("A13-accept", "articles 12 and 13", "Completeness and scope are checked before "
             "acceptance, in time; a refusal carries an opinion; the unit resubmits."),
        Rule("A13-review", "article 13", "Accepted applications get an approval opinion in "
             "time."),
        Rule("A14-provision", "article 14", "What was approved is provisioned in time; what is "
             "the provider's to hand over waits for its confirmation."),
        Rule("A14-sizing", "article 14", "No more than normal running reasonably needs, and than "
             "there is; less than asked may be approved, never more."),
        Rule("A14-trial", "article 14", "A trial lasts the days the policy bounds; without a "
             "launch its end freezes, and deletes nothing."),
        Rule("A14-tests", "articles 14 and 15", "Function, performance and security tests are "
             "passed before a launch."),
        Rule("A14-level3", "article 14", "From protection level 3 on, no launch without reports "
             "by accredited assessors."),
        Rule("A15-launch", "article 15", "Tests passed, the authority's consent, the agreement "
             "signed by all: then a system runs formally and is billed; the trial is free."),
        Rule("A16-change", "article 16", "What was approved changes only through a change "
             "request."),
        Rule("A16-major", "article 16", "A change that adds more than the thresholds takes a "
             "technical plan again, and performance and security tests passed; the authority may "
             "declare one major, never minor."),
        Rule("A16-split", "article 16, ours", "What is split into small changes is seen "
             "together."),
        Rule("A16-shrink", "article 16, ours", "A quota is not cut below what is in use."),
        Rule("A17-exit", "article 17", "Data moved and cleaned, the system offline: then it "
             "exits."),
        Rule("A17-delete", "article 17, ours", "Deleting a granted application's object does "
             "not destroy it."),
        Rule("A23-officer", "article 23", "Somebody is named for management, secrecy and audit."),
        Rule("A23-ports", "article 23", "Only approved ports are open; high-risk ones take an "
             "opinion."),
        Rule("A23-suspend", "article 23", "A suspension or termination is reported to the "
             "cyber-security authority."),
        Rule("A26-access", "article 26", "Nobody enters a unit's resources without its "
             "authorisation."),
        Rule("A31-budget", "article 31, annex 1, 5.2", "Who pays is shown what it cost: what ran, "
             "by the day, at the catalogue's price, to the cent (the formula is ours)."),
        Rule("G310-sublet", "annex 1, 3.10", "Nothing is deployed that was not approved, and "
             "nothing sublet."),
        Rule("G36-attest", "annex 1, 3.6 and 3.9", "Only licensed software; a site keeps its "
             "access logs."),
        Rule("G49-interrupt", "annex 1, 4.9", "The provider may interrupt what endangers the "
             "cloud, and says why."),
        Rule("G32-filing", "annex 1, 3.2 and 4.2", "Nothing goes online before its filing."),
        Rule("G38-contact", "annex 1, 3.8", "Emergency contacts are named; a change is "
             "told ahead."),
        Rule("G33-mlps", "annex 1, 3.3", "Graded and filed before it is launched; the "
             "evaluation report follows in time."),
        Rule("G65-hosting", "annex 1, 6.5", "Where equipment is hosted, the agreement says what "
             "the provider answers for."),
        Rule("G410-elastic", "annex 1, 4.10", "Small changes are approved by a policy's own "
             "limits, where it has any, and recorded as made by rule (ours)."),
        Rule("G44-ip", "annex 1, 4.4", "The provider manages addresses; a machine is found by "
             "its own."),
        Rule("G45-duty", "annex 1, 4.5", "In key periods a change takes an opinion (ours)."),
        Rule("G71-confirm", "annex 1, 7.1", "A change is carried out by its sheet, which all "
             "three then sign and seal."),
        Rule("G72-confirm", "annex 1, 7.2", "The exit sheet is signed and sealed by all three."),
        Rule("G91-term", "annex 1, 9.1", "The agreement runs a year from the last signature and "
             "renews itself, twice at most, if nobody objects; after its end nothing new is "
             "granted (ours)."),
        Rule("G94-copies", "annex 1, 9.2 to 9.5", "Six copies, two a party; annexes have the "
             "force of the text; only all three change it."),
        Rule("X-identity", "ours", "A decision is the decider's own: the API server writes who "
             "and when."),
        Rule("X-duty", "ours", "Nobody decides on their own request."),
        Rule("X-order", "ours", "No stage before its turn."),
        Rule("X-bound", "ours", "A decision holds for what was read."),
        Rule("X-final", "ours", "A decision is not rewritten or withdrawn."),
        Rule("X-clock", "ours", "Working days are the jurisdiction's own; a late decision is valid "
             "and on record as late."),
        Rule("X-dossier", "ours", "Every step can be shown, years later, and that nothing was "
             "altered."),
        Rule("X-closed", "ours", "With the operator down, nothing unapproved gets through."),
        Rule("X-input", "ours", "Bad input is refused with field and reason and stops nobody "
             "else."),
        Rule("X-level", "ours", "The same result whatever was missed, repeated or killed; an "
             "unchanged object is not written."),
        Rule("X-law", "ours", "The operator carries out the policy and does not write it; "
             "nothing of the law goes in one step."),
        Rule("X-zone", "ours", "The authority's own templates stand beside what was approved: they "
             "bound nothing, open nothing, let nobody in, and are nobody else's to change."),
    )
}  # fmt: skip


def cite(rule_id: str) -> str:
    """The rule as a refusal names it: `A16-change, article 16`.

    Raises:
        KeyError: no such rule.
    """
    return str(RULEBOOK[rule_id])
