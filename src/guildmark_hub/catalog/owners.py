"""Who answers for it: what the findings say of who keeps it, who can be told of a hole, and on which terms."""

from collections.abc import Callable

from guildmark import plain
from guildmark.records import Assessment, Finding, Outcome
from guildmark_hub.catalog.shown import Answer

QUESTION = "Who answers for it"
SUPPORT = {
    "maintainers_named": ("named maintainers", "maintainers are named"),
    "security_policy_stated": ("a place to report holes", "it is said whom to tell of a hole"),
    "support_stated": (
        "stated support terms",
        "it is said how fast it is answered, for which versions, and until when",
    ),
    "provenance_attested": ("an attested build", "who built it is attested"),
}
"""The checks that tell who answers: the facet's value, and the words for a passed one."""


def supporters(assessment: Assessment) -> tuple[str, ...]:
    """The checks of SUPPORT that passed."""
    return tuple(check for check in SUPPORT if assessment.outcome(check) is Outcome.PASSED)


def of_assessment(assessment: Assessment, digest: Callable[[Finding], str]) -> Answer:
    """The answer, by the findings; a model's own files seldom say it."""
    found = [finding for finding in assessment.findings if finding.check in SUPPORT]
    asked = [one for one in found if one.outcome is not Outcome.NOT_APPLICABLE]
    good = [one for one in asked if one.outcome is Outcome.PASSED]
    digests = tuple(map(digest, asked))
    if not asked:
        why = "no check asks this of a model yet; its files, its card and its maker may tell"
        return Answer(QUESTION, Outcome.UNKNOWN, "Cannot tell", why, digests)
    missing = [one for one in asked if one.outcome is not Outcome.PASSED]
    if any(one.check in ("maintainers_named", "support_stated") for one in good):
        named = next((one for one in good if one.check == "maintainers_named"), good[0])
        said = "; ".join(SUPPORT[check][1] for check in dict.fromkeys(one.check for one in good))
        word = "Its maintainers" if named.check == "maintainers_named" else "Its support"
        return Answer(QUESTION, Outcome.PASSED, word, f"{said}{_not_said(missing)}", digests)
    worst = Outcome.FAILED if any(one.outcome is Outcome.FAILED for one in asked) else Outcome.UNKNOWN
    word = "Nobody is named" if worst is Outcome.FAILED else "Cannot tell"
    return Answer(QUESTION, worst, word, plain.sentence("; ".join(one.says for one in missing[:2]), 300), digests)


def _not_said(missing: list[Finding]) -> str:
    checks = dict.fromkeys(one.check for one in missing)
    words = [SUPPORT[check][0] for check in checks]
    return f"; not seen: {', '.join(words)}" if words else ""
