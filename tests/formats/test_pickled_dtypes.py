"""What a pickle says of numpy's dtypes: real ones never contradict themselves, and a lie about objects is seen."""

import pickle as python_pickle

import numpy
import pytest

from guildmark.contents import InMemory
from guildmark.formats import pickle
from guildmark.formats.pickle import Call
from guildmark.formats.pickle.dtypes import contradicts
from guildmark.formats.pickle.values import DTYPE

KINDS = [
    "f8",
    ">i4",
    "O",
    "U5",
    "S3",
    "V8",
    "M8[ns]",
    "?",
    "c16",
    ("f8", (2, 3)),
    (object, (2,)),
    [("a", "f8"), ("b", "U5")],
    [("a", "f8"), ("b", "O")],
    [("a", [("b", "i4"), ("c", "O")]), ("d", "f4", (2,))],
    [("a", "O", (2,))],
]


def told(data: bytes) -> list[bool]:
    """For each dtype whose state is set, whether that contradicts it."""
    found = (event for event in pickle.events(InMemory(data)) if isinstance(event, Call) and event.opcode == "BUILD")
    return [contradicts(call.made, call.arguments) for call in found if call.made is not None and call.name == DTYPE]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_dtype_that_numpy_wrote_does_not_contradict_itself(kind: object, protocol: int) -> None:
    """Plain ones, records with and without objects, arrays of arrays."""
    answers = told(python_pickle.dumps(numpy.dtype(kind), protocol))
    assert answers
    assert not any(answers)


def test_records_aligned_as_in_c_do_not_contradict_themselves() -> None:
    """Their flags say that they are aligned, which is nothing of objects."""
    kind = numpy.dtype([("a", "i1"), ("b", "f8")], align=True)
    assert not any(told(python_pickle.dumps(kind, 4)))


@pytest.mark.parametrize(("kind", "honest", "lie"), [("O", 63, 0), ("f8", 0, 63), ([("a", "O")], 27, 0)], ids=str)
def test_flags_that_lie_about_objects_contradict(kind: object, honest: int, lie: int) -> None:
    """The flags are the last number of the state, written as one byte."""
    data = python_pickle.dumps(numpy.dtype(kind), 2)
    place = data.rindex(b"K" + bytes([honest]) + b"t")
    assert not any(told(data))
    assert told(data[: place + 1] + bytes([lie]) + data[place + 2 :])[-1]
