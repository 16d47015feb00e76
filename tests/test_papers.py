"""A subject's papers: which files speak for it, and what they are taken to say."""

import re
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats, papers
from guildmark.contents import Contents, InMemory
from guildmark.file import File
from guildmark.records import Outcome, SubjectRecord
from guildmark.subject import Subject

METADATA = b"Metadata-Version: 2.1\nName: weigh\nVersion: 1.2.0\nAuthor: Ada\nLicense: MIT\n\n# Weigh\n\nIt weighs.\n"
CARD = b"---\nlicense: apache-2.0\n---\n# Tiny\n"


def subject(files: Mapping[str, bytes | None]) -> Subject:
    """A subject of these files; None stands for one that could not be read."""
    return Subject(SubjectRecord("tiny", None, "model", None, ()), [_file(path, data) for path, data in files.items()])


def _file(path: str, data: bytes | None) -> File:
    if data is None:
        return File(path, 10, None, None, unread="it vanished")
    contents: Contents = InMemory(data)
    return File(path, len(data), "0" * 64, contents, formats.recognise(contents))


def test_the_card_at_the_top_speaks_and_those_of_tests_and_vendors_do_not() -> None:
    """What others wrote, or what shows a sample, says nothing about the subject."""
    found = papers.cards(
        subject(
            {
                "part/deep/README.md": CARD,
                "part/deep/more/README.md": b"# How to use this folder\n",
                "README.md": CARD,
                "tests/README.md": CARD,
                "x/_vendor/y/README.md": CARD,
                "notes.md": CARD,
            }
        )
    )
    assert [paper.file.path for paper in found] == ["README.md", "part/deep/README.md"]


def test_metadata_speak_once_for_each_package() -> None:
    """An sdist says the same again in its .egg-info; a vendored package speaks for itself."""
    found = papers.packages(
        subject(
            {
                "a.tar.gz!a-1/PKG-INFO": METADATA,
                "a.tar.gz!a-1/a.egg-info/PKG-INFO": METADATA,
                "a.whl!a-1.dist-info/METADATA": METADATA,
                "a.whl!a/_vendor/b-1.dist-info/METADATA": METADATA,
                "a.whl!a/wheels/c.whl!c-1.dist-info/METADATA": METADATA,
            }
        )
    )
    assert sorted(package.file.path for package in found) == ["a.tar.gz!a-1/PKG-INFO", "a.whl!a-1.dist-info/METADATA"]


def test_a_declared_licence_knows_its_line() -> None:
    """Evidence is a place that anyone can open."""
    declared = papers.declared_licences(subject({"README.md": CARD, "a.dist-info/METADATA": METADATA}))
    assert [(one.file.path, one.at, one.value) for one in declared] == [
        ("README.md", "line 2", "apache-2.0"),
        ("a.dist-info/METADATA", "line 5", "MIT"),
    ]


def test_a_part_may_have_another_licence_than_the_whole() -> None:
    """Only where nothing speaks for the whole do the cards of its parts."""
    files = {"model/part/one/README.md": CARD, "README.md": CARD.replace(b"apache-2.0", b"mit")}
    assert [one.value for one in papers.declared_licences(subject(files))] == ["mit"]
    del files["README.md"]
    assert [one.value for one in papers.declared_licences(subject(files))] == ["apache-2.0"]


def test_a_description_in_metadata_is_a_text_with_the_lines_of_its_file() -> None:
    """A package's long description is read as a card, from the line on which it stands."""
    (paper,) = papers.texts(subject({"a.dist-info/METADATA": METADATA}))
    assert [(section.heading, section.line) for section in paper.card.sections] == [("Weigh", 7)]


def test_what_could_not_be_read_is_unknown_and_not_missing() -> None:
    """Nobody may say that a paper is silent who did not read them all; a giant is no paper."""
    (finding,) = papers.missing(subject({"README.md": None}), "no licence")
    assert finding.outcome is Outcome.UNKNOWN
    giant = Subject(SubjectRecord("x", None, "model", None, ()), [File("w.bin", 1 << 40, None, None, unread="too big")])
    (finding,) = papers.missing(giant, "no licence")
    assert finding.outcome is Outcome.FAILED
    archive = Subject(
        SubjectRecord("x", None, "model", None, ()), [File("a.zip", 9, "", InMemory(b""), ("zip",), "a bomb")]
    )
    (finding,) = papers.missing(archive, "no licence")
    assert finding.outcome is Outcome.UNKNOWN


def test_sections_below_a_heading_belong_to_it_and_blanks_of_a_template_do_not_count() -> None:
    """`## Uses` may say all in `### Direct Use`; `[More Information Needed]` says nothing."""
    text = b"# A\n\n## Uses\n\n### Direct Use\n\nSorting photographs of fruit at home.\n"
    text += b"\n## Limits\n\n[More Information Needed]\n"
    (paper,) = papers.cards(subject({"README.md": text}))
    assert [section.line for section, _ in papers.told(paper, re.compile("^Uses$"))] == [3]
    assert not list(papers.told(paper, re.compile("^Limits$")))


def test_training_data_are_described_only_where_they_are_named() -> None:
    """“Huge corpora” name nothing; an address does, also in the list that a colon announces."""
    vague = b"It was trained on huge corpora.\n\nSee [this](https://example.org/other).\n"
    named = b"It was trained on two collections:\n\n- [one](https://example.org/data/one)\n"
    assert not list(papers.training_data(subject({"README.md": vague})))
    assert [one.at for one in papers.training_mentions(subject({"README.md": vague}))] == ["line 1"]
    assert [one.at for one in papers.training_data(subject({"README.md": named}))] == ["line 1"]


@given(st.text(max_size=40))
def test_a_placeholder_is_told_from_words_in_any_script(text: str) -> None:
    """Only what says nothing is a placeholder: a version or a name in any script says something."""
    assert not papers.is_placeholder(f"1.0 {text}")
    assert not papers.is_placeholder(f"北京 {text}")
    assert papers.is_placeholder("**[More Information Needed]**")


@given(st.binary(max_size=200))
def test_no_paper_breaks_the_reading_of_papers(data: bytes) -> None:
    """Whatever a card or metadata hold, every question about papers has an answer."""
    held = subject({"README.md": b"---\nlicense: " + data, "a.dist-info/METADATA": b"Metadata-Version: 2.1\n" + data})
    papers.declared_licences(held)
    list(papers.people(held))
    list(papers.training_data(held))
    list(papers.unread(held))
