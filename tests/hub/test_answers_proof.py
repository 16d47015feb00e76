"""Where an entry's owner can show it is hers, what a proof file may hold, and what is read out of a release."""

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.servers import Project, Reply, Server, serving

from guildmark.errors import FormatError, GuildmarkError

pytestmark = pytest.mark.usefixtures("empty")
WORD, OTHER = f"guildmark-{'a' * 43}", f"guildmark-{'B_-9' * 10}xyz"


@pytest.mark.parametrize(
    ("purl", "homepage", "sources", "expected"),
    [
        ("pkg:pypi/guard@1.0?x=y", "", (), ["pkg:pypi/guard"]),
        ("pkg:npm/%40acme/guard", "", (), ["pkg:npm/%40acme/guard"]),
        ("", "https://guard.example/docs/start", (), ["https://guard.example/.well-known/guildmark.txt"]),
        ("", "http://www.guard.example:8080", (), ["https://www.guard.example/.well-known/guildmark.txt"]),
        (
            "pkg:pypi/guard",
            "https://github.com/acme/guard#readme",
            ("https://gitlab.com/acme/guard.git", "git+https://codeberg.org/acme/guard"),
            [
                "https://raw.githubusercontent.com/acme/guard/HEAD/guildmark.txt",
                "https://gitlab.com/acme/guard/-/raw/HEAD/guildmark.txt",
                "https://codeberg.org/api/v1/repos/acme/guard/raw/guildmark.txt",
                "pkg:pypi/guard",
            ],
        ),
        ("pkg:github/Acme/Guard@v1", "", (), ["https://raw.githubusercontent.com/acme/guard/HEAD/guildmark.txt"]),
        ("pkg:huggingface/acme/guard-7b@main", "", (), ["https://huggingface.co/acme/guard-7b/raw/main/guildmark.txt"]),
        (
            "",
            "https://huggingface.co/datasets/acme/talk",
            (),
            ["https://huggingface.co/datasets/acme/talk/raw/main/guildmark.txt"],
        ),
        ("", "https://github.com/acme", (), []),
        ("", "https://github.com", (), []),
        ("", "https://huggingface.co/docs/transformers", (), []),
        ("", "https://github.com/../secret", (), []),
        ("", "https://github.com/acme/..", (), []),
        (
            "",
            "https://github.com.evil.example/acme/guard",
            (),
            ["https://github.com.evil.example/.well-known/guildmark.txt"],
        ),
        ("", "https://evil.example/github.com/acme/guard", (), ["https://evil.example/.well-known/guildmark.txt"]),
        ("", "https://10.0.0.1/guard", (), []),
        ("", "https://intranet/guard", (), []),
        ("", "https://guard.internal/", (), []),
        ("", "javascript:alert(1)", (), []),
        ("", "https://[::1", (), []),
        ("not a purl", "", ("nonsense", ""), []),
        ("pkg:conda/guard@1", "", (), []),
    ],
)
def test_places_of_proof_follow_from_what_the_catalog_says(
    purl: str, homepage: str, sources: tuple[str, ...], expected: list[str]
) -> None:
    """A repository's own raw file, a host's well-known file, a package; never an address that may not be asked."""
    from guildmark_hub.answers import places

    assert [place.where for place in places.places(purl, homepage, sources)] == expected


def test_this_machine_is_a_place_of_proof_only_where_tests_say_so() -> None:
    """With its scheme and its port, which a host of the web does not choose."""
    from django.test import override_settings

    from guildmark_hub.answers import places

    assert places.places("", "http://localhost:8123/docs") == ()
    with override_settings(LOOPBACK=True):
        (place,) = places.places("", "http://localhost:8123/docs")
        assert place.where == "http://localhost:8123/.well-known/guildmark.txt"
        assert places.places("", "http://who@localhost:8123/") == ()


@given(st.text(max_size=60) | st.from_regex(r"https?://(www\.)?(github\.com|huggingface\.co)/.{0,30}", fullmatch=True))
def test_whatever_a_homepage_says_the_places_are_such_as_may_be_asked(homepage: str) -> None:
    """Strangers write homepages."""
    from guildmark_hub import guarded
    from guildmark_hub.answers import places

    for place in places.places(homepage, homepage, (homepage,)):
        if not place.where.startswith("pkg:"):
            assert guarded.read(place.where).secure
            assert ".." not in place.where


def test_a_word_of_proof_is_new_each_time_and_found_again() -> None:
    """Forty-three characters that nobody guesses."""
    from guildmark_hub.answers import proof

    made = {proof.new_word() for _ in range(50)}
    assert len(made) == 50
    assert proof.words(" ".join(made)) == made
    assert proof.holds(made, next(iter(made)))
    assert not proof.holds(made, WORD)
    assert not proof.holds((), WORD)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"{WORD}\n".encode(), {WORD}),
        (f"# owners\r\n\r\n  {WORD}  \r\n{OTHER}".encode(), {WORD, OTHER}),
        (b"", set()),
        (b"# nothing yet\n", set()),
    ],
)
def test_a_proof_file_holds_words_remarks_and_empty_lines(data: bytes, words: set[str]) -> None:
    """Several owners have a line each."""
    from guildmark_hub.answers import proof

    assert proof.words_of_file(data) == words


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (f"<!doctype html><p>{WORD}</p>".encode(), "holds more than words"),
        (f"<!doctype html>\n<p>a comment\n{WORD}\n</p>".encode(), "holds more than words"),
        (f"{WORD} and more".encode(), "holds more than words"),
        (f"{WORD}x".encode(), "holds more than words"),
        (f"x{WORD}".encode(), "holds more than words"),
        (f"{WORD}\n".encode("utf-16"), "not plain text"),
        (f"{WORD}\n# ü".encode(), "not plain text"),
        (f"{WORD}\n".encode() * 80 + b"# " + b"x" * 1000, "larger than"),
        (b"\x1b[31m\x00", "holds more than words"),
    ],
)
def test_a_page_that_a_site_shows_for_whatever_is_asked_proves_nothing(data: bytes, says: str) -> None:
    """Else a visitor's comment in it would."""
    from guildmark_hub.answers import proof

    with pytest.raises(FormatError, match=says) as caught:
        proof.words_of_file(data)
    assert caught.value.says.isprintable()


@given(st.binary(max_size=300))
def test_whatever_a_proof_file_holds_is_words_or_a_refusal(data: bytes) -> None:
    """Nothing else comes of it."""
    from guildmark_hub.answers import proof

    try:
        found = proof.words_of_file(data)
    except FormatError:
        return
    assert found == proof.words(data.decode("ascii"))


def sdist(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return held.getvalue()


def wheel(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


PKG_INFO = "Metadata-Version: 2.1\nName: tiny-guard\nVersion: 1.0\n\n"


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("tiny_guard-1.0/guildmark.txt", True),
        ("tiny_guard-1.0/README.md", True),
        ("tiny_guard-1.0/PKG-INFO", True),
        ("tiny_guard-1.0/README", True),
        ("guildmark.txt", True),
        ("package/guildmark.txt", True),
        ("tiny_guard-1.0/vendor/guildmark.txt", False),
        ("tiny_guard-1.0/vendor/other-2.0/README.md", False),
        ("other-2.0/guildmark.txt", False),
        ("other/README.md", False),
        ("tiny_guard-1.0/code.py", False),
        ("tiny_guard-1.0/README.md.zip", False),
        ("tiny_guard-1.0/docs/guildmark.txt", False),
    ],
)
def test_only_what_the_makers_put_at_the_top_of_a_release_proves(tmp_path: Path, name: str, is_own: bool) -> None:
    """What is vendored speaks for others, who could else own whatever vendors them."""
    from guildmark.subject import open_subject
    from guildmark_hub.answers import reading

    path = tmp_path / "tiny_guard-1.0.tar.gz"
    path.write_bytes(sdist({"tiny_guard-1.0/PKG-INFO": PKG_INFO, name: f"{PKG_INFO}see\n<!-- {WORD} -->\n"}))
    subject = open_subject(str(path))
    subject.record = type(subject.record)("tiny-guard", None, "tool", None, ())
    assert set(reading.words(subject)) == ({WORD} if is_own else set())


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A package index that the readers' own process asks."""
    with serving(lambda asked: Reply(404)) as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url + "/simple/")
        yield server


def test_a_release_is_read_in_a_process_of_its_own(index: Server) -> None:
    """The newest release, its sdist and its wheel; nothing of it is run."""
    from guildmark_hub.answers import proving

    project = Project("tiny-guard", "tiny_guard-0.9.tar.gz", "tiny_guard-1.0.tar.gz", "tiny_guard-1.0-py3-none-any.whl")
    project.files["tiny_guard-0.9.tar.gz"] = sdist({"tiny_guard-0.9/guildmark.txt": f"guildmark-{'o' * 43}"})
    project.files["tiny_guard-1.0.tar.gz"] = sdist(
        {"tiny_guard-1.0/README.md": WORD, "tiny_guard-1.0/setup.py": "raise SystemExit('it was run')"}
    )
    project.files["tiny_guard-1.0-py3-none-any.whl"] = wheel(
        {"tiny_guard/guildmark.txt": OTHER, "tiny_guard-1.0.dist-info/METADATA": PKG_INFO, "other/guildmark.txt": "x"}
    )
    index.answer = project.answer
    assert proving.look("pkg:pypi/tiny-guard") == ({WORD, OTHER}, "pkg:pypi/tiny-guard@1.0")


def test_a_release_that_cannot_be_read_is_told_in_words(index: Server) -> None:
    """One that is not there, one that is too large, one that is no archive."""
    from guildmark_hub.answers import proving

    with pytest.raises(GuildmarkError, match="has no project none"):
        proving.look("pkg:pypi/none")
    project = Project("tiny", "tiny-1.0.tar.gz")
    index.answer = project.answer
    assert proving.look("pkg:pypi/tiny").words == frozenset()
    project.state("tiny-1.0.tar.gz", size=5_000_000_000)
    with pytest.raises(GuildmarkError, match="holds 5000000000 bytes"):
        proving.look("pkg:pypi/tiny")


def test_a_reader_that_hangs_or_dies_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed when its time is over."""
    from guildmark_hub.answers import proving

    monkeypatch.setattr(proving, "LONGEST", 0.3)
    monkeypatch.setattr("sys.executable", "/bin/sh")
    real = proving.subprocess.Popen
    monkeypatch.setattr(
        proving.subprocess, "Popen", lambda given, **named: real(["/bin/sh", "-c", "sleep 60"], **named)
    )
    with pytest.raises(GuildmarkError, match="could not be read in"):
        proving.look("pkg:pypi/tiny")
    monkeypatch.setattr(proving.subprocess, "Popen", lambda given, **named: real(["/bin/sh", "-c", "exit 1"], **named))
    with pytest.raises(GuildmarkError, match="broke off"):
        proving.look("pkg:pypi/tiny")
