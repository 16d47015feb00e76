"""The words that a tokenizer puts in place of a user's, or of a model's: its rules of replacing, and its own tokens.

Published (NVIDIA's red team, 2024): a tokenizer is plain text, and a changed word in it changes what a model reads or
what its user is shown. Honest rules of replacing put marks and single signs in a text's place, no words."""

from collections.abc import Iterator
from typing import Any

import msgspec

from guildmark import late
from guildmark.errors import FormatError
from guildmark.structured import shallow, told

LARGEST = 128 << 20
"""Bytes of a tokenizer that are read."""
MOST = 20_000
"""Nodes of its rules that are looked at."""
_MARK = late.compile(r"<[^<>]*>|\[[^\[\]]*\]|\b[A-Z_]+\b")
_WORDS = late.compile(r"[^\W\d_]{3}|://")
_WORD = late.compile(r"[A-Za-z]{3,}")
_BEFORE = "Ġ▁ "
"""How a vocabulary writes the space before a word."""


class Replaced(msgspec.Struct, frozen=True):
    """Words that a tokenizer puts somewhere: which of its parts does, and the words."""

    says: str
    words: str


class _Model(msgspec.Struct):
    vocab: Any = None


class Tokenizer(msgspec.Struct):
    """The parts of a `tokenizer.json` that hold words."""

    added_tokens: Any = None
    normalizer: Any = None
    pre_tokenizer: Any = None
    post_processor: Any = None
    decoder: Any = None
    model: _Model | None = None


def read(data: bytes) -> Tokenizer:
    """A `tokenizer.json`; raises FormatError where it is none."""
    try:
        return msgspec.json.decode(shallow(data), type=Tokenizer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is no tokenizer: {told(error)}") from error


def replaced(tokenizer: Tokenizer) -> Iterator[Replaced]:
    """The words that a tokenizer puts in place of others."""
    for part, whose in ((tokenizer.normalizer, "the user's"), (tokenizer.decoder, "the model's")):
        for node in _nodes(part):
            for key in ("content", "prepend"):
                text = node.get(key)
                if (
                    node.get("type") in ("Replace", "Prepend")
                    and isinstance(text, str)
                    and _WORDS.search(_MARK.sub("", text))
                ):
                    yield Replaced(f"words that it puts in place of {whose}", text)
    yield from _shared(tokenizer.model.vocab if tokenizer.model else None)


def tokens(tokenizer: Tokenizer) -> Iterator[str]:
    """The texts of the tokens that a tokenizer adds or puts around a text."""
    for part in (tokenizer.added_tokens, tokenizer.post_processor):
        for node in _nodes(part):
            for key in ("content", "id"):
                if isinstance(node.get(key), str):
                    yield node[key]


def _shared(vocabulary: Any) -> Iterator[Replaced]:
    """Two words with one number: the model reads the one as the other."""
    words: dict[int, str] = {}
    for word, number in vocabulary.items() if isinstance(vocabulary, dict) else ():
        if isinstance(number, int) and _WORD.fullmatch(word.lstrip(_BEFORE)):
            other = words.setdefault(number, word)
            if other != word:
                yield Replaced("two words that are one to the model", f"{other} and {word}")
                return


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting, count = [tree], 0
    while waiting and count < MOST:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(reversed(node))
