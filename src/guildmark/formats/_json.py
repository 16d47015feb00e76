"""What readers of formats that are JSON share: the bounded way to the tree, and the fault where there is none."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault
from guildmark.structured import shallow


def tree(contents: Contents, largest: int, what: str) -> Any:
    """The tree of `what`; raises LimitPassed beyond `largest` bytes, FormatError where it is no JSON."""
    if contents.size > largest:
        raise LimitPassed(f"{what} has {contents.size} bytes")
    try:
        return msgspec.json.decode(shallow(contents.at(0, contents.size)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"{what} is no JSON") from error


def broken(read: Callable[[Contents], object], contents: Contents) -> Iterator[Fault]:
    """The fault for which `read` gives contents up; raises LimitPassed."""
    try:
        read(contents)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("byte 0", error.says)
