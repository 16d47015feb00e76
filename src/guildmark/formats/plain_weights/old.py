"""Weights of older programs: llama.cpp before GGUF (ggml, ggmf, ggjt), and word2vec's binary.

Sources: ggml's convert scripts and `llama_file_loader` of 2023; word2vec.c's `-binary 1`."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Fault

_MAGICS = {b"lmgg": (), b"fmgg": (1,), b"tjgg": (1, 2, 3), b"algg": (1,)}
"""The magics as they lie in the file, and the versions that follow them."""
_MOST_WORDS, _MOST_NUMBERS = 10_000_000, 1 << 20
_COUNTS = late.compile(rb"(\d{1,9}) (\d{1,5})\n")
_WORD = late.compile(rb"\n?([^\s\x00]{1,400}) ")

_PRINTED = late.compile(rb"[\t-\r -~]*")
_SAMPLE = 256


def is_ggml(contents: Contents) -> bool:
    """The magic, a version that there is, and a size of the vocabulary that can be."""
    head = contents.at(0, 16)
    versions = _MAGICS.get(head[:4])
    if versions is None or len(head) < 16:
        return False
    numbers = [int.from_bytes(head[at : at + 4], "little") for at in (4, 8, 12)]
    if versions and numbers.pop(0) not in versions:
        return False
    return 0 < numbers[0] <= _MOST_WORDS and 0 < numbers[1] <= _MOST_NUMBERS


def is_word_vectors(contents: Contents) -> bool:
    """How many words, and numbers for each; then a word, a space and its numbers, and the next word.

    Where the numbers are words themselves it is word2vec's text, or another table of two columns."""
    counts = _COUNTS.match(head := contents.at(0, 512))
    if counts is None or not int(counts[1]) or not int(counts[2]):
        return False
    first = _WORD.match(head, counts.end())
    if first is None or not _is_text(first[1]):
        return False
    place = first.end() + 4 * int(counts[2])
    if _PRINTED.fullmatch(contents.at(first.end(), min(_SAMPLE, 4 * int(counts[2])))):
        return False
    second = _WORD.match(contents.at(place, 512))
    return place == contents.size if int(counts[1]) == 1 else second is not None and _is_text(second[1])


def word_vectors_faults(contents: Contents) -> Iterator[Fault]:
    """So many words need so many bytes."""
    counts = _COUNTS.match(contents.at(0, 32))
    if counts and counts.end() + int(counts[1]) * (2 + 4 * int(counts[2])) > contents.size:
        yield Fault("byte 0", "it has fewer bytes than the words that it counts")


def _is_text(word: bytes) -> bool:
    try:
        return word.decode().isprintable()
    except UnicodeDecodeError:
        return False
