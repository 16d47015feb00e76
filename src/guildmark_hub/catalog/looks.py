"""What the templates have besides their page: filters that make text safe to read, addresses, digests to trace by."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from guildmark import plain
from guildmark_hub.catalog import languages
from guildmark_hub.catalog.axes import HELD
from guildmark_hub.catalog.shown import Axes

CODE = "`"
MOST_DIGESTS = 40
WRITTEN = "guildmark.written"
"""In a request's META where the page becomes a file, which nobody can sign in to."""


def environment(**options: Any) -> Environment:
    """The environment of the hub's templates; everything is escaped, and a name that is missing is an error."""
    from guildmark_hub.people import watermark  # these ask for the settings, which only a hub has
    from guildmark_hub.people.accounts import providers

    given = {**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**given, finalize=readable)
    made.globals.update(members=members, messages=get_messages, providers=providers, static=static, url=url, way=way)
    made.globals.update(watermark=watermark.says)
    named = (
        plain.name,
        plain.sentence,
        plain.size,
        brief,
        counted,
        day,
        marked,
        moment,
        plural,
        held,
        site,
        spoken,
        traced,
        value,
        web,
    )
    made.filters.update({filter.__name__: filter for filter in named}, urlencode=quote_plus, language=languages.spoken)
    return made


def readable(given: Any) -> Any:
    """What a template writes: of plain text, all that is not printable as its escape, whoever forgot to ask for it."""
    return plain.visible(given) if type(given) is str else given


def url(name: str, *given: str) -> str:
    """The address of a page."""
    return reverse(name, args=given)


def members(request: HttpRequest) -> bool:
    """Whether somebody can sign in where this page is read."""
    return WRITTEN not in request.META


def way(name: str, *given: str) -> str:
    """The address of a page, empty where this hub does not have that kind of page."""
    try:
        return reverse(name, args=given)
    except NoReverseMatch:
        return ""


def brief(digest: str) -> str:
    """`sha256:…` as its first twelve characters."""
    return f"{digest.removeprefix('sha256:')[:12]}…" if digest else ""


def counted(count: int, noun: str, nouns: str = "") -> str:
    """`1 entry`, `12,000 entries`; the plural is given where it is no `s`."""
    return f"{count:,} {nouns}" if nouns and count != 1 else plain.counted(count, noun)


def day(text: Any) -> str:
    """`22 November 2026`; what is no day stays as it is."""
    if isinstance(text, date):
        return f"{text:%-d %B %Y}"
    try:
        return f"{date.fromisoformat(str(text)[:10]):%-d %B %Y}"
    except ValueError:
        return plain.name(str(text), 60)


def moment(text: Any) -> str:
    """`22 November 2026, 07:30 UTC`; what is no moment stays as it is."""
    if isinstance(text, datetime):
        return f"{text:%-d %B %Y, %H:%M} UTC"
    if not plain.is_moment(str(text)):
        return plain.name(str(text), 60)
    return f"{datetime.fromisoformat(str(text)):%-d %B %Y, %H:%M} UTC"


def held(axes: Axes) -> str:
    """How much is there, in words that stand alone."""
    return "unknown" if axes.completeness is None else HELD[axes.completeness]


def marked(text: str, most: int = 400) -> Markup:
    """A sentence in which what stands in backticks is set as code."""
    shown = plain.sentence(text, most)
    if CODE not in shown:
        return escape(shown)
    parts = shown.split(CODE)
    if len(parts) % 2 == 0:  # one stands alone, or its other was cut off
        parts[-2:] = [CODE.join(parts[-2:])]
    pieces = (f"<code>{escape(part)}</code>" if place % 2 else escape(part) for place, part in enumerate(parts))
    return Markup("".join(pieces))


def plural(kind: str) -> str:
    """`tool` as `tools`."""
    return {"model": "models", "dataset": "data sets", "tool": "tools"}[kind]


def site(address: str) -> str:
    """An address of the web as a person reads it: `https://www.example.org/` is `example.org`."""
    return plain.name(address, 80).removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def spoken(id: str) -> str:
    """An id as words: `open_licence` is `open licence`."""
    return plain.name(id.replace("_", " "), 80)


def traced(digests: str | Iterable[str]) -> Markup:
    """The attribute that names what a figure comes from; nothing where nothing does."""
    named = [digests] if isinstance(digests, str) else list(digests)[:MOST_DIGESTS]
    whole = " ".join(one if one.startswith("sha256:") else f"sha256:{one}" for one in named if one)
    return Markup(f' data-digest="{escape(whole)}"') if whole else Markup("")


def value(given: Any) -> str:
    """A reported value: yes or no, a number with at most six digits that count, or its text."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int):
        return f"{given:,}"
    if isinstance(given, float):
        return f"{given:.6g}"
    return plain.sentence(str(given), 300)


def web(address: str) -> str:
    """An address of the web as it may stand in a link; empty where it is another kind of address, or none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    fit = parts.scheme in ("http", "https") and parts.hostname and address.isprintable() and " " not in address
    return address if fit else ""
