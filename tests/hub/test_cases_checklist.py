"""A reviewer's checklist, of a standard and an assessment; pure."""

import pytest
from tests.hub import editions

pytest.importorskip("django", reason="the hub's packages are not installed")
from guildmark import standard
from guildmark.records import Outcome
from guildmark_hub.cases import checklist

TOOL = standard.load("vetted_tool")


def lines(**found):
    return checklist.lines(TOOL, editions.assessment(**editions.GOOD | found))


def test_every_check_that_the_standard_requires_is_a_line_and_every_question_of_its_kind():
    every = [one.requirement for one in lines()]
    assert len(every) == len(set(every))
    required = {id for level in TOOL.level for id in level.require}
    asked = {f"question:{one.id}" for one in checklist.questions() if "tool" in one.of}
    assert set(every) == required | asked


def test_what_failed_stands_first_then_what_is_unknown_then_what_people_are_asked_then_what_passed():
    found = [one.outcome for one in lines(no_harmful_acts=["passed", "failed"])]
    assert found[0] is Outcome.FAILED
    order = [Outcome.FAILED, Outcome.UNKNOWN, None, Outcome.NOT_APPLICABLE, Outcome.PASSED]
    assert found == sorted(found, key=order.index)


def test_of_several_findings_the_worst_stands_first():
    (line,) = [one for one in lines(no_harmful_acts=["passed", "failed"]) if one.requirement == "no_harmful_acts"]
    assert [one.outcome for one in line.findings] == [Outcome.FAILED, Outcome.PASSED]
    assert line.asks
    assert line.why
    assert line.hint


def test_a_check_that_was_not_asked_is_unknown_and_not_passed():
    (line,) = [one for one in lines() if one.requirement == "maintained"]
    assert (line.outcome, line.section) == (Outcome.UNKNOWN, "open")


def test_every_line_stands_in_a_section_and_they_follow_each_other():
    every = lines(no_harmful_acts="failed")
    order = [id for id, _, _ in checklist.SECTIONS]
    held = [order.index(one.section) for one in every]
    assert held == sorted(held)
    assert set(held) == {0, 1, 2}


@pytest.mark.parametrize(
    ("outcome", "answer", "needs"),
    [
        ("passed", "yes", False),
        ("passed", "no", True),
        ("passed", "unsure", True),
        ("unknown", "yes", True),
        ("failed", "yes", True),
        ("failed", "not_applicable", True),
        ("not_applicable", "not_applicable", False),
    ],
)
def test_an_answer_needs_words_where_it_is_against_the_machine_or_the_release(outcome, answer, needs):
    (line,) = [one for one in lines(licence_open=outcome) if one.requirement == "licence_open"]
    assert bool(checklist.needs_words(line, answer)) is needs


def test_only_what_the_machine_passed_is_agreed_with():
    found = checklist.agreeing(lines(licence_open="failed", no_harmful_acts="not_applicable"))
    assert "licence_open" not in found
    assert found["no_harmful_acts"] == "not_applicable"
    assert set(found.values()) == {"yes", "not_applicable"}
    assert not any(id.startswith("question:") for id in found)


def test_a_measurement_that_a_level_requires_is_a_line_with_its_own_answer():
    """The interval of the example's `speed/tokens` goes from 11 to 14."""
    for least, outcome in ((10.0, Outcome.PASSED), (12.0, Outcome.UNKNOWN), (15.0, Outcome.FAILED)):
        wanted = standard.Measure("speed", "tokens", at_least=least)
        by = standard.Standard("fast", "Fast", ("tool",), "1", (standard.Level("fast", "It is.", measure=(wanted,)),))
        (line,) = [one for one in checklist.lines(by, editions.assessment()) if one.known]
        assert (line.requirement, line.outcome) == ("measure:speed/tokens", outcome)
        assert line.findings[0].says.startswith("12.5 1/s")
