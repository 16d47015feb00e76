"""pyproject.toml: what a project declares, with the lines on which it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import pyproject

PROJECT = b"""# how to build it
[build-system]
requires = ["hatchling"]

[project]
name = "weigh"
version = "1.2.0"
description = "It weighs."
license = "MIT"
license-files = ["LICENSE*"]
authors = [{name = "Ada Example", email = "ada@example.org"}]
dependencies = ["numpy>=2"]
dynamic = ["readme"]

[project.urls]
Issues = "https://example.org/weigh/issues"
"""


def test_a_project_gives_its_fields_and_the_lines_of_these() -> None:
    """The same names as core metadata have."""
    read = pyproject.read(InMemory(PROJECT))
    assert (read.name, read.version, read.summary) == ("weigh", "1.2.0", "It weighs.")
    assert (read.license_expression, read.license, read.license_files) == ("MIT", "", ("LICENSE*",))
    assert (read.author, read.author_email) == ("Ada Example", "ada@example.org")
    assert (read.requires_dist, read.dynamic) == (("numpy>=2",), ("readme",))
    assert read.project_urls == {"Issues": "https://example.org/weigh/issues"}
    assert (read.lines["license"], read.lines["dependencies"], read.lines["urls"]) == (9, 12, 15)
    assert pyproject.recognises(InMemory(PROJECT))


def test_the_older_licence_table_and_poetry_are_read_too() -> None:
    """`license = {text = …}`, and the [tool.poetry] table where there is no [project]."""
    old = pyproject.read(InMemory(b'[project]\nname = "a"\nlicense = {text = "MIT", file = "COPYING"}\n'))
    assert (old.license, old.license_files) == ("MIT", ("COPYING",))
    poetry = b'[tool.poetry]\nname = "a"\nauthors = ["Ada <ada@example.org>"]\n'
    poetry += b'[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "^2"\n'
    read = pyproject.read(InMemory(poetry))
    assert (read.author, read.author_email, read.requires_dist) == (
        "Ada <ada@example.org>",
        "Ada <ada@example.org>",
        ("numpy",),
    )


def test_broken_toml_is_told_with_its_line() -> None:
    """A fault says where to look."""
    data = InMemory(b'[project]\nname = "a\n')
    assert pyproject.recognises(data)
    assert [fault.at for fault in pyproject.faults(data)] == ["line 2"]
    with pytest.raises(FormatError):
        pyproject.read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 5_000,
        b"a." * 100_000 + b"b = 1",
        b'"."."." = 1\n' + b"a . " * 1_000 + b"a = 1",
        b"#" * (1 << 20) + b"\n",
    ],
)
def test_hostile_toml_passes_a_limit_and_does_not_hang(data: bytes) -> None:
    """Nesting and dotted keys cost tomllib their square."""
    with pytest.raises(LimitPassed):
        pyproject.read(InMemory(b"[project]\n" + data))


def test_other_text_is_no_project() -> None:
    """A page that shows a pyproject.toml is a page."""
    for data in (b"", b"# Title\n\nText\n\n[project]\n", b"[section]\nname = 1\n", b"text\n[project]\n"):
        assert not pyproject.recognises(InMemory(data))


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_without_a_foreign_error(data: bytes, behind: bool) -> None:
    """Hostile bytes give a project or a told fault."""
    contents = InMemory(PROJECT + data if behind else data)
    pyproject.recognises(contents)
    list(pyproject.faults(contents))


tables = st.recursive(
    st.one_of(st.integers(0, 9), st.text("ab", max_size=3), st.booleans()),
    lambda inner: st.lists(inner, max_size=3),
)


@given(
    st.sampled_from(["name", "license", "authors", "dependencies", "urls", "dynamic", "readme", "classifiers"]), tables
)
def test_a_field_of_the_wrong_type_is_as_if_it_were_not_there(field: str, value: object) -> None:
    """Nobody promises that the values have the types of the specification."""
    shown = str(value).replace("True", "true").replace("False", "false")
    read = pyproject.read(InMemory(f"[project]\n{field} = {shown}\n".encode()))
    assert all(
        isinstance(one, str) for one in (*read.requires_dist, *read.classifiers, *read.dynamic, read.name, read.author)
    )
