"""Values as a person can read them safely: no hidden characters, no endless names, sizes with units."""

import re
import unicodedata
from datetime import datetime
from typing import Any

import msgspec

from guildmark import late

_HIDDEN = late.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MOMENT = late.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", re.ASCII)
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def visible(text: str) -> str:
    """`text` in one line, with all that is not printable (control, direction, zero width) written as its escape."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode()


def sentence(text: str, most: int = 400) -> str:
    """Visible text of at most `most` characters; what is cut off is at its end."""
    shown = visible(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def name(text: str, most: int = 160) -> str:
    """A visible name or path of at most `most` characters; what is cut out is in its middle."""
    half = (most - 1) // 2
    shown = visible(text if len(text) <= 2 * most else text[:most] + text[-most:])
    if len(shown) <= most and len(text) <= 2 * most:
        return shown
    return f"{shown[:half]}…{shown[-half:]}"


def size(count: int) -> str:
    """A number of bytes with a unit: 1 234 567 is `1.2 MB`."""
    if abs(count) < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    value = float(count)
    for unit in _UNITS[1:]:
        value /= 1000
        if abs(value) < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}" if abs(value) < 99.95 else f"{value:.0f} {unit}"


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `12,000 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def is_moment(text: str) -> bool:
    """Whether `text` is a moment in UTC as RFC 3339 writes it, the only form that our records use."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def json(record: Any) -> str:
    """Indented JSON of a record, its hidden characters escaped, so that no terminal obeys them."""
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    return _HIDDEN.sub(_escaped, text) + "\n"


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
