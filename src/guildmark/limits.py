"""How much a subject may cost: bounds that a user can set, and the budget that unpacking draws on."""

from collections.abc import Iterable

import msgspec

from guildmark.contents import Contents, Spool
from guildmark.errors import LimitPassed

SMALL = 1 << 20
"""Below this many bytes the ratio does not count: small runs of zeros are honest."""


TOTALS = ("more than", "archives unpack to more than")
"""How a bound on all archives of a subject together says that it was passed."""

ZEROS = 256 << 20
"""So many bytes beyond the ratio may the arrays of one subject be; honest ones can be nearly all zeros."""
ARRAYS = (b"\x93NUMPY", *(bytes((0x80, protocol)) for protocol in range(2, 6)))
"""How arrays begin, and pickles, which hold them."""


class Limits(msgspec.Struct, frozen=True):
    """Bounds on archives (depth, members, bytes, ratio), on a check (seconds), on the worker (bytes)."""

    depth: int = 5
    members: int = 100_000
    expansion: int = 20_000_000_000
    ratio: int = 200
    seconds: int = 60
    memory: int = 1_000_000_000
    findings: int = 1_000


class Budget:
    """What is left of the limits while one subject's archives are unpacked into a spool."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._members = 0
        self._expanded = 0
        self._zeros = ZEROS
        self._spool: Spool | None = None

    def count_member(self) -> None:
        """One more member; raises LimitPassed beyond the bound."""
        self._members += 1
        if self._members > self.limits.members:
            raise LimitPassed(f"more than {self.limits.members} members", "raise --limit members=N")

    def unpack(self, pieces: Iterable[bytes], packed_size: int) -> Contents:
        """Spool the unpacked `pieces` of `packed_size` bytes; raises LimitPassed beyond a bound."""
        self._spool = self._spool or Spool()
        start, is_array = self._spool.size, None
        for piece in pieces:
            is_array = piece.startswith(ARRAYS) if is_array is None and piece else is_array
            self._expanded += len(piece)
            if self._expanded > self.limits.expansion:
                raise LimitPassed(
                    f"archives unpack to more than {self.limits.expansion} bytes", "raise --limit expansion=BYTES"
                )
            size = self._spool.size + len(piece) - start
            is_over = size > SMALL and size > self.limits.ratio * max(1, packed_size)
            if is_over and not (is_array and self._may_be(piece)):
                raise LimitPassed(f"it unpacks to over {self.limits.ratio} times its size", "raise --limit ratio=N")
            self._spool.write(piece)
        return self._spool.part(start, self._spool.size - start)

    def _may_be(self, piece: bytes) -> bool:
        """Whether a piece beyond the ratio still fits into what arrays may be; it is counted."""
        self._zeros -= len(piece)
        return self._zeros >= 0
