"""Text as it is searched: accents folded, cut into words by one rule for what is indexed and what is asked."""

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

MOST_CHARACTERS, MOST_WORDS, LONGEST = 200, 12, 64
"""Of a question so much is read; the answer says where it was longer."""

# Letters that stand alone in Unicode, and that people type without their stroke.
_ALONE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
# Scripts written without spaces: each character is a word.
_PACKED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_PACKED}]|(?:(?![{_PACKED}_])\w)+")
_CUT_OFF = re.compile(r"\w+\Z")
_PIECES = re.compile(r"\d+|[^\W\d_]+")


class Question(NamedTuple):
    """What a person asked: words to find, whether the last may be the beginning of one, what was left out."""

    text: str
    words: tuple[str, ...]
    is_open: bool
    left_out: str


def fold(text: str) -> str:
    """Lower case without accents: `Größe` is `grosse`, `Ａpp` is `app`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(one for one in plain if not unicodedata.combining(one)).translate(_ALONE)


def cut(text: str) -> list[str]:
    """The words of a text, folded, at most LONGEST characters each; everything else divides words."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def names(text: str) -> list[str]:
    """The words of a name, and those that people make of them: `Llama-3` is also `llama3`, `gpt4` also `gpt 4`."""
    found = cut(text)
    joined = [(one + other)[:LONGEST] for one, other in pairwise(found)]
    pieces = [piece for word in found for piece in _PIECES.findall(word) if piece != word]
    return list(dict.fromkeys([*found, *joined, *pieces]))


def question(text: str) -> Question:
    """A question as words: operators, quotes and all that is no letter or digit only divide them."""
    read = text[:MOST_CHARACTERS]
    if text[MOST_CHARACTERS : MOST_CHARACTERS + 1].strip():
        read = _CUT_OFF.sub("", read) or read
    every = list(dict.fromkeys(cut(read)))
    words = tuple(every[:MOST_WORDS])
    left_out = ""
    if len(text) > MOST_CHARACTERS:
        left_out = f"the question has {len(text):,} characters, and its first {MOST_CHARACTERS} were searched"
    elif len(every) > MOST_WORDS:
        left_out = f"the question has {len(every)} words, and its first {MOST_WORDS} were searched"
    elif text.strip() and not words:
        left_out = "the question holds no letter and no digit, so nothing was searched for"
    whole = len(read) == len(text) and len(every) == len(words)
    is_open = bool(words) and whole and bool(cut(read[-1:])) and cut(read)[-1] == words[-1]
    return Question(read, words, is_open, left_out)
