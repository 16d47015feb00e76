"""Core metadata: the fields of METADATA and PKG-INFO, whatever else stands there."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from guildmark.contents import InMemory
from guildmark.errors import LimitPassed
from guildmark.formats import core_metadata

METADATA = b"""Metadata-Version: 2.4
Name: weigh
Version: 1.2.0
Author-email: Ada Example <ada@example.org>
License-Expression: MIT
License-File: LICENSE
Project-URL: Issues, https://example.org/weigh/issues
Classifier: Topic :: Utilities
Classifier: Topic :: System
Requires-Dist: numpy>=2
Colour: green

# Weigh

It weighs.
"""


def test_metadata_give_their_fields_and_the_lines_of_these() -> None:
    """The body is the description, and knows on which line it starts."""
    read = core_metadata.read(InMemory(METADATA))
    assert (read.name, read.version, read.license_expression) == ("weigh", "1.2.0", "MIT")
    assert read.author_email == "Ada Example <ada@example.org>"
    assert read.classifiers == ("Topic :: Utilities", "Topic :: System")
    assert (read.license_files, read.requires_dist) == (("LICENSE",), ("numpy>=2",))
    assert read.project_urls == {"Issues": "https://example.org/weigh/issues"}
    assert read.unparsed == {"colour": ("green",)}
    assert (read.description, read.description_line) == ("# Weigh\n\nIt weighs.\n", 13)
    assert (read.lines["license-expression"], read.lines["classifier"]) == (5, 8)
    assert core_metadata.recognises(InMemory(METADATA))
    assert not list(core_metadata.faults(InMemory(METADATA)))


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        (b"Version: 2.4", b"Version: 99.0", "line 1", "metadata version 99.0 is newer than any that is known (2.6)"),
        (b"Version: 2.4", b"Version: new", "line 1", "the metadata version is 'new', which is no version"),
        (b"Name: weigh\n", b"", "line 1", "the metadata state no name"),
    ],
)
def test_faults_say_what_no_reader_could_use(old: bytes, new: bytes, at: str, says: str) -> None:
    """A newer major version must be refused by its specification; a name must be there."""
    found = list(core_metadata.faults(InMemory(METADATA.replace(old, new))))
    assert found == [core_metadata.Fault(at, says)]


def test_a_newer_minor_version_is_no_fault() -> None:
    """Readers may read on, for minor versions only add fields."""
    assert not list(core_metadata.faults(InMemory(METADATA.replace(b"Version: 2.4", b"Version: 2.99"))))


def test_a_body_that_says_it_is_mail_is_not_taken_apart() -> None:
    """A header of thousands of nested parts must not nest the reader."""
    part = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
    started = time.process_time()
    read = core_metadata.read(InMemory(b"Metadata-Version: 2.1\nName: x\nVersion: 1\n" + part * 3_000))
    assert time.process_time() - started < 2
    assert read.name == "x"


def test_metadata_above_the_bound_are_not_read() -> None:
    """Four megabytes in all, one of them the header."""
    for data in (METADATA + b"x" * core_metadata.LIMIT, b"Metadata-Version: 2.1\n" + b"Classifier: x\n" * 100_000):
        with pytest.raises(LimitPassed):
            core_metadata.read(InMemory(data))
        assert len(list(core_metadata.faults(InMemory(data)))) == 1


def test_other_text_is_not_taken_for_metadata() -> None:
    """The words must stand as a header, not in a sentence."""
    for data in (
        b"",
        b"# Notes\nMetadata-Version: 2.1\n",
        b"Name: x\nVersion: 1\n",
        b"Name: x\n\nMetadata-Version: 2.1\n",
    ):
        assert not core_metadata.recognises(InMemory(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_foreign_error(data: bytes) -> None:
    """Hostile headers give a record or a told fault."""
    contents = InMemory(b"Metadata-Version: 2.1\n" + data)
    assert core_metadata.recognises(contents)
    list(core_metadata.faults(contents))


words = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=20)


@given(words, words, st.lists(words, max_size=3))
def test_the_fields_are_those_that_packaging_reads(name: str, version: str, needs: list[str]) -> None:
    """Reading the header alone changes no field."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {one}" for one in needs),
    ]
    data = "\n".join([*lines, "", "body"]).encode()
    raw, _ = parse_email(data)
    read = core_metadata.read(InMemory(data))
    assert (read.name, read.version, read.description) == (raw["name"], raw["version"], "body")
    assert list(read.requires_dist) == raw.get("requires_dist", [])


def test_a_field_that_setuptools_calls_unknown_was_not_filled_in() -> None:
    """Old setuptools write UNKNOWN for it; a project may still be called so."""
    said = (
        b"Metadata-Version: 2.1\nName: UNKNOWN\nVersion: 1\nLicense: UNKNOWN\nAuthor: UNKNOWN\nHome-page: UNKNOWN\n\n"
    )
    read = core_metadata.read(InMemory(said))
    assert (read.name, read.license, read.author, read.home_page) == ("UNKNOWN", "", "", "")
