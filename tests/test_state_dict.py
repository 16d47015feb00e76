"""The tensors of a checkpoint are read off its pickle, of which nothing is made; what is no such thing is given up."""

import pickle
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import FormatError
from guildmark.state_dict import Tensor, tensors


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def shape(*sizes: int) -> bytes:
    return b"(" + b"".join(b"K" + bytes([size]) for size in sizes) + b"t"


def storage(kind: str, key: str) -> bytes:
    """What asks the loader for a storage of 9 numbers."""
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + b"K\x09tQ"


def tensor(sizes: bytes, strides: bytes, kind: str = "FloatStorage", offset: int = 0, key: str = "0") -> bytes:
    arguments = b"(" + storage(kind, key) + b"K" + bytes([offset]) + sizes + strides + b"\x89}t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R"


def saved(**values: bytes) -> bytes:
    """What torch.save writes of a dictionary."""
    items = b"".join(text(name) + value for name, value in values.items())
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."


PLAIN = tensor(shape(2, 3), shape(3, 1))


def test_each_tensor_has_a_type_a_shape_and_a_place():
    turned = tensor(shape(3, 2), shape(1, 3), "HalfStorage", 4, "7")
    assert tensors(saved(w=PLAIN, v=turned, step=b"K\x05")) == {
        "w": Tensor("F32", (2, 3), "0", 0, plain=True),
        "v": Tensor("F16", (3, 2), "7", 4, plain=False),
    }


def test_a_parameter_is_its_tensor():
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + PLAIN + b"\x88}tR"
    assert tensors(saved(w=parameter)) == tensors(saved(w=PLAIN))


def test_the_newest_kind_of_tensor_says_its_type_itself():
    given = b"(" + storage("UntypedStorage", "0") + b"K\x00" + shape(2) + shape(1) + b"\x89}ctorch\nbfloat16\nt"
    rebuilt = b"ctorch._utils\n_rebuild_tensor_v3\n" + given + b"R"
    assert tensors(saved(w=rebuilt))["w"].dtype == "BF16"


def test_a_training_frameworks_checkpoint_holds_them_one_step_in():
    assert tensors(saved(epoch=b"K\x01", state_dict=saved(w=PLAIN)[2:-1])) == tensors(saved(w=PLAIN))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x02K\x01.",
        b"\x80\x02].",
        saved(a=b"K\x01"),
        saved(w=tensor(b"}", shape(1))),
        saved(w=tensor(text("size"), shape(1))),
        saved(w=b"(" * 3),
        b"\x80\x04K\x01K\x02\x93.",
        pickle.dumps({"a": {1, 2}}, 4),
    ],
)
def test_what_is_no_dictionary_of_tensors_is_given_up(data):
    with pytest.raises(FormatError):
        tensors(data)


@given(st.data())
def test_damaged_checkpoints_raise_nothing_but_our_own_error(draw):
    data = bytearray(saved(w=PLAIN, v=PLAIN))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(FormatError):
        assert all(isinstance(found, Tensor) for found in tensors(bytes(data)).values())
