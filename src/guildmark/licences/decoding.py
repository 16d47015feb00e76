"""A licence file's bytes as text, with what of them could not be read told."""

import codecs
import re
from typing import NamedTuple

from guildmark import late

LARGEST = 1 << 20
"""A licence's text is far shorter; what is behind this many bytes is not read."""
_HTML = late.compile(
    r"\s{0,1000}(<!doctype html|<html|<\?xml[^>]{0,100}>\s*<(?:!doctype )?html|<head|<body)", re.IGNORECASE
)
_OPENING = late.compile(r"<(?P<name>script|style|head)\b|<!--", re.IGNORECASE)
_TAG = late.compile(r"<[a-zA-Z/!?][^<>]{0,2000}>")
_BLOCK = late.compile(r"<(?:/p|/div|br|/li|/h[1-6]|/tr|/title|/pre)\b[^<>]{0,200}>", re.IGNORECASE)
_FRONT = late.compile(r"\A---[ \t]*\r?\n(.{0,20000}?)\r?\n---[ \t]*\r?\n", re.DOTALL)
_FRONT_KEY = late.compile(
    r"(?:key|short_name|name|category|owner|homepage_url|spdx_license_key|other_spdx_license_keys|osi_license_key"
    r"|text_urls|other_urls|faq_url|osi_url|ignorable_\w+|is_\w+|minimum_coverage|language|title|spdx-id|redirect_from"
    r"|source|nickname|featured|hidden)\s*:|\s+-\s|\s{2,}\S|\s*$|#"
)
_MARKS: tuple[tuple[bytes, str], ...] = ((codecs.BOM_UTF8, "utf-8-sig"),)
_MARKS += ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_MARKS += ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KNOWN_STARTS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an old Word file",
}


class Decoded(NamedTuple):
    """The text, and what must be told of its bytes: `trouble` stands in the way of any statement that it is open."""

    text: str
    trouble: str = ""


def decode(data: bytes | str) -> Decoded:
    """The text of a licence file."""
    if isinstance(data, str):
        return _prepared(data[:LARGEST], "" if len(data) <= LARGEST else _too_long(len(data)))
    trouble = "" if len(data) <= LARGEST else _too_long(len(data))
    for start, what in _KNOWN_STARTS.items():
        if data.startswith(start):
            return Decoded("", f"the file is {what}, not a text")
    head = data[:LARGEST]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _prepared(head.decode(encoding, "replace"), trouble)
    sample = head[:4096]
    if sample.count(0) > len(sample) // 4:  # UTF-16 without its mark
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        head, encoding = head[: len(head) // 2 * 2], "utf-16-le" if odd > even else "utf-16-be"
        text = head.decode(encoding, "replace")
        if sum(sign.isalpha() or sign.isspace() for sign in text[:2000]) > len(text[:2000]) * 0.7:
            return _prepared(text, trouble)
    if 0 in sample or sum(byte < 9 or 13 < byte < 32 for byte in sample) > len(sample) // 50:
        return Decoded("", "the file holds binary data, not a text")
    try:
        text = head.decode("utf-8", "strict" if len(data) <= LARGEST else "ignore")
    except UnicodeDecodeError:
        text = head.decode("cp1252", "replace")
    return _prepared(text, trouble)


def _too_long(size: int) -> str:
    return f"the file is too long for a licence's text ({size} bytes): only the first {LARGEST} were read"


def _prepared(text: str, trouble: str) -> Decoded:
    if _HTML.match(text):
        text = _TAG.sub(" ", _BLOCK.sub("\n", _shown(text)))
        return Decoded(_entities(text), trouble or "the file is a page of HTML; it was read without its tags")
    if (front := _FRONT.match(text)) and all(_FRONT_KEY.match(line) for line in front[1].splitlines()):
        text = _lines_kept(front) + text[front.end() :]
    return Decoded(text, trouble)


def _shown(page: str) -> str:
    """A page without its comments, scripts and styles; one that is not closed goes to the page's end."""
    small = page.lower() if len(page.lower()) == len(page) else page
    kept = []
    at = 0
    while found := _OPENING.search(page, at):
        close = f"</{found['name'].lower()}" if found["name"] else "-->"
        end = small.find(close, found.end())
        end = len(page) if end < 0 else end
        kept += [page[at : found.start()], "\n" * page.count("\n", found.start(), end)]
        at = end
    return "".join([*kept, page[at:]])


def _lines_kept(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _entities(text: str) -> str:
    import html

    return html.unescape(text)
