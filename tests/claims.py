"""Claims for tests: keys, an assessment, and what is signed about it."""

from datetime import UTC, datetime

from guildmark import keys
from guildmark.attest import Bundle, Trust, making, sign, statement
from guildmark.attest.making import Terms
from guildmark.attest.statement import Said
from guildmark.attest.trust import Known
from guildmark.keys import PrivateKey
from guildmark.records import Assessment, FileRecord, Finding, Outcome, SubjectRecord, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MADE = "2026-11-22T11:00:00Z"
DIGEST = "ab" * 32
SUBJECT = SubjectRecord("m.bin", "pkg:pypi/m@1", "model", f"sha256:{DIGEST}", (FileRecord("m.bin", 3, DIGEST),))
ASSESSMENT = Assessment(
    SUBJECT, (), (Finding("formats_intact", Outcome.PASSED, "it is whole"),), (), "guildmark 0.1.0", MADE
)
VERDICT = Verdict("safe_files", "2026.4", "intact", None, ())
OURS, THEIRS = keys.new("example.org/ai"), keys.new("other.example/ai")


def trusting(*known: Known) -> Trust:
    return Trust(known or (Known(OURS.public.line, "Example"), Known(THEIRS.public.line, "Other")))


def claim(key: PrivateKey = OURS, terms: Terms = Terms(), assessment: Assessment = ASSESSMENT) -> Bundle:  # noqa: B008  # frozen
    """A signed assessment."""
    made = making.of_assessment(assessment, [VERDICT], "assessment", terms)
    return Bundle(sign(made.body, key), made.kind, made.evidence)


def say(said: Said, key: PrivateKey = OURS) -> Bundle:
    """Any other statement about the same subject."""
    return Bundle(sign(statement.stated(making.named(SUBJECT), said), key))
