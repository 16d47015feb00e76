"""How much a subject may cost: bounds that a user can set, and the budget that unpacking draws on."""

from collections.abc import Iterable

import msgspec

from guildmark.contents import Contents, Spool
from guildmark.errors import LimitPassed

SMALL = 1 << 20
"""Below this many bytes the ratio does not count: small runs of zeros are honest."""


TOTALS = ("more than", "archives unpack to more than")
"""How a bound on all archives of a subject together says that it was passed."""


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
        self._spool: Spool | None = None

    def count_member(self) -> None:
        """One more member; raises LimitPassed beyond the bound."""
        self._members += 1
        if self._members > self.limits.members:
            raise LimitPassed(f"more than {self.limits.members} members", "raise --limit members=N")

    def unpack(self, pieces: Iterable[bytes], packed_size: int) -> Contents:
        """Spool the unpacked `pieces` of `packed_size` bytes; raises LimitPassed beyond a bound."""
        self._spool = self._spool or Spool()
        start = self._spool.size
        for piece in pieces:
            self._expanded += len(piece)
            if self._expanded > self.limits.expansion:
                raise LimitPassed(
                    f"archives unpack to more than {self.limits.expansion} bytes", "raise --limit expansion=BYTES"
                )
            size = self._spool.size + len(piece) - start
            if size > SMALL and size > self.limits.ratio * max(1, packed_size):
                raise LimitPassed(f"it unpacks to over {self.limits.ratio} times its size", "raise --limit ratio=N")
            self._spool.write(piece)
        return self._spool.part(start, self._spool.size - start)
