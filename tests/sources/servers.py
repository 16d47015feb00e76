"""Servers on this machine that speak as a package index and as a model hub do."""

import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback import running


class Asked(NamedTuple):
    """One request."""

    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]


class Reply(NamedTuple):
    """One answer. A body that is shorter than `promised` breaks off."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    promised: int | None = None


class Server:
    """Answers as `answer` says, and remembers what it was asked and how many bytes it served."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.served = 0
        self.url = ""

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


class _Threads(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # whom we kept waiting has left
            super().handle_error(request, client_address)


@contextmanager
def serving(answer: Callable[[Asked], Reply]) -> Iterator[Server]:
    """A server that runs while the block does."""
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                unquote(parts.path),
                parse_qs(parts.query),
                {name.title(): value for name, value in self.headers.items()},
            )
            server.asked.append(asked)
            reply = server.answer(asked)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.promised is None else reply.promised))
            self.close_connection = reply.promised is not None
            server.served += len(reply.body)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *words: object) -> None:
            pass

    http = _Threads(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}"
    with running(http):
        yield server


class Project:
    """A project of a package index, whose files are made of their own names."""

    JSON = "application/vnd.pypi.simple.v1+json"

    def __init__(self, name: str, *filenames: str, html_only: bool = False) -> None:
        self.name = name
        self.files = {filename: f"the bytes of {filename}".encode() for filename in filenames}
        self.stated: dict[str, dict[str, Any]] = {filename: {} for filename in filenames}
        self.html_only = html_only
        self.more: dict[str, Any] = {}

    def state(self, filename: str, **stated: Any) -> None:
        """Let the page say something of a file."""
        self.stated[filename].update(stated)

    def sha256(self, filename: str) -> str:
        return hashlib.sha256(self.files[filename]).hexdigest()

    def json(self) -> bytes:
        files = [
            {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": self.sha256(name)}, **stated}
            for name, stated in self.stated.items()
        ]
        return json.dumps({"files": files, "meta": {"api-version": "1.4"}, "name": self.name, **self.more}).encode()

    def html(self) -> bytes:
        lines = [
            f'<a href="../../files/{name}#sha256={self.sha256(name)}"{_yanked(stated)}>{name}</a><br>'
            for name, stated in self.stated.items()
        ]
        head = '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>'
        return (head + "\n".join(lines) + "</body></html>").encode()

    def answer(self, asked: Asked) -> Reply:
        """Answer as an index with this one project does."""
        if asked.path == f"/simple/{self.name}/":
            if self.JSON in asked.headers.get("Accept", "") and not self.html_only:
                return Reply(body=self.json(), headers={"Content-Type": self.JSON})
            return Reply(body=self.html(), headers={"Content-Type": "text/html"})
        body = self.files.get(asked.path.removeprefix("/files/"))
        return Reply(404) if body is None else Reply(body=body)


def _yanked(stated: dict[str, Any]) -> str:
    reason = stated.get("yanked", False)
    return "" if reason is False else f' data-yanked="{"" if reason is True else reason}"'


class NpmPackage:
    """A package of a registry of npm, whose tarballs are made of their own names."""

    def __init__(self, name: str, *versions: str) -> None:
        self.name = name
        self.tags = {"latest": versions[-1]}
        self.tarballs = {f"{name.rpartition('/')[2]}-{version}.tgz": version for version in versions}
        self.stated: dict[str, dict[str, Any]] = {version: {} for version in versions}
        self.home = "https://elsewhere.invalid"
        self.token = ""

    def body(self, filename: str) -> bytes:
        return f"the bytes of {filename}".encode()

    def packument(self) -> bytes:
        versions = {}
        for filename, version in self.tarballs.items():
            integrity = base64.b64encode(hashlib.sha512(self.body(filename)).digest()).decode()
            dist = {"tarball": f"{self.home}/{self.name}/-/{filename}", "integrity": f"sha512-{integrity}"}
            versions[version] = {"name": self.name, "version": version, "dist": dist, **self.stated[version]}
        return json.dumps({"name": self.name, "dist-tags": self.tags, "versions": versions}).encode()

    def answer(self, asked: Asked) -> Reply:
        """Answer as a mirror does: it serves the tarballs, and names another place as their home."""
        if self.token and asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Reply(401)
        if asked.path == f"/npm/{self.name}":
            return Reply(body=self.packument(), headers={"Content-Type": "application/json"})
        filename = asked.path.removeprefix(f"/npm/{self.name}/-/")
        return Reply(body=self.body(filename)) if filename in self.tarballs else Reply(404)


class Sparse:
    """A file of `size` bytes that holds `head`, then zeros, then `tail`, and takes no room."""

    def __init__(self, head: bytes, size: int | None = None, tail: bytes = b"") -> None:
        self.head = head
        self.tail = tail
        self.size = len(head) + len(tail) if size is None else size

    def part(self, start: int, end: int) -> bytes:
        end = min(end, self.size)
        data = self.head[start:end]
        zeros = min(end, self.size - len(self.tail)) - start - len(data)
        data += bytes(max(0, zeros))
        return data + self.tail[start + len(data) - (self.size - len(self.tail)) :][: end - start - len(data)]


class Hub:
    """One repository of a model hub: what it is, its tree, and its files, large ones behind a redirect."""

    SHA = "5f0b02c75b57c5855da9ae460ce51323ea669d8a"

    def __init__(
        self, name: str, files: Mapping[str, Sparse], stored: tuple[str, ...] = (), kind: str = "models"
    ) -> None:
        self.name = name
        self.files = files
        self.stored = stored
        self.kind = kind
        self.gated: bool | str = False
        self.token = ""
        self.cdn = ""
        self.page = 1000

    def sha256(self, path: str) -> str:
        """A digest that is only stated: nobody can read 5 GB of zeros in a test."""
        return hashlib.sha256(path.encode()).hexdigest()

    def answer(self, asked: Asked) -> Reply:
        api = f"/api/{self.kind}/{self.name}"
        prefix = f"/{self.name}" if self.kind == "models" else f"/{self.kind}/{self.name}"
        if asked.path in (api, f"{api}/revision/main", f"{api}/revision/{self.SHA}"):
            return _json({"id": self.name, "sha": self.SHA, "private": False, "gated": self.gated, "tags": []})
        if asked.path == f"{api}/tree/{self.SHA}":
            return self._tree(asked)
        if asked.path.startswith(f"{api}/revision/"):
            return Reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        if asked.path.startswith(f"{prefix}/resolve/{self.SHA}/"):
            return self._resolve(asked, asked.path.removeprefix(f"{prefix}/resolve/{self.SHA}/"))
        if asked.path.startswith("/cdn/"):
            return _part(asked, self.files[asked.path.removeprefix("/cdn/")])
        return Reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _tree(self, asked: Asked) -> Reply:
        start = int(asked.query.get("cursor", ["0"])[0])
        entries = [self._entry(path) for path in sorted(self.files)]
        reply = _json(
            [{"type": "directory", "path": "folder", "size": 0, "oid": "0" * 40}, *entries[start:]][: self.page]
        )
        following = start + self.page - 1
        if following >= len(entries):
            return reply
        link = f"http://{asked.headers['Host']}{asked.path}?recursive=true&cursor={following}"
        return reply._replace(headers={**reply.headers, "Link": f'<{link}>; rel="next"'})

    def _entry(self, path: str) -> dict[str, Any]:
        entry = {"type": "file", "path": path, "size": self.files[path].size, "oid": "a" * 40}
        if path in self.stored:
            entry["lfs"] = {"oid": self.sha256(path), "size": entry["size"], "pointerSize": 135}
        return entry

    def _resolve(self, asked: Asked, path: str) -> Reply:
        if self.token and asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Reply(401, b"", {"X-Error-Code": "GatedRepo"})
        if path in self.stored:
            return Reply(302, b"", {"Location": f"{self.cdn}/cdn/{path}?signed=1"})
        return _part(asked, self.files[path])


def _part(asked: Asked, file: Sparse) -> Reply:
    span = asked.headers.get("Range", "")
    if not span:
        return Reply(body=file.part(0, file.size))
    start, _, end = span.removeprefix("bytes=").partition("-")
    body = file.part(int(start), int(end) + 1)
    return Reply(206, body, {"Content-Range": f"bytes {start}-{int(start) + len(body) - 1}/{file.size}"})


def _json(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
