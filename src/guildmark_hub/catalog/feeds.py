"""What changed, as an Atom feed (RFC 4287), and what a search engine may read: sitemap and robots.txt. Pure."""

import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from guildmark import plain
from guildmark_hub.catalog.shown import Card

_SPACE = uuid.UUID("8b1c3e52-7d0f-5a7e-9c41-2f6b7d6c0a11")
XML = '<?xml version="1.0" encoding="utf-8"?>\n'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Changed(NamedTuple):
    """An entry, the address of its page, when what it shows last changed, the digest of what it shows."""

    card: Card
    page: str
    at: str
    content: str


class Feed(NamedTuple):
    """The feed itself: its own address, the catalog's, the edition's name and digest, when it was made."""

    itself: str
    catalog: str
    edition: str
    sha256: str
    at: str


def atom(feed: Feed, changed: Sequence[Changed]) -> str:
    """The feed, the newest change first; an entry that changes again has a new id."""
    head = (
        f"<id>{_id('feed', feed.catalog)}</id><title>Guildmark catalog: what changed</title>"
        f"<subtitle>{_text(f'Edition {feed.edition}, sha256:{feed.sha256}')}</subtitle>"
        f"<updated>{changed[0].at if changed else feed.at}</updated>"
        "<author><name>The Guildmark maintainers</name></author>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(feed.itself)}/>'
        f'<link rel="alternate" type="text/html" href={quoteattr(feed.catalog)}/>'
    )
    inside = "\n".join(map(_entry, changed))
    return f'{XML}<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{inside}\n</feed>\n'


def _entry(one: Changed) -> str:
    card = one.card
    release = f" {card.version}" if card.evidence else ""
    told = [f"{answer.question}: {answer.word}" for answer in card.answers]
    said = ". ".join([*told, f"Assessment {card.assessment}"] if card.assessment else told)
    return (
        f"<entry><id>{_id(card.id, one.content)}</id><title>{_text(plain.name(f'{card.name}{release}'))}</title>"
        f'<updated>{one.at}</updated><link rel="alternate" type="text/html" href={quoteattr(one.page)}/>'
        f"<category term={quoteattr(card.category)}/><summary>{_text(said)}</summary></entry>"
    )


def _id(*words: str) -> str:
    name = "\0".join(words)
    return f"urn:uuid:{uuid.uuid5(_SPACE, name)}"


def _text(text: str) -> str:
    return escape(plain.visible(text))


def sitemap(pages: Iterable[tuple[str, str]]) -> str:
    """Pages, each with the moment of its last change, or an empty word."""
    inside = "\n".join(f"<url>{_place(page, at)}</url>" for page, at in pages)
    return f'{XML}<urlset xmlns="{SITEMAP}">\n{inside}\n</urlset>\n'


def sitemaps(addresses: Iterable[str], at: str) -> str:
    """The sitemap of sitemaps."""
    inside = "\n".join(f"<sitemap>{_place(address, at)}</sitemap>" for address in addresses)
    return f'{XML}<sitemapindex xmlns="{SITEMAP}">\n{inside}\n</sitemapindex>\n'


def _place(address: str, at: str) -> str:
    return f"<loc>{escape(address)}</loc>" + (f"<lastmod>{at}</lastmod>" if at else "")


def robots(sitemap: str, kept_away: Sequence[str]) -> str:
    """Everything may be read but what has endless addresses."""
    away = "".join(f"Disallow: {address}\n" for address in kept_away)
    return f"User-agent: *\n{away}Sitemap: {sitemap}\n"
