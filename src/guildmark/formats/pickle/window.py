"""A forward reader over contents that never holds more than a window of them."""

from guildmark.contents import Contents
from guildmark.errors import FormatError

WINDOW = 1 << 16
"""Bytes read at a time, and the longest argument that is kept."""


class Broken(FormatError):
    """The stream cannot go on from byte `at`."""

    def __init__(self, at: int, says: str) -> None:
        super().__init__(says)
        self.at = at


class Cut(Broken):
    """The stream ends in the middle."""


class Window:
    """Bytes in order, from `place` on."""

    def __init__(self, contents: Contents, place: int = 0) -> None:
        self.contents = contents
        self._data = b""
        self._start = place
        self._next = 0

    @property
    def place(self) -> int:
        return self._start + self._next

    def byte(self) -> int:
        """The next byte; raises Cut at the end."""
        if self._next == len(self._data):
            self._need(1)
        value = self._data[self._next]
        self._next += 1
        return value

    def take(self, length: int) -> bytes:
        """The next `length` bytes, at most WINDOW; raises Cut where they end early."""
        if len(self._data) - self._next < length:
            self._need(length)
        data = self._data[self._next : self._next + length]
        self._next += length
        return data

    def skip(self, length: int) -> None:
        """Go past `length` bytes without reading them; raises Cut where they end early."""
        if self.place + length > self.contents.size:
            raise Cut(self.place, f"{length} bytes are promised, {self.contents.size - self.place} are left")
        self.move(self.place + length)

    def move(self, place: int) -> None:
        """Go on at `place`."""
        if self._start <= place <= self._start + len(self._data):
            self._next = place - self._start
        else:
            self._data, self._start, self._next = b"", place, 0

    def line(self) -> bytes | None:
        """A text argument: up to the newline, or, as CPython's pickle.py does at the end of the
        stream, without its last byte. None, and gone past, where it is longer than WINDOW."""
        begin = self.place
        while True:
            found = self._data.find(b"\n", self._next)
            if found >= 0:
                end = self._start + found
                break
            self.move(self._start + len(self._data))
            self._fill()
            if not self._data:
                end = self.place - 1
                break
        length = max(0, end - begin)
        self.move(begin)
        data = self.take(length) if length <= WINDOW else None
        self.move(min(end + 1, self.contents.size) if end >= begin else begin)
        return data

    def _fill(self) -> None:
        self._start, self._next = self.place, 0
        self._data = self.contents.at(self._start, WINDOW)

    def _need(self, length: int) -> None:
        self._fill()
        if len(self._data) < length:
            raise Cut(self.place, f"{length} bytes are promised, {len(self._data)} are left")
