"""The symbolic pickle machine: no name that CPython reaches is missed, and nothing is made."""

import collections
import datetime
import json
import os
import pickle
import pickletools
import random
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats import recording_unpickler
from tests.formats.seeds_containers import torch_legacy

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import LimitPassed
from guildmark.formats.pickle import Stream, faults, names, recognises, streams, window
from guildmark.formats.pickle.machine import Tally
from races import differential

SYSTEM = b"cposix\nsystem\n"
CALL = SYSTEM + b"(S'echo'\ntR"


def spelled(data: bytes) -> list[str]:
    return [name.name for name in names(InMemory(data))]


def short(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"cos\nsystem\n.", [(0, "os.system", "GLOBAL")]),
        (b"(S'id'\nios\nsystem\n.", [(7, "os.system", "INST")]),
        (b"\x80\x04" + short("os") + short("system") + b"\x93.", [(14, "os.system", "STACK_GLOBAL")]),
        (b"Vo\\u0073\nVsystem\n\x93.", [(17, "os.system", "STACK_GLOBAL")]),
        (b"S'o\\x73'\nU\x06system\x93.", [(17, "os.system", "STACK_GLOBAL")]),
        (b"X\x02\0\0\0os\x8d\x06\0\0\0\0\0\0\0system\x93.", [(22, "os.system", "STACK_GLOBAL")]),
        (
            short("os") + b"q\x05" + short("x") + b"p7\n00h\x05" + short("system") + b"\x93.",
            [(24, "os.system", "STACK_GLOBAL")],
        ),
        (short("os") + b"\x94" + short("y") + b"q\0" + b"00h\0" + b"2\x93.", [(15, "y.y", "STACK_GLOBAL")]),
        (short("os") + short("system") + b"(N1\x93.", [(15, "os.system", "STACK_GLOBAL")]),
        (b"\x82\xc8.", [(0, "?.?", "EXT1")]),
        (b"\x84\xc8\0\0\0.", [(0, "?.?", "EXT4")]),
        (b"]]\x93.", [(2, "?.?", "STACK_GLOBAL")]),
        (b"cos\nb\xffd\n.", [(0, "?.?", "GLOBAL")]),
        (b"ca\nb\n}b.", [(0, "a.b", "GLOBAL"), (6, "?.?", "BUILD")]),
        (SYSTEM + b"\xff", [(0, "posix.system", "GLOBAL")]),
        (b"N." + SYSTEM + b".", [(2, "posix.system", "GLOBAL")]),
        (b"I\0?\n" + SYSTEM + b".", [(4, "posix.system", "GLOBAL")]),
        (b"I7\0?\n" + SYSTEM + b".", [(5, "posix.system", "GLOBAL")]),
        (b"L7\0?\n" + SYSTEM + b".", [(5, "posix.system", "GLOBAL")]),
        (b"Np1\0?\ng1\n" + SYSTEM + b".", [(9, "posix.system", "GLOBAL")]),
    ],
)
def test_a_name_is_reported_with_its_place_whichever_opcodes_spell_it(data, found):
    assert [tuple(name)[:3] for name in names(InMemory(data))] == found


def test_every_opcode_of_cpython_is_known():
    from guildmark.formats.pickle.opcodes import ACTS

    assert {code.decode("latin-1"): name for code, (name, _) in ACTS.items()} == {
        opcode.code: opcode.name for opcode in pickletools.opcodes
    }


def values() -> list[object]:
    return [
        {"a": [1, 2.5, None, True], "b": ("x", b"y", {3}, frozenset({4}))},
        collections.OrderedDict(a=collections.Counter("aab")),
        [datetime.date(2026, 1, 2), range(5), complex(1, 2), slice(1, 2), bytearray(b"ab")],
        (os.path.join, json.JSONDecodeError, collections.defaultdict(list, a=[1])),
        [2**70, -(2**300), "é" * 300, "x" * 70_000, b"z" * 70_000],
    ]


FRAGMENTS = [
    b"(",
    b")",
    b"0",
    b"1",
    b"2",
    b"N",
    b"K\x01",
    b"I01\n",
    b"I7\n",
    b"L9L\n",
    b"F1.5\n",
    b"]",
    b"}",
    b"\x8f",
    b"a",
    b"e",
    b"s",
    b"u",
    b"d",
    b"l",
    b"t",
    b"\x85",
    b"\x86",
    b"\x87",
    b"R",
    b"\x81",
    b"\x92",
    b"b",
    b"o",
    b"\x93",
    b"\x94",
    b"q\0",
    b"q\1",
    b"h\0",
    b"h\1",
    b"p2\n",
    b"g2\n",
    b"r\3\0\0\0",
    b"j\3\0\0\0",
    b"ca\nb\n",
    b"ios\nc\n",
    b"S'd'\n",
    b"Ve\n",
    short("os"),
    short("system"),
    b"U\1f",
    b"Pid\n",
    b"Q",
    b"\x80\4",
    b"\x95\4\0\0\0\0\0\0\0",
    b"C\1g",
    b"\x8a\1\7",
    b"\x90",
    b"\x91",
    b"\x82\1",
    b"\x97",
    b"\x98",
    b".",
    b"G" + bytes(8),
    b"M\1\1",
]


def mutated(seed: int, count: int) -> list[bytes]:
    """Real pickles with bytes changed, cut, put in; and opcodes strung together."""
    chance, whole = random.Random(seed), [pickle.dumps(value, n) for value in values()[:4] for n in range(6)]
    streams = list(whole)
    while len(streams) < count:
        if chance.random() < 0.5:
            streams.append(b"".join(chance.choices(FRAGMENTS, k=chance.randint(2, 30))) + b".")
            continue
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.choice((0, 0, 1, 3))] = chance.choice(
                (b"", bytes([chance.randrange(256)]), chance.choice(FRAGMENTS))
            )
        streams.append(bytes(data))
    return streams


def test_nothing_that_cpython_names_or_calls_is_missed():
    """CPython's own pickle.py, told to import nothing, over thousands of whole and mutated streams."""
    tried = mutated(20260101, 6000)
    child = subprocess.run(
        [sys.executable, recording_unpickler.__file__],
        input="\n".join(data.hex() for data in tried),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    reached = json.loads(child.stdout)
    assert sum(bool(called) for _, called in reached) > 500
    for data, (asked, called) in zip(tried, reached, strict=True):
        assert differential.difference(data, asked, called) == "", data


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("number", range(len(values())))
def test_a_whole_pickle_is_one_stream_without_faults(protocol, number):
    data = pickle.dumps(values()[number], protocol)
    assert recognises(InMemory(data))
    assert streams(InMemory(data)) == (Stream(0, len(data)),)
    assert list(faults(InMemory(data))) == []


@given(st.binary(max_size=400))
def test_any_bytes_end_in_names_and_at_most_one_fault(data):
    contents = InMemory(b"\x80\x04" + data)
    assert len(list(faults(contents))) <= 1
    assert all(0 <= name.offset < contents.size for name in names(contents))


@pytest.mark.parametrize(
    ("data", "at", "says"),
    [
        (b"\x80\x04N", "byte 3", "breaks off: 1 bytes are promised"),
        (b"\x80\x04N\xff", "byte 3", "no opcode 0xff"),
        (b"\x80\x04R.", "byte 2", "REDUCE cannot be carried out"),
        (b"\x80\x04h\x05.", "byte 2", "BINGET asks for what the memo does not hold"),
        (b"\x80\x04N.\xff\xff", "byte 4", "behind STOP are no whole pickle"),
        (b"\x80\x04X\xff\xff\xff\x7fabc.", "byte 7", "2147483647 bytes are promised, 4 are left"),
        (b"", "byte 0", "after 0 pickles"),
    ],
)
def test_a_fault_says_where_the_stream_breaks_off(data, at, says):
    (fault,) = faults(InMemory(data))
    assert (fault.at, says in fault.says) == (at, True), fault


@pytest.mark.parametrize(
    "rest",
    [
        b"ccos\nsystem\n.",
        b"NX\x05\0\0\0abcde.",
        b"X\x02\0\0\0\xff\xff.",
        b"0" + b"\x95" + bytes([9]) + bytes(7) + b"N.",
    ],
)
def test_an_argument_that_crosses_the_end_of_a_frame_is_a_name_that_is_not_known(rest):
    """`_pickle.c` drops the frame's last bytes there when it reads from a file; honest picklers never do it."""
    assert "?.?" in spelled(b"\x80\x04N\x95" + struct.pack("<Q", 3) + rest)


def test_stacked_pickles_are_all_read():
    data = pickle.dumps([1], 4) * 20 + CALL + b"."
    assert len(streams(InMemory(data))) == 21
    assert spelled(data) == ["posix.system"]


def test_a_memo_kept_between_stacked_pickles_is_followed():
    """`Unpickler(file).load()` again and again keeps its memo, so a later stream may lean on an earlier one."""
    assert spelled(short("os") + b"q\0." + b"h\0" + short("system") + b"\x93.") == ["os.system"]


@pytest.mark.parametrize("before", [b"N.", b"N.N.", b"N.\x80"])
def test_a_stream_behind_the_frame_of_another_is_followed(before):
    """`pickle.py`, and `_pickle.c` on a file that cannot look ahead, read a frame whole; its rest is lost."""
    frame = b"\x95" + struct.pack("<Q", 20) + before + bytes(20 - len(before))
    data = InMemory(b"\x80\x04" + frame + CALL + b".")
    assert [name.name for name in names(data)] == ["posix.system"]
    assert len(list(faults(data))) == 1


def test_legacy_torch_ends_after_five_pickles_and_its_storages_are_no_fault():
    data = torch_legacy()
    assert len(streams(InMemory(data))) == 5
    assert list(faults(InMemory(data))) == []
    assert spelled(torch_legacy(keys=CALL + b".")) == ["posix.system"]


def wrapper(dtype: str, shape: tuple[int, ...], array: bytes, flags: int = 0, padded: bool = True) -> bytes:
    """The opcodes by which joblib writes an array: the wrapper's state, then the array itself."""
    state = b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + bytes([flags]) + b"tb"
    made = b"cnumpy\ndtype\n" + short(dtype) + b"K\x00K\x01\x87R" + state
    sizes = b"(" + b"".join(b"J" + struct.pack("<i", length) for length in shape) + b"t"
    alignment = short("numpy_array_alignment_bytes") + b"K\x10" if padded else b""
    entries = b"}(" + short("shape") + sizes + short("dtype") + made + alignment + b"u"
    padding = b"\x03\xff\xff\xff" if padded else b""
    return b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + entries + b"b" + padding + array


@pytest.mark.parametrize(
    "written",
    [
        wrapper("f8", (2, 3), b"\xff" * 48),
        wrapper("i4", (5,), b"\xff" * 20, padded=False),
        wrapper("O8", (1,), pickle.dumps([None], 2), flags=63, padded=False),
        wrapper("f4", (), b"\xfe" * 4),
    ],
    ids=["floats", "unpadded", "objects", "one number"],
)
def test_the_bytes_of_joblib_s_arrays_are_passed_over(written):
    """What stands behind an array is read, and the numbers in it are not."""
    data = b"\x80\x02]" + written + b"a" + CALL + b"."
    assert list(faults(InMemory(data))) == []
    assert spelled(data)[-1] == "posix.system"


def test_objects_in_a_joblib_array_are_a_pickle_of_their_own():
    data = b"\x80\x02" + wrapper("O8", (1,), CALL + b".", flags=63, padded=False) + b"."
    assert "posix.system" in spelled(data)
    assert list(faults(InMemory(data))) == []


def test_what_pickle_load_makes_of_an_array_s_bytes_counts_too():
    """joblib.load passes over these bytes; pickle.load, given the same file, runs them."""
    hidden = CALL + b"."
    data = b"\x80\x02" + wrapper("i1", (len(hidden),), hidden, padded=False) + b"."
    assert "posix.system" in spelled(data)
    assert list(faults(InMemory(data))) == []


@pytest.mark.parametrize(
    "written",
    [
        wrapper("x8", (2,), bytes(16)),
        wrapper("f8", (-2,), bytes(16)),
        wrapper("V8", (2,), bytes(16)),
        wrapper("f8", (2,), bytes(16), flags=63),
        wrapper("f8", (2,), bytes(16)).replace(b"}(", b"}]K\x01s("),
    ],
    ids=["no dtype", "negative", "unsized", "objects behind numbers", "a key that is not known"],
)
def test_an_array_whose_size_is_not_known_fails_as_a_name_that_is_not_known(written):
    data = b"\x80\x02" + written + b"."
    assert spelled(data)[-1] == "?.?"
    (fault,) = faults(InMemory(data))
    assert "joblib's array" in fault.says


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n.",
        CALL + b".",
        CALL,
        CALL + b"\xff",
        b"(ios\ngetcwd\n",
        b"(S'id'\nios\nsystem\n.",
        b"(lp0\nI1\na.",
        SYSTEM + b"(X\xff\xff\xff\xff",
        b"\x80\x02N.",
        b"\x80\x04\x95",
        b"N0" * 3 + CALL,
        b"S'" + b"a" * 70_000 + b"'\n0" + CALL,
        b"N0" * 60_000 + CALL,
        b"Ncos\nsystem\n.",
        b"]p0\n.g0\n.",
        b"N]p0\n.g0\n" + CALL,
        b"N0\x95" + struct.pack("<Q", 9) + b"N." + bytes(7) + CALL,
    ],
)
def test_a_pickle_is_recognised_from_its_opcodes_however_it_begins(data):
    assert recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"N",
        b"cat\ndog\nbird\n",
        b"import os\nos.system('id')\n",
        b"I10\nI11\nI21\n",
        b"copyright\n\nall rights\n",
        b"N.B.\n",
        b"{}",
        b"[1, 2]\n",
        b"(d. 1990) was",
        b"x = 1\n",
        b"PK\x03\x04N.\n",
        b"\x80\x09N.",
        b"]\n",
        b"()\n",
        b"Jan 2020\n.",
        b"1\n2\n3\n",
        b"a,b\n1,2\n",
        b"# Title\n",
        b"---\nlicense: mit\n",
        b"<html>",
        b"V1.0\n.",
        b"NI1\n.",
        b"I1\np0\n0I2\n.no",
        b"g0\n" + CALL,
    ],
)
def test_text_is_no_pickle(data):
    assert not recognises(InMemory(data))


@pytest.mark.parametrize("folder", ["library", "mirror"])
def test_no_real_text_file_is_taken_for_a_pickle(folder):
    """The standard library's sources, and the mirror's benchmarks: thousands of texts."""
    places = {
        "library": Path(sysconfig.get_paths()["stdlib"]),
        "mirror": Path(os.environ.get("GUILDMARK_MIRROR", Path(__file__).parents[3] / "shared/data")) / "benchmarks",
    }
    if not places[folder].is_dir():
        pytest.skip(f"there is no {places[folder]}: set GUILDMARK_MIRROR to the folder of real data")
    texts = (".py", ".txt", ".md", ".rst", ".csv", ".json", ".jsonl", ".cfg", ".toml", ".h", ".yaml", ".tsv")
    found = [path for path in places[folder].rglob("*") if path.suffix in texts and path.is_file()][:3000]
    assert found
    assert [path for path in found if recognises(OnDisk(str(path)))] == []


class Sparse:
    """A pickle of a gigabyte that remembers how much of it was read."""

    def __init__(self) -> None:
        self.head = b"\x80\x04\x8e" + struct.pack("<Q", 1 << 30)
        self.tail = CALL + b"."
        self.size = len(self.head) + (1 << 30) + len(self.tail)
        self.read = 0

    def at(self, offset: int, length: int) -> bytes:
        self.read += length
        if offset < len(self.head):
            return self.head[offset : offset + length]
        begin = self.size - len(self.tail)
        return self.tail[offset - begin :][:length] if offset >= begin else bytes(min(length, 1 << 16))


def test_a_big_payload_is_passed_over_unread():
    contents = Sparse()
    assert [name.name for name in names(contents)] == ["posix.system"]
    assert contents.read <= 4 * window.WINDOW


def test_too_many_opcodes_pass_a_limit(monkeypatch):
    monkeypatch.setattr(Tally.__init__, "__defaults__", (1000,))
    with pytest.raises(LimitPassed, match="more opcodes"):
        list(names(InMemory(b"N0" * 1000)))


def test_too_many_values_pass_a_limit(monkeypatch):
    monkeypatch.setattr("guildmark.formats.pickle.machine.ENTRIES", 1000)
    monkeypatch.setattr("guildmark.formats.pickle.machine.COUNT_EVERY", 100)
    for kept in (b"(", b"N", b"N\x94"):
        with pytest.raises(LimitPassed, match="values"):
            list(names(InMemory(kept * 2000)))
    assert spelled(b"N0" * 2000 + SYSTEM) == ["posix.system"]


def test_a_billion_laughs_costs_its_opcodes_only():
    data = b"\x80\x04)\x94" + b"".join(b"(" + bytes([104, n]) * 10 + b"t\x94" for n in range(200)) + b"."
    assert list(faults(InMemory(data))) == []
