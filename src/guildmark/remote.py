"""A file that stays where it is: parts of it are fetched when they are read, within a bound on traffic."""

from guildmark.download import Door, Headers
from guildmark.errors import ContentsError, SubjectError

BLOCK = 1 << 14
HEAD = 4
"""How many blocks the first look at a file brings; who reads on in order gets twice as many each time."""
MOST = 64


class Traffic:
    """How many more bytes may be fetched for one subject, by whoever comes first."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, size: int) -> None:
        """Raises ContentsError where `size` bytes are more than is left."""
        if size > self.left:
            raise ContentsError("reading it would pass the limit on traffic", "ask for all of it: --full")
        self.left -= size

    def allow(self, own: int) -> "Allowance":
        """Put `own` bytes by for one file, so that one that is read to its end does not starve it."""
        self.spend(own)
        return Allowance(self, own)


class Allowance:
    """What one file may cost: bytes of its own, then what is left for all."""

    def __init__(self, common: Traffic, own: int) -> None:
        self._common = common
        self._own = own

    def spend(self, size: int) -> None:
        """Raises ContentsError where `size` bytes are more than is left."""
        self._common.spend(max(0, size - self._own))
        self._own = max(0, self._own - size)


class Remote:
    """A file that stays where it is: parts of it are fetched when they are read, and kept."""

    def __init__(self, door: Door, url: str, size: int, allowance: Allowance, headers: Headers) -> None:
        self.size = size
        self._door = door
        self._allowance = allowance
        self._resolve = url, dict(headers)
        self._address = self._resolve
        self._blocks: dict[int, bytes] = {}
        self._next = 0
        self._run = HEAD // 2

    def at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        if not length:
            return b""
        first, last = offset // BLOCK, (offset + length - 1) // BLOCK
        missing = [block for block in range(first, last + 1) if block not in self._blocks]
        if missing:
            self._fetch(missing[0], missing[-1])
        data = b"".join(self._blocks[block] for block in range(first, last + 1))
        return data[offset - first * BLOCK :][:length]

    def _fetch(self, first: int, last: int) -> None:
        self._run = min(self._run * 2, MOST) if first == self._next else 1
        last = min(max(last, first + self._run - 1), (self.size - 1) // BLOCK)
        start, end = first * BLOCK, min((last + 1) * BLOCK, self.size)
        self._allowance.spend(end - start)
        data = self._part(start, end - start)
        if len(data) != end - start:
            raise ContentsError(f"the file ends at byte {start + len(data)} of {self.size}")
        for block in range(first, last + 1):
            self._blocks[block] = data[(block - first) * BLOCK :][:BLOCK]
        self._next = last + 1

    def _part(self, offset: int, length: int) -> bytes:
        """Redirects are followed once: a hub signs an address for some time, asking it anew is slow."""
        try:
            try:
                data, address = self._door.part(self._address[0], offset, length, self._address[1])
            except SubjectError:
                if self._address == self._resolve:
                    raise
                data, address = self._door.part(self._resolve[0], offset, length, self._resolve[1])
        except SubjectError as error:
            raise ContentsError(error.says, error.hint) from error
        if address != self._address[0]:
            self._address = address, {}
        return data
