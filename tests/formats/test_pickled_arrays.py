"""Arrays of pyarrow in pickles: pyarrow believes what a pickle says of them, so the bytes are held against it."""

import pickle
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import check
from guildmark.formats.pickle import arrow
from guildmark.records import Outcome
from guildmark.subject import open_subject


class Calls:
    """What pickles as the call of a name."""

    def __init__(self, name, *arguments):
        self.module, _, self.name = name.rpartition(".")
        self.arguments = arguments


class Pickler(pickle._Pickler):
    def save(self, value, save_persistent_id=True):
        if not isinstance(value, Calls):
            return super().save(value, save_persistent_id)
        self.save(value.module)
        self.save(value.name)
        self.write(pickle.STACK_GLOBAL)
        self.save(tuple(value.arguments))
        self.write(pickle.REDUCE)


def outcome(folder, value):
    with (folder / "frame.pkl").open("wb") as file:
        Pickler(file, 5).dump(value)
    found = check.load("no_code_in_pickles").ask(open_subject(str(folder)))
    (answer,) = {finding.outcome for finding in found}
    return answer


def buffer(data):
    return None if data is None else Calls(arrow.BUFFER_OF, data)


TEXTS = (None, struct.pack("<3i", 0, 2, 3), b"abc")


def an_array(kind="string", length=2, nulls=0, offset=0, buffers=TEXTS, **rest):
    kind = Calls("pyarrow.lib.type_for_alias", kind)
    held = [buffer(data) for data in buffers]
    return Calls(arrow.RESTORES, (kind, length, nulls, offset, held, rest.get("children", []), rest.get("words")))


HONEST = {
    "texts": an_array(),
    "large texts": an_array("large_string", buffers=(None, struct.pack("<3q", 0, 2, 3), b"abc")),
    "a slice": an_array(length=1, offset=1),
    "one null of two": an_array(nulls=1, buffers=(b"\x01", struct.pack("<3i", 0, 3, 3), b"abc")),
    "none": an_array(length=0, buffers=(None, b"", None)),
    "numbers": an_array("int64", buffers=(None, bytes(16))),
    "truths": an_array("bool", length=9, buffers=(None, bytes(2))),
    "times": an_array("timestamp[ns]", buffers=(None, bytes(16))),
    "a bytearray": an_array("int8", buffers=(None, bytearray(2))),
}
LYING = {
    "more elements than numbers": an_array("int64", buffers=(None, bytes(15))),
    "more elements than offsets": an_array(length=3),
    "an offset behind the slice": an_array(offset=1),
    "an offset behind the bytes": an_array(buffers=(None, struct.pack("<3i", 0, 2, 4), b"abc")),
    "an offset that goes back": an_array(buffers=(None, struct.pack("<3i", 0, 3, 2), b"abc")),
    "an offset below nought": an_array(buffers=(None, struct.pack("<3i", -1, 2, 3), b"abc")),
    "no offsets": an_array(buffers=(None, None, b"abc")),
    "nulls that are not said": an_array(nulls=1),
    "another count of nulls": an_array(nulls=0, buffers=(b"\x01", struct.pack("<3i", 0, 2, 3), b"abc")),
    "too few bits for nulls": an_array(nulls=2, buffers=(b"", struct.pack("<3i", 0, 2, 3), b"abc")),
    "a length below nought": an_array(length=-1),
    "a buffer too many": an_array("int8", buffers=(None, bytes(2), bytes(2))),
    "a type that is not listed": an_array("string_view"),
    "children": an_array(children=[1]),
    "a dictionary": an_array(words=(1,)),
}


@pytest.mark.parametrize("value", HONEST.values(), ids=HONEST)
def test_an_array_whose_bytes_are_there_passes(value, tmp_path):
    assert outcome(tmp_path, value) is Outcome.PASSED


@pytest.mark.parametrize("value", LYING.values(), ids=LYING)
def test_an_array_that_reaches_beyond_its_bytes_fails(value, tmp_path):
    assert outcome(tmp_path, value) is Outcome.FAILED


def test_a_list_of_buffers_that_is_changed_before_it_is_used_fails(tmp_path):
    """SETITEM puts another buffer in the place of one that is long enough."""
    with (tmp_path / "honest").open("wb") as file:
        Pickler(file, 5).dump(HONEST["numbers"])
    data = (tmp_path / "honest").read_bytes()
    (tmp_path / "honest").unlink()
    end = data.index(b"e]")  # APPENDS, behind which the empty list of children begins
    (tmp_path / "frame.pkl").write_bytes(data[: end + 1] + b"K\x01Ns" + data[end + 1 :])
    found = list(check.load("no_code_in_pickles").ask(open_subject(str(tmp_path))))
    assert {finding.outcome for finding in found} == {Outcome.FAILED}


def test_getattr_is_only_asked_for_the_method_that_makes_a_zone(tmp_path):
    zone = Calls("zoneinfo.ZoneInfo", "Europe/Berlin")
    assert outcome(tmp_path, zone) is Outcome.PASSED
    assert outcome(tmp_path, Calls("builtins.getattr", zone, "_unpickle")) is Outcome.FAILED
    assert outcome(tmp_path, Calls("builtins.getattr", int, "__subclasses__")) is Outcome.FAILED


@given(st.lists(st.text(max_size=300), max_size=20))
def test_texts_as_pyarrow_lays_them_out_pass_and_one_more_fails(texts):
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets, end = [0], 0
    for each in encoded:
        end += len(each)
        offsets.append(end)
    buffers = (None, struct.pack(f"<{len(offsets)}q", *offsets), b"".join(encoded))
    with tempfile.TemporaryDirectory() as folder:
        assert outcome(Path(folder), an_array("large_string", len(texts), 0, 0, buffers)) is Outcome.PASSED
        assert outcome(Path(folder), an_array("large_string", len(texts) + 1, 0, 0, buffers)) is Outcome.FAILED
