"""What every report keeps: no text of others is obeyed, and none makes a renderer fail."""

import html.parser
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.reports import sample

from guildmark import leaves
from guildmark.look import Look
from guildmark.records import Report

REPORTS = leaves.names("reports")
TEXTS = [*sample.HOSTILE, "".join(sample.HOSTILE)]
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0041]")
ELEMENTS = {"a", "img", "script", "iframe", "style", "form", "input"}


def rendered(name: str, report: Report = sample.REPORT, look: Look = sample.LOOK) -> str:
    return leaves.load("reports", name).render(report, look)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_has_a_title_an_extension_and_ends_its_last_line(name):
    module = leaves.load("reports", name)
    assert module.__doc__
    assert module.TITLE
    assert module.EXTENSION.startswith(".")
    assert rendered(name).endswith("\n")


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_report_gives_the_same_text(name):
    assert rendered(name) == rendered(name)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_control_character_of_others_is_printed(name, text):
    """Neither an escape that a terminal obeys, nor a mark that turns the reading direction."""
    for look in (Look(), sample.look_by(text)):
        assert CONTROL.findall(rendered(name, sample.told_by(text), look)) == []


@pytest.mark.parametrize("name", REPORTS)
def test_any_text_in_any_field_can_be_rendered(name):
    @settings(max_examples=25, deadline=None)
    @given(st.text(max_size=60) | st.sampled_from(TEXTS))
    def render(text: str) -> None:
        assert CONTROL.findall(rendered(name, sample.told_by(text), sample.look_by(text))) == []

    render()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_without_findings_verdicts_or_files_can_be_rendered(name):
    assessment = sample.REPORT.assessment
    subject = replace(assessment.subject, files=(), digest=None, purl=None)
    assert rendered(name, Report(replace(assessment, subject=subject, findings=(), listings=()), ()), Look())


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_the_three_lines_come_before_every_finding(name):
    text = rendered(name)
    places = [text.index(line) for line in ("May I load it", "May I ship it", "What is unknown")]
    assert places == sorted(places)
    assert places[-1] < text.index("Does every file load")


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_what_failed_comes_with_its_evidence_and_its_remedy(name):
    text = re.sub(r"<[^>]*>|\s+|\\", "", rendered(name))
    for words in ("head.pt!archive/data.pkl", "byte212", "os.system", "Savetheweightsassafetensors"):
        assert words in text


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_what_was_not_looked_at_is_named_with_the_reason(name):
    text = re.sub(r"<[^>]*>|\s+|\\", "", rendered(name))
    assert "tiny_voice-1.2.0-cp311-cp311-win_amd64.whl" in text
    assert "anotherwheelofthesamerelease" in text


class Elements(html.parser.HTMLParser):
    """Every element that stands in HTML, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_text_of_others_becomes_an_element_of_the_page(text):
    """The page for a hostile text has the elements of the page for a harmless one."""
    known = {tag for tag, _ in Elements(rendered("html")).found}
    found = Elements(rendered("html", sample.told_by(text), sample.look_by(text))).found
    assert {tag for tag, _ in found} <= known
    assert not [name for _, attributes in found for name in attributes if name.startswith("on") or name == "style"]
    assert all(attributes["href"].startswith("#") for tag, attributes in found if tag == "a")


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_what_is_said_against_a_finding_stands_beside_it_and_changes_nothing_else(name):
    """Every line of the report without it is in the report with it."""
    without, beside = rendered(name), rendered(name, replace(sample.REPORT, rebuttals=sample.REBUTTALS))
    text = re.sub(r"<[^>]*>|\s+|\\", "", beside)
    assert "TheTinyVoice" not in text
    assert "ThemakersofTinyVoicesaysof" in text
    assert "head.ptisneverloaded" in text
    assert "fitsnofinding" in text
    assert "vex.jsonsaysofCVE-2020-1:fixed" in text
    assert set(without.splitlines()) <= set(beside.splitlines())


def test_in_sarif_what_is_said_is_under_review_and_suppresses_nothing():
    """3.27.23: where one result has suppressions, all have; none is accepted."""
    plain, said = (
        json.loads(rendered("sarif", report))["runs"][0]["results"]
        for report in (sample.REPORT, replace(sample.REPORT, rebuttals=sample.REBUTTALS))
    )
    assert [len(result["suppressions"]) for result in said] == [1, *[0] * (len(said) - 1)]
    assert (said[0]["suppressions"][0]["kind"], said[0]["suppressions"][0]["status"]) == ("external", "underReview")
    assert [{key: value for key, value in result.items() if key != "suppressions"} for result in said] == plain
    assert "suppressions" not in plain[0]


def test_in_json_the_assessment_is_the_same_with_what_is_said_and_without():
    """Its digest is what gets signed."""
    plain, said = (
        json.loads(rendered("json", report))
        for report in (sample.REPORT, replace(sample.REPORT, rebuttals=sample.REBUTTALS))
    )
    assert said["assessment"] == plain["assessment"]
    assert [one["of"] for one in said["rebuttals"]] == ["guildmark:no_code_in_pickles", "CVE-2020-1"]
    assert "rebuttals" not in plain
