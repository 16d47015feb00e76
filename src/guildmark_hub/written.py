"""Writes the whole reading side as files: every page is asked of the same views that a server has."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from guildmark.errors import AskedWrongly, GuildmarkError, ReportError
from guildmark.version import MADE_BY
from guildmark_hub.catalog import along, looks, models, rows
from guildmark_hub.people import own
from guildmark_hub.relative import Page, place

MARK = ".guildmark-site.json"
"""Where it lies, the folder is a site of ours, which may be replaced by its next edition."""
FILES = ("dump", "edition", "table")
ELSEWHERE = ("feed", "sitemaps", "robots")
"""These speak of whole addresses, and are written only where the site's own is known."""
MOST = 2_000_000
Tell = Callable[[str], None]


class Written(NamedTuple):
    """What was written."""

    files: int
    bytes: int


def site(out: Path, address: str, tell: Tell = lambda says: None) -> Written:
    """Write the edition that is shown to the folder `out`, whole or not at all; `address` is where it will stand.

    Raises AskedWrongly, ReportError, Missing where no edition is loaded."""
    _check(out, address)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        try:
            written = _Writing(fresh, address, tell).all()
            fresh.chmod(0o755)
            os.sync()  # once, for thousands of small files
            _put(fresh, out)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    except OSError as error:
        raise ReportError(f"{out} was not written: {error.strerror}", "make room, or give another folder") from error
    return written


def _check(out: Path, address: str) -> None:
    if out.exists() and not (out / MARK).is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise AskedWrongly(f"{out} is there already, and is no site that Guildmark wrote", "give a new folder")
    if address and not (urlsplit(address).scheme in ("http", "https") and urlsplit(address).netloc):
        raise AskedWrongly(f"{address} is no address of the web", "write it as https://example.org/catalog/")


def _put(fresh: Path, out: Path) -> None:
    """Put the new folder where the old one is, which goes last."""
    if not out.exists():
        fresh.rename(out)
        return
    old = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
    out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old)


class _Writing:
    """One walk from the front page and the entries to everything that they lead to."""

    def __init__(self, folder: Path, address: str, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        self._address = address and address.rstrip("/") + "/"
        self._edition = rows.edition()
        told: Any = {"SERVER_NAME": "localhost", along.ADDRESS: self._absolute, looks.WRITTEN: "1"}
        self._client = Client(**told)
        self._known: dict[str, str] = {}
        self._files = self._bytes = 0

    def all(self) -> Written:
        """Write it."""
        waiting = [*self._seeds()]
        while waiting:
            address = waiting.pop()
            file = place(address)
            if file is None or file in self._known:
                continue
            if len(self._known) >= MOST:
                raise ReportError(f"the site has more than {MOST:,} files", "serve it with `guildmark hub` instead")
            self._known[file] = address
            waiting += self._one(address, file)
            if len(self._known) % 500 == 0:
                self._tell(f"{len(self._known):,} files")
        about: dict[str, object] = {"made_by": MADE_BY, "edition": self._edition.name, "sha256": self._edition.sha256}
        if own.is_example():
            about["example"] = True
        self._write(MARK, [json.dumps(about, indent=1).encode() + b"\n"])
        return Written(self._files, self._bytes)

    def _seeds(self) -> Iterator[str]:
        for name in (*FILES, *(ELSEWHERE if self._address else ()), *along.PAGES):
            yield reverse(f"catalog:{name}")
        if self._address:
            parts = range(-(-self._edition.entries // along.PER_SITEMAP) + 1)
            yield from (reverse("catalog:sitemap", args=[part]) for part in parts)
        slugs = models.Entry.objects.filter(edition=self._edition).order_by("number").values_list("slug", flat=True)
        yield from (reverse("catalog:entry", args=[slug]) for slug in slugs)

    def _absolute(self, address: str) -> str:
        """The whole address that a page will have, empty where nobody knows it."""
        return f"{self._address}{quote(place(address) or '', safe='/+=,')}" if self._address else ""

    def _one(self, address: str, file: str) -> list[str]:
        """Write one file; gives where it leads."""
        if address.startswith(settings.STATIC_URL):
            self._copy(address, file)
            return []
        answer = self._client.get(_asked(address))
        if answer.status_code != 200:
            raise GuildmarkError(
                f"{address} answered {answer.status_code}", "run `guildmark hub` and look at that page"
            )
        if not answer.headers["Content-Type"].startswith("text/html"):
            self._write(file, getattr(answer, "streaming_content", None) or [answer.content])
            return []
        page = Page(address, lambda href: self._is_kept(address, href))
        page.feed(answer.content.decode())
        page.close()
        self._write(file, [page.text.encode()])
        return page.links

    def _is_kept(self, address: str, href: str) -> bool:
        """A comparison leads to many more, each with one entry more or less; only those of entries are written."""
        if href.startswith("/compare"):
            return not address.startswith("/compare")
        return bool(self._address) or href not in [reverse(f"catalog:{name}") for name in ELSEWHERE]

    def _copy(self, address: str, file: str) -> None:
        found = finders.find(address.removeprefix(settings.STATIC_URL))
        if not isinstance(found, str):
            raise GuildmarkError(f"the static file {address} is missing", "install guildmark[hub] again")
        self._write(file, [Path(found).read_bytes()])

    def _write(self, file: str, pieces: Iterable[bytes]) -> None:
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as written:
            for piece in pieces:
                written.write(piece)
                self._bytes += len(piece)
        self._files += 1


def _asked(address: str) -> str:
    """What the views are asked: a search without its form is a plain list."""
    search, listed = reverse("catalog:search"), reverse("catalog:list")
    if address == search:
        return reverse("catalog:browse")
    return f"{listed}{address.removeprefix(search)}" if address.startswith(f"{search}?") else address
