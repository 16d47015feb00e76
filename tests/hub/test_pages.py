"""The pages as they are answered: whole, safe, and each figure traced to what it comes from."""

import json
import re
from urllib.parse import quote, urlencode

import pytest
from tests.hub import editions, hostile
from tests.hub.walked import Node, walk

from guildmark import records

COMPARED = "compare?e=guard&e=voice&e=llama-3-8b&e=unread"
PAGES = {
    "front": "",
    "search": "search",
    "found": "search?q=voice",
    "nothing": "search?q=zebra&kind=tool&level.safe_files=inert",
    "entry": "entry/guard/",
    "release": "entry/guard/release/0.9/",
    "unvetted": "entry/unread/",
    "model": "entry/voice/",
    "reported": "entry/llama-3-8b/",
    "buyer": "entry/guard/buyer",
    "buyer_of_a_report": "entry/llama-3-8b/buyer",
    "begin": "compare",
    "add": "compare?e=guard&q=v",
    "compare": COMPARED,
    "categories": "categories",
    "standards": "standards",
    "standard": "standards/safe_files",
    "sources": "sources",
    "about": "about",
}
OF_THE_BAD = ("", "search", "search?q=script", "entry/bad/", "entry/worse/", "entry/bad/buyer", "entry/worse/buyer")
OF_THE_BAD += ("entry/bad/release/0/", "entry/bad/release/" + quote("1<script>/é", safe="") + "/")
OF_THE_BAD += ("compare?e=bad&e=worse", "compare?q=script", "categories", "sources", "standards/safe_files")
TAGS = set(
    re.findall(
        r"\w+",
        "a bdi body br button caption circle code dd details div dl dt fieldset figure footer form h1 h2 h3 "
        "h4 head header html img input label legend li line link main meta nav ol option p path rect script "
        "section select small span strong summary svg symbol table tbody td text th thead time title tr ul "
        "use",
    )
)
QUERIES = {
    "front": 6,
    "search": 3,
    "found": 4,
    "entry": 8,
    "model": 8,
    "reported": 8,
    "compare": 3,
    "sources": 2,
    "standard": 4,
}
QUERIES |= {"categories": 3, "buyer": 4, "about": 1}


def page_of(client, address: str) -> Node:
    answer = client.get(f"/{address}")
    assert answer.status_code == 200, (address, answer.content[:2000])
    return walk(answer.content.decode())


def only(root: Node, tag: str) -> Node:
    found = [node for node in root.nodes() if node.tag == tag]
    assert len(found) == 1, (tag, len(found))
    return found[0]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_whole(small, client, name):
    """Every element is closed, every id stands once, every link within the page has its place; one h1, one main."""
    root = page_of(client, PAGES[name])
    ids = [node.attributes["id"] for node in root.nodes() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in root.nodes():
        for attribute in ("href", "for", "aria-labelledby", "form"):
            value = node.attributes.get(attribute, "")
            if value.startswith("#") or (value and attribute != "href"):
                assert value.removeprefix("#") in ids, (node.tag, attribute, value)
    assert only(root, "main").attributes["id"] == "main"
    assert only(root, "h1").text().strip()
    assert only(root, "html").attributes["lang"] == "en"


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_page(small, client, name):
    root = page_of(client, PAGES[name])
    links = {node.attributes["href"] for node in root.nodes() if node.tag == "a"}
    here = {link for link in links if link.startswith("/")}
    for link in here:
        asks_who = link.startswith(("/desk/", "/follow/", "/cases/new/")) or "/members/say/" in link  # to sign in
        assert client.get(link, follow=asks_who).status_code == 200, link
    assert all(link.startswith(("#", "https://")) for link in links - here)


@pytest.mark.parametrize("address", OF_THE_BAD)
def test_markup_in_any_imported_field_is_text(load, client, address):
    """No element, no attribute and no address comes out of what others wrote."""
    load(hostile.parts())
    root = page_of(client, address)
    for node in root.nodes():
        if not node.tag:
            continue
        assert node.tag in TAGS, node.tag
        assert not any(name.startswith("on") or name == "style" for name in node.attributes), node.attributes
        assert not node.attributes.get("href", "").startswith("javascript"), node.attributes
        if node.tag == "script":
            assert set(node.attributes) == {"src", "defer"}
        if node.tag == "img":
            assert node.attributes["src"].startswith("/entry/bad/")
    assert "\u202e" not in root.text()


def test_what_others_wrote_is_there_to_read(load, client):
    load(hostile.parts())
    for address in ("entry/bad/", "entry/worse/", "sources", "compare?e=bad&e=worse"):
        assert hostile.MARK in page_of(client, address).text(), address


@pytest.mark.parametrize("name", PAGES)
def test_nothing_that_runs_or_paints_stands_in_a_page(small, client, name):
    answer = client.get(f"/{PAGES[name]}")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    root = walk(answer.content.decode())
    for node in root.nodes():
        assert node.tag != "style"
        assert not {name for name in node.attributes if name == "style" or name.startswith("on")}
        if node.tag == "script":
            assert node.attributes["src"].startswith("/static/")
            assert not node.text()


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_asks_the_database_so_often_and_no_more(small, client, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(f"/{PAGES[name]}")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/{PAGES[name]}")
    assert len(asked) == QUERIES[name], [one["sql"][:200] for one in asked]


def _known() -> dict[str, str]:
    """Every digest that a figure may come from, with what it is of."""
    from guildmark_hub.catalog import models

    found = {f"sha256:{one.sha256}": "edition" for one in models.Edition.objects.filter(current=True)}
    found |= dict.fromkeys(models.Reported.objects.values_list("digest", flat=True), "claim")
    for release in models.Release.objects.exclude(assessment_sha256=""):
        assessment = release.read()
        found[records.digest(assessment)] = "assessment"
        found |= {records.digest(one): "finding" for one in assessment.findings}
        found |= {records.digest(one): "measurement" for one in assessment.measurements}
    return found


NO_FIGURE = {"code", "time", "nav", "title", "footer", "option", "text", "summary", "h1", "h3"}
FIGURE = re.compile(r"^\(?[0-9][0-9,.]*(?![0-9]*[A-Za-z-])")
DAY = re.compile(r"[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2}|^(19|20)[0-9]{2}(-[0-9]{2})?$")


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"standards", "about"}))
def test_every_figure_comes_from_something_that_its_digest_names(small, client, name):
    """All named digests are in the database, and no number stands outside of an element that names one."""
    known, root = _known(), page_of(client, PAGES[name])
    for node in root.nodes():
        for digest in node.attributes.get("data-digest", "").split():
            assert digest in known, (node.tag, digest)
        for text in (one.strip() for one in node.inside if isinstance(one, str)):
            around = list(node.around())
            if not FIGURE.match(text) or DAY.search(text) or {one.tag for one in around} & NO_FIGURE:
                continue
            if any(one.classes() & {"version", "letter"} for one in around):
                continue
            assert any("data-digest" in one.attributes for one in around), (name, text)


def test_a_claim_a_measurement_and_a_finding_are_shown_as_they_are_recorded(small, client):
    """The element that names a digest says what the record of that digest says."""
    from guildmark_hub.catalog import looks, models

    said = {one.digest: looks.value(one.value) for one in models.Reported.objects.all() if one.value is not None}
    release = models.Release.objects.get(entry__slug="guard", version="1.0")
    said |= {records.digest(one): one.says for one in release.read().findings}
    said |= {records.digest(one): looks.value(one.value) for one in release.read().measurements}
    shown: dict[str, list[str]] = {}
    for address in ("entry/guard/", "entry/llama-3-8b/", COMPARED):
        for node in page_of(client, address).nodes():
            for digest in node.attributes.get("data-digest", "").split():
                shown.setdefault(digest, []).append(node.text())
    assert [digest for digest, says in said.items() if not any(says in text for text in shown[digest])] == []


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        (f"search?q={'x' * 10_000}", 400, "10,0"),
        (f"search?q={'x' * 2_000}", 400, "2,000 characters"),
        ("search?page=1000000000", 400, "no such page"),
        ("search?page=99", 400, "no page 99"),
        ("search?page=-1", 400, "no such page"),
        ("search?sort=random", 400, "no such order"),
        ("search?q=%00", 400, "a character that no text has"),
        (f"search?{urlencode([('kind', str(n)) for n in range(30)])}", 400, "too much"),
        ("compare?e=a&e=b&e=c&e=d&e=e", 400, "at most 4"),
        ("compare?e=../../etc", 400, "no entry's id"),
        ("compare?e=nobody", 404, "no entry nobody"),
        (f"compare?q={'x' * 10_000}", 400, "long"),
        ("entry/nobody/", 404, "no entry nobody"),
        ("entry/guard/release/7/", 404, "No release 7"),
        ("entry/unread/release/2/", 404, "No release 2"),
        ("entry/nobody/buyer", 404, "no entry"),
        ("standards/nothing", 404, "no standard nothing"),
        ("nothing/at/all", 404, "No page stands"),
    ],
)
def test_what_is_asked_wrongly_gets_a_clear_word(small, client, address, status, words):
    answer = client.get(f"/{address}")
    assert answer.status_code == status
    root = walk(answer.content.decode())
    assert words in only(root, "main").text()
    assert "Traceback" not in root.text()


def test_only_reading_is_answered(small, client):
    assert client.post("/search").status_code == 405
    assert client.head("/").status_code == 200


def test_operators_alone_find_nothing_and_break_nothing(small, client):
    for words in ('" OR * NEAR( ^', "'; DROP TABLE", "a AND (", "NOT", '"', "*", "-"):
        answer = client.get("/search", {"q": words})
        assert answer.status_code == 200, words


def test_without_an_edition_every_page_says_so(database, client):
    assert "There is no edition here yet" in page_of(client, "").text()
    for name in ("about", "standards", "standard", "categories", "sources"):
        page_of(client, PAGES[name])
    for address in ("search", "entry/guard/", "compare"):
        answer = client.get(f"/{address}")
        assert answer.status_code == 404
        assert b"There is no edition here yet" in answer.content


def test_a_fault_of_ours_is_told_without_the_database(small, client, monkeypatch):
    from guildmark_hub.catalog import pages

    client.raise_request_exception = False
    monkeypatch.setattr(pages, "front", lambda edition: {}["missing"])
    answer = client.get("/")
    assert answer.status_code == 500
    assert "That was our fault" in answer.content.decode()


def test_htmx_gets_the_changing_part_alone(small, client):
    whole = client.get("/search?q=guard")
    part = client.get("/search?q=guard", headers={"HX-Request": "true"})
    back = client.get("/search?q=guard", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part.content.decode().strip() in whole.content.decode()
    assert "<html" in back.content.decode()
    assert "HX-Request" in whole.headers["Vary"]


def test_a_facet_that_changed_stays_open(small, client):
    asked = {"HX-Request": "true", "HX-Trigger": "filters"}
    opened = walk(client.get("/search?kind=tool", headers=asked).content.decode())
    assert "open" in next(node for node in opened.nodes() if node.attributes.get("id") == "filters").attributes


def test_a_search_has_an_address_that_can_be_shared(small, client):
    """What is chosen stands in the address, is marked in the page, and a click takes it away."""
    root = page_of(client, "search?q=a&kind=tool&kind=model&sort=name")
    marked = {node.attributes["value"] for node in root.nodes() if "checked" in node.attributes}
    assert marked == {"tool", "model"}
    chips = [node.attributes["href"] for node in root.nodes() if "chip" in node.classes()]
    assert "/search?q=a&kind=model&sort=name" in chips
    assert "/search?q=a&sort=name" in chips


def test_sources_that_disagree_stand_side_by_side_and_gaps_are_shown(small, client):
    root = page_of(client, "entry/llama-3-8b/")
    text = root.text()
    assert "not checked by us" in text
    assert "Model Openness Tool" in text
    assert "European Open Source AI Index" in text
    gaps = [node for node in root.nodes() if "gap" in node.classes() and node.text() == "empty there"]
    assert len(gaps) == 1


def test_two_assessments_are_told_apart(small, client):
    root = page_of(client, "entry/guard/")
    changes = next(node for node in root.nodes() if node.tag == "section" and "changes" in _ids(node))
    assert "failed" in changes.text()
    assert "Better" in changes.text()


def test_releases_through_time_are_a_picture_with_a_table_behind_it(small, client):
    """A bar each, as long in pieces as the table says; one release alone is no picture."""
    root = page_of(client, "entry/guard/")
    section = next(node for node in root.nodes() if node.attributes.get("aria-labelledby") == "releases")
    picture = next(one for one in section.nodes() if one.attributes.get("aria-labelledby") == "through-time")
    bars = [one.text() for one in picture.nodes() if one.tag == "text"]
    assert bars == ["1.0", "0.9"]
    pieces = [one.classes() for one in picture.nodes() if one.tag == "rect"]
    assert pieces == [{"passed"}, {"failed"}, {"unknown"}, {"passed"}]
    rows = [one for one in section.nodes() if one.tag == "tr" and "data-digest" in one.attributes]
    assert [row.text().split()[0] for row in rows[:2]] == bars
    assert "through-time" not in _ids(page_of(client, "entry/voice/"))


def test_every_standard_that_fits_has_its_badge_on_the_page(small, client):
    from guildmark_hub.catalog import models

    fit = models.Entry.objects.get(slug="guard").card.levels
    links = {one.attributes.get("href") for one in page_of(client, "entry/guard/").nodes() if one.tag == "a"}
    assert len(fit) >= 3
    for level in fit:
        for ending in ("svg", "json"):
            assert f"/entry/guard/badge/{level.standard}.{ending}" in links


def test_what_cannot_be_known_is_said_of_what_nobody_looked_at(small, client):
    """The gaps of others with their digests; and of what was vetted, nothing that its files showed."""
    root = page_of(client, "entry/llama-3-8b/")
    section = next(node for node in root.nodes() if node.attributes.get("aria-labelledby") == "untold")
    assert "nobody here has looked at them" in section.text()
    assert "untold" not in _ids(page_of(client, "entry/guard/"))


def test_a_well_known_closed_model_leads_to_a_comparison_with_open_ones(load, client):
    """From the front page, from its own page, and where a comparison begins."""
    from guildmark.edition.records import Entry

    names = {"gpt-4": "GPT-4", "olmo-7b": "OLMo (7B)", "pythia-12b": "Pythia-12B"}
    models = [Entry(id, "model", name, "reported") for id, name in names.items()]
    said = [claim for one in models for claim in editions.claims(one.id)]
    load([*editions.CATEGORIES, *editions.SOURCES, *models, *said])
    to = "/compare?e=gpt-4&e=olmo-7b&e=pythia-12b"
    for address in ("", "entry/gpt-4/", "compare"):
        links = {node.attributes["href"] for node in page_of(client, address).nodes() if node.tag == "a"}
        assert to in links, address
    text = page_of(client, to.removeprefix("/")).text()
    assert "How free the licence is" in text
    assert "nobody here has looked at its files" in text


def _ids(node: Node) -> set[str]:
    return {one.attributes.get("id", "") for one in node.nodes()}


def test_the_stylesheets_are_small_and_load_nothing(small, client):
    """One is that of the reports, and what stands in it is not said again."""
    root = page_of(client, "")
    styles = [node.attributes["href"] for node in root.nodes() if node.attributes.get("rel") == "stylesheet"]
    shared, own = (b"".join(client.get(style).streaming_content).decode() for style in styles)
    assert not {line for line in shared.splitlines() if line[:1] not in " }@"} & {*own.splitlines()}
    css = shared + own
    assert len(css) < 28_000
    assert "url(" not in css
    assert "@import" not in css


def test_settings_of_htmx_ask_for_no_eval(small, client):
    meta = next(node for node in page_of(client, "search").nodes() if node.attributes.get("name") == "htmx-config")
    config = json.loads(meta.attributes["content"])
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False


def test_the_smallest_and_the_largest_page_of_results(load, client):
    from guildmark.edition.records import Entry

    many = [Entry(f"tool-{n}", "tool", f"Tool {n}", "fairness") for n in range(45)]
    load([*editions.CATEGORIES, *many])
    root = page_of(client, "search?page=3")
    assert "Page 3 of 3" in root.text()
    assert {node.attributes["href"] for node in root.nodes() if node.attributes.get("rel") == "prev"} == {
        "/search?page=2"
    }
    assert not [node for node in root.nodes() if node.attributes.get("rel") == "next"]
