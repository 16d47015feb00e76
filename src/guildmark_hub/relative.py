"""Where a page of the hub lies as a file, and its links as they must be there: relative, and without forms. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable
from html import escape
from html.parser import HTMLParser
from posixpath import relpath
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ENDINGS = ("svg", "json", "jsonld", "cff", "bib", "csv", "jsonl", "gz", "atom", "xml", "txt", "css")
LONGEST = 80
_PLAIN = re.compile(r"[a-z0-9_=-][a-z0-9._=-]*")
_OTHER = re.compile(r"[^a-z0-9_-]+")
_LISTS = {"/search": "list", "/list": "list"}
_LEADS = {"a": "href", "link": "href", "img": "src"}
_VOID = {"meta", "link", "input", "br", "img", "hr", "wbr", "area", "base", "col", "embed", "source", "track"}
_LIVE = {"form", "script"}
_WAYS = {"button", "chip"}
"""A link that looks so is nothing without where it leads, nor is one of the site's ways."""


def place(address: str) -> str | None:
    """The file of an address of the hub; none where it has no file: what asks a program or a form."""
    parts = urlsplit(address)
    path, question = unquote(parts.path), sorted(parse_qsl(parts.query))
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("/api/"):
        return None
    if path in _LISTS:
        asked = [pair for pair in question if pair[1]]
        return f"list/{_together(map('='.join, asked))}.html" if asked else "browse/index.html"
    if path == "/compare":
        ids = [value for name, value in question if name == "e"]
        return f"compare/{_together(ids)}.html" if len(ids) > 1 and len(ids) == len(question) else None
    if question:
        return None
    if path.startswith("/static/"):  # the digest in it keeps browsers of a server up to date
        return "/".join(["static", *map(_name, path.split("/")[3:])])
    return _file(path)


def _file(path: str) -> str:
    *folders, last = path.split("/")[1:]
    if not last:
        return "/".join([*map(_name, folders), "index.html"])
    name = last if last.rpartition(".")[2] in ENDINGS else f"{_name(last)}.html"
    return "/".join([*map(_name, folders), name if _PLAIN.fullmatch(name) else _name(name)])


def _together(texts: Iterable[str]) -> str:
    whole = "+".join(map(_name, texts))
    return whole if len(whole) <= 2 * LONGEST else _name(whole)


def _name(text: str) -> str:
    """A name that every file system takes, another for every text: it has no upper case and no dot in front."""
    if len(text) <= LONGEST and _PLAIN.fullmatch(text) and not text.endswith("."):
        return text
    return f"{_OTHER.sub('-', text.lower())[:LONGEST] or '-'}.{hashlib.sha256(text.encode()).hexdigest()[:12]}"


Kept = Callable[[str], bool]


class Page(HTMLParser):
    """A page on its way to a file: `text` is what is written, `links` are the addresses that it leads to.

    Forms, scripts and what belongs to them are left out. A link to what is not `kept` loses its address; one that
    looks like a button, or stands among the site's ways, goes too."""

    def __init__(self, address: str, kept: Kept) -> None:
        super().__init__(convert_charrefs=False)
        self._address = address
        self._folder = (place(address) or "").rpartition("/")[0]
        self._kept = kept
        self._out: list[str] = []
        self._left: list[str] = []
        self._ends: list[str] = []
        self._ways = 0
        self.links: list[str] = []

    @property
    def text(self) -> str:
        """The page."""
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write it, change it, or leave it out with all that is in it."""
        given = dict(attrs)
        if self._left or self._is_live(tag, given):
            if tag not in _VOID:
                self._left.append(tag)
            return
        self._ways += tag == "nav"
        if tag in _LEADS and given.get(_LEADS[tag]):
            self._link(tag, _LEADS[tag], given)
        else:
            self._out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only SVG has such."""
        if not self._left:
            self._out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """The end of what was left out, or of what was written, perhaps under another name."""
        if self._left:
            if self._left[-1] == tag:
                self._left.pop()
            return
        self._ways -= tag == "nav"
        self._out.append(f"</{self._ends.pop() if tag == 'a' and self._ends else tag}>")

    def handle_data(self, data: str) -> None:
        """Text as it is."""
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        """Escapes as they are."""
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Escapes as they are."""
        self._write(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """The page's first line."""
        self._write(f"<!{decl}>")

    def _write(self, text: str) -> None:
        if not self._left:
            self._out.append(text)

    def _is_live(self, tag: str, given: dict[str, str | None]) -> bool:
        named = (given.get("class") or "").split()
        return (
            tag in _LIVE
            or (tag == "label" and "pick" in named)
            or (tag == "button" and "form" in given)
            or (tag == "meta" and given.get("name") == "htmx-config")
            or (tag == "a" and self._file(given.get("href") or "") is None and bool(_WAYS & {*named} or self._ways))
        )

    def _file(self, href: str) -> str | None:
        """The link as it is in the file; none for one to nowhere."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc or not parts.path:
            return href
        there = place(href)
        if there is None or not self._kept(href):
            return None
        end = f"#{parts.fragment}" if parts.fragment else ""
        return quote(relpath(there, self._folder or "."), safe="/+=,") + end

    def _link(self, tag: str, leads: str, given: dict[str, str | None]) -> None:
        address = given[leads] or ""
        there = self._file(address)
        if tag == "a":
            self._ends.append("span" if there is None else "a")
        if there is None:
            self._out.append("<span>" if tag == "a" else "")
            return
        if address.startswith("/") and not urlsplit(address).netloc:
            self.links.append(address.partition("#")[0])
        written = "".join(
            f" {name}" if value is None else f' {name}="{escape(there if name == leads else value)}"'
            for name, value in given.items()
        )
        self._out.append(f"<{tag}{written}>")
