"""The three lines: no where something failed, no yes where something stayed open."""

import pytest
from msgspec.structs import replace
from tests.reports import sample

from guildmark import check
from guildmark.answers import answers
from guildmark.look import Look
from guildmark.records import Assessment, Evidence, FileRecord, Finding, Outcome, Report, SubjectRecord

LOAD = [id for id, found in sample.CHECKS.items() if found.bears_on == "load"]


NOTHING_ASIDE = replace(sample.LOOK, aside=())


def told(*findings: Finding, look: Look = NOTHING_ASIDE, files: tuple[FileRecord, ...] = ()) -> list[tuple[str, str]]:
    subject = replace(sample.REPORT.assessment.subject, files=files)
    report = Report(replace(sample.REPORT.assessment, findings=findings, subject=subject), ())
    return [(answer.word, answer.why) for answer in answers(report, look)]


def all_of(outcome: Outcome) -> list[Finding]:
    return [Finding(check, outcome, f"{check} is {outcome}") for check in sample.CHECKS]


def test_one_failed_check_means_no_in_its_own_words():
    """The line says what the first failed finding says, and how many more there are."""
    findings = [*all_of(Outcome.PASSED), Finding(LOAD[0], Outcome.FAILED, "it calls os.system")]
    assert told(*findings)[0] == ("No", "it calls os.system")
    assert told(*findings, Finding(LOAD[0], Outcome.FAILED, "twice"))[0] == (
        "No",
        "it calls os.system (and 1 more finding)",
    )


def test_a_failure_outweighs_what_is_unknown():
    findings = [Finding(LOAD[0], Outcome.UNKNOWN, "unread"), Finding(LOAD[1], Outcome.FAILED, "broken")]
    assert told(*findings)[0] == ("No", "broken")


def test_one_unknown_check_means_cannot_tell():
    findings = [*all_of(Outcome.PASSED), Finding(LOAD[0], Outcome.UNKNOWN, "it was not read")]
    assert told(*findings)[0] == ("Cannot tell", "it was not read")


def test_yes_takes_every_check_that_bears_on_it():
    """A check of the shelf that was not asked leaves the answer open."""
    assert told(*all_of(Outcome.PASSED))[0] == ("Yes", "3 checks passed, none failed")
    some = [finding for finding in all_of(Outcome.PASSED) if finding.check != LOAD[0]]
    assert told(*some)[0] == ("Cannot tell", f"not asked: {LOAD[0]}")


def test_nothing_that_applies_is_no_yes():
    assert told(*all_of(Outcome.NOT_APPLICABLE))[0] == ("Cannot tell", "no check that bears on it applies here")


def test_a_check_that_the_shelf_does_not_know_takes_a_yes_away_when_it_did_not_pass():
    strange = Finding("from_tomorrow", Outcome.FAILED, "bad")
    word, why = told(*all_of(Outcome.PASSED), strange)[0]
    assert word == "Cannot tell"
    assert "from_tomorrow" in why
    assert told(*all_of(Outcome.PASSED), replace(strange, outcome=Outcome.PASSED))[0][0] == "Yes"


def test_loading_and_shipping_are_answered_apart():
    findings = [*all_of(Outcome.PASSED), Finding("licence_declared", Outcome.FAILED, "no licence")]
    assert [word for word, _ in told(*findings)] == ["Yes", "No", "Nothing"]


def test_what_is_unknown_counts_findings_and_names_what_was_left_aside():
    findings = [*all_of(Outcome.PASSED), *(Finding("x", Outcome.UNKNOWN, f"dark {n}") for n in range(4))]
    look = replace(sample.LOOK, aside=(("other.whl", "not the first wheel"),))
    assert told(*findings, look=look)[2] == (
        "4 findings of 1 check",
        "dark 0; dark 1 and 2 more; not looked at: other.whl",
    )


def test_a_file_that_nobody_read_is_unknown_though_no_check_says_so():
    assert told(*all_of(Outcome.PASSED), files=(FileRecord("dark.bin", 3, None),))[2] == (
        "Not all was looked at",
        "not looked at: dark.bin",
    )


def test_what_others_wrote_is_made_visible():
    finding = Finding(LOAD[0], Outcome.FAILED, "\x1b[2J\u202ebad", (Evidence("p", None, "", ""),))
    assert told(finding)[0] == ("No", r"\x1b[2J\u202ebad")


@pytest.mark.parametrize(("origin", "word"), [("failed", "No"), ("unknown", "Yes"), ("passed", "Yes")])
def test_a_file_that_is_not_the_published_one_may_not_be_loaded_and_silence_about_it_bars_nothing(
    origin: str, word: str
) -> None:
    """Of the files' origin only a failure speaks against loading (decision 0006)."""
    checks = {id: check.load(id) for id in check.ids()}
    outcomes = {id: Outcome(origin if found.bears_on == "origin" else "passed") for id, found in checks.items()}
    findings = tuple(Finding(id, outcome, f"{id} {outcome}") for id, outcome in outcomes.items())
    subject = SubjectRecord("m", None, "model", None, ())
    report = Report(Assessment(subject, (), findings, (), "test", "2026-11-22T00:00:00Z"), ())
    assert answers(report, Look(checks=checks))[0].word == word
