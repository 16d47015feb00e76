"""`guildmark licence`: formats, exit codes, and files that are no licence."""

import json
from pathlib import Path

import pytest

from guildmark.commands import main

FIELDS = ["path", "licence", "open", "similarity", "differences", "terms"]


@pytest.fixture
def mit(mirror: Path) -> Path:
    """A text of the mirror."""
    return mirror / "openness" / "licences" / "MIT.txt"


def rows(capfdbinary: pytest.CaptureFixture[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_jsonl_is_a_line_a_file_with_the_agreed_fields(
    mit: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
):
    """In the order in which they were asked; `open` is null where nobody can say."""
    other = tmp_path / "LICENSE"
    other.write_text("see LICENSE\n")
    assert main(["licence", "--format", "jsonl", str(mit), str(other)]) == 0
    told = rows(capfdbinary)
    assert [[*row] for row in told] == [FIELDS, FIELDS]
    assert [(row["licence"], row["open"]) for row in told] == [("MIT", True), (None, None)]


def test_the_other_spelling_is_the_same_command(mit: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """As Americans write it."""
    for name in ("licence", "license"):
        assert main([name, str(mit)]) == 0
    out = capfdbinary.readouterr().out
    assert out[: len(out) // 2] == out[len(out) // 2 :]


def test_text_tells_the_licence_its_flags_and_its_terms(mit: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """With the line of each term."""
    assert main(["licence", str(mit)]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[0].endswith("MIT.txt: MIT, open")
    assert "Approved by the OSI: yes; free by the FSF: yes" in lines[2]
    assert any(line.strip().startswith("line 5, notice: “") for line in lines)


def test_json_has_the_flags_and_a_sentence(mit: Path, tmp_path: Path):
    """One list, written whole."""
    out = tmp_path / "out.json"
    assert main(["licence", "--format", "json", "-o", str(out), str(mit)]) == 0
    (row,) = json.loads(out.read_text())
    assert row["flags"] == {"osi": True, "fsf": True, "deprecated": False}
    assert row["says"].startswith("the text is MIT")


@pytest.mark.parametrize("missing", ["no/such/file", "."])
def test_a_missing_file_is_the_only_error(missing: str, mit: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """Exit code 2, and nothing else is told."""
    assert main(["licence", str(mit), missing]) == 2
    told = capfdbinary.readouterr()
    assert told.out == b""
    assert told.err.startswith(b"guildmark: ")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 5000, b"\xff\xfe", b"<html><body>MIT</body></html>", b"\x1b[31mred\x1b[0m MIT", bytes(range(256))],
)
def test_what_is_no_licence_is_told_and_does_no_harm(
    data: bytes, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
):
    """No crash, no guess, and no control character reaches the terminal."""
    place = tmp_path / "LICENSE"
    place.write_bytes(data)
    assert main(["licence", str(place)]) == 0
    out = capfdbinary.readouterr().out
    assert b"not known to be open" in out
    assert b"\x1b" not in out


def test_a_name_that_is_not_utf8_is_told_in_every_format(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """A file system has names of any bytes."""
    place = tmp_path / "LICENSE\udcff"
    place.write_text("see LICENSE\n")
    for name in ("text", "jsonl", "json"):
        assert main(["licence", "--format", name, str(place)]) == 0
    assert capfdbinary.readouterr().err == b""
