"""JSON that has one reading: no key twice, no depth without end, no number that is none."""

import json
from typing import Any

from guildmark.errors import ClaimError
from guildmark.structured import shallow, told


def loads(data: bytes, what: str, largest: int) -> Any:
    """The value of a JSON text of at most `largest` bytes; raises ClaimError, which says that it is about `what`."""
    if len(data) > largest:
        raise ClaimError(f"{what} has {len(data):,} bytes, and at most {largest:,} are read", "is it the right file?")
    try:
        return json.loads(shallow(data), object_pairs_hook=_once, parse_constant=_no_number)
    except _Twice as error:
        raise ClaimError(f"{what} says {error} twice", "ask who signed it for one that has one reading") from error
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        raise ClaimError(f"{what} is not JSON: {told(error)}", "it was changed or cut: fetch it again") from error


class _Twice(Exception):
    """A key stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(repr(next(key for place, key in enumerate(keys) if key in keys[:place]))[:60])
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
