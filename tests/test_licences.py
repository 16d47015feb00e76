"""Licences by their texts: the mirror's and installed packages' are known, with their terms and differences."""

import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from races.licences import OPEN, TEXTS

from guildmark import licences
from guildmark.licences import Reading, references

Texts = Callable[[str], bytes]


@pytest.fixture
def text(mirror: Path) -> Texts:
    """The bytes of one of the mirror's licence texts."""
    return lambda name: (mirror / "openness" / "licences" / name).read_bytes()


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_known_and_open_only_where_its_licence_is(name: str, text: Texts):
    """Whatever YAML, notices and layout stand around it; an open one equals its reference."""
    reading = licences.read(text(name))
    assert (reading.licence, reading.open) == (TEXTS[name], TEXTS[name] in OPEN)
    if reading.open:
        assert (reading.similarity, reading.differences) == (1.0, ())


def installed() -> list[tuple[str, str, Path]]:
    """The licence texts of installed packages that declare one SPDX id and ship one text: (package, id, place)."""
    found = []
    for package in metadata.distributions():
        declared = package.metadata.get("License-Expression", "")
        files = [
            file for file in package.files or () if re.search(r"dist-info/(licenses/)?LICEN[CS]E[^/]*$", str(file))
        ]
        if re.fullmatch(r"[A-Za-z0-9.-]+", declared) and len(files) == 1:
            found.append((package.metadata["Name"], declared, Path(str(package.locate_file(files[0])))))
    return sorted(found)


def test_the_texts_of_installed_packages_are_what_they_declare():
    """Real texts with their makers' names and layouts: none is called an open licence that it is not."""
    looked = [(declared, licences.read(place.read_bytes())) for _, declared, place in installed()]
    right = [reading for declared, reading in looked if declared in (reading.licence or "").split(" AND ")]
    for declared, reading in looked:
        assert reading.open is not True or licences.same(reading.licence or "", declared)
    assert len(looked) > 20
    assert len(right) >= len(looked) * 0.9
    assert sum(reading.open is True for reading in right) >= len(right) * 0.7


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Llama2.txt", {"user_threshold", "acceptable_use", "training_other_models", "notice"}),
        ("Meta-llama3_1.txt", {"user_threshold", "acceptable_use", "naming", "derivatives"}),
        ("CC-BY-NC-4.0.txt", {"non_commercial", "derivatives"}),
        ("CC-BY-SA-4.0.txt", {"share_alike", "derivatives"}),
        ("OPT-175B.txt", {"non_commercial", "research_only"}),
        ("llama-4-license-2025.LICENSE", {"acceptable_use", "regions"}),
        ("moonshot-ai-modified-mit-2025.txt", {"user_threshold", "naming", "commercial_use"}),
        ("scancode_bigcode-open-rail-m-v1.txt", {"acceptable_use", "notice", "patent_licence"}),
        ("Apache-2.0.txt", {"commercial_use", "derivatives", "patent_licence", "notice", "state_changes"}),
        ("GPL-3.0.txt", {"source", "share_alike", "derivatives"}),
        ("openmdw-1.0.LICENSE", {"commercial_use"}),
    ],
)
def test_terms_are_named_with_the_line_where_they_stand(name: str, wanted: set[str], text: Texts):
    """What it permits, asks and forbids; the words quoted stand from that line on."""
    reading = licences.read(text(name))
    assert wanted <= {term.term for term in reading.terms}
    lines = text(name).decode().splitlines()
    for term in reading.terms:
        near = " ".join(" ".join(lines[max(0, term.line - 3) : term.line + 12]).split())
        assert " ".join(term.says.split()[1:4]) in near


@pytest.mark.parametrize("name", [name for name, id in TEXTS.items() if id in OPEN])
def test_what_is_an_open_licence_forbids_nothing_that_closes_it(name: str, text: Texts):
    """The GPL says 'noncommercially' and forbids no commerce."""
    assert [term for term in licences.read(text(name)).terms if term.kind == "forbids"] == []


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n".join(f"// {line}" for line in text.splitlines()),
        lambda text: "\n".join(f" * {line}" for line in text.splitlines()),
        lambda text: text.upper(),
        lambda text: " ".join(text.split()),
        lambda text: text.replace('"', "”").replace("-", "–"),
        lambda text: text.replace("Copyright (c)", "Copyright ©"),
        lambda text: (
            f"# The MIT License (MIT)\n\nSPDX-License-Identifier: MIT\n\n{text}\n\nAuthors: Ada <ada@example.org>\n"
        ),
        lambda text: "Copyright 2019 The Guildmark Authors. All rights reserved.\n" + text,
        lambda text: "Copyright (c) 2010, Regents of the\n   University of Somewhere and contributors\n" + text,
    ],
)
def test_layout_notices_and_titles_change_nothing(changed: Callable[[str], str], text: Texts):
    """SPDX's matching guidelines: case, spaces, quotes, comment marks, notices, the licence's own name."""
    reading = licences.read(changed(text("MIT.txt").decode()))
    assert (reading.licence, reading.open, reading.differences) == ("MIT", True, ())


def told(reading: Reading) -> str:
    return " ".join(one.says for one in reading.differences)


@pytest.mark.parametrize(
    ("stands", "instead"),
    [
        (r"\s+\(an example is provided in the Appendix below\)", ""),
        (r"Don't include\s+the brackets", "Do not include the brackets"),
        (r"\[yyyy\] \[name of copyright owner\]", "2026 Wren Labs"),
    ],
)
def test_small_variants_of_a_template_are_the_template(stands: str, instead: str, text: Texts):
    """Copies of Apache-2.0 leave out a remark, or write a hint in other words, which gives and takes nothing."""
    body, count = re.subn(stands, instead, text("Apache-2.0.txt").decode())
    assert count == 1
    reading = licences.read(body)
    assert (reading.licence, reading.open, reading.differences) == ("Apache-2.0", True, ())


@pytest.mark.parametrize(
    ("stands", "instead"),
    [
        (r"\(an example is provided in the Appendix below\)", "(not an example)"),
        (r"Don't include\s+the brackets", "Do not sell"),
    ],
)
def test_other_words_in_the_places_of_small_variants_are_told(stands: str, instead: str, text: Texts):
    body, count = re.subn(stands, instead, text("Apache-2.0.txt").decode())
    assert count == 1
    assert licences.read(body).open is not True


def test_apache_in_its_common_short_names_is_known():
    """A key with a dot in names.toml is quoted, else it is a table of its own."""
    assert {licences.of_name(name) for name in ("Apache 2.0", "apache license version 2.0", "Apache-2.0")} == {
        licences.Named("Apache-2.0", True)
    }
    assert licences.of_name("0") is None


def test_what_was_added_is_quoted_with_its_line(text: Texts):
    """And what was left out is told by its place in the reference."""
    lines = text("MIT.txt").decode().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("The above"))
    added = licences.read("\n".join([*lines[:place], "You may use it on Sundays alone.", "", *lines[place:]]))
    assert (added.licence, added.open) == ("MIT", None)
    (one,) = added.differences
    assert one.kind == "added"
    assert place - 1 <= one.line <= place + 1
    assert "You may use it on Sundays alone" in one.says
    cut = licences.read("\n".join(line for line in lines if not line.startswith(("The above", "copies or"))))
    assert cut.open is None
    assert "in place of words" in told(cut)


def test_a_restriction_that_was_added_makes_it_another_licence(text: Texts):
    """It is told as modified, with the term that forbids and its line."""
    reading = licences.read(text("MIT.txt").decode() + "\nThe Software may not be used for commercial purposes.\n")
    assert (reading.licence, reading.open) == ("LicenseRef-modified-MIT", False)
    assert [(one.term, one.kind) for one in reading.terms if one.kind == "forbids"] == [("non_commercial", "forbids")]
    assert reading.terms[-1].line == text("MIT.txt").count(b"\n") + 2


def test_several_licences_in_a_file_are_each_told(text: Texts):
    """Which of them holds for what, the file alone does not say: it is not called open."""
    reading = licences.read(text("Apache-2.0.txt") + b"\n\n========\n\nnumpy:\n\n" + text("BSD-2-Clause.txt"))
    assert (reading.licence, reading.open) == ("Apache-2.0 AND BSD-2-Clause", None)
    assert [one.says.split(" are ")[1] for one in reading.differences if one.kind == "several"] == [
        "Apache-2.0",
        "BSD-2-Clause",
    ]
    mixed = licences.read(text("MIT.txt") + b"\n\n" + text("CC-BY-NC-4.0.txt"))
    assert (mixed.licence, mixed.open) == ("MIT AND CC-BY-NC-4.0", False)


def test_a_text_that_was_cut_is_told(text: Texts):
    """It is near to its reference, and not it."""
    data = text("Apache-2.0.txt")
    reading = licences.read(data[: len(data) // 2])
    assert (reading.licence, reading.open) == ("Apache-2.0", None)
    assert "left_out" in {one.kind for one in reading.differences}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_in_another_encoding_is_the_same_text(encoding: str, text: Texts):
    """With its mark or without."""
    assert licences.read(text("MIT.txt").decode().encode(encoding)) == licences.read(text("MIT.txt"))


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", "unread", "no words"),
        (b" \n\t\n", "unread", "no words"),
        (b"%PDF-1.7 \x00\x01", "unread", "a PDF"),
        (b"PK\x03\x04\x14\x00", "unread", "a zip archive"),
        (b"{\\rtf1\\ansi MIT License}", "unread", "RTF"),
        (bytes(range(256)) * 20, "unread", "binary"),
        (b"see LICENSE\n", "unread", "no licence that we know"),
        (b"SPDX-License-Identifier: Apache-2.0 OR MIT\n", "named", "Apache-2.0 OR MIT"),
        (b"This project is licensed under the MIT License.\n", "named", "MIT"),
        (b"Hiermit wird unentgeltlich jeder Person die Erlaubnis erteilt", "unread", "no licence that we know"),
    ],
)
def test_what_is_no_licence_text_is_told_and_never_open(data: bytes, kind: str, words: str):
    """A name is a name, and not the text."""
    reading = licences.read(data)
    assert reading.open is None
    assert reading.differences[0].kind == kind
    assert words in reading.differences[0].says


def test_a_page_of_html_is_read_without_its_tags_and_never_called_open(text: Texts):
    """What a browser shows may be something else."""
    page = b"<!DOCTYPE html><html><head><title>MIT</title></head><body><p>" + text("MIT.txt") + b"</p></body></html>"
    reading = licences.read(page)
    assert (reading.licence, reading.open) == ("MIT", None)
    assert "HTML" in told(reading)


def test_a_file_of_fifty_megabytes_is_told_as_too_long(text: Texts):
    """Its start is read, and it is not open, whatever stands at its start."""
    reading = licences.read(text("MIT.txt") + b"\n" * (50 << 20))
    assert reading.open is None
    assert "too long" in told(reading)


def test_the_references_say_where_they_came_from():
    """Each has its source, the sha256 of its text and no words of it; the file is small."""
    library = references.library()
    assert len(library.references) > 700
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.sha256) and ":" in one.source for one in library.references)
    assert (Path(references.__file__).parent / references.FILE).stat().st_size < 1 << 20
