"""Changes as an Atom feed (RFC 4287); the id of a change is the same in every feed of ours (RFC 4151). Pure."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from guildmark import plain

XML = '<?xml version="1.0" encoding="utf-8"?>\n'
SINCE = "2026"
"""The year in which the names of our ids were given out."""


class Item(NamedTuple):
    """A change: its id, what kind it is in a word and in words, when, what, the address of its entry's page."""

    id: str
    kind: str
    label: str
    at: str
    says: str
    page: str


class Head(NamedTuple):
    """The feed: its id, its address, what it is called, the page that shows the same, who publishes it, since when."""

    id: str
    itself: str
    title: str
    page: str
    author: str
    at: str


def tag(host: str, change: int) -> str:
    """The id of a change."""
    return f"tag:{host},{SINCE}:change/{change}"


def feed_tag(host: str, *words: object) -> str:
    """The id of a feed."""
    return f"tag:{host},{SINCE}:feed/" + "/".join(map(str, words))


def atom(head: Head, items: Sequence[Item]) -> str:
    """The feed, the newest first, as they are given."""
    inside = "\n".join(map(_entry, items))
    return (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom"><id>{_text(head.id)}</id><title>{_text(head.title)}</title>'
        f"<updated>{max([head.at, *(one.at for one in items)]) if items else head.at}</updated>"
        f"<author><name>{_text(head.author)}</name></author>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(head.itself)}/>'
        f'<link rel="alternate" type="text/html" href={quoteattr(head.page)}/>\n{inside}\n</feed>\n'
    )


def _entry(one: Item) -> str:
    return (
        f"<entry><id>{_text(one.id)}</id><title>{_text(plain.sentence(one.says, 160))}</title>"
        f'<updated>{one.at}</updated><link rel="alternate" type="text/html" href={quoteattr(one.page)}/>'
        f"<category term={quoteattr(one.kind)} label={quoteattr(one.label)}/>"
        f"<summary>{_text(f'{one.label}: {plain.sentence(one.says, 600)}')}</summary></entry>"
    )


def _text(text: str) -> str:
    return escape(plain.visible(text))
