"""No text that is not an open licence is called one: traps by rule, at any place of any open text of the mirror."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from races.licences import RESTRICTIONS

from guildmark import licences

OPEN = ("MIT.txt", "Apache-2.0.txt", "BSD-2-Clause.txt", "CC-BY-4.0.txt", "CC0-1.0.txt", "DeepSeek-Code-MIT.txt")
OPEN += ("LGPL-3.0.txt", "PDDL.txt", "CC-BY-SA-4.0.txt", "openmdw-1.0.LICENSE")
SWAPS = {"may": "may not", "with": "without", "without": "with", "is": "is not", "are": "are not", "any": "no"}
SWAPS |= {"free": "paid", "granted": "denied", "permitted": "forbidden", "shall": "shall not", "including": "excluding"}
TITLES = (
    "Modified {}",
    "{} with use restrictions",
    "Non-Commercial {}",
    "Academic {}",
    "Research {}",
    "{} (students only)",
)


class Texts(dict[str, str]):
    """The mirror's open texts, without the YAML before some; shown as a word where an example fails."""

    def __repr__(self) -> str:
        return "texts"


@pytest.fixture(scope="module")
def texts(mirror: Path) -> Texts:
    """The texts that traps are made of."""
    folder = mirror / "openness" / "licences"
    read = {name: (folder / name).read_text() for name in OPEN}
    return Texts({name: re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL) for name, text in read.items()})


names = st.sampled_from(OPEN)
restrictions = st.sampled_from(RESTRICTIONS)
places = st.floats(0, 1, exclude_max=True)


def test_the_texts_that_the_traps_are_made_of_are_open(texts: Texts):
    """Else no trap could spring."""
    assert [name for name in OPEN if licences.read(texts[name]).open is not True] == []


@settings(max_examples=40)
@given(names, restrictions, places)
def test_a_restriction_as_a_line_of_its_own_anywhere(texts: Texts, name: str, said: str, place: float):
    lines = texts[name].split("\n")
    lines.insert(round(place * len(lines)), said)
    assert licences.read("\n".join(lines)).open is not True


@settings(max_examples=40)
@given(names, restrictions, places)
def test_a_restriction_between_two_words_anywhere(texts: Texts, name: str, said: str, place: float):
    words = re.split(r"(\s+)", texts[name])
    words.insert(round(place * len(words)), f" {said} ")
    assert licences.read("".join(words)).open is not True


@settings(max_examples=40)
@given(
    names,
    restrictions,
    st.sampled_from(("Copyright (c) 2024 Acme Inc. ", "Copyright 2024 Acme, ", "Author: Ada. ", "# ")),
)
def test_a_restriction_within_a_notice_or_a_title(texts: Texts, name: str, said: str, before: str):
    assert licences.read(f"{before}{said}\n\n{texts[name]}").open is not True
    assert licences.read(f"{texts[name]}\n\n{before}{said}\n").open is not True


@settings(max_examples=40)
@given(names, places, st.sampled_from(sorted(SWAPS)))
def test_a_word_that_turns_the_meaning(texts: Texts, name: str, place: float, word: str):
    found = [*re.finditer(rf"\b{word}\b", texts[name])]
    if found:
        at = found[round(place * (len(found) - 1))]
        assert licences.read(texts[name][: at.start()] + SWAPS[word] + texts[name][at.end() :]).open is not True


@settings(max_examples=40)
@given(names, places, st.sampled_from(("not", "non-", "only", "non-commercial", "academic", "except", "unless")))
def test_a_single_word_put_in_anywhere(texts: Texts, name: str, place: float, word: str):
    words = re.split(r"(\s+)", texts[name])
    words.insert(2 * (round(place * len(words)) // 2), f"{word} ")
    assert licences.read("".join(words)).open is not True


@settings(max_examples=40)
@given(names, places)
def test_a_sentence_left_out(texts: Texts, name: str, place: float):
    """What is left may be another open licence, and then it is told as that one; and some parts may be left out."""
    body = texts[name]
    sentences = re.split(r"(?<=[a-z][.;])(\s+)", body)
    at = 2 * round(place * (len(sentences) // 2))
    said = sentences.pop(at)
    reading = licences.read("".join(sentences))
    whole = licences.read(body).licence
    assert reading.open is not True or reading.licence != whole or _may_go(body, said)


def _may_go(body: str, said: str) -> bool:
    """Whether SPDX's templates let a part go: what stands before the terms, and behind them."""
    words = len(said.split())
    at = body.index(said)
    return words < 3 or at + len(said) > len(body) * 0.8 or at < len(body) * 0.25


@settings(max_examples=40)
@given(names, names)
def test_two_licences_in_one_file(texts: Texts, one: str, other: str):
    if licences.read(texts[one]).licence != licences.read(texts[other]).licence:
        assert licences.read(f"{texts[one]}\n\n{texts[other]}").open is not True


@settings(max_examples=40)
@given(names, st.sampled_from(TITLES))
def test_a_title_that_says_something_else(texts: Texts, name: str, title: str):
    licence = licences.read(texts[name]).licence
    assert licences.read(f"{title.format(licence)}\n\n{texts[name]}").open is not True


@pytest.mark.parametrize("name", ["CC-BY-NC-4.0.txt", "moonshot-ai-modified-mit-2025.txt", "falcon-2-11b-1.0.txt"])
def test_what_looks_like_an_open_licence_and_is_none(mirror: Path, name: str):
    """The texts that other tools call CC-BY, MIT and Apache."""
    reading = licences.read((mirror / "openness" / "licences" / name).read_bytes())
    assert reading.open is False
    assert reading.licence not in ("CC-BY-4.0", "MIT", "Apache-2.0")


@settings(max_examples=40)
@given(st.binary(max_size=4000))
def test_bytes_of_any_kind_are_read_without_an_error(data: bytes):
    assert licences.read(data).open is not True


@settings(max_examples=40)
@given(names, st.binary(max_size=40), places)
def test_bytes_put_into_a_text_are_read_without_an_error(texts: Texts, name: str, data: bytes, place: float):
    body = texts[name].encode()
    at = round(place * len(body))
    licences.read(body[:at] + data + body[at:])
