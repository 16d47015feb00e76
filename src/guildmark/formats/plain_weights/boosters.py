"""Boosted trees in their libraries' own formats: XGBoost's UBJSON and old binary, LightGBM's text.

Sources: https://ubjson.org (draft 12, big-endian), xgboost/src/common/json.cc, src/learner.cc
(LearnerModelParamLegacy), LightGBM/src/io/gbdt_model_text.cpp, tree.cpp."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault

MOST_STEPS = 5_000_000
LONGEST_LINE = 8 << 20
DEEPEST = 64
_BLOCK = 1 << 16

_KEYS = (b"learner", b"version", b"Config", b"Model")
_WIDTHS = {
    ord(letter): width
    for letters, width in (("ZNTF", 0), ("iUC", 1), ("I", 2), ("ld", 4), ("LD", 8))
    for letter in letters
}
_OBJECTIVE = late.compile(rb"(binary|reg|multi|rank|survival|count|aft)[:_][a-z_:]{1,40}")
_BOOSTERS = (b"gbtree", b"gblinear", b"dart")
_PARAMETERS = 136
_LIGHTGBM = late.compile(rb"tree\r?\nversion=v\d")


def is_universal_json(contents: Contents) -> bool:
    """XGBoost's UBJSON: an object whose first key, with its length of eight bytes, is one of its own."""
    head = contents.at(0, 18)
    return head[:2] == b"{L" and any(head[2:].startswith(len(key).to_bytes(8, "big") + key) for key in _KEYS)


def universal_json_faults(contents: Contents) -> Iterator[Fault]:
    """Lengths and counts lie in the file, containers are closed, and nothing stands behind them."""
    scan = _Scan(contents)
    try:
        _value(scan, scan.take(1), 0)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault(f"byte {scan.place}", error.says)
        return
    if scan.place != contents.size:
        yield Fault(f"byte {scan.place}", f"{contents.size - scan.place} bytes stand behind its end")


class _Scan:
    """A place in the file that moves on; raises FormatError beyond the end."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._base = 0
        self._block = b""
        self._left = MOST_STEPS
        self.place = 0

    def take(self, length: int) -> bytes:
        begin = self.place
        self.skip(length)
        if not self._base <= begin <= self.place <= self._base + len(self._block):
            self._base, self._block = begin, self._contents.at(begin, max(length, _BLOCK))
        return self._block[begin - self._base : self.place - self._base]

    def skip(self, length: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitPassed("it has more values than are read")
        if length < 0 or self.place + length > self._contents.size:
            raise FormatError(f"a value of {length} bytes ends beyond the file")
        self.place += length

    def count(self, kind: bytes = b"") -> int:
        """A length: the mark of a whole number, then the number."""
        kind = kind or self.take(1)
        if kind not in (b"i", b"U", b"I", b"l", b"L"):
            raise FormatError("a length is no number")
        return int.from_bytes(self.take(_WIDTHS[kind[0]]), "big", signed=kind != b"U")


def _value(scan: _Scan, kind: bytes, depth: int) -> None:
    """Go past one value whose mark was read."""
    if kind in (b"S", b"H"):
        scan.skip(scan.count())
    elif kind in (b"[", b"{"):
        _container(scan, kind == b"{", depth + 1)
    elif kind[0] in _WIDTHS:
        scan.skip(_WIDTHS[kind[0]])
    else:
        raise FormatError(f"there is no value of the kind {kind!r}")


def _container(scan: _Scan, is_object: bool, depth: int) -> None:
    """Go past a list or an object; `$` gives all values' kind, `#` how many they are, and then nothing closes it."""
    if depth > DEEPEST:
        raise LimitPassed(f"it is nested more than {DEEPEST} deep")
    kind, left, mark = b"", -1, scan.take(1)
    if mark == b"$":
        kind, mark = scan.take(1), scan.take(1)
    if mark == b"#":
        left = scan.count()
        if left < 0:
            raise FormatError(f"a container of {left} values")
        if not is_object and kind and kind[0] in _WIDTHS:
            return scan.skip(left * _WIDTHS[kind[0]])
    elif kind:
        raise FormatError("a container says its kind and not its size")
    is_counted = left >= 0
    while left != 0:
        if is_counted:
            left -= 1
            mark = kind if kind and not is_object else scan.take(1)
        elif mark == (b"}" if is_object else b"]"):
            return
        if is_object:
            scan.skip(scan.count(mark))
            mark = kind or scan.take(1)
        _value(scan, mark, depth)
        if not is_counted:
            mark = scan.take(1)


def is_old_binary(contents: Contents) -> bool:
    """XGBoost's binary before UBJSON: a table of parameters, then the names of an objective and a booster."""
    begin = 4 if contents.at(0, 4) == b"binf" else 0
    head = contents.at(begin + _PARAMETERS, 100)
    length = int.from_bytes(head[:8], "little")
    objective, behind = head[8 : 8 + length], head[8 + length :]
    size = int.from_bytes(behind[:8], "little")
    return length <= 50 and bool(_OBJECTIVE.fullmatch(objective)) and behind[8 : 8 + size] in _BOOSTERS


def is_text(contents: Contents) -> bool:
    """LightGBM's text: `tree`, then the version."""
    return bool(_LIGHTGBM.match(contents.at(0, 20)))


def text_faults(contents: Contents) -> Iterator[Fault]:
    """Each tree has as many parts as it says, and its branches lead to parts that it has."""
    tree, leaves, features, ended = "", 0, 0, False
    for line in _lines(contents):
        key, _, value = line.partition(b"=")
        try:
            if key == b"Tree":
                tree, leaves = value.decode("ascii", "replace")[:20], 0
            elif key == b"max_feature_idx":
                features = int(value[:20])
            elif key == b"num_leaves":
                leaves = int(value[:20])
            elif tree and leaves > 0 and (says := _of_tree(key, value, leaves, features)):
                yield Fault(f"tree {tree}", says)
        except ValueError:
            yield Fault(f"tree {tree}", f"{key[:40].decode('ascii', 'replace')} is no list of numbers")
        if line.rstrip() == b"end of trees":
            ended = True
            break
    if not ended:
        yield Fault("end", "its trees do not end")


def _of_tree(key: bytes, value: bytes, leaves: int, features: int) -> str:
    """What is wrong with one list of a tree; empty where nothing is."""
    name = key[:40].decode("ascii", "replace")
    if key in (b"leaf_value", b"left_child", b"right_child", b"split_feature", b"threshold"):
        wanted = leaves if key == b"leaf_value" else leaves - 1
        items = value.split()
        if len(items) != wanted:
            return f"{name} has {len(items)} numbers for {leaves} leaves"
        low, high = (0, features) if key == b"split_feature" else (-leaves, leaves - 2)
        if key not in (b"leaf_value", b"threshold") and not all(low <= int(item[:20]) <= high for item in items):
            return f"{name} leads to what is not there"
    return ""


def _lines(contents: Contents) -> Iterator[bytes]:
    rest = b""
    for place in range(0, contents.size, 1 << 20):
        *lines, rest = (rest + contents.at(place, 1 << 20)).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise LimitPassed(f"it has a line of more than {LONGEST_LINE} bytes")
        yield from lines
    yield rest
