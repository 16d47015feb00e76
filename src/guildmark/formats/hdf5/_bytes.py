"""The bytes of an HDF5 file by address, with the widths that its superblock states."""

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed

MOST_READ = 256 << 20
MOST_STEPS = 2_000_000
_BLOCK, _KEPT = 1 << 14, 512


class Piece:
    """A run of bytes that is taken from the front; raises FormatError where it is too short."""

    def __init__(self, data: bytes, offsets: int = 8, lengths: int = 8) -> None:
        self.data = data
        self.place = 0
        self._offsets = offsets
        self._lengths = lengths

    @property
    def left(self) -> int:
        return len(self.data) - self.place

    def take(self, length: int) -> bytes:
        if length < 0 or length > self.left:
            raise FormatError(f"a part of {length} bytes does not fit into the {self.left} that are left")
        self.place += length
        return self.data[self.place - length : self.place]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def address(self) -> int | None:
        """An address; None where it is the undefined one, all bits set."""
        value = self.number(self._offsets)
        return None if value == (1 << 8 * self._offsets) - 1 else value

    def length(self) -> int:
        return self.number(self._lengths)

    def align(self, to: int = 8) -> None:
        """Skip to the next multiple of `to`, or to the end."""
        self.place = min(len(self.data), -(-self.place // to) * to)

    def word(self) -> bytes:
        """The bytes up to a zero byte, which is skipped."""
        end = self.data.find(b"\0", self.place)
        if end < 0:
            raise FormatError("a name does not end")
        return self.take(end + 1 - self.place)[:-1]


class Source:
    """A file's bytes by address from `base`, and what is left of the bounds on one reading."""

    def __init__(self, contents: Contents, base: int, offsets: int, lengths: int) -> None:
        self._contents = contents
        self._base = base
        self.offsets = offsets
        self.lengths = lengths
        self.size = contents.size - base
        self.last_heap: tuple[int | None, dict[int, bytes]] = (None, {})
        """The global heap that was read last, by its address: strings beside each other lie in one."""
        self._blocks: dict[int, bytes] = {}
        self._bytes_left = MOST_READ
        self._steps_left = MOST_STEPS

    def at(self, address: int | None, length: int, what: str) -> Piece:
        """Exactly `length` bytes; raises FormatError where they are not in the file, LimitPassed."""
        if address is None or address < 0 or length < 0 or address + length > self.size:
            raise FormatError(f"{what} at {address} lies outside of the file")
        self.step()
        self._bytes_left -= length
        if self._bytes_left < 0:
            raise LimitPassed("its structure is larger than is read")
        data = self._read(self._base + address, length)
        if len(data) != length:
            raise FormatError(f"{what} at {address} is cut off")
        return Piece(data, self.offsets, self.lengths)

    def _read(self, place: int, length: int) -> bytes:
        """Bytes by way of blocks that are kept, for an object's parts lie beside each other."""
        start = place % _BLOCK
        if start + length > _BLOCK:
            return self._contents.at(place, length)
        if place - start not in self._blocks:
            if len(self._blocks) == _KEPT:
                self._blocks.clear()
            self._blocks[place - start] = self._contents.at(place - start, _BLOCK)
        return self._blocks[place - start][start : start + length]

    def upto(self, address: int | None, length: int, what: str) -> Piece:
        """`length` bytes, or as many as there are."""
        inside = -1 if address is None else self.size - address
        return self.at(address, min(length, max(1, inside)), what)

    def signed(self, address: int | None, length: int, signature: bytes) -> Piece:
        """Bytes that begin with a signature, which is skipped."""
        piece = self.at(address, length, f"the {signature.decode('latin-1')} block")
        if piece.take(4) != signature:
            raise FormatError(f"there is no {signature.decode('latin-1')} block at {address}")
        return piece

    def step(self) -> None:
        """One more thing was looked at; raises LimitPassed beyond the bound."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise LimitPassed("it has more parts than are read")
