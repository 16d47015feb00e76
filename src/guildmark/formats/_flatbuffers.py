"""Reads FlatBuffers by the numbers of their fields: what ExecuTorch and ONNX Runtime write their models in.

Source: https://flatbuffers.dev/internals/"""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed

MOST_STEPS = 2_000_000
LONGEST_NAME = 10_000


class Tables:
    """The tables of one file by their fields' numbers; raises FormatError where they do not fit, LimitPassed."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._left = MOST_STEPS
        self.root = self._number(0, 4)

    def tables(self, table: int, field: int) -> Iterator[int]:
        """The tables in a vector of them."""
        place = self._field(table, field)
        if not place:
            return
        vector = place + self._number(place, 4)
        count = self._number(vector, 4)
        if count * 4 > self._contents.size - vector:
            raise FormatError(f"{count} tables are promised at byte {vector}")
        for number in range(count):
            entry = vector + 4 + 4 * number
            yield entry + self._number(entry, 4)

    def table(self, table: int, field: int) -> int:
        """The table that a field leads to; 0 where the field is not there."""
        place = self._field(table, field)
        return place + self._number(place, 4) if place else 0

    def text(self, table: int, field: int) -> str:
        place = self._field(table, field)
        if not place:
            return ""
        start = place + self._number(place, 4)
        length = self._number(start, 4)
        if length > LONGEST_NAME:
            raise FormatError(f"a name of {length} bytes stands at byte {start}")
        return self._contents.at(start + 4, length).decode("utf-8", "replace")

    def scalar(self, table: int, field: int, width: int) -> int:
        place = self._field(table, field)
        return self._number(place, width) if place else 0

    def _field(self, table: int, field: int) -> int:
        """Where a field stands; 0 where the table has none."""
        back = int.from_bytes(self._number(table, 4).to_bytes(4, "little"), "little", signed=True)
        about = table - back
        if 4 + 2 * field >= self._number(about, 2):
            return 0
        offset = self._number(about + 4 + 2 * field, 2)
        return table + offset if offset else 0

    def _number(self, place: int, width: int) -> int:
        self._left -= 1
        if self._left < 0:
            raise LimitPassed("it has more parts than are read")
        data = self._contents.at(place, width) if place >= 0 else b""
        if len(data) != width:
            raise FormatError(f"the place {place} lies outside of the file")
        return int.from_bytes(data, "little")
