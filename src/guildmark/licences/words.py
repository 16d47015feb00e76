"""A text as the words that count when licences are compared, each with the place where it stands.

What the SPDX matching guidelines let differ is gone here: case, quotes, dashes, bullets and numbers of lists, markup,
spelling, addresses (https://spdx.github.io/spdx-spec/v2.3/license-matching-guidelines-and-templates/)."""

import re
import unicodedata
from typing import NamedTuple

from guildmark import late

_INVISIBLE = late.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u2122\u00ae\u2120]")
_ADDRESS = late.compile(r"<?\b(?:https?://|www\.)[^\s<>\"')\]]+>?|normalized/url\S*", re.IGNORECASE)
_SYMBOL = late.compile(r"\(c\)(?=\s*(?:19|20)\d\d)|(?<=copyright )\(c\)|&copy;", re.IGNORECASE)
_LINE_END = late.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BULLET = late.compile(
    r"(?<![\w.,-])(?:\((?:\d{1,2}|[a-z]|[ivx]{1,5})\)|(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,5})[.):](?!\w))"
    r"|^[ \t#*>/;-]*\d{1,2}(?:\.\d{1,2}){1,3}(?=\s)",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = late.compile(
    r"</?(?:p|br|b|i|em|strong|li|ul|ol|a|code|pre|h[1-6]|div|span|u|tt|center)"
    r"(?:\s+(?:href|name|id|class|rel|target)=\"[^\"<>]{0,200}\"){0,4}\s*/?>",
    re.IGNORECASE,
)
_WORD = late.compile(r"©|&|[^\W_]+(?:['’`´](?:s|t|S|T)(?![^\W_]))?")
_APOSTROPHE = late.compile("['’`´]")
_SIGNS = {"©": "copyright", "&": "and"}
_JOINED = {
    ("sub", "license"),
    ("sub", "licence"),
    ("per", "cent"),
    ("non", "commercial"),
    ("non", "commercially"),
    ("non", "infringement"),
}
_JOINED |= {("sub", "licenses"), ("sub", "licensed"), ("sub", "licensing"), ("sub", "licensable")}

# SPDX's list of spellings that count as equal, and those of its entries that are parts of words.
_SPELLINGS = {
    **{"acknowledgment": "acknowledgement", "analogue": "analog", "analyse": "analyze", "artefact": "artifact"},
    **{"authorisation": "authorization", "authorised": "authorized", "calibre": "caliber", "cancelled": "canceled"},
    **{"catalogue": "catalog", "categorise": "categorize", "centre": "center", "emphasised": "emphasized"},
    **{"favour": "favor", "fulfilment": "fulfillment", "initialise": "initialize", "judgment": "judgement"},
    **{"labelling": "labeling", "labour": "labor", "licence": "license", "maximise": "maximize"},
    **{"modelled": "modeled", "modelling": "modeling", "offence": "offense", "optimise": "optimize"},
    **{"organisation": "organization", "organise": "organize", "practise": "practice", "programme": "program"},
    **{"realise": "realize", "recognise": "recognize", "signalling": "signaling", "utilisation": "utilization"},
    **{"whilst": "while", "owner": "holder", "merchantibility": "merchantability"},
}
_SPELLED = late.compile("|".join(_SPELLINGS))
_LETTERS = late.compile("(?P<f>fulfill*)|will?full?")
"""Spelt in one, two or three ways; `fulfillling` is a template's own."""


class Word(NamedTuple):
    """A word that counts, and where it stands: its line (from 0) and the columns in that line."""

    text: str
    line: int
    start: int
    end: int


class Text(NamedTuple):
    """A text's lines, cleaned but with their case, and its words."""

    lines: list[str]
    words: list[Word]

    def plain(self) -> list[str]:
        return [word.text for word in self.words]

    def between(self, start: int, end: int) -> list[str]:
        """The text from the end of word `start - 1` to the begin of word `end`, line by line."""
        first, column = (self.words[start - 1].line, self.words[start - 1].end) if start else (0, 0)
        if end < len(self.words):
            last, until = self.words[end].line, self.words[end].start
        else:
            last, until = len(self.lines) - 1, len(self.lines[-1]) if self.lines else 0
        if first == last:
            return [self.lines[first][column:until]] if self.lines else []
        return [self.lines[first][column:], *self.lines[first + 1 : last], self.lines[last][:until]]


def read(text: str) -> Text:
    """The words of a text; every substitution keeps the columns."""
    text = _cleaned(text)
    lines = _LINE_END.split(text)
    known: dict[str, str] = {}
    words: list[Word] = []
    for number, line in enumerate(_LINE_END.split(_BULLET.sub(_blank, _ADDRESS.sub(_blank, text)))):
        for found in _WORD.finditer(line):
            shown = found[0]
            word = known.get(shown)
            if word is None:
                word = known[shown] = spelled(shown)
            _add(words, Word(word, number, found.start(), found.end()))
    return Text(lines, _as_in_templates(_without_offices(words)))


_OFFICES = late.compile(
    r"(?:675 mass ave cambridge ma 02139|59 temple (?:place|pl) (?:suite 330 )?boston ma 02111 1307"
    r"|51 franklin (?:street|st) (?:fifth|5th) floor boston ma 02110 1301)(?: usa)?(?= |$)"
)
_OFFICE_STARTS = {"675", "59", "51"}
_PLACEHOLDERS = {"yyyy": "year", "19yy": "year"}


def _without_offices(words: list[Word]) -> list[Word]:
    """The words without the addresses that the Free Software Foundation had, and a brief idea as an idea."""
    kept: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word.text in _OFFICE_STARTS:
            office = _OFFICES.match(" ".join(one.text for one in words[at : at + 12]))
            if office:
                at += office[0].count(" ") + 1
                continue
        elif (
            word.text == "brief"
            and kept
            and kept[-1].text == "a"
            and words[at + 1 : at + 2]
            and words[at + 1].text == "idea"
        ):
            kept[-1] = kept[-1]._replace(text="an")
            at += 1
            continue
        kept.append(word._replace(text=_PLACEHOLDERS[word.text]) if word.text in _PLACEHOLDERS else word)
        at += 1
    return kept


class _Variant(NamedTuple):
    """Words of some copies of a licence that give and take nothing, and its template's in their place."""

    before: list[str]
    stands: list[str]
    template: list[str]
    behind: list[str]


_VARIANTS = tuple(
    _Variant(*map(str.split, parts))
    for parts in (
        # Apache-2.0, what "Work" means: without the remark that an example stands in the appendix
        ("attached to the work", "", "an example is provided in the appendix below", "derivative works shall mean"),
        # Apache-2.0, how to fill in the appendix
        ("", "do not", "dont", "include the brackets"),
    )
)
_VARIANT_STARTS = frozenset((*one.before, *one.stands)[0] for one in _VARIANTS)


def _as_in_templates(words: list[Word]) -> list[Word]:
    """The words with those of a template where a known variant stands; put-in words stand where others do."""
    kept: list[Word] = []
    at = 0
    while at < len(words):
        variant = _variant(words, at) if words[at].text in _VARIANT_STARTS else None
        if variant is None:
            kept.append(words[at])
            at += 1
            continue
        stand = at + len(variant.before)
        kept += words[at:stand]
        at = stand + len(variant.stands)
        place = (
            words[stand]._replace(end=words[at - 1].end) if variant.stands else kept[-1]._replace(start=kept[-1].end)
        )
        kept += [place._replace(text=text) for text in variant.template]
    return kept


def _variant(words: list[Word], at: int) -> _Variant | None:
    for one in _VARIANTS:
        told = [*one.before, *one.stands, *one.behind]
        if [word.text for word in words[at : at + len(told)]] == told:
            return one
    return None


def spelled(word: str) -> str:
    """A word in the spelling that counts."""
    if word in _SIGNS:
        return _SIGNS[word]
    word = word.lower() if word.isalnum() else _APOSTROPHE.sub("", word).lower()
    word = _SPELLED.sub(lambda found: _SPELLINGS[found[0]], word)
    return _LETTERS.sub(lambda found: "fulfill" if found["f"] else "willful", word) if "ful" in word else word


def _add(words: list[Word], word: Word) -> None:
    """Append a word, joined to the one before where the two are often written as one."""
    before = words[-1] if words else None
    if before and word.text == "copyright" == before.text:
        words[-1] = before._replace(line=before.line, end=before.end)
    elif before and (before.text, word.text) in _JOINED:
        words[-1] = Word(spelled(before.text + word.text), word.line, word.start, word.end)
    else:
        words.append(word)


def _cleaned(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _TAG.sub(_blank, text) if "<" in text else text
    return _SYMBOL.sub(lambda found: "©".ljust(len(found[0])), text)


def _blank(found: re.Match[str]) -> str:
    return "".join(sign if sign.isspace() else " " for sign in found[0])
