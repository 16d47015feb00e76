"""A git repository at one revision: its tree is read from the objects, and nothing is checked out.

So no hook, filter, submodule or large-file program runs; the user's and the machine's git settings
are not read. Files that git keeps elsewhere (LFS) come as the small pointers that the tree holds."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast
from urllib.parse import urlsplit, urlunsplit

from guildmark.contents import CHUNK, Spool
from guildmark.errors import AskedWrongly, NotFound, SubjectError, Unreachable
from guildmark.manifest import printable
from guildmark.material import Given, Material, Opening

TITLE = "A git repository at a branch, a tag or a commit"
EXAMPLE = "git:https://github.com/snakers4/silero-vad@v6.2.1"

SECONDS = 900.0
"""How long git may take to fetch."""
TREE = 256 << 20
LINK = 1 << 16

_SCHEMES = ("https", "ssh", "git", "file")
_REVISION = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./+-]*")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SSH = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//).+")
_SETTINGS = {
    "protocol.ext.allow": "never",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.symlinks": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}


class _Asked(NamedTuple):
    """A repository and a revision. `url` holds its credentials, `shown` does not."""

    url: str
    revision: str

    @property
    def shown(self) -> str:
        parts = urlsplit(self.url)
        if not parts.scheme or "@" not in parts.netloc or parts.scheme == "ssh":
            return self.url
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    @property
    def is_local(self) -> bool:
        return self.url.startswith("file:")

    @property
    def name(self) -> str:
        return re.split("[/:]", self.url.rstrip("/"))[-1].removesuffix(".git") or "repository"


class _Entry(NamedTuple):
    """A line of git's tree."""

    mode: str
    sha: str
    size: int
    path: bytes


def deliver(rest: str, opening: Opening) -> Material:
    """The files of the tree at a revision, the remote's own default where none is named."""
    asked = _asked(rest)
    with tempfile.TemporaryDirectory(prefix="guildmark-git-") as folder:
        repository = _Repository(folder, asked, opening)
        commit = repository.fetch()
        files = tuple(repository.files(commit))
    return Material(asked.name, _purl(asked, commit), files, whole=True)


def from_purl(purl: str) -> str | None:
    """`URL@REV` of a `pkg:github` purl, or of any purl's `vcs_url` of git where its type is generic."""
    from packageurl import PackageURL

    try:
        asked = PackageURL.from_string(purl)
    except ValueError:
        return None
    if asked.subpath:
        return None
    if asked.type == "github" and asked.namespace and not asked.qualifiers:
        url = f"https://github.com/{asked.namespace}/{asked.name}"
        return f"{url}@{asked.version}" if asked.version else url
    address = asked.qualifiers.get("vcs_url", "") if isinstance(asked.qualifiers, dict) else ""
    return address.removeprefix("git+") if asked.type == "generic" and address.startswith("git+") else None


def _asked(rest: str) -> _Asked:
    """Split at the `@` of the path, for the one before it names a user; raises AskedWrongly."""
    if rest.startswith("-") or not rest.isprintable():
        raise AskedWrongly(f"git:{printable(rest)} names no repository", f"write it like {EXAMPLE}")
    if "://" in rest:
        start = rest.find("/", rest.index("://") + 3)
        url, revision = _split(rest, max(start, 0))
        if urlsplit(url).scheme not in _SCHEMES:
            raise AskedWrongly(f"git does not fetch {rest} safely", f"use one of {', '.join(_SCHEMES)}")
    elif os.path.exists(rest):
        url, revision = Path(rest).resolve().as_uri(), "HEAD"
    elif _SSH.fullmatch(rest) and "::" not in rest:
        url, revision = _split(rest, rest.index(":"))
    else:
        path, revision = _split(rest, 0)
        if "::" in rest or not os.path.exists(path):
            raise NotFound(f"there is no repository at {path}", f"give a folder or write it like {EXAMPLE}")
        url = Path(path).resolve().as_uri()
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise AskedWrongly(f"{revision} names no revision", "give a branch, a tag or a commit")
    return _Asked(url, revision)


def _split(rest: str, start: int) -> tuple[str, str]:
    path, at, revision = rest[start:].rpartition("@")
    return (rest[:start] + path, revision) if at else (rest, "HEAD")


def _purl(asked: _Asked, commit: str) -> str | None:
    """Where anyone can get it; None for a repository that only this machine has."""
    from packageurl import PackageURL

    if asked.is_local:
        return None
    parts = urlsplit(asked.shown)
    owner, _, name = parts.path.strip("/").removesuffix(".git").partition("/")
    if parts.hostname == "github.com" and owner and name and "/" not in name:
        return PackageURL("github", owner, name, commit).to_string()
    address = {"vcs_url": f"git+{asked.shown}@{commit}"}
    return PackageURL("generic", None, asked.name, commit, address).to_string()


class _Repository:
    """An empty repository in a temporary folder, that one revision is fetched into."""

    def __init__(self, folder: str, asked: _Asked, opening: Opening) -> None:
        self._folder = folder
        self._asked = asked
        self._opening = opening

    def fetch(self) -> str:
        """Fetch the one commit; its full sha."""
        self._git("init", "--quiet", "--bare", "--template=", ".")
        words = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-commit-graph")
        self._git(*words, "--end-of-options", self._asked.url, self._asked.revision)
        return self._git("rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}").decode().strip()

    def files(self, commit: str) -> Iterator[Given]:
        """Every file of the tree, its bytes in a spool that outlives this repository."""
        tree = self._git("ls-tree", "-r", "-z", "-l", "--full-tree", commit)
        entries = [_entry(line) for line in tree.split(b"\0") if line]
        blobs = [entry for entry in entries if entry.mode != "160000"]
        if sum(entry.size for entry in blobs) > self._opening.limits.expansion:
            raise self._too_large()
        spool, starts = Spool(), {}
        with self._objects() as objects:
            for entry in blobs:
                if entry.sha not in starts:
                    starts[entry.sha] = spool.size
                    _copy(objects, entry, spool)
        plain = {entry.path for entry in blobs if entry.mode != "120000"}
        for entry in entries:
            path = printable(entry.path)
            if entry.mode == "160000":
                yield Given(path, None, 0, unread="a submodule, not fetched")
                continue
            contents = spool.part(starts[entry.sha], entry.size)
            if entry.mode == "120000":
                yield _link(entry.path, contents.at(0, LINK), plain)
            else:
                yield Given(path, contents, entry.size)

    def _git(self, *words: str) -> bytes:
        """What git prints; raises NotFound and Unreachable with what it says."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            process = self._start(words, subprocess.DEVNULL, out, errors)
            try:
                status = self._watch(process)
            finally:
                _stop(process)
            if status:
                errors.seek(0)
                raise self._failed(errors.read(1 << 16).decode("utf-8", "replace"))
            out.seek(0)
            return out.read(TREE)

    def _objects(self) -> "_Objects":
        return _Objects(self._start(("cat-file", "--batch"), subprocess.PIPE, subprocess.PIPE, subprocess.DEVNULL))

    def _start(
        self, words: tuple[str, ...], given: int, out: int | IO[bytes], errors: int | IO[bytes]
    ) -> subprocess.Popen[bytes]:
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = ["git", *settings, *words]
        try:
            return subprocess.Popen(
                command, cwd=self._folder, env=_environment(), stdin=given, stdout=out, stderr=errors, process_group=0
            )
        except OSError as error:
            raise SubjectError(f"git could not be started: {error.strerror}", "install git") from error

    def _watch(self, process: subprocess.Popen[bytes]) -> int:
        """Wait, while it keeps within the bounds on time and on what it stores."""
        began = time.monotonic()
        while True:
            try:
                return process.wait(0.02 if time.monotonic() - began < 1 else 0.5)
            except subprocess.TimeoutExpired:
                stored = _stored(self._folder)
            if self._opening.progress:
                self._opening.progress(f"fetch {self._asked.name}", stored, 0)
            if stored > self._opening.limits.expansion:
                raise self._too_large()
            if time.monotonic() - began > SECONDS:
                raise Unreachable(f"{self._asked.shown} was not fetched in {SECONDS:.0f} seconds", "try again later")

    def _too_large(self) -> SubjectError:
        limit = self._opening.limits.expansion
        return SubjectError(f"{self._asked.shown} holds more than {limit} bytes", "raise --limit expansion=BYTES")

    def _failed(self, said: str) -> SubjectError:
        said = said.replace(self._asked.url, self._asked.shown)
        lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:", "ssh:"))]
        what = f"{self._asked.shown} could not be fetched at {self._asked.revision}"
        says = f"{what}: {(lines or ['git gave no reason'])[0]}"
        if _SHA.fullmatch(self._asked.revision) and "not our ref" in said:
            return NotFound(says, "the server gives only commits that a branch or tag points at: name one")
        if "couldn't find remote ref" in said:
            return NotFound(says, "give a branch, a tag or a full commit")
        if "does not appear to be a git repository" in said or "not found" in said:
            return NotFound(says, "check the address")
        return Unreachable(says, "check the address and the network; nobody is asked for a password")


class _Objects:
    """A running `git cat-file --batch`: asked for an object, it writes a header and the bytes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._ask = cast(IO[bytes], process.stdin)
        self._answer = cast(IO[bytes], process.stdout)

    def __enter__(self) -> "_Objects":
        return self

    def __exit__(self, *_: object) -> None:
        _stop(self._process)
        self._ask.close()
        self._answer.close()

    def pieces(self, sha: str, size: int) -> Iterator[bytes]:
        """The bytes of a blob, whose size the tree stated."""
        self._ask.write(sha.encode() + b"\n")
        self._ask.flush()
        header = self._answer.readline(200).split()
        if header[1:] != [b"blob", str(size).encode()]:
            raise SubjectError(f"git does not give the object {sha}", "fetch it anew")
        while size:
            data = self._answer.read(min(CHUNK, size))
            if not data:
                raise SubjectError(f"git gave a part of the object {sha}", "fetch it anew")
            size -= len(data)
            yield data
        self._answer.read(1)


def _copy(objects: _Objects, entry: _Entry, spool: Spool) -> None:
    for data in objects.pieces(entry.sha, entry.size):
        spool.write(data)


def _link(path: bytes, target: bytes, plain: set[bytes]) -> Given:
    """A link to a file of the same tree is that file, which is read as itself; any other is not read."""
    inside = os.path.normpath(os.path.join(os.path.dirname(path), target)) in plain
    unread = "" if inside else f"a link to {printable(target)}, not followed"
    return Given(printable(path), None, 0, unread=unread, link=os.fsdecode(target))


def _entry(line: bytes) -> _Entry:
    """`mode type sha size TAB path`; the size of a submodule is `-`."""
    facts, _, path = line.partition(b"\t")
    mode, _, sha, size = facts.decode("ascii").split()
    return _Entry(mode, sha, 0 if size == "-" else int(size), path)


def _stored(folder: str) -> int:
    """How much git keeps so far: one pack, as the fetch is of one commit."""
    total = 0
    for path in Path(folder, "objects", "pack").glob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # git renames it while we look
            continue
    return total


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started (ssh, a remote helper); harmless where it has ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    """No settings but ours, no question to the user; how to reach a network stays as the user set it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or "SSH" in name}
    kept |= {name: os.environ[name] for name in ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH") if name in os.environ}
    return {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ALLOW_PROTOCOL": ":".join(_SCHEMES),
        "LC_ALL": "C",
    }
