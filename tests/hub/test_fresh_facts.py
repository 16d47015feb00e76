"""What sources say of releases, told without fetching any: a package index, a registry of npm, a model hub."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub.drifts import state
from tests.sources.servers import Asked as Request
from tests.sources.servers import Hub, NpmPackage, Project, Reply, Server, Sparse, serving

from guildmark import download, npm_registry
from guildmark.download import Door
from guildmark_hub.vetting import facts
from guildmark_hub.vetting.drift import Facts, Offered

NOW = "2026-11-22T12:00:00Z"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """The index, the registry and the hub that are configured."""
    monkeypatch.setattr(download, "PAUSE", 0.0)
    for name in [name for name in os.environ if name.lower().startswith("npm_config_")]:
        monkeypatch.delenv(name)
    with serving(lambda asked: Reply(404)) as made:
        monkeypatch.setenv("PIP_INDEX_URL", f"{made.url}/simple/")
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{made.url}/npm/")
        monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / "npmrc"))
        yield made


def told(*purls: str, door: Door | None = None) -> list[Facts]:
    """What is said of each, in the order of the questions."""
    questions = [facts.Asked(number, purl) for number, purl in enumerate(purls)]
    found = {one.id: one.facts for one in facts.gather(questions, door or Door(), None, lambda: NOW)}
    return [found[number] for number in range(len(purls))]


def test_an_index_tells_files_releases_and_the_licence(server: Server) -> None:
    project = Project("tiny", "tiny-1.0.tar.gz", "tiny-1.0-py3-none-any.whl", "tiny-1.1rc1.tar.gz", "tiny-0.9.tar.gz")
    project.files["tiny-1.0-py3-none-any.whl.metadata"] = (
        b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nClassifier: License :: OSI Approved :: MIT License\n"
    )
    project.state("tiny-1.0-py3-none-any.whl", **{"core-metadata": True, "upload-time": "2026-11-20T10:00:00.5+02:00"})
    project.state("tiny-0.9.tar.gz", yanked="it leaks")
    server.answer = project.answer
    old, new = told("pkg:pypi/Tiny@0.9", "pkg:pypi/tiny@1.0")
    assert new == Facts(
        asked_at=NOW,
        source="answered",
        files=(
            Offered("tiny-1.0.tar.gz", project.sha256("tiny-1.0.tar.gz")),
            Offered("tiny-1.0-py3-none-any.whl", project.sha256("tiny-1.0-py3-none-any.whl")),
        ),
        releases=("1.1rc1", "1.0", "0.9"),
        newest="1.0",
        newest_at="2026-11-20T08:00:00Z",
        licence="MIT",
        newest_licence="MIT",
    )
    assert old.files == (Offered("tiny-0.9.tar.gz", project.sha256("tiny-0.9.tar.gz"), "it leaks"),)
    assert old.licence is None
    assert sorted(server.paths()) == ["/files/tiny-1.0-py3-none-any.whl.metadata", "/simple/tiny/"]


LICENCES = [
    ("License-Expression: MIT OR Apache-2.0\nLicense: GPL", "MIT OR Apache-2.0"),
    ("License: BSD 3-Clause", "BSD 3-Clause"),
    ("License: see LICENSE\nClassifier: License :: OSI Approved :: Apache Software License", "apache software license"),
    ("License: see LICENSE", "see LICENSE"),
    ("License: UNKNOWN", ""),
    ("Summary: nothing is said", ""),
]


@pytest.mark.parametrize(("head", "licence"), LICENCES)
def test_the_licence_is_what_says_most(server: Server, head: str, licence: str) -> None:
    name = "tiny-1.0-py3-none-any.whl"
    project = Project("tiny", name)
    project.files[f"{name}.metadata"] = f"Metadata-Version: 2.4\nName: tiny\nVersion: 1.0\n{head}\n".encode()
    project.state(name, **{"core-metadata": True})
    server.answer = project.answer
    assert told("pkg:pypi/tiny@1.0")[0].licence == licence


def test_where_no_metadata_lie_beside_a_wheel_only_parts_of_it_are_fetched(server: Server) -> None:
    """Of a wheel of 40 MB some kilobytes; where the place serves no parts, nothing."""
    name, packed = "tiny-1.0-py3-none-any.whl", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        wheel.writestr("tiny/weights.bin", bytes(40_000_000))
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nLicense: MIT\n")
    project = Project("tiny", name)
    project.files[name] = packed.getvalue()
    project.state(name, size=len(packed.getvalue()))

    def parts(asked: Request) -> Reply:
        start, _, end = asked.headers.get("Range", "").removeprefix("bytes=").partition("-")
        if not asked.path.startswith("/files/"):
            return project.answer(asked)
        body = project.files[name][int(start) : int(end) + 1]
        return Reply(206, body, {"Content-Range": f"bytes {start}-{end}/{len(project.files[name])}"})

    server.answer = parts
    assert told("pkg:pypi/tiny@1.0")[0].licence == "MIT"
    assert server.served < 2_000_000
    server.answer = lambda asked: Reply(404) if asked.path.startswith("/files/") else project.answer(asked)
    assert told("pkg:pypi/tiny@1.0")[0].licence is None


def test_a_project_is_asked_once_for_all_claims_about_it(server: Server) -> None:
    server.answer = Project("tiny", "tiny-1.0.tar.gz", "tiny-0.9.tar.gz").answer
    told("pkg:pypi/tiny@1.0", "pkg:pypi/tiny@0.9", "pkg:pypi/TINY@1.0", "pkg:pypi/tiny@3", "pkg:pypi/tiny")
    assert server.paths() == ["/simple/tiny/"]


def test_what_is_not_said_is_none_and_what_is_not_there_is_nothing(server: Server) -> None:
    server.answer = Project("tiny", "tiny-1.0.tar.gz").answer
    gone, unnamed, nonsense = told("pkg:pypi/tiny@2.0", "pkg:pypi/tiny", "pkg:pypi/tiny@latest")
    assert (gone.files, unnamed.files, nonsense.files) == ((), None, None)


ANSWERS: list[tuple[Reply, str]] = [
    (Reply(404), "gone"),
    (Reply(410), "gone"),
    (Reply(503), "silent"),
    (Reply(403), "silent"),
    (Reply(200, b"<html><a href='/in'>sign in</a>"), "silent"),
    (Reply(200, b'{"meta": {"api-version": "1.0"}, "files": []}'), "answered"),
    (Reply(200, b"{}"), "silent"),
    (Reply(200, b'{"meta": {"api-version": "9.0"}, "files": []}'), "silent"),
    (Reply(302, b"", {"Location": "http://127.0.0.1:1/"}), "silent"),
    (Reply(200, b"{", promised=50), "silent"),
]


@pytest.mark.parametrize(("reply", "how"), ANSWERS, ids=range(len(ANSWERS)))
def test_a_place_that_does_not_answer_well_is_told_as_such(server: Server, reply: Reply, how: str) -> None:
    """An index that lists no file of a project answers; a page that asks to sign in does not."""
    server.answer = lambda asked: reply
    found = told("pkg:pypi/tiny@1.0")[0]
    assert found.source == how
    assert bool(found.says) is (how != "answered")


def test_an_index_may_not_point_at_files_of_this_machine(server: Server, tmp_path: Path) -> None:
    (tmp_path / "x-1.0-py3-none-any.whl.metadata").write_text(
        "Metadata-Version: 2.1\nName: x\nVersion: 1.0\nLicense: MIT\n"
    )
    page = {
        "meta": {"api-version": "1.0"},
        "files": [
            {
                "filename": "x-1.0-py3-none-any.whl",
                "url": (tmp_path / "x-1.0-py3-none-any.whl").as_uri(),
                "core-metadata": True,
            }
        ],
    }
    server.answer = lambda asked: Reply(body=json.dumps(page).encode())
    assert told("pkg:pypi/x@1.0")[0].licence is None


def test_a_registry_tells_digests_tags_and_what_is_deprecated(server: Server) -> None:
    package = NpmPackage("left-pad", "1.2.0", "1.3.0")
    package.stated["1.2.0"] |= {"license": {"type": "WTFPL"}, "deprecated": "use 1.3"}
    package.stated["1.3.0"] |= {"license": "MIT"}
    server.answer = package.answer
    old, gone = told("pkg:npm/left-pad@1.2.0", "pkg:npm/left-pad@9.0.0")
    assert old.files is not None
    assert [(one.name, one.digest[:7], one.yanked) for one in old.files] == [("1.2.0.tgz", "sha512:", "use 1.3")]
    assert (old.newest, old.releases, old.licence, old.newest_licence) == ("1.3.0", ("1.3.0", "1.2.0"), "WTFPL", "MIT")
    assert (gone.files, gone.licence) == ((), None)
    assert server.paths() == ["/npm/left-pad"]


def test_a_place_that_this_machine_does_not_know_is_not_silent(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A hub without npm has claims about its packages all the same, and none of them is broken."""
    monkeypatch.delenv("NPM_CONFIG_REGISTRY")
    monkeypatch.setenv("PATH", str(tmp_path))
    npm_registry._asked.cache_clear()
    found = told("pkg:npm/left-pad@1.3.0")[0]
    assert found.source == "none"
    assert found.files is None
    assert found.says


class Commits(Hub):
    """A repository with a commit before its newest one."""

    OLD = "1" * 40

    def __init__(self, before: list[str], after: list[str]) -> None:
        super().__init__("acme/voice", {path: Sparse(path.encode()) for path in after}, kind="models")
        self.before, self.after = before, after
        self.licence = "mit"

    def answer(self, asked: Request) -> Reply:
        api = "/api/models/acme/voice"
        if asked.path in (api, f"{api}/revision/main"):
            return self._info(self.SHA, self.licence)
        if asked.path == f"{api}/revision/{self.OLD}":
            return self._info(self.OLD, "mit")
        if asked.path == f"{api}/tree/{self.OLD}":
            return self._files(self.before)
        if asked.path == f"{api}/tree/{self.SHA}":
            return self._files(self.after)
        return super().answer(asked)

    def _info(self, sha: str, licence: str) -> Reply:
        said = {"id": self.name, "sha": sha, "private": False, "gated": False, "tags": []}
        said |= {"lastModified": "2026-11-20T08:00:00.000Z", "cardData": {"license": licence}}
        return Reply(body=json.dumps(said).encode(), headers={"Content-Type": "application/json"})

    def _files(self, paths: list[str]) -> Reply:
        entries = [
            {"type": "file", "path": path.partition("=")[0], "size": 1, "oid": path.encode().hex().zfill(40)[-40:]}
            for path in paths
        ]
        return Reply(body=json.dumps(entries).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def commits(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Commits]:
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")

    def start(before: list[str], after: list[str]) -> Commits:
        made = Commits(before, after)
        server.answer = made.answer
        monkeypatch.setattr(hub, "HfApi", lambda: hub.hf_api.HfApi(endpoint=server.url, token=False))
        return made

    return start


def test_a_hub_tells_whether_the_newest_commit_changes_more_than_papers(commits: Callable[..., Commits]) -> None:
    """A commit that mends the card is no new release; its licence is looked at all the same."""
    made = commits(["model.bin=1", "README.md=1", "a.png=1"], ["model.bin=1", "README.md=2"])
    made.licence = "cc-by-nc-4.0"
    found = told(f"pkg:huggingface/acme/voice@{Commits.OLD}")[0]
    assert (found.newest, found.releases) == (Commits.OLD, (Commits.OLD,))
    assert found.files == (Offered("its commit", Commits.OLD),)
    assert found.licence == "cc-by-nc-4.0"
    commits(["model.bin=1"], ["model.bin=2"])
    found = told(f"pkg:huggingface/acme/voice@{Commits.OLD}")[0]
    assert (found.newest, found.newest_at, found.licence) == (Commits.SHA, "2026-11-20T08:00:00Z", "mit")


def test_a_hub_tells_where_a_commit_or_a_repository_is_gone(commits: Callable[..., Commits]) -> None:
    commits(["model.bin=1"], ["model.bin=1"])
    lost, gone = told(f"pkg:huggingface/acme/voice@{'2' * 40}", "pkg:huggingface/acme/other@1")
    assert (lost.source, lost.files, lost.newest) == ("answered", (), Commits.SHA)
    assert gone.source == "gone"


def test_a_fault_of_ours_at_one_place_keeps_no_other_from_being_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = Project("tiny", "tiny-1.0.tar.gz").answer

    def faulty(door: Door, name: str) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(facts.PLACES, "npm", faulty)  # type: ignore[arg-type]
    bad, good, none = told("pkg:npm/x@1", "pkg:pypi/tiny@1.0", "pkg:github/a/b@1")
    assert (bad.source, good.source, none.source) == ("silent", "answered", "none")
    assert "ZeroDivisionError" in bad.says


def test_the_hub_asks_in_a_process_of_its_own_that_knows_no_database(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the schedule's job to the claim's state, with all that lies between."""
    from guildmark_hub.vetting import fresh

    monkeypatch.setattr(fresh, "look", world.look_outside)
    monkeypatch.setattr(
        fresh.settings, "VETTING_ENVIRONMENT",
        {
            "PATH": os.environ["PATH"],
            "PIP_INDEX_URL": f"{world.server.url}/simple/",
            "GUILDMARK_ADVISORIES": str(world.folder / "advisories"),
        },
    )  # fmt: skip
    claim, calm = world.claim(world.project("loud")), world.claim(world.project("calm"))
    world.turn()
    world.advise("PYSEC-2026-9", "loud")
    world.turn(24)
    assert (state(claim), state(calm)) == ("suspended", "active")


def test_the_process_loads_neither_the_hub_nor_its_database() -> None:
    import subprocess

    program = "import sys, guildmark_hub.vetting.facts; print(*[name for name in sys.modules if 'django' in name])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
