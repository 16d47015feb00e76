"""What readers of serialised objects share: a bounded way through their bytes, and what they tell of them."""

from collections.abc import Iterator
from typing import Protocol

from guildmark.contents import Contents
from guildmark.errors import FormatError, GuildmarkError, LimitPassed
from guildmark.formats import Built, Fault

WINDOW = 1 << 16
MOST_STEPS = 5_000_000
DEEPEST = 100


class Walking(Protocol):
    """One walk through one file, that keeps in `built` what it found even where it breaks off."""

    built: list[Built]

    def walk(self) -> None: ...


def broken_by(walking: Walking) -> GuildmarkError | None:
    """What ended a walk early; None where it came to its end."""
    try:
        walking.walk()
    except GuildmarkError as error:
        return error
    return None


def told(walking: Walking) -> Iterator[Built]:
    """All that a walk finds, and then what ended it early; raises FormatError, LimitPassed."""
    error = broken_by(walking)
    yield from walking.built
    if error is not None:
        raise error


def unfitting(walking: Walking) -> Iterator[Fault]:
    """Where the values do not fit into each other, or into the file; raises LimitPassed."""
    error = broken_by(walking)
    if isinstance(error, LimitPassed):
        raise error
    if error is not None:
        yield Fault("values", error.says)


class Cursor:
    """Bytes in order from `place` on; a window of them is held. At most `steps` reads."""

    def __init__(self, contents: Contents, place: int = 0, steps: int = MOST_STEPS) -> None:
        self.contents = contents
        self._data = b""
        self._start = place
        self._next = 0
        self._left = steps

    @property
    def place(self) -> int:
        return self._start + self._next

    @property
    def left(self) -> int:
        """How many bytes follow."""
        return self.contents.size - self.place

    def take(self, length: int) -> bytes:
        """The next `length` bytes, at most WINDOW; raises FormatError where they end early, LimitPassed."""
        self._left -= 1
        if self._left < 0:
            raise LimitPassed("it has more values than are read")
        if length > WINDOW:
            raise LimitPassed(f"a word of {length} bytes")
        if self._next + length > len(self._data):
            self._start, self._next = self.place, 0
            self._data = self.contents.at(self._start, WINDOW)
        data = self._data[self._next : self._next + length]
        if len(data) < length:
            raise FormatError(f"it ends at byte {self.contents.size}, within a value")
        self._next += length
        return data

    def byte(self) -> int:
        return self.take(1)[0]

    def skip(self, length: int) -> None:
        """Go past `length` bytes; raises FormatError where so many are not there."""
        if length < 0 or length > self.left:
            raise FormatError(f"{length} bytes are promised at byte {self.place}, {max(0, self.left)} are left")
        if self._next + length <= len(self._data):
            self._next += length
        else:
            self._start, self._next, self._data = self.place + length, 0, b""

    def text(self, length: int) -> str:
        """A word of `length` bytes."""
        return self.take(length).decode("utf-8", "replace")

    def fits(self, count: int, each: int = 1) -> int:
        """`count`, where so many values of at least `each` bytes can follow; else raises FormatError."""
        if count < 0 or count * each > self.left:
            raise FormatError(f"{count} values are promised at byte {self.place}, {max(0, self.left)} bytes are left")
        return count
