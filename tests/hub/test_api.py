"""The program's door: what the pages show, as JSON; whatever is asked, no fault of ours is the answer."""

import hashlib
import json
from typing import Any

import pytest
from tests.hub import editions

DOOR = "/api/v1"


def told(client: Any, path: str) -> Any:
    """The answer, as JSON."""
    answer = client.get(DOOR + path)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("application/json")
    return json.loads(answer.content)


def ids(found: Any) -> list[str]:
    """The ids of a list's entries."""
    return [line["card"]["id"] for line in found["entries"]]


def queries(ask: Any) -> int:
    """How many queries an answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        ask()
    return len(seen)


def test_no_example_of_the_description_is_answered_by_a_fault_of_ours(small, monkeypatch):
    """Schemathesis reads the description, asks what fits it and what does not, and holds the answers against it."""
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
    import hypothesis
    from schemathesis import checks
    from schemathesis.config import SchemathesisConfig

    from guildmark_hub.wsgi import application

    schema = schemathesis.openapi.from_wsgi(f"{DOOR}/openapi.json", application, config=SchemathesisConfig())
    wanted = [
        checks.not_a_server_error,
        *(getattr(schemathesis.specs.openapi.checks, name) for name in CHECKS),
    ]
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def put(case):
            nonlocal asked
            asked += 1
            case.validate_response(case.call(base_url="http://localhost"), checks=wanted)

        put()
    assert asked > 100


CHECKS = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


def test_the_description_names_every_operation_and_bounds_every_parameter(client, small):
    found = told(client, "/openapi.json")
    assert sorted(found["paths"]) == [
        f"{DOOR}{path}"
        for path in (
            *("/assessments/{sha256}", "/ballots/{number}", "/categories", "/changes"),
            *("/claims", "/claims/{statement}", "/edition", "/entries", "/entries/{id}"),
            *("/proposals", "/proposals/{number}", "/sources", "/standards", "/standards/{id}"),
        )
    ]
    for operations in found["paths"].values():
        for parameter in operations["get"]["parameters"]:
            assert bounded(parameter["schema"]), parameter
        assert operations["get"]["responses"].keys() == {"200", "400", "404"}
    assert found["paths"][f"{DOOR}/claims"]["post"]["responses"].keys() == {
        *("200", "201", "400", "403", "413", "429", "503"),
    }


def bounded(schema: Any) -> bool:
    """Whether no value can be endless."""
    if schema["type"] == "array":
        return "maxItems" in schema and bounded(schema["items"])
    if schema["type"] == "string":
        return bool({"maxLength", "enum", "const"} & schema.keys()) or "{64}" in schema.get("pattern", "")
    return "maximum" in schema


def test_the_list_is_what_the_search_finds(client, small):
    from guildmark_hub.catalog import finding

    found = told(client, "/entries")
    assert ids(found) == [one.slug for one in finding.find(finding.Asked()).entries]
    assert (found["total"], found["next"]) == (4, "")
    assert ids(told(client, "/entries?q=guard")) == ["guard"]
    assert ids(told(client, "/entries?kind=model&basis=reported")) == ["llama-3-8b"]
    assert ids(told(client, "/entries?category=speech&category=fairness&sort=name")) == ["unread", "voice"]
    assert {facet["id"] for facet in found["facets"]} >= {"kind", "category", "basis"}


def test_a_level_of_a_standard_narrows_the_list_as_the_facet_does(client, small):
    facet = next(one for one in told(client, "/entries")["facets"] if one["id"].startswith("level."))
    choice = facet["choices"][0]
    found = told(client, f"/entries?level={facet['id'].removeprefix('level.')}:{choice['value']}")
    assert found["total"] == choice["count"]


def test_pages_go_on_where_they_were_until_the_end(client, small):
    first = told(client, "/entries?limit=3&sort=name")
    assert len(first["entries"]) == 3
    then = told(client, f"/entries?limit=3&sort=name&cursor={first['next']}")
    assert ids(first) + ids(then) == ids(told(client, "/entries?sort=name"))
    assert then["next"] == ""


def test_a_cursor_of_another_edition_or_question_is_refused_in_words(client, load):
    load(editions.small())
    cursor = told(client, "/entries?limit=1")["next"]
    for wrong in (
        f"limit=2&cursor={cursor}",
        "cursor=x",
        f"limit=1&updated_since=2026-01-01T00:00:00Z&cursor={cursor}",
    ):
        answer = client.get(f"{DOOR}/entries?{wrong}")
        assert answer.status_code == 400
        assert set(json.loads(answer.content)) == {"says", "hint"}
    load(editions.small()[:-1], "2026.2")
    answer = client.get(f"{DOOR}/entries?limit=1&cursor={cursor}")
    assert answer.status_code == 400
    assert "another edition" in answer.content.decode()


def test_what_changed_since_a_moment_is_told_once_the_oldest_first(client, load):
    import msgspec

    load(editions.small())
    parts = [
        msgspec.structs.replace(part, says="New") if getattr(part, "id", "") in ("voice", "unread") else part
        for part in editions.small()
    ]
    load(parts, "2026.2", "2026-11-21T08:00:00Z")
    since = "/entries?updated_since=2026-11-21T00:00:00Z"
    assert ids(told(client, since)) == ["unread", "voice"]
    assert ids(told(client, f"{since}&kind=model")) == ["voice"]
    assert ids(told(client, "/entries?updated_since=2026-11-22T00:00:00Z")) == []
    found, cursor = [], ""
    for _ in range(5):
        page = told(client, f"/entries?updated_since=2026-01-01T00:00:00Z&limit=1&cursor={cursor}")
        found += ids(page)
        cursor = page["next"]
        if not cursor:
            break
    assert found == ["guard", "llama-3-8b", "unread", "voice"]
    assert {line["updated_at"] for line in told(client, since)["entries"]} == {"2026-11-21T08:00:00Z"}


def test_an_entry_has_all_that_its_page_shows_each_with_its_digest(client, small):
    found = told(client, "/entries/guard?release=0.9")
    page = found["page"]
    told_by = [one for group in page["groups"] for check in group["checks"] for one in check["findings"]]
    assert all(one["digest"].startswith("sha256:") for one in told_by)
    assert {one["digest"] for one in page["measured"]}
    assert page["ladders"][0]["standard"]
    assert [one["version"] for one in found["releases"]] == ["0.9", "1.0"]
    claims = told(client, "/entries/llama-3-8b")
    assert claims["page"] is None
    assert len(claims["claims"]) == 4
    assert {one["claim"]["value"] for one in claims["claims"]} == {"llama3", None, "closed", 66.6}


def test_a_claim_and_an_assessment_have_the_digest_that_is_said(client, small):
    import msgspec

    from guildmark import records
    from guildmark.edition.records import Reported

    for one in told(client, "/entries/llama-3-8b")["claims"]:
        assert records.digest(msgspec.convert(one["claim"], Reported)) == one["digest"]
    sha256 = told(client, "/entries/guard")["page"]["assessment"].removeprefix("sha256:")
    content = client.get(f"{DOOR}/assessments/{sha256}").content
    assert hashlib.sha256(content).hexdigest() == sha256


def test_the_edition_standards_categories_and_sources_are_told(client, small):
    from guildmark import standard

    assert told(client, "/edition")["entries"] == 4
    assert [one["id"] for one in told(client, "/standards")["standards"]] == list(standard.ids())
    assert told(client, "/standards/safe_files")["level"]
    assert [one["id"] for one in told(client, "/categories")["categories"]] == [one.id for one in editions.CATEGORIES]
    assert {one["id"] for one in told(client, "/sources")["sources"]} == {"eu", "mot"}


WRONG = {
    "/entries?limit=0": 400,
    "/entries?limit=201": 400,
    "/entries?limit=x": 400,
    "/entries?kind=person": 400,
    "/entries?knd=tool": 400,
    "/entries?updated_since=yesterday": 400,
    "/entries?updated_since=0000-01-01T00:00:00Z": 400,
    "/entries?updated_since=2026-11-20T08:00:00Z&cursor=c0123456789abcdef-999999999999-99999999999999999": 200,
    "/entries?cursor=p0123456789abcdef-999999999999-50": 400,
    "/entries?q=" + "x" * 1_001: 400,
    "/entries?q=%00": 400,
    "/entries?q=%ff%fe": 200,
    "/entries?q=AND+OR+NEAR(%22": 200,
    "/entries?level=nothing:at_all": 200,
    "/entries?" + "&".join("category=a" for _ in range(21)): 400,
    "/entries/nobody": 404,
    "/entries/NOBODY": 400,
    "/entries/guard?release=9": 404,
    "/entries/unread?release=2": 404,
    "/assessments/" + "0" * 64: 404,
    "/assessments/x": 400,
    "/standards/none": 404,
    "/standards/safe_files?version=0": 404,
    "/nothing/at/all": 404,
    "/entries/": 404,
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_asked_wrongly_is_answered_in_a_sentence(client, small, path):
    answer = client.get(DOOR + path)
    assert answer.status_code == WRONG[path], answer.content
    if answer.status_code >= 400:
        said = json.loads(answer.content)
        assert set(said) == {"says", "hint"}
        assert said["says"]


def test_without_an_edition_it_says_so(client, database):
    for path in ("/edition", "/entries", "/entries/guard", "/categories", "/sources", "/assessments/" + "0" * 64):
        answer = client.get(DOOR + path)
        assert answer.status_code == 404
        assert "no edition" in json.loads(answer.content)["says"]
    assert told(client, "/standards")


def test_an_answer_takes_the_same_few_queries_however_much_it_tells(client, small):
    """Of the catalog's sets a process reads once, so the first question is not counted."""
    client.get(f"{DOOR}/entries?q=guard")
    counts = {
        "/edition": 1,
        "/entries": 4,
        "/entries?limit=1": 4,
        "/entries?q=guard&kind=tool": 5,
        "/entries?updated_since=2026-01-01T00:00:00Z": 4,
        "/entries/guard": 4,
        "/entries/llama-3-8b": 4,
        "/categories": 2,
        "/sources": 2,
        "/standards": 1,
    }
    found = {path: queries(lambda path=path: client.get(DOOR + path)) for path in counts}
    assert found == counts
