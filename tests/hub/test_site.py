"""The catalog as files: every link leads to one, in a subfolder, without a server and without JavaScript."""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests import pages
from tests.hub import editions, hostile, walked

from guildmark.edition.reading import read
from guildmark.errors import AskedWrongly, GuildmarkError

RUN = (
    "import argparse, sys\n"
    "from guildmark_hub.commands import site\n"
    "parser = argparse.ArgumentParser()\n"
    "site.arguments(parser)\n"
    "sys.exit(site.run(parser.parse_args()))\n"
)
ADDRESS = "https://example.org/some/catalog/"


@pytest.fixture(scope="module")
def _out(_small, tmp_path_factory):
    from tests.hub.conftest import _opened

    from guildmark_hub import written

    folder = tmp_path_factory.mktemp("written") / "deep" / "site"
    for _ in _opened(_small):
        written.site(folder, "")
    return folder


@pytest.fixture
def out(_out, tmp_path):
    """The small edition, written, for one test."""
    return Path(shutil.copytree(_out, tmp_path / "deep" / "site"))


def files(folder: Path) -> list[Path]:
    """All files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def links(page: Path) -> list[str]:
    """All that a page asks for or leads to."""
    root = walked.walk(page.read_text())
    return [
        node.attributes[name]
        for node in root.nodes()
        for name in ("href", "src", "action", "hx-get")
        if name in node.attributes
    ]


def broken(folder: Path) -> list[tuple[str, str]]:
    """The links that lead to no file of the folder, or to no place in it."""
    ids = {
        path: set(re.findall(r' id="([^"]+)"', path.read_text())) for path in files(folder) if path.suffix == ".html"
    }
    found = []
    for page in ids:
        for link in links(page):
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            inside = target.is_relative_to(folder) and target.is_file()
            if not inside or (parts.fragment and unquote(parts.fragment) not in ids.get(target, set())):
                found.append((str(page.relative_to(folder)), link))
    return found


def test_every_link_leads_to_a_file(out):
    assert broken(out) == []
    assert len([link for page in files(out) if page.suffix == ".html" for link in links(page)]) > 500


def test_every_entry_release_list_and_file_to_take_along_is_there(out):
    found = {str(path.relative_to(out)) for path in files(out)}
    assert found >= {
        *("index.html", "about.html", "categories.html", "sources.html", "standards.html", "browse/index.html"),
        *("entry/guard/index.html", "entry/guard/buyer.html", "entry/guard/release/0.9/index.html"),
        *(
            "entry/guard/badge.svg",
            "entry/guard/assessment.json",
            "entry/guard/bom.cdx.json",
            "entry/guard/citation.bib",
        ),
        *("entry/llama-3-8b/index.html", "entry/unread/index.html", "browse/g/index.html"),
        *("list/category=speech.html", "compare/guard+unread.html", "standards/safe_files.html"),
        *("catalog.jsonl", "catalog.csv", "edition.gz", "static/catalog/hub.css"),
    }
    assert not {"changes.atom", "sitemap.xml", "robots.txt"} & found


def test_nothing_in_it_needs_a_server_or_a_script(out):
    for page in (path for path in files(out) if path.suffix == ".html"):
        root = walked.walk(page.read_text())
        tags = {node.tag for node in root.nodes()}
        assert not tags & {"form", "script", "button", "select"}, page
        assert "htmx" not in page.read_text()
        (ways,) = [node for node in root.nodes() if node.tag == "nav" and "ways" in node.classes()]
        assert {node.tag for node in ways.nodes()} == {"nav", "a"}


def test_what_it_holds_is_what_the_hub_shows(client, small, out):
    """The same words in the same order, but for the buttons that lead to a form."""
    page = walked.walk((out / "entry/guard/index.html").read_text())
    shown = walked.walk(client.get("/entry/guard/").content.decode())
    main = [next(node for node in tree.nodes() if node.tag == "main").text().split() for tree in (page, shown)]
    rest = iter(main[1])
    assert all(word in rest for word in main[0])
    offered = ["Compare", "it", "Follow", "it", "Answer,", "own", "or", "support", "it", "Have", "people", "vet", "it"]
    assert sorted([*main[0], *offered]) == sorted(main[1])


def test_the_edition_in_it_is_the_one_that_was_given(out, tmp_path):
    whole = [*read(out / "edition.gz")]
    assert whole == [*read(editions.write_edition(tmp_path / "given.gz", editions.small()))]
    about = json.loads((out / ".guildmark-site.json").read_text())
    assert about["sha256"] == whole[-1].sha256
    assessment = (out / "entry/guard/assessment.json").read_bytes()
    assert hashlib.sha256(assessment).hexdigest() in (out / "entry/guard/index.html").read_text()


def test_with_an_address_the_feed_the_sitemap_and_citations_name_it(client, small, tmp_path):
    from guildmark_hub import written

    out = tmp_path / "site"
    written.site(out, ADDRESS)
    assert broken(out) == []
    for name in (
        "changes.atom",
        "sitemap-0.xml",
        "sitemap-1.xml",
        "sitemap.xml",
        "robots.txt",
        "entry/guard/citation.cff",
    ):
        named = re.findall(rf"{ADDRESS}([^\s\"<]*)", (out / name).read_text())
        assert named, name
        assert [one for one in named if not (out / (unquote(one) or "index.html")).is_file()] == [], name
        assert "localhost" not in (out / name).read_text()


def test_without_an_address_nothing_names_this_machine(out):
    assert [path for path in files(out) if path.suffix != ".gz" and "localhost" in path.read_text()] == []


def test_hostile_versions_stay_inside_and_apart(client, load, tmp_path):
    from guildmark.edition.records import Assessed, Category, Entry
    from guildmark_hub import written

    versions = ("../../../up", "1/2", "1RC", "1rc", ".hidden", "é", "x" * 300, "a b", "?q=1", "#a", "%2e%2e")
    load(
        [
            Category("odd", "Odd", "Odd.", ("tool",)),
            Entry("odd", "tool", "Odd", "odd", purl="pkg:pypi/odd", releases=versions),
            *(Assessed("odd", one, editions.assessment(identified="passed")) for one in versions),
        ]
    )
    out = tmp_path / "in" / "site"
    written.site(out, "")
    assert broken(out) == []
    names = [str(path.relative_to(out)).lower() for path in files(out)]
    assert len(names) == len(set(names))
    assert sum("/release/" in name for name in names) == len(versions)
    assert [path.name for path in tmp_path.glob("in/*")] == ["site"]
    assert not [name for name in names if "/." in name]


def test_hostile_words_stay_text(client, load, tmp_path):
    from guildmark_hub import written

    order = ["Category", "Source", "Entry", "Assessed", "Unassessed", "Reported"]
    load(sorted([*editions.small(), *hostile.parts()], key=lambda part: order.index(type(part).__name__)))
    written.site(tmp_path / "site", "")
    assert broken(tmp_path / "site") == []
    for page in (path for path in files(tmp_path / "site") if path.suffix == ".html"):
        tree = walked.walk(page.read_text())
        assert not [node for node in tree.nodes() if node.tag in ("script", "iframe", "b", "i")]
        pictures = {node.attributes["src"].split("../")[-1] for node in tree.nodes() if node.tag == "img"}
        assert all(re.fullmatch(r"badge(/[a-z0-9_]+)?\.svg", picture) for picture in pictures)
        assert not [node for node in tree.nodes() if any(name.startswith("on") for name in node.attributes)]


def test_a_newer_edition_takes_the_place_of_an_older_one_and_nothing_else(small, out, tmp_path):
    from guildmark_hub import written

    (out / "left.html").write_text("of before")
    written.site(out, "")
    assert not (out / "left.html").exists()
    assert [path.name for path in out.parent.iterdir()] == ["site"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    with pytest.raises(AskedWrongly, match="no site that Guildmark wrote"):
        written.site(tmp_path / "mine", "")
    assert (tmp_path / "mine" / "letter").read_text() == "mine"
    with pytest.raises(AskedWrongly, match="no address"):
        written.site(tmp_path / "new", "example.org")


def test_a_page_that_fails_leaves_the_old_site_as_it_was(small, out, monkeypatch):
    from guildmark_hub import written

    before = {path: path.read_bytes() for path in files(out)}
    monkeypatch.setattr(written, "_asked", lambda address: "/nothing" if "unread" in address else address)
    with pytest.raises(GuildmarkError, match="answered 404"):
        written.site(out, "")
    assert {path: path.read_bytes() for path in files(out)} == before
    assert [path.name for path in out.parent.iterdir()] == ["site"]


def test_the_command_writes_it_and_leaves_nothing_else(tmp_path):
    edition = editions.write_edition(tmp_path / "edition.gz", editions.small())
    command = [sys.executable, "-c", RUN, str(edition), str(tmp_path / "site")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, env={"PATH": "", "HOME": str(tmp_path)})
    assert ran.returncode == 0, ran.stderr
    assert "begin with index.html" in ran.stdout
    assert (tmp_path / "site" / "index.html").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition.gz", "site"]


def test_the_program_knows_the_command():
    """By the entry point that the package's own description names."""
    import tomllib

    root = Path(__file__).parents[2]
    named = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["guildmark.commands"]
    assert named["site"] == "guildmark_hub.commands.site"
    from guildmark_hub.commands import site

    parser = argparse.ArgumentParser()
    site.arguments(parser)
    assert parser.parse_args(["e.gz", "out"]).address == ""


@pytest.mark.parametrize(
    "name", ["index.html", "entry/guard/index.html", "browse/index.html", "compare/guard+unread.html"]
)
def test_a_browser_reads_it_from_the_disk(browser, out, name):
    """Styled, without a fault of axe, in both themes, with nothing asked of the network."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    complaints, asked = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((out / name).as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.brand')).display") == "flex"
    assert [url for url in asked if not url.startswith(out.as_uri())] == []
    assert complaints == []
    pages.faultless(page, [(360, theme) for theme in pages.THEMES])
    page.close()


def test_one_reads_on_by_clicking(browser, out):
    page = browser.new_page(java_script_enabled=False)
    page.goto((out / "index.html").as_uri())
    page.click("nav.ways >> text=Search")
    page.click("text=G 1")
    page.click("text=Gärd Guard")
    assert page.locator("h1").inner_text() == "Gärd Guard"
    page.click("text=Compare them side by side")
    assert page.locator("h1").inner_text() == "Side by side"
    page.click(".brand")
    assert page.url == (out / "index.html").as_uri()
    page.close()
