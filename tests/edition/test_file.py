"""An edition's file: what is written is read again, and no bytes make the reader say anything but a clear word."""

import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.editions import CATEGORIES, ENTRIES, HEADER, PARTS, REPORTED, SOURCES, tiny

from guildmark.edition import reading
from guildmark.edition.reading import read
from guildmark.edition.records import SCHEMA, WORDS, Assessed, End, Entry, Part, Reported
from guildmark.edition.writing import write
from guildmark.errors import FormatError, GuildmarkError, LimitPassed

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'"
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=40)
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
NAMES = LINES.map(lambda text: f"x{text}")
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    TEXTS,
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
CLAIMS = st.builds(
    Reported,
    entry=st.just("llama-3-8b"),
    of=st.from_regex(r"(openness|index|score|fact)(\.[a-z0-9_-]{1,9}){1,3}", fullmatch=True),
    value=VALUES,
    unit=LINES,
    says=TEXTS,
    source=st.sampled_from([source.id for source in SOURCES]),
    at=LINES,
    reported_by=NAMES,
    party=st.sampled_from(["first", "third"]),
    date=st.sampled_from(["", "2024", "2024-05", "2024-05-31"]),
)
MODELS = st.builds(
    Entry,
    id=IDS.filter(lambda id: id not in {entry.id for entry in ENTRIES}),
    kind=st.just("model"),
    name=NAMES,
    category=st.just("reported"),
    says=TEXTS,
    homepage=LINES,
    maker=LINES,
    languages=st.lists(LINES, max_size=3).map(tuple),
)


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).split(b"\n")[:-1]


def put(path: Path, *body: bytes) -> Path:
    """A file of these lines, which ends well whatever they hold."""
    text = b"".join(line + b"\n" for line in body)
    end = {"end": {"lines": len(body), "sha256": hashlib.sha256(text).hexdigest()}}
    path.write_bytes(gzip.compress(text + json.dumps(end).encode() + b"\n", mtime=0))
    return path


def said(path: Path) -> str:
    """What the reader says against a file."""
    with pytest.raises(GuildmarkError) as caught:
        list(read(path))
    assert isinstance(caught.value, FormatError)
    return caught.value.says


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    end = tiny(tmp_path / "e")
    assert [*read(tmp_path / "e")] == [HEADER, *PARTS, end]
    assert end.lines == len(PARTS) + 1


def test_the_same_records_give_the_same_bytes_and_no_time_is_in_them(tmp_path: Path) -> None:
    tiny(tmp_path / "e")
    tiny(tmp_path / "f")
    assert (tmp_path / "e").read_bytes() == (tmp_path / "f").read_bytes()
    assert (tmp_path / "e").read_bytes()[4:8] == bytes(4)


def test_the_end_names_the_edition_by_the_lines_before_it(tmp_path: Path) -> None:
    end = tiny(tmp_path / "e")
    *before, _ = lines(tmp_path / "e")
    assert end.sha256 == hashlib.sha256(b"".join(line + b"\n" for line in before)).hexdigest()


@given(entries=st.lists(MODELS, max_size=3, unique_by=lambda entry: entry.id), claims=st.lists(CLAIMS, max_size=4))
def test_any_record_that_can_be_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], claims: list[Reported]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    parts: list[Part] = [*CATEGORIES, *SOURCES, *ENTRIES, *entries, *claims]
    end = write(path, HEADER, parts)
    assert [*read(path)] == [HEADER, *parts, end]


def test_html_is_text_in_every_field_that_takes_words(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(ENTRIES[3], name=HTML, says=HTML, maker=HTML, homepage=HTML, languages=(HTML,))
    claim = msgspec.structs.replace(REPORTED[0], value=HTML, says=HTML, at=HTML, reported_by=HTML, unit=HTML)
    source = msgspec.structs.replace(SOURCES[0], name=HTML, licence=HTML, address=HTML)
    category = msgspec.structs.replace(CATEGORIES[2], name=HTML, says=HTML)
    parts = (category, source, entry, claim)
    tiny(tmp_path / "e", parts)
    assert tuple(read(tmp_path / "e"))[1:-1] == parts


@given(st.data())
def test_a_file_that_is_cut_anywhere_is_no_edition(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut"
    tiny(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    said(path)


@given(st.data())
def test_a_byte_that_is_changed_anywhere_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "changed"
    tiny(path)
    text = bytearray(gzip.decompress(path.read_bytes()))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(gzip.compress(bytes(text)))
    said(path)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_crash(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    for data in (body, gzip.compress(body)):
        path.write_bytes(data)
        said(path)


LINE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


@given(st.sampled_from([*WORDS, "other"]), LINE)
def test_a_line_that_holds_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, word: str, body: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "line"
    tiny(path)
    put(path, lines(path)[0], json.dumps({word: body}).encode())
    said(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda all: all[:-1], "the edition has no end after line 17: the file was cut short"),
        (lambda all: [*all, all[-1]], "line 19 of the edition: more follows the end"),
        (lambda all: [*all[:-3], *all[-2:]], "the end does not fit the lines before it"),
        (lambda all: all[1:], "the first line, and no other, must be `edition`"),
        (lambda all: [all[0], *all], "the first line, and no other, must be `edition`"),
        (lambda all: [all[0], b"[]", *all[1:]], "line 2 of the edition: Expected `object`, got `array`"),
        (lambda all: [all[0], b"{}", *all[1:]], "a line must hold one record under one word"),
        (lambda all: [all[0], b'{"thing":{}}', *all[1:]], "'thing' is no word of an edition"),
        (lambda all: [all[0], b"[" * 200_000, *all[1:]], "line 2 of the edition"),
        (lambda all: [all[0], b"\xff", *all[1:]], "line 2 of the edition"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], says: str) -> None:
    tiny(tmp_path / "e")
    text = b"".join(line + b"\n" for line in change(lines(tmp_path / "e")))
    (tmp_path / "e").write_bytes(gzip.compress(text))
    assert says in said(tmp_path / "e")


@pytest.mark.parametrize("digits", [400, 5_000])
def test_a_number_that_no_machine_holds_is_refused(tmp_path: Path, digits: int) -> None:
    tiny(tmp_path / "e")
    body = lines(tmp_path / "e")[:-1]
    huge = body[-2].replace(b'"value":0.478', b'"value":1' + b"0" * digits)
    assert huge != body[-2]
    assert f"line {len(body) - 1} of the edition" in said(put(tmp_path / "f", *body[:-2], huge, body[-1]))


def test_a_newer_schema_is_told_by_its_number_whatever_else_it_holds(tmp_path: Path) -> None:
    path = put(tmp_path / "e", json.dumps({"edition": {"schema": SCHEMA + 1, "new": [1]}}).encode())
    assert said(path) == f"line 1 of the edition: it is of schema {SCHEMA + 1}, and this Guildmark reads {SCHEMA}"


PLACES: list[tuple[tuple[Part, ...], str]] = [
    ((*CATEGORIES, CATEGORIES[0]), "the category red-teaming stands twice"),
    ((*CATEGORIES, *SOURCES, SOURCES[1]), "the source openllm stands twice"),
    ((*CATEGORIES, *ENTRIES, ENTRIES[0]), "the entry probe-kit stands twice"),
    ((*ENTRIES,), "probe-kit: there is no category red-teaming for a tool"),
    ((*CATEGORIES, *ENTRIES, *PARTS[-7:-5], PARTS[-7]), "the assessment of probe-kit 1.0.0 stands twice"),
    ((*CATEGORIES, *PARTS[-7:-6]), "there is no entry probe-kit with a release 1.0.0"),
    ((*CATEGORIES, *ENTRIES, REPORTED[0]), "names the source mot-llama-3-8b: there is none"),
    ((*CATEGORIES, *SOURCES, REPORTED[0]), "is reported of llama-3-8b, and there is no such entry"),
    ((*SOURCES, *CATEGORIES), "`category` comes too late"),
]


@pytest.mark.parametrize(("parts", "says"), PLACES)
def test_parts_that_do_not_fit_are_neither_written_nor_read(tmp_path: Path, parts: tuple[Part, ...], says: str) -> None:
    with pytest.raises(FormatError) as caught:
        tiny(tmp_path / "e", parts)
    assert says in caught.value.says
    assert not [*tmp_path.iterdir()]
    tiny(tmp_path / "e", ())
    body = [msgspec.json.encode({_word(part): part}) for part in parts]
    assert says in said(put(tmp_path / "e", lines(tmp_path / "e")[0], *body))


def _word(part: Part) -> str:
    return next(word for word, record in WORDS.items() if type(part) is record)


FIELDS: list[tuple[Part, dict[str, Any]]] = [
    (ENTRIES[0], {"id": "Upper"}),
    (ENTRIES[0], {"id": "a/../b"}),
    (ENTRIES[0], {"id": "a" * 101}),
    (ENTRIES[0], {"name": ""}),
    (ENTRIES[0], {"name": "two\nlines"}),
    (ENTRIES[0], {"says": "a\x00b"}),
    (ENTRIES[0], {"says": "x" * 20_001}),
    (REPORTED[0], {"of": "rumour.of_something"}),
    (REPORTED[0], {"of": "score"}),
    (REPORTED[0], {"date": "May 2024"}),
    (REPORTED[0], {"party": "second"}),
    (REPORTED[0], {"value": float("nan")}),
    (REPORTED[0], {"value": 2**53}),
    (REPORTED[0], {"value": "\ud800"}),
    (SOURCES[0], {"sha256": "A" * 64}),
]


@pytest.mark.parametrize(("part", "change"), FIELDS)
def test_a_field_that_no_reader_takes_is_not_written(tmp_path: Path, part: Part, change: dict[str, Any]) -> None:
    wrong = msgspec.structs.replace(part, **change)
    parts = tuple(wrong if one is part else one for one in PARTS)
    with pytest.raises(FormatError):
        tiny(tmp_path / "e", parts)
    assert not [*tmp_path.iterdir()]


def test_a_bomb_is_stopped_at_a_line_without_being_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 1 << 20)
    tiny(tmp_path / "e")
    head = lines(tmp_path / "e")[0] + b"\n"
    (tmp_path / "e").write_bytes(gzip.compress(head + bytes(300 << 20), 1))
    tracemalloc.start()
    try:
        with pytest.raises(LimitPassed, match="line 2 of the edition is longer than 1048576 bytes"):
            list(read(tmp_path / "e"))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_more_lines_or_bytes_than_an_edition_may_have_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny(tmp_path / "e")
    monkeypatch.setattr(reading, "MOST_LINES", 17)
    with pytest.raises(LimitPassed, match="more than 17 lines"):
        list(read(tmp_path / "e"))
    monkeypatch.setattr(reading, "MOST_LINES", 18)
    assert isinstance([*read(tmp_path / "e")][-1], End)
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000)
    with pytest.raises(LimitPassed, match="unpacks to more than 1000 bytes"):
        list(read(tmp_path / "e"))


def test_a_record_is_given_before_the_rest_is_read(tmp_path: Path) -> None:
    tiny(tmp_path / "e")
    text = gzip.decompress((tmp_path / "e").read_bytes())
    (tmp_path / "e").write_bytes(gzip.compress(text + b"rubbish"))
    first = read(tmp_path / "e")
    assert next(first) == HEADER
    assert any(isinstance(part, Assessed) for _, part in zip(range(12), first, strict=False))


def test_what_is_no_gzip_and_what_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(b"PK\x03\x04")
    assert said(tmp_path / "e") == "e is no edition: it is not packed with gzip"
    with pytest.raises(GuildmarkError):
        list(read(tmp_path / "none"))
