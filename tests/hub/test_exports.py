"""What can be taken along: of an entry, and of the whole catalog."""

import csv
import gzip
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import yaml
from tests.hub import editions

from guildmark.edition.reading import read
from guildmark.records import Assessment, canonical

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OF_ENTRY = {
    "badge.svg": "image/svg+xml",
    "badge.json": "application/json",
    "badge/safe_files.svg": "image/svg+xml",
    "badge/safe_files.json": "application/json",
    "assessment.json": "application/json",
    "bom.cdx.json": "application/vnd.cyclonedx+json; version=1.6",
    "bom.spdx.json": "application/spdx+json",
    "citation.cff": "application/yaml; charset=utf-8",
    "citation.bib": "application/x-bibtex; charset=utf-8",
    "entry.jsonld": "application/ld+json",
}
WHOLE = {
    "/catalog.jsonl": "application/jsonl",
    "/catalog.csv": "text/csv; charset=utf-8; header=present",
    "/edition.gz": "application/gzip",
    "/changes.atom": "application/atom+xml; charset=utf-8",
    "/sitemap.xml": "application/xml",
    "/sitemap-0.xml": "application/xml",
    "/sitemap-1.xml": "application/xml",
    "/robots.txt": "text/plain; charset=utf-8",
}


def body(answer):
    """The bytes of an answer, also of one that comes in pieces."""
    return b"".join(answer) if answer.streaming else answer.content


def assessment(name: str, version: str) -> Assessment:
    """The assessment of the small edition's release."""
    return next(
        part.assessment
        for part in editions.small()
        if type(part).__name__ == "Assessed" and (part.entry, part.release) == (name, version)
    )


@pytest.mark.parametrize("name", OF_ENTRY)
def test_each_form_of_an_entry_has_its_type_and_is_the_same_twice(client, small, name):
    answer = client.get(f"/entry/guard/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, OF_ENTRY[name])
    assert client.get(f"/entry/guard/{name}").content == answer.content


@pytest.mark.parametrize("name", OF_ENTRY)
def test_of_what_nobody_vetted_there_is_nothing_to_take_along(client, small, name):
    for entry in ("llama-3-8b", "unread", "nobody"):
        assert client.get(f"/entry/{entry}/{name}").status_code == 404


def test_a_page_links_every_form_that_it_has(client, small):
    page = client.get("/entry/guard/").content.decode()
    for name in (
        "badge.svg",
        "badge.json",
        "assessment.json",
        "bom.cdx.json",
        "bom.spdx.json",
        "citation.bib",
        "citation.cff",
    ):
        assert f'href="/entry/guard/{name}"' in page
    assert '<link rel="alternate" type="application/ld+json" href="/entry/guard/entry.jsonld">' in page


def test_the_assessment_is_byte_for_byte_what_its_digest_names(client, small):
    content = client.get("/entry/guard/assessment.json").content
    assert content == canonical(assessment("guard", "1.0"))
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" in client.get("/entry/guard/").content.decode()


def test_a_badge_says_a_level_until_a_day_and_afterwards_that_it_is_expired(client, small):
    from guildmark_hub.catalog import badge, models

    page = models.Release.objects.get(entry__slug="guard", version="1.0").page
    ladder = next(one for one in page.ladders if one.standard == "safe_files")
    made = datetime.fromisoformat(page.made_at)
    last = badge.of(page, ladder, made + timedelta(days=30) - timedelta(seconds=1))
    assert last.message.endswith("until 2026-12-20")
    assert last.state != "expired"
    after = badge.of(page, ladder, made + timedelta(days=30))
    assert (after.message, after.state) == ("expired 2026-12-20", "expired")
    assert "expired" in badge.svg(after)
    assert "expired" in badge.endpoint(after)["message"]
    assert page.assessment in badge.svg(last)


def test_a_badge_is_well_formed_and_shows_its_words_as_text(client, small):
    answer = client.get("/entry/guard/badge.svg")
    root = ElementTree.fromstring(answer.content)
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    drawn = json.loads(client.get("/entry/guard/badge.json").content)
    assert words == [drawn["label"], drawn["message"]]
    assert drawn["schemaVersion"] == 1
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_a_badge_of_a_standard_that_does_not_fit_is_not_there(client, small):
    assert client.get("/entry/guard/badge/openness_dataset.svg").status_code == 404
    assert client.get("/entry/guard/badge/nothing.svg").status_code == 404


def test_a_hostile_name_stays_text_in_every_form(client, load):
    from guildmark.edition.records import Assessed, Category, Entry

    name = "a\"'<svg onload=x>}]]>&\u202e{\\"
    load(
        [
            Category("odd", "Odd <b>", "Odd.", ("tool",)),
            Entry("odd", "tool", name, "odd", name, purl="pkg:pypi/odd", releases=("1</text>",), maker="=cmd()"),
            Assessed("odd", "1</text>", editions.assessment(name=name, identified="passed")),
        ]
    )
    for path in ("badge.svg", "entry.jsonld", "citation.cff", "citation.bib", "bom.cdx.json", "bom.spdx.json"):
        answer = client.get(f"/entry/odd/{path}")
        assert answer.status_code == 200
        assert "\u202e" not in answer.content.decode()
    ElementTree.fromstring(client.get("/entry/odd/badge.svg").content)
    assert json.loads(client.get("/entry/odd/entry.jsonld").content)["name"] == name
    cited = yaml.safe_load(client.get("/entry/odd/citation.cff").content)
    assert cited["references"][0]["authors"] == [{"name": "=cmd()"}]
    bib = client.get("/entry/odd/citation.bib").content.decode()
    assert "\\}]]>\\&" in bib
    assert "\\{\\textbackslash{}" in bib
    ElementTree.fromstring(client.get("/changes.atom").content)
    (_, row) = csv.reader(io.StringIO(body(client.get("/catalog.csv")).decode()))
    assert "'=cmd()" in row


def test_a_citation_names_the_assessment_and_the_edition(client, small):
    from guildmark_hub.catalog import rows

    cited = yaml.safe_load(client.get("/entry/guard/citation.cff").content)
    digest = f"sha256:{hashlib.sha256(canonical(assessment('guard', '1.0'))).hexdigest()}"
    assert cited["cff-version"] == "1.2.0"
    assert cited["date-released"] == "2026-11-20"
    assert [one["value"] for one in cited["identifiers"]] == [digest, f"sha256:{rows.edition().sha256}"]
    assert cited["url"] == "http://localhost/entry/guard/release/1.0/"
    assert digest in client.get("/entry/guard/citation.bib").content.decode()


def test_linked_data_lead_to_the_raw_assessment(client, small):
    found = json.loads(client.get("/entry/guard/entry.jsonld").content)
    assert (found["@context"], found["@type"]) == ("https://schema.org", "SoftwareApplication")
    assert found["softwareVersion"] == "1.0"
    address = found["subjectOf"]["distribution"]["contentUrl"].removeprefix("http://localhost")
    digest = f"sha256:{hashlib.sha256(client.get(address).content).hexdigest()}"
    assert found["subjectOf"]["identifier"] == digest


def test_a_bill_is_of_the_stored_assessment_and_says_that_needs_are_unknown(client, small):
    bill = json.loads(client.get("/entry/guard/bom.cdx.json").content)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["compositions"][1] == {"aggregate": "unknown", "dependencies": ["subject"]}
    spdx = json.loads(client.get("/entry/guard/bom.spdx.json").content)
    assert spdx["spdxVersion"] == "SPDX-2.3"


@pytest.mark.parametrize("path", WHOLE)
def test_the_whole_catalog_has_these_forms(client, small, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, WHOLE[path])
    assert body(answer)


@pytest.mark.parametrize("path", [*WHOLE, "/browse/"])
def test_without_an_edition_there_is_no_catalog_to_take(client, database, path):
    assert client.get(path).status_code == (200 if path == "/robots.txt" else 404)


def test_the_dump_is_the_edition_that_was_loaded_digest_and_all(client, small, tmp_path):
    from guildmark_hub.catalog import rows

    lines = body(client.get("/catalog.jsonl")).splitlines()
    assert json.loads(lines[-1])["end"]["sha256"] == rows.edition().sha256
    packed = body(client.get("/edition.gz"))
    assert gzip.decompress(packed).splitlines() == lines
    (tmp_path / "edition.gz").write_bytes(packed)
    taken = [*read(tmp_path / "edition.gz")]
    assert taken == [*read(editions.write_edition(tmp_path / "again.gz", editions.small()))]


def test_the_whole_catalog_is_made_once_for_each_edition_and_its_table_once_more_when_it_is_judged_anew(
    client, load, monkeypatch
):
    """The lines are raw: neither a new standard nor a signed claim changes them."""
    from django.conf import settings

    from guildmark_hub.catalog import acts, along, dump

    made = []
    lines, table = dump.lines, dump.table
    monkeypatch.setattr(dump, "lines", lambda edition: made.append("lines") or lines(edition))
    monkeypatch.setattr(dump, "table", lambda edition: made.append("table") or table(edition))
    load(editions.small(), "2026.3")
    paths = ("/catalog.jsonl", "/edition.gz", "/catalog.csv", "/catalog.csv", "/catalog.jsonl")
    first = [body(client.get(path)) for path in paths]
    assert made == ["lines", "table"]
    acts.rederive()
    assert [body(client.get(path)) for path in paths] == first
    assert made == ["lines", "table", "table"]
    assert len([*(settings.DATA / along.FOLDER).iterdir()]) == 2


def test_the_dump_asks_little_at_a_time(client, load, monkeypatch):
    """As many rows at once as a chunk has, so the whole catalog never lies in memory."""
    from guildmark_hub.catalog import dump, rows

    load(editions.small())
    whole = [*dump.lines(rows.edition())]
    monkeypatch.setattr(dump, "CHUNK", 1)
    assert [*dump.lines(rows.edition())] == whole


def test_the_table_has_a_row_an_entry_and_no_cell_is_a_formula(client, small):
    head, *rows = csv.reader(io.StringIO(body(client.get("/catalog.csv")).decode()))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [one["id"] for one in found] == ["guard", "unread", "voice", "llama-3-8b"]
    assert (found[0]["basis"], found[3]["basis"]) == ("evidence", "reported")
    assert found[0]["assessment"].startswith("sha256:")
    assert found[3]["licence"] == "special licence (reported)"
    assert set(found[0]) >= {"level_safe_files", "may_i_load_it", "updated_at"}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-"))]


def test_the_feed_has_what_changed_last_first_and_a_change_is_a_new_item(client, load):
    def ids():
        root = ElementTree.fromstring(client.get("/changes.atom").content)
        return {one.find(f"{ATOM}title").text: one.find(f"{ATOM}id").text for one in root.iter(f"{ATOM}entry")}

    load(editions.small())
    before = ids()
    later = [
        part
        if getattr(part, "id", "") != "unread"
        else type(part)(**{**{f: getattr(part, f) for f in part.__struct_fields__}, "says": "New"})
        for part in editions.small()
    ]
    load(later, "2026.2", "2026-11-21T08:00:00Z")
    after = ids()
    assert next(iter(after)) == "Unread"
    assert {name for name in after if after[name] != before[name]} == {"Unread"}
    root = ElementTree.fromstring(client.get("/changes.atom").content)
    assert root.find(f"{ATOM}updated").text == "2026-11-21T08:00:00Z"
    assert root.find(f"{ATOM}entry/{ATOM}link").get("href") == "http://localhost/entry/unread/"


def test_the_sitemaps_lead_to_every_page_and_each_answers(client, small):
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    parts = [one.text.removeprefix("http://localhost") for one in index.iter(f"{MAP}loc")]
    assert parts == ["/sitemap-0.xml", "/sitemap-1.xml"]
    pages = [
        one.text.removeprefix("http://localhost")
        for part in parts
        for one in ElementTree.fromstring(client.get(part).content).iter(f"{MAP}loc")
    ]
    assert {"/", "/entry/guard/", "/entry/llama-3-8b/"} <= set(pages)
    assert [page for page in pages if client.get(page).status_code != 200] == []
    assert client.get("/sitemap-2.xml").status_code == 404
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_every_entry_stands_under_its_letter_and_in_its_category(client, small):
    index = client.get("/browse/").content.decode()
    for letter, name in (("g", "Gärd Guard"), ("u", "Unread"), ("v", "Voice-3B"), ("l", "Llama-3-8B")):
        assert f'href="/browse/{letter}/"' in index
        assert name in client.get(f"/browse/{letter}/").content.decode()
    assert client.get("/browse/q/").status_code == 200
    assert client.get("/browse/zz/").status_code == client.get("/browse/g/2/").status_code == 404
    assert "Voice-3B" in client.get("/list?category=speech").content.decode()
    assert client.get("/list?page=0").status_code == 400


def test_names_are_listed_a_hundred_a_page(client, load):
    from guildmark.edition.records import Category, Entry

    entries = [Entry(f"m-{number}", "tool", f"M {number:03}", "odd") for number in range(101)]
    load([Category("odd", "Odd", "Odd.", ("tool",)), *entries, Entry("n-1", "tool", "7", "odd")])
    page = client.get("/browse/m/").content.decode()
    assert "M 099" in page
    assert "M 100" not in page
    assert 'href="/browse/m/2/"' in page
    assert "M 100" in client.get("/browse/m/2/").content.decode()
    assert ">7<" in client.get("/browse/other/").content.decode()


def test_now_is_before_the_end_of_a_fresh_badge(client, load):
    """The view gives the clock: an assessment of a minute ago is not expired, one of a year ago is."""
    from guildmark.edition.records import Assessed, Category, Entry

    for made_at, expired in ((datetime.now(UTC), False), (datetime.now(UTC) - timedelta(days=365), True)):
        text = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        load(
            [
                Category("odd", "Odd", "Odd.", ("tool",)),
                Entry("odd", "tool", "Odd", "odd", purl="pkg:pypi/odd", releases=("1",)),
                Assessed("odd", "1", editions.assessment(made_at=text, identified="passed")),
            ],
            f"at-{made_at.year}",
        )
        assert ("expired" in client.get("/entry/odd/badge.svg").content.decode()) is expired
