"""Weights in formats that hold numbers and names alone: nothing in them is called, and their headers are compared.

TensorFlow's checkpoint index (tensorflow/core/lib/io/format.h), Core ML's blobs (MILBlob/Blob/StorageFormat.hpp),
CRFsuite (lib/crf/src/crf1d_model.c), fastText (src/fasttext.cc), Paddle's and MXNet's parameters, XGBoost and
LightGBM (`boosters.py`), GGML and word2vec (`old.py`), CatBoost (catboost/libs/model), SentencePiece
(sentencepiece_model.proto)."""

from collections.abc import Callable, Iterator

import msgspec

from guildmark.contents import Contents
from guildmark.formats import Fault, Holds
from guildmark.formats.plain_weights import boosters, old

RANK = 60
HOLDS: Holds = "weights"

_TABLE_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_SENTINEL = 0xDEADBEEF
_FAST_TEXT = 793712314
_MXNET_ARRAYS = tuple(magic.to_bytes(4, "little") for magic in (0xF993FAC8, 0xF993FAC9, 0xF993FACA))


class Kind(msgspec.Struct, frozen=True):
    """A format: its name, whether bytes are of it, and what is wrong with them."""

    name: str
    recognises: Callable[[Contents], bool]
    faults: Callable[[Contents], Iterator[Fault]]


def recognises(contents: Contents) -> bool:
    return kind(contents) is not None


def kind(contents: Contents) -> Kind | None:
    """Which of the formats it is."""
    return next((found for found in _KINDS if found.recognises(contents)), None)


def faults(contents: Contents) -> Iterator[Fault]:
    """Headers whose offsets and sizes do not lie inside the file."""
    found = kind(contents)
    if found is not None:
        yield from found.faults(contents)


def _number(contents: Contents, offset: int, size: int) -> int:
    return int.from_bytes(contents.at(offset, size), "little")


def _is_table(contents: Contents) -> bool:
    """A table of LevelDB too, whose values can be pickles: then it is none of weights."""
    if contents.size < _FOOTER or _number(contents, contents.size - 8, 8) != _TABLE_MAGIC:
        return False
    from guildmark.formats import _carve  # few files are tables

    return not _carve.any_pickle(contents)


def _table_faults(contents: Contents) -> Iterator[Fault]:
    """The footer: two handles (offset and size as varints), padded to 40 bytes, then the magic."""
    data, place, values = contents.at(contents.size - _FOOTER, 40), 0, list[int]()
    while len(values) < 4 and place < len(data):
        value = shift = 0
        while place < len(data):
            byte, place = data[place], place + 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        values.append(value)
    for offset, size in zip(values[::2], values[1::2], strict=False):
        if offset + size > contents.size - _FOOTER:
            yield Fault("footer", f"a block of {size} bytes at {offset} is beyond its end")


def _is_blobs(contents: Contents) -> bool:
    return contents.size >= 128 and _number(contents, 4, 4) == 2 and _number(contents, 64, 4) == _SENTINEL


def _blobs_faults(contents: Contents) -> Iterator[Fault]:
    size, offset = _number(contents, 72, 8), _number(contents, 80, 8)
    if offset + size > contents.size:
        yield Fault("byte 64", f"the first blob ends at byte {offset + size}; the file has {contents.size}")


def _is_crf(contents: Contents) -> bool:
    return contents.at(0, 4) == b"lCRF" and contents.at(8, 4) == b"FOMC"


def _crf_faults(contents: Contents) -> Iterator[Fault]:
    size = _number(contents, 4, 4)
    if size != contents.size:
        yield Fault("byte 4", f"it says that it has {size} bytes, and has {contents.size}")


def _is_fast_text(contents: Contents) -> bool:
    return _number(contents, 0, 4) == _FAST_TEXT and 0 < _number(contents, 4, 4) <= 64


def _is_parameters(contents: Contents) -> bool:
    """A tensor's versions and no levels, then the length of a small TensorDesc that says its type."""
    head = contents.at(0, 32)
    length = int.from_bytes(head[16:20], "little")
    return len(head) == 32 and not any(head[:16]) and 2 <= length <= 200 and head[20] == 8 and head[21] < 32


def _parameters_faults(contents: Contents) -> Iterator[Fault]:
    if 20 + _number(contents, 16, 4) > contents.size:
        yield Fault("byte 16", "the first tensor's description ends beyond the file")


def _is_cat_boost(contents: Contents) -> bool:
    return contents.at(0, 4) == b"CBM1" and 8 + _number(contents, 4, 4) <= contents.size


def _is_sentence_piece(contents: Contents) -> bool:
    """A ModelProto: a first piece (1) of a text (1) and a score (2), or a kind (3) alone, then another."""
    head = contents.at(0, 64)
    if len(head) < 16 or head[0] != 10 or head[2] != 10 or head[1] >= 0x40:
        return False
    text, end = 4 + head[3], 2 + head[1]
    scored = head[text : text + 1] == b"\x15" and text + 5 <= end
    of_a_kind = head[text : text + 1] == b"\x18" and text + 2 == end and head[end + 2 : end + 3] == b"\n"
    return (scored or of_a_kind) and head[end : end + 1] == b"\n"


def _is_mxnet_arrays(contents: Contents) -> bool:
    """The magic of a list of arrays, nothing, how many there are, and the magic of the first."""
    head = contents.at(0, 28)
    return head[:16] == (0x112).to_bytes(16, "little") and head[24:28] in _MXNET_ARRAYS


def _no_faults(contents: Contents) -> Iterator[Fault]:
    return iter(())


_KINDS = (
    Kind("TensorFlow checkpoint index", _is_table, _table_faults),
    Kind("Core ML weights", _is_blobs, _blobs_faults),
    Kind("CRFsuite", _is_crf, _crf_faults),
    Kind("fastText", _is_fast_text, _no_faults),
    Kind("XGBoost", boosters.is_universal_json, boosters.universal_json_faults),
    Kind("XGBoost, old binary", boosters.is_old_binary, _no_faults),
    Kind("LightGBM", boosters.is_text, boosters.text_faults),
    Kind("CatBoost", _is_cat_boost, _no_faults),
    Kind("SentencePiece", _is_sentence_piece, _no_faults),
    Kind("MXNet parameters", _is_mxnet_arrays, _no_faults),
    Kind("GGML, before GGUF", old.is_ggml, _no_faults),
    Kind("word2vec", old.is_word_vectors, old.word_vectors_faults),
    Kind("Paddle parameters", _is_parameters, _parameters_faults),
)
