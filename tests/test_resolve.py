"""The set of what a release needs, resolved against an index on this machine, without installing anything."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sources.servers import Asked, Reply, Server, serving

from guildmark import download
from guildmark.download import Door
from guildmark.errors import LimitPassed
from guildmark.formats import index_page
from guildmark.resolve import Bounds, Environment, Index, Needs, Root, fitting, resolve

pytest.importorskip("resolvelib", reason="resolvelib is not installed: pip install 'guildmark[tools]'")
JSON = "application/vnd.pypi.simple.v1+json"


class Shelf:
    """An index of wheels that are made of their metadata alone."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.pages: dict[str, dict[str, dict[str, Any]]] = {}
        self.beside = True
        self.broken: dict[str, Reply] = {}
        self.ranges: list[str] = []

    def add(self, name: str, version: str, *requires: str, tag: str = "py3-none-any", **stated: Any) -> None:
        """A release; `lines` are headers besides, and what is stated else the page says."""
        lines = stated.pop("lines", ())
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines]
        metadata = "\n".join([*head, *(f"Requires-Dist: {one}" for one in requires), "", ""]).encode()
        filename = f"{name.replace('-', '_')}-{version}-{tag}.whl"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            folder = f"{name.replace('-', '_')}-{version}.dist-info"
            archive.writestr(f"{folder}/METADATA", metadata)
            archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{folder}/RECORD", "")
        self.files[filename] = packed.getvalue()
        self.files[f"{filename}.metadata"] = metadata
        digest = {"sha256": hashlib.sha256(metadata).hexdigest()}
        self._state(name, filename, {"core-metadata": digest, **stated} if self.beside else stated)

    def sdist(self, name: str, version: str) -> None:
        """A release of which nothing is known without a build."""
        self.files[f"{name}-{version}.tar.gz"] = b"not looked at"
        self._state(name, f"{name}-{version}.tar.gz", {})

    def _state(self, name: str, filename: str, stated: dict[str, Any]) -> None:
        body = self.files[filename]
        basics = {"filename": filename, "url": f"../../files/{filename}", "size": len(body)}
        hashes = {"sha256": hashlib.sha256(body).hexdigest()}
        self.pages.setdefault(name, {})[filename] = {**basics, "hashes": hashes, **stated}

    def answer(self, asked: Asked) -> Reply:
        if asked.path in self.broken:
            return self.broken[asked.path]
        name = asked.path.removeprefix("/simple/").strip("/")
        if name in self.pages:
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": list(self.pages[name].values())}
            return Reply(body=json.dumps(page).encode(), headers={"Content-Type": JSON})
        filename = asked.path.removeprefix("/files/")
        body = self.files.get(filename)
        if body is None or (filename.endswith(".metadata") and not self.beside):
            return Reply(404)
        span = asked.headers.get("Range", "").removeprefix("bytes=")
        if not span:
            return Reply(body=body)
        self.ranges.append(filename)
        start, _, end = span.partition("-")
        part = body[int(start) : int(end) + 1]
        headers = {"Content-Range": f"bytes {start}-{int(start) + len(part) - 1}/{len(body)}"}
        return Reply(206, part, headers)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def server(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    with serving(shelf.answer) as running:
        yield running


@pytest.fixture
def cache(tmp_path: Any) -> str:
    return str(tmp_path / "cache")


def resolved(server: Server, cache: str, *requires: str, bounds: Bounds = Bounds(), kept: str | None = None) -> Needs:  # noqa: B008
    index = Index(Door(cache=cache), f"{server.url}/simple", Environment(), bounds, kept)
    try:
        return resolve(Root("tool", "1.0", requires), index, bounds)
    finally:
        index.close()


def versions(needs: Needs) -> dict[str, str]:
    assert not [problem for problem in needs.problems if problem.kind != "cycle"], needs.problems
    return {need.name: need.version for need in needs.packages}


def test_the_newest_allowed_versions_are_taken(shelf: Shelf, server: Server, cache: str) -> None:
    """Of 3.0 one package says that it is too new, so that both get 2.0; each is told with its way and its digest."""
    for version in ("1.0", "2.0", "3.0", "4.0rc1"):
        shelf.add("base", version, lines=["License-Expression: MIT"])
    shelf.add("middle", "1.0", "base<3")
    needs = resolved(server, cache, "middle", "base>=1")
    assert versions(needs) == {"base": "2.0", "middle": "1.0"}
    base = needs.packages[0]
    assert (base.by, base.licence) == (("tool",), "MIT")
    assert base.sha256 == (hashlib.sha256(shelf.files["base-2.0-py3-none-any.whl"]).hexdigest(),)


def test_an_older_release_is_taken_where_the_newest_asks_for_what_is_not_there(
    shelf: Shelf, server: Server, cache: str
) -> None:
    shelf.add("base", "1.0")
    shelf.add("middle", "1.0", "base")
    shelf.add("middle", "2.0", "base>=9")
    assert versions(resolved(server, cache, "middle")) == {"base": "1.0", "middle": "1.0"}


def test_extras_and_markers_are_followed(shelf: Shelf, server: Server, cache: str) -> None:
    """For the stated environment: Linux, and not the machine that the test runs on."""
    shelf.add("base", "1.0", "fast; extra == 'speed'", "other; sys_platform == 'win32'", "old; python_version < '3.11'")
    shelf.add("fast", "1.0")
    assert versions(resolved(server, cache, "base[Speed]")) == {"base": "1.0", "fast": "1.0"}
    assert versions(resolved(server, cache, "base")) == {"base": "1.0"}


def test_early_yanked_foreign_and_too_new_releases_are_not_taken(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("base", "1.0")
    shelf.add("base", "1.1", yanked="broken")
    shelf.add("base", "1.2", tag="cp311-cp311-win_amd64")
    shelf.add("base", "1.3", **{"requires-python": ">=3.99"})
    shelf.add("base", "1.4a1")
    assert versions(resolved(server, cache, "base")) == {"base": "1.0"}
    assert versions(resolved(server, cache, "base>=1.4a1")) == {"base": "1.4a1"}
    pinned = resolved(server, cache, "base==1.1")
    assert [(need.version, need.yanked) for need in pinned.packages] == [("1.1", "broken")]


def test_an_early_release_is_taken_where_there_is_no_other(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("base", "1.0b1")
    assert versions(resolved(server, cache, "base")) == {"base": "1.0b1"}


def test_metadata_are_read_out_of_the_wheel_where_none_lie_beside_it(shelf: Shelf, server: Server, cache: str) -> None:
    """By parts of the file; the wheel as a whole is never asked for."""
    shelf.beside = False
    shelf.add("base", "1.0", "deep")
    shelf.add("deep", "1.0")
    assert versions(resolved(server, cache, "base")) == {"base": "1.0", "deep": "1.0"}
    assert set(shelf.ranges) == {"base-1.0-py3-none-any.whl", "deep-1.0-py3-none-any.whl"}


def test_a_wheel_with_two_sets_of_metadata_leaves_its_needs_unread(shelf: Shelf, server: Server, cache: str) -> None:
    """Which of them an installer would take is not to be guessed."""
    shelf.beside = False
    shelf.add("base", "1.0")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for folder in ("base-1.0.dist-info", "other-1.0.dist-info"):
            archive.writestr(f"{folder}/METADATA", "Metadata-Version: 2.1\nName: base\nVersion: 1.0\n\n")
    shelf.files["base-1.0-py3-none-any.whl"] = packed.getvalue()
    shelf.pages["base"]["base-1.0-py3-none-any.whl"]["size"] = len(packed.getvalue())
    problems = resolved(server, cache, "base").problems
    assert [(one.kind, one.package) for one in problems] == [("unread", "base")]


def test_metadata_are_kept_by_the_digest_of_their_wheel(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("base", "1.0")
    first = resolved(server, cache, "base", kept=f"{cache}/metadata")
    server.asked.clear()
    assert resolved(server, cache, "base", kept=f"{cache}/metadata") == first
    assert server.paths() == ["/simple/base/"]


def test_needs_of_a_release_without_a_wheel_are_told_as_unread(shelf: Shelf, server: Server, cache: str) -> None:
    """The rest of the set is found all the same, and no sdist is fetched."""
    shelf.add("base", "1.0")
    shelf.sdist("built", "2.0")
    needs = resolved(server, cache, "base", "built")
    assert {need.name: need.version for need in needs.packages} == {"base": "1.0", "built": "2.0"}
    assert [(problem.kind, problem.package) for problem in needs.problems] == [("unread", "built")]
    assert not any("tar.gz" in path for path in server.paths())


def test_bounds_that_exclude_each_other_are_named(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("base", "1.0")
    shelf.add("base", "2.0")
    shelf.add("middle", "1.0", "base<2")
    needs = resolved(server, cache, "middle", "base>=2")
    assert needs.packages == ()
    assert [problem.kind for problem in needs.problems] == ["conflict"]
    assert "middle 1.0 wants base<2" in needs.problems[0].says
    assert "the release itself wants base>=2" in needs.problems[0].says


def test_a_project_that_is_not_there_is_named(shelf: Shelf, server: Server, cache: str) -> None:
    needs = resolved(server, cache, "absent>=1")
    assert [(problem.kind, problem.package) for problem in needs.problems] == [("missing", "absent")]


def test_packages_that_need_each_other_are_found_and_told(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("one", "1.0", "other")
    shelf.add("other", "1.0", "one")
    needs = resolved(server, cache, "one")
    assert versions(needs) == {"one": "1.0", "other": "1.0"}
    assert [(problem.kind, problem.says) for problem in needs.problems] == [("cycle", "one needs other needs one")]


def test_an_index_that_is_busy_is_asked_again_and_then_told(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.broken["/simple/base/"] = Reply(503)
    needs = resolved(server, cache, "base")
    assert [(problem.kind, problem.package) for problem in needs.problems] == [("unreachable", "base")]
    assert server.paths().count("/simple/base/") == 3


@pytest.mark.parametrize("body", [b"", b"{", b"<html", b"{}"])
def test_a_page_that_is_none_is_told(shelf: Shelf, server: Server, cache: str, body: bytes) -> None:
    shelf.broken["/simple/base/"] = Reply(body=body)
    assert resolved(server, cache, "base").problems[0].kind in ("unreachable", "missing")


@pytest.mark.parametrize("words", ["base >", "base @ https://example.org/base-1.0.whl", "!!"])
def test_a_requirement_that_cannot_be_followed_leaves_the_set_not_whole(
    shelf: Shelf, server: Server, cache: str, words: str
) -> None:
    shelf.add("other", "1.0")
    needs = resolved(server, cache, "other", words)
    assert [need.name for need in needs.packages] == ["other"]
    assert [(problem.kind, problem.package) for problem in needs.problems] == [("unread", "tool")]


def test_what_resolving_costs_is_bounded(shelf: Shelf, server: Server, cache: str) -> None:
    """In requests, packages, silence and seconds: a chain that never ends is given up."""
    for number in range(30):
        shelf.add(f"link{number}", "1.0", f"link{number + 1}")
    for bounds in (Bounds(requests=10), Bounds(packages=10), Bounds(seconds=0.0), Bounds(longest=0.0)):
        assert [problem.kind for problem in resolved(server, cache, "link0", bounds=bounds).problems] == ["limit"]


class Late:
    """An answer that is not there at the first `times` askings, while `heard` others come."""

    def __init__(self, index: Index, times: int, heard: int) -> None:
        self.index, self.times, self.heard = index, times, heard

    def result(self, _: float) -> str:
        self.index._heard += self.heard
        self.times -= 1
        if self.times >= 0:
            raise TimeoutError
        return "it"


def test_an_index_that_goes_on_answering_is_waited_for_and_a_silent_one_is_not(
    server: Server, cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a set on a busy machine would be another than on an idle one."""
    index = Index(Door(cache=cache), server.url, fitting(""))
    try:
        monkeypatch.setattr(index, "_start", lambda *_: Late(index, 3, heard=1))
        assert index._once("key", list) == "it"
        monkeypatch.setattr(index, "_start", lambda *_: Late(index, 3, heard=0))
        with pytest.raises(LimitPassed, match="said nothing for 45 seconds"):
            index._once("key", list)
    finally:
        index.close()


def test_an_index_may_not_point_at_files_of_this_machine(shelf: Shelf, server: Server, cache: str) -> None:
    shelf.add("base", "1.0", url="file:///etc/passwd")
    assert [problem.kind for problem in resolved(server, cache, "base").problems] == ["unreachable"]


def test_the_same_index_gives_the_same_set(shelf: Shelf, server: Server, cache: str) -> None:
    for name in "abcdef":
        shelf.add(name, "1.0", *(f"{other}" for other in "abcdef" if other > name))
    assert resolved(server, cache, "a") == resolved(server, cache, "a")


def test_a_set_without_its_library_says_what_to_install(server: Server, cache: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resolvelib", None)
    needs = resolved(server, cache, "base")
    assert needs.made == "none"
    assert "pip install 'guildmark[tools]'" in needs.problems[0].says


def test_the_environment_is_the_first_that_a_release_allows() -> None:
    assert [fitting(one).python for one in ("", ">=3.12", "<3.11", ">=4", "nonsense")] == [
        "3.11",
        "3.12",
        "3.10",
        "3.11",
        "3.11",
    ]


def test_both_kinds_of_page_say_where_metadata_lie_and_for_which_python() -> None:
    digest = "a" * 64
    page = {
        "meta": {"api-version": "1.1"},
        "files": [
            {"filename": "a", "url": "a", "core-metadata": {"sha256": digest}, "requires-python": ">=3.8"},
            {"filename": "b", "url": "b", "dist-info-metadata": True},
            {"filename": "c", "url": "c", "core-metadata": False},
        ],
    }
    wanted = [(digest, ">=3.8"), ("", None), (None, None)]
    assert [(one.metadata, one.requires_python) for one in index_page.files(json.dumps(page).encode())] == wanted
    html = (
        f'<a href="a" data-core-metadata="sha256={digest}" data-requires-python="&gt;=3.8">a</a>'
        '<a href="b" data-dist-info-metadata="true">b</a><a href="c">c</a>'
    )
    assert [(one.metadata, one.requires_python) for one in index_page.files(html.encode())] == wanted
