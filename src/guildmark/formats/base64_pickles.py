"""Finds pickles in base64 among the strings of a JSON text, as Stable-Baselines3 keeps and unpickles them."""

import base64
import binascii
from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents, InMemory
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.formats import Holds, Member, pickle
from guildmark.limits import Budget

RANK = 89
HOLDS: Holds = "members"
BEGINS = (b"{", b"[")

LARGEST = 64 << 20
MOST_PICKLES = 2000
_STRING = late.compile(rb'"(?P<code>(?:gA[I-X]|Y[0-3]|K[A-Za-z0-9])[A-Za-z0-9+/_-]{13,}={0,2})(?:\\n)?"')
"""A protocol, GLOBAL or MARK at the start, in base64."""


def recognises(contents: Contents) -> bool:
    """JSON in which a string is a pickle that names something."""
    head = contents.at(0, 256).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] in (b"{", b"[") and contents.size <= LARGEST and next(_pickles(contents), None) is not None


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The pickles, by the byte at which the string begins."""
    del budget
    return _pickles(contents)


def _pickles(contents: Contents) -> Iterator[Member]:
    if contents.size > LARGEST:
        raise LimitPassed(f"it is longer than the {LARGEST} bytes that are searched for pickles in base64")
    data, number = contents.at(0, contents.size), 0
    for found in _STRING.finditer(data):
        inside = InMemory(_decoded(found["code"]))
        if inside.size and _names_something(inside):
            number += 1
            if number > MOST_PICKLES:
                raise LimitPassed(f"more than {MOST_PICKLES} pickles stand in it")
            yield Member(f"byte {found.start()}", inside)


def _decoded(code: bytes) -> bytes:
    code = code.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(code + b"=" * (-len(code) % 4))
    except binascii.Error:
        return b""


def _names_something(inside: Contents) -> bool:
    try:
        return pickle.recognises(inside) and next(pickle.names(inside), None) is not None
    except GuildmarkError:
        return True
