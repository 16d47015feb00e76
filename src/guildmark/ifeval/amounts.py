"""Instructions on how much of something a text has: words, sentences, letters."""

import re
from typing import Any

from guildmark import late
from guildmark.ifeval import sentences as splitting

_WORD = late.compile(r"\w+")
_BETWEEN = late.compile(r"""[;@#$%&?!*()\[\]{}<>"`“”„‘’«»\u2012-\u2015\s]|''|--|\.{2,}|[:,](?=\D|\Z)""")
"""What the Penn Treebank's rules part words by; a hyphen, a slash and a stop within do not."""
_SUFFIX = late.compile(r"(?<=[^' ])(?:'[SsMmDd]|'LL|'ll|'RE|'re|'VE|'ve|N'T|n't)\.?\Z")
_TWO = late.compile(r"\b(?:CAN(?=NOT\b)|GIM(?=ME\b)|GON(?=NA\b)|GOT(?=TA\b)|LEM(?=ME\b)|D(?='YE\b)|MORE(?='N\b))")
"""Of "can't" and "cannot" the Treebank makes two words; for capital words only capitals matter."""


def keywords(text: str, wanted: dict[str, Any]) -> bool:
    """Each of `keywords` is within, also as a part of a word."""
    return all(_times(word, text) for word in wanted["keywords"])


def forbidden_words(text: str, wanted: dict[str, Any]) -> bool:
    """None of `forbidden_words` is within as a word."""
    return not any(_times(rf"\b{word}\b", text) for word in wanted["forbidden_words"])


def keyword_frequency(text: str, wanted: dict[str, Any]) -> bool:
    """`keyword` is within so many times."""
    return _related(_times(wanted["keyword"].strip(), text), wanted["relation"], wanted["frequency"])


def letter_frequency(text: str, wanted: dict[str, Any]) -> bool:
    """`letter` is within so many times. Two of the data are no letters (# and !), and are counted here; lm-eval
    counts a random letter instead."""
    count = text.lower().count(wanted["letter"].strip().lower())
    return _related(count, wanted["let_relation"], wanted["let_frequency"])


def words(text: str, wanted: dict[str, Any]) -> bool:
    """It has so many runs of letters, digits and underscores."""
    return _related(len(_WORD.findall(text)), wanted["relation"], wanted["num_words"])


def sentences(text: str, wanted: dict[str, Any]) -> bool:
    """It has so many sentences."""
    return _related(splitting.count(text), wanted["relation"], wanted["num_sentences"])


def capital_words(text: str, wanted: dict[str, Any]) -> bool:
    """It has so many words in capitals."""
    return _related(_capitals(text), wanted["capital_relation"], wanted["capital_frequency"])


def _capitals(text: str) -> int:
    """How many of the Treebank's words have capitals and no small letters."""
    count = 0
    for word in _BETWEEN.sub(" ", text).split():
        bare = _SUFFIX.sub("", word)
        count += word[len(bare) :].isupper()
        if bare.isupper():
            count += 1 + len(_TWO.findall(bare))
    return count


def _times(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text, re.IGNORECASE))


def _related(count: int, relation: str, number: int) -> bool:
    return count < number if relation == "less than" else count >= number
