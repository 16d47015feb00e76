"""OpenVEX documents of strangers: read strictly, held to the finding that they are to answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hub import editions

from guildmark import records
from guildmark.errors import AskedWrongly
from guildmark.records import Outcome

pytestmark = pytest.mark.usefixtures("empty")
ASSESSMENT = editions.assessment(no_harmful_acts=["failed", "passed"], licence_open="unknown")
PLACE = next(place for place, one in enumerate(ASSESSMENT.findings) if one.outcome is Outcome.FAILED)


def document(**said: Any) -> dict[str, Any]:
    statement = {
        "vulnerability": {"name": "guildmark:no_harmful_acts"},
        "products": [{"@id": "pkg:pypi/guard@1.0"}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
        "impact_statement": "The sample is never loaded.",
    }
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/v", "author": "Ada", "version": 1}
    return {**head, "timestamp": "2026-02-03T04:05:06Z", "statements": [{**statement, **said}]}


def read(text: str | dict[str, Any], place: int = PLACE) -> Any:
    from guildmark_hub.answers import vex

    return vex.read(text if isinstance(text, str) else json.dumps(text), place, ASSESSMENT)


def test_a_document_is_kept_as_it_is_and_said_in_words() -> None:
    """The status, its reason, what is said."""
    found = read(document())
    assert found.document == document()
    assert found.says == (
        "guildmark:no_harmful_acts: not affected (vulnerable code not in execute path). The sample is never loaded."
    )


def nested(depth: int) -> str:
    return json.dumps(document()).replace('"version": 1', '"more": ' + "[" * depth + "]" * depth)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "is not JSON"),
        ("no json", "is not JSON"),
        ("[]", "not OpenVEX"),
        ("null", "not OpenVEX"),
        ("{}", "not OpenVEX"),
        ('"https://openvex.dev/ns"', "not OpenVEX"),
        (json.dumps({**document(), "@context": "https://evil.example"}), "not OpenVEX"),
        (json.dumps({**document(), "@context": {"x": "https://openvex.dev/ns"}}), "not OpenVEX"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": []}', "not OpenVEX"),
        (json.dumps(document())[:-1], "is not JSON"),
        (json.dumps(document()).replace('"author"', '"author": "Ben", "author"'), "twice"),
        (json.dumps(document()).replace('"version": 1', '"version": NaN'), "is not JSON"),
        (json.dumps(document()).replace('"version": 1', '"version": 1e999'), "a number or a letter that is none"),
        (json.dumps(document()).replace("Ada", "\\ud800"), "a number or a letter that is none"),
        (json.dumps(document()).replace('"version": 1', f'"version": {"9" * 5000}'), "is not JSON"),
        (nested(40), "nested more than 32 deep"),
        (nested(5_000), "is not JSON"),
        (json.dumps({**document(), "more": "x" * 60_000}), "at most 60,000 are read"),
        (json.dumps({**document(), "statements": {}}), "no VEX document"),
        (json.dumps({**document(), "statements": [{}]}), "no VEX document"),
        (json.dumps(document(status="fine")), "no VEX document"),
        (json.dumps(document(justification="", impact_statement="")), "without a justification"),
        (json.dumps({**document(), "statements": []}), "none of the document's 0 statements"),
        (json.dumps(document(products=[])), "none of the document's 1 statement"),
        (json.dumps(document(products=[{"@id": "pkg:pypi/other@1.0"}])), "none of the document's"),
        (json.dumps(document(vulnerability={"name": "licence_open"})), "none of the document's"),
        ("\ud800", "a number or a letter that is none"),
    ],
)
def test_a_document_that_is_not_strict_or_speaks_of_something_else_is_refused(text: str, match: str) -> None:
    """In words, and with what to do."""
    with pytest.raises(AskedWrongly, match=match) as caught:
        read(text)
    assert caught.value.hint
    assert caught.value.says.isprintable()


def test_a_document_speaks_of_failed_and_unknown_findings_alone() -> None:
    """Nobody answers what passed with a document."""
    places = {one.outcome: place for place, one in enumerate(ASSESSMENT.findings)}
    with pytest.raises(AskedWrongly, match="none of the document's"):
        read(document(), places[Outcome.PASSED])
    assert read(document(vulnerability={"name": "licence_open"}), places[Outcome.UNKNOWN]).says


def test_what_a_document_says_is_shown_with_hidden_letters_as_their_escapes() -> None:
    """Direction marks change nothing of a page."""
    assert read(document(impact_statement="a\u202eb\x00c\nd")).says.endswith("a\\u202eb\\x00c d")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(document())), json_values)
def test_whatever_stands_in_a_field_is_read_or_refused_in_words(field: str, value: Any) -> None:
    """And what is kept can be kept: it is JSON."""
    _is_kept_or_refused(json.dumps({**document(), field: value}))


@given(st.sampled_from(sorted(document()["statements"][0])), json_values)
def test_whatever_stands_in_a_statement_is_read_or_refused_in_words(field: str, value: Any) -> None:
    """As in a field."""
    _is_kept_or_refused(json.dumps(document(**{field: value})))


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_read_or_refused_in_words(text: str) -> None:
    """As in a field."""
    _is_kept_or_refused(text)


def _is_kept_or_refused(text: str) -> None:
    try:
        found = read(text)
    except AskedWrongly:
        return
    assert json.loads(json.dumps(found.document, allow_nan=False)) == found.document
    assert found.says.isprintable()


def test_a_document_answers_a_finding_through_the_pages(small: Any) -> None:
    """Kept with its wording, and handed out again as it was given; never both a text and a document."""
    from tests.hub import alliance
    from tests.hub.answered import failed_finding, owner

    found, digest = failed_finding()
    browser = alliance.browser(owner())
    path = f"/entry/guard/members/say/rebuttal/?finding={digest}"
    assert found.check == "no_harmful_acts"
    text = json.dumps(document())
    assert browser.post(path, {"says": "Both", "vex": text}).status_code == 400
    wrong = browser.post(path, {"vex": text[:-1]})
    assert (wrong.status_code, "The document is not JSON" in wrong.content.decode()) == (400, True)
    answer = browser.post(path, {"vex": text})
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "The sample is never loaded." in page
    (link,) = {part.split('"')[0] for part in page.split('href="') if "openvex.json" in part.split('"')[0]}
    given = browser.get(link)
    assert given.json() == document()
    assert given.headers["Content-Type"] == "application/json"
    assert given.headers["Content-Disposition"].startswith("attachment")
    edit = browser.get(f"{answer.headers['Location']}edit/").content.decode()
    assert "vulnerable_code_not_in_execute_path" in edit


def test_a_rebuttal_of_a_finding_that_is_shown_no_more_can_be_worded_anew_in_words(small: Any) -> None:
    """And not by a document, which could not be held to it."""
    from tests.hub import alliance
    from tests.hub.answered import owner, say

    from guildmark_hub.answers.models import Answer

    made = say(owner())
    Answer.objects.update(finding=f"sha256:{'0' * 64}")
    browser = alliance.browser(made.person)
    path = f"/answers/{made.pk}/edit/"
    assert browser.get(path).status_code == 200
    wrong = browser.post(path, {"vex": json.dumps(document()), "version": 1})
    assert (wrong.status_code, "is not shown any more" in wrong.content.decode()) == (400, True)
    assert browser.post(path, {"says": "In words", "version": 1}).status_code == 302


def test_the_digest_of_a_finding_is_the_one_that_its_page_names() -> None:
    """So a rebuttal stands beside its own finding."""
    assert records.digest(ASSESSMENT.findings[PLACE]).startswith("sha256:")
