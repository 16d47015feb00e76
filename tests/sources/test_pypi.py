"""Releases of a package index, from a server on this machine."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.servers import Asked, Project, Reply, Server, serving

from guildmark import distributions, download
from guildmark.contents import chunks
from guildmark.errors import AskedWrongly, NotFound, SubjectError, Unreachable
from guildmark.limits import Limits
from guildmark.material import Material, Opening
from guildmark.records import Listing
from guildmark.sources import pypi

NOW = "2026-11-21T12:00:00Z"
SDIST = "tiny-1.0.tar.gz"
ANYWHERE = "tiny-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE", 0.0)


class Index:
    """An index with one project, that `deliver` is configured with."""

    def __init__(self, server: Server, cache: Path) -> None:
        self.server = server
        self.cache = cache

    def deliver(self, rest: str, **opening: object) -> Material:
        asked = Opening(cache=str(self.cache), **opening)  # type: ignore[arg-type]
        return pypi.deliver(rest, asked, clock=lambda: NOW)

    def kept(self) -> list[str]:
        return sorted(os.listdir(self.cache / "files"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving(lambda asked: Reply(404)) as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url + "/simple/")
        yield Index(server, tmp_path / "cache")


def names(material: Material) -> list[str]:
    return [file.path for file in material.files]


def test_a_release_is_its_sdist_and_its_wheel_with_the_page_as_a_listing(index: Index) -> None:
    project = Project("tiny", SDIST, ANYWHERE, "tiny-0.9.tar.gz")
    index.server.answer = project.answer
    material = index.deliver("Tiny")
    page = project.json()
    where = f"{index.server.url}/simple/tiny/"
    assert (material.name, material.purl, material.aside) == ("tiny", "pkg:pypi/tiny@1.0", ())
    assert [(held.listing, held.body) for held in material.listings] == [
        (Listing("index_page", where, NOW, len(page), hashlib.sha256(page).hexdigest()), page)
    ]
    assert [(file.path, file.size, file.published) for file in material.files] == [
        (name, len(project.files[name]), project.sha256(name)) for name in (ANYWHERE, SDIST)
    ]
    assert [b"".join(chunks(file.contents)) for file in material.files if file.contents] == [
        project.files[ANYWHERE],
        project.files[SDIST],
    ]


PREFERRED = [
    "tiny-1.0-py2.py3-none-any.whl",
    "tiny-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
    "tiny-1.0-cp311-cp311-manylinux2014_x86_64.whl",
    "tiny-1.0-cp38-abi3-manylinux_2_17_x86_64.whl",
    "tiny-1.0-py3-none-manylinux2014_x86_64.whl",
    "tiny-1.0-cp313-cp313-manylinux_2_28_x86_64.whl",
    "tiny-1.0-cp312-abi3-manylinux_2_17_x86_64.whl",
    "tiny-1.0-cp310-cp310-manylinux_2_17_x86_64.whl",
    "tiny-1.0-cp313-cp313t-manylinux_2_28_x86_64.whl",
    "tiny-1.0-pp311-pypy311_pp73-manylinux_2_28_x86_64.whl",
    "tiny-1.0-cp311-cp311-musllinux_1_2_x86_64.whl",
    "tiny-1.0-cp313-cp313-manylinux_2_28_aarch64.whl",
    "tiny-1.0-cp313-cp313-macosx_11_0_arm64.whl",
    "tiny-1.0-cp311-cp311-macosx_11_0_arm64.whl",
]


@pytest.mark.parametrize(("better", "worse"), list(pairwise(PREFERRED)))
def test_one_wheel_is_taken_by_the_same_order_on_every_machine(index: Index, better: str, worse: str) -> None:
    index.server.answer = Project("tiny", worse, better, SDIST).answer
    material = index.deliver("tiny")
    assert sorted(names(material)) == sorted([better, SDIST])
    assert material.aside == ((worse, "not looked at: another wheel of the same release (--all-files takes it)"),)


@given(st.permutations([*PREFERRED, SDIST, "tiny-1.0.zip", "tiny-1.0-py2.7.egg"]))
def test_the_choice_does_not_depend_on_the_order_of_the_page(order: list[str]) -> None:
    release = pypi._release("tiny", None, Project("tiny", *order).json())
    taken, aside = pypi._choose(release, False, False)
    assert [file.filename for file in taken] == sorted([SDIST, PREFERRED[0]])
    assert {name for name, _ in aside} == {*order} - {SDIST, PREFERRED[0]}


def test_all_files_takes_all_that_the_release_has(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST, ANYWHERE, "tiny-1.0.win32-py2.7.exe", "tiny-1.0-py2.7.egg").answer
    assert len(index.deliver("tiny").aside) == 2
    material = index.deliver("tiny", all_files=True)
    assert len(material.files) == 4
    assert material.aside == ()


def test_a_release_may_be_an_sdist_alone_also_of_an_old_format(index: Index) -> None:
    index.server.answer = Project("my-model", "My_Model-0.3.tar.bz2").answer
    assert names(index.deliver("my.model")) == ["My_Model-0.3.tar.bz2"]


def test_a_release_of_installers_only_is_refused_with_what_to_do(index: Index) -> None:
    index.server.answer = Project("tiny", "tiny-1.0.win32.exe", "tiny-1.0-py2.7.egg").answer
    with pytest.raises(SubjectError, match="no sdist and no wheel") as raised:
        index.deliver("tiny==1.0")
    assert "--all-files" in raised.value.hint


def test_a_prerelease_is_taken_only_where_there_is_nothing_else(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST, "tiny-2.0rc1.tar.gz").answer
    assert names(index.deliver("tiny")) == [SDIST]
    index.server.answer = Project("tiny", "tiny-2.0rc1.tar.gz", "tiny-2.0a9.tar.gz").answer
    assert names(index.deliver("tiny")) == ["tiny-2.0rc1.tar.gz"]


@pytest.mark.parametrize("html_only", [False, True])
def test_a_yanked_newest_release_is_passed_over_unless_it_is_named(index: Index, html_only: bool) -> None:
    project = Project("tiny", SDIST, "tiny-2.0.tar.gz", html_only=html_only)
    project.state("tiny-2.0.tar.gz", yanked="it deletes files")
    index.server.answer = project.answer
    assert names(index.deliver("tiny")) == [SDIST]
    assert names(index.deliver("tiny==2")) == ["tiny-2.0.tar.gz"]


def test_where_all_is_yanked_a_version_must_be_named(index: Index) -> None:
    project = Project("tiny", SDIST)
    project.state(SDIST, yanked=True)
    index.server.answer = project.answer
    with pytest.raises(NotFound, match="only yanked") as raised:
        index.deliver("tiny")
    assert "pypi:tiny==1.0" in raised.value.hint


def test_a_yanked_wheel_of_a_good_release_is_left_aside(index: Index) -> None:
    project = Project("tiny", SDIST, ANYWHERE)
    project.state(ANYWHERE, yanked="broken")
    index.server.answer = project.answer
    material = index.deliver("tiny")
    assert names(material) == [SDIST]
    assert material.aside == ((ANYWHERE, "not looked at: yanked, broken (--all-files takes it)"),)


def test_an_index_that_has_only_html_is_read(index: Index) -> None:
    project = Project("tiny", SDIST, ANYWHERE, html_only=True)
    index.server.answer = project.answer
    material = index.deliver("tiny==1.0.0")
    assert [(file.path, file.published) for file in material.files] == [
        (ANYWHERE, project.sha256(ANYWHERE)),
        (SDIST, project.sha256(SDIST)),
    ]
    assert material.listings[0].body == project.html()


def test_a_file_that_differs_from_its_published_digest_is_delivered_as_it_came(index: Index) -> None:
    project = Project("tiny", SDIST)
    promised = project.sha256(SDIST)
    page = project.json()
    project.files[SDIST] = b"something else"
    index.server.answer = lambda asked: Reply(body=page) if "simple" in asked.path else project.answer(asked)
    [file] = index.deliver("tiny").files
    assert file.contents is not None
    assert (file.contents.at(0, 99), file.published) == (b"something else", promised)
    assert index.kept() == [hashlib.sha256(b"something else").hexdigest()]


def test_what_is_in_the_cache_is_not_fetched_again_unless_it_was_harmed(index: Index) -> None:
    project = Project("tiny", SDIST)
    index.server.answer = project.answer
    index.deliver("tiny")
    index.deliver("tiny")
    assert index.server.paths().count(f"/files/{SDIST}") == 1
    (index.cache / "files" / project.sha256(SDIST)).write_bytes(b"harmed")
    [file] = index.deliver("tiny").files
    assert index.server.paths().count(f"/files/{SDIST}") == 2
    assert file.contents is not None
    assert file.contents.at(0, 99) == project.files[SDIST]


def test_a_busy_index_is_asked_again(index: Index) -> None:
    project = Project("tiny", SDIST)
    replies = iter([Reply(503), Reply(429)])
    index.server.answer = lambda asked: next(replies, None) or project.answer(asked)
    assert names(index.deliver("tiny")) == [SDIST]


def test_a_download_that_breaks_off_is_begun_again_and_leaves_no_part(index: Index) -> None:
    project = Project("tiny", SDIST)
    broken = Reply(body=b"the by", promised=99)
    replies = iter([broken])
    index.server.answer = lambda asked: (
        next(replies, None) or project.answer(asked) if "files" in asked.path else project.answer(asked)
    )
    assert names(index.deliver("tiny")) == [SDIST]
    index.server.answer = lambda asked: broken if "files" in asked.path else project.answer(asked)
    project.files[SDIST] = b"a new one"
    with pytest.raises(Unreachable, match="did not answer"):
        index.deliver("tiny")
    assert index.kept() == [hashlib.sha256(f"the bytes of {SDIST}".encode()).hexdigest()]


def test_an_index_that_times_out_is_unreachable_with_what_to_do(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", (0.05, 0.05))
    over = threading.Event()

    def wait(asked: Asked) -> Reply:
        over.wait(10)
        return Reply(503)

    index.server.answer = wait
    with pytest.raises(Unreachable, match="timed out") as raised:
        index.deliver("tiny")
    over.set()
    assert len(index.server.asked) == download.ATTEMPTS
    assert "try again" in raised.value.hint


def test_nobody_at_the_address_is_unreachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(Unreachable, match="refused"):
        pypi.deliver("tiny", Opening(cache=str(tmp_path)))


@pytest.mark.parametrize(
    ("reply", "expected", "says"),
    [
        (Reply(404), NotFound, "has no project tiny"),
        (Reply(403), Unreachable, "may not be read"),
        (Reply(200, b'{"meta": {"api-version": "1.0"}, "files": [{'), SubjectError, "no usable page"),
        (Reply(200, b'{"meta": {"api-version": "2.0"}, "files": []}'), SubjectError, "version 2.0"),
        (Reply(200, b"<html>Sign in to the hotel</html>"), NotFound, "no file on the index"),
        (Reply(302, b"", {"Location": "/simple/tiny/"}), Unreachable, "leads nowhere"),
        (Reply(302, b"", {"Location": "file:///etc/passwd"}), Unreachable, "leads nowhere"),
    ],
)
def test_an_index_that_does_not_answer_well_is_a_clear_error(
    index: Index, reply: Reply, expected: type[SubjectError], says: str
) -> None:
    index.server.answer = lambda asked: reply
    with pytest.raises(expected, match=says) as raised:
        index.deliver("tiny")
    assert raised.value.hint


def test_a_release_that_does_not_exist_names_the_newest(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST).answer
    with pytest.raises(NotFound, match=r"no release 7\.0") as raised:
        index.deliver("tiny==7.0")
    assert raised.value.hint == "the newest is tiny==1.0"


def test_a_quarantined_project_is_not_opened(index: Index) -> None:
    project = Project("tiny")
    project.more = {"project-status": {"status": "quarantined", "reason": "malware"}}
    index.server.answer = project.answer
    with pytest.raises(NotFound, match="quarantined by the index: malware"):
        index.deliver("tiny")


@pytest.mark.parametrize("asked", ["", "==1", "a b", "tiny==", "tiny==new", "tiny[extra]", "../etc", "tiny@1"])
def test_what_names_no_release_is_asked_wrongly(asked: str) -> None:
    with pytest.raises(AskedWrongly, match="names no release"):
        pypi.deliver(asked, Opening())


def test_an_index_in_a_folder_is_read_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project("tiny", SDIST)
    (tmp_path / "simple" / "tiny").mkdir(parents=True)
    (tmp_path / "files").mkdir()
    (tmp_path / "simple" / "tiny" / "index.html").write_bytes(project.html())
    (tmp_path / "files" / SDIST).write_bytes(project.files[SDIST])
    for index in (str(tmp_path / "simple"), (tmp_path / "simple").as_uri()):
        monkeypatch.setenv("PIP_INDEX_URL", index)
        [file] = pypi.deliver("tiny", Opening(cache=str(tmp_path / "cache"))).files
        assert file.contents is not None
        assert file.contents.at(0, 99) == project.files[SDIST]
    with pytest.raises(NotFound, match="no project other"):
        pypi.deliver("other", Opening())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/tiny-1.0.tar.gz", "data:,x"])
def test_an_index_on_the_network_may_not_point_at_files_of_this_machine(index: Index, url: str) -> None:
    project = Project("tiny", SDIST)
    project.state(SDIST, url=url)
    index.server.answer = project.answer
    with pytest.raises(Unreachable, match="no address on the network"):
        index.deliver("tiny")


def test_credentials_of_the_index_are_used_and_never_shown(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project("tiny", SDIST)
    index.server.answer = project.answer
    monkeypatch.setenv("PIP_INDEX_URL", index.server.url.replace("://", "://ann:s%40cret@") + "/simple")
    material = index.deliver("tiny")
    sent = {asked.headers.get("Authorization") for asked in index.server.asked}
    assert sent == {"Basic YW5uOnNAY3JldA=="}
    assert "cret" not in repr(material.listings[0].listing)
    index.server.answer = lambda asked: Reply(500)
    with pytest.raises(Unreachable) as raised:
        index.deliver("tiny")
    assert "cret" not in raised.value.says + raised.value.hint


def test_a_file_beyond_the_limit_is_not_kept(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST).answer
    with pytest.raises(Unreachable, match="larger than 5 bytes"):
        index.deliver("tiny", limits=Limits(expansion=5))
    assert index.kept() == []


def test_a_release_that_its_index_says_is_too_large_is_refused_before_anything_is_fetched(index: Index) -> None:
    wheel = "tiny-1.0-py3-none-any.whl"
    project = Project("tiny", SDIST, wheel)
    for name in (SDIST, wheel):
        project.state(name, size=3_000_000_000)
    index.server.answer = project.answer
    with pytest.raises(SubjectError, match="holds 6000000000 bytes"):
        index.deliver("tiny", limits=Limits(expansion=5_000_000_000))
    assert index.server.paths() == ["/simple/tiny/"]


def test_parts_that_an_old_process_left_are_dropped_and_those_of_a_running_one_stay(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST).answer
    (index.cache / "files").mkdir(parents=True)
    for name, age in (("old.part", 2 * download.STALE), ("new.part", 60)):
        (index.cache / "files" / name).write_bytes(b"")
        os.utime(index.cache / "files" / name, (time.time() - age,) * 2)
    index.deliver("tiny")
    assert [name for name in index.kept() if name.endswith(".part")] == ["new.part"]


def test_a_cache_that_cannot_be_written_says_so(index: Index) -> None:
    index.server.answer = Project("tiny", SDIST).answer
    index.cache.write_bytes(b"a file stands here")
    with pytest.raises(SubjectError, match="nothing can be kept") as raised:
        index.deliver("tiny")
    assert "GUILDMARK_CACHE" in raised.value.hint


def test_progress_counts_to_the_size_of_the_file(index: Index) -> None:
    project = Project("tiny", SDIST)
    index.server.answer = project.answer
    seen: list[tuple[str, int, int]] = []
    index.deliver("tiny", progress=lambda *words: seen.append(words))
    size = len(project.files[SDIST])
    assert seen[-1] == (SDIST, size, size)


def test_who_published_a_file_is_kept_as_a_listing_where_the_index_says_it(index: Index) -> None:
    said = b'{"version": 1, "attestation_bundles": [{"publisher": {"kind": "GitHub"}, "attestations": []}]}'
    project = Project("tiny", SDIST, ANYWHERE)
    project.state(SDIST, provenance="/integrity/tiny")
    project.state(ANYWHERE, provenance="/integrity/gone")
    index.server.answer = lambda asked: Reply(body=said) if "integrity/tiny" in asked.path else project.answer(asked)
    listings = index.deliver("tiny").listings
    assert [(held.listing.name, held.body) for held in listings[1:]] == [("provenance", said)]


@pytest.mark.parametrize(
    ("purl", "rest"),
    [
        ("pkg:pypi/silero-vad@6.2.3", "silero-vad==6.2.3"),
        ("pkg:pypi/silero-vad", "silero-vad"),
        ("pkg:pypi/silero-vad@6.2.3?file_name=x.whl", None),
        ("pkg:npm/nsfwjs@4.4.0", None),
        ("pkg:", None),
    ],
)
def test_a_purl_of_a_release_is_served(purl: str, rest: str | None) -> None:
    assert pypi.from_purl(purl) == rest


@settings(max_examples=200)
@given(st.text(alphabet="tiny-0123.!+abcrwinp27egz_%/ ", max_size=30), st.sampled_from([".whl", ".zip", ".egg", ""]))
def test_any_name_of_a_file_has_a_version_or_none(stem: str, ending: str) -> None:
    version = distributions.version("tiny", stem + ending)
    assert version is None or str(version)
