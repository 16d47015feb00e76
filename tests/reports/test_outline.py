"""A report in the order in which a person reads it."""

from msgspec.structs import replace
from tests.reports import sample

from guildmark.look import Look
from guildmark.outline import aside, checked, ladders, unasked
from guildmark.records import FileRecord, Outcome, Report, Verdict


def steps(level, next, look=sample.LOOK):
    report = Report(sample.REPORT.assessment, (Verdict("safe_files", "2026.1", level, next, ()),))
    return [(step.id, step.state) for step in ladders(report, look)[0].steps]


def test_a_ladder_shows_every_level_and_how_far_it_goes():
    assert steps(None, "inert") == [("inert", "next"), ("intact", "later"), ("published", "later")]
    assert steps("inert", "intact") == [("inert", "reached"), ("intact", "next"), ("published", "later")]
    assert steps("published", None) == [("inert", "reached"), ("intact", "reached"), ("published", "reached")]


def test_a_standard_that_the_shelf_does_not_have_shows_what_the_verdict_names():
    assert steps("one", "two", Look()) == [("one", "reached"), ("two", "next")]
    assert steps("one", "intact") == [("one", "reached"), ("intact", "next")]
    assert steps(None, "two", Look()) == [("two", "next")]
    assert steps("one", None, Look()) == [("one", "reached")]


def test_the_worst_checks_come_first_and_their_worst_findings():
    checks = checked(sample.REPORT, sample.LOOK)
    assert [check.outcome for check in checks] == sorted((c.outcome for c in checks), key=list(Outcome).index)
    assert [finding.outcome for finding in checks[0].findings] == [Outcome.FAILED, Outcome.UNKNOWN]
    assert checks[0].first.says == "tiny_voice/data/head.pt would call os.system"


def test_a_saved_assessment_can_be_read_without_its_shelf():
    assert {check.question for check in checked(sample.REPORT, Look())} == {""}
    assert unasked(sample.REPORT, Look()) == ()


def test_left_aside_are_the_sources_leavings_unread_files_and_checks_not_checked():
    assessment = sample.REPORT.assessment
    subject = replace(assessment.subject, files=(*assessment.subject.files, FileRecord("dark.bin", 1, None)))
    findings = tuple(finding for finding in assessment.findings if finding.check != "tests_shipped")
    report = Report(replace(assessment, subject=subject, findings=findings), ())
    look = replace(sample.LOOK, aside=(("other.whl", "another wheel"),))
    assert [tuple(item) for item in aside(report, look)] == [
        ("other.whl", "another wheel"),
        (f"{sample.WHEEL}!tiny_voice/data/old.7z", "no format is known that fits it"),
        ("dark.bin", "its bytes were not read"),
        ("tests_shipped", "this check was not asked"),
    ]
