"""The one door to HTTP, and the downloads behind it, kept by digest; what an answer means stays out."""

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from guildmark import late
from guildmark.contents import CHUNK, Contents, OnDisk, sha256
from guildmark.errors import ContentsError, GuildmarkError, NotFound, SubjectError, Unreachable
from guildmark.records import Listing

if TYPE_CHECKING:
    import requests

ATTEMPTS = 3
PAUSE = 1.0
"""Seconds before the second attempt; the third waits four times as long."""
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes."""
GRACE, SLOWEST = 60.0, 1024
"""After so many seconds an answer that brought fewer bytes a second is given up."""
REDIRECTS = 5
PAGE = 64 << 20
STALE = 24 * 3600

_BUSY = (408, 425, 429, 500, 502, 503, 504)
_DENIED = (401, 403, 407)
_GONE = (404, 410)
_WRAPPER = late.compile(r"^<?[\w.]+\(.*?\)>?: ")

Progress = Callable[[str, int, int], None]
Headers = Mapping[str, str]
Answer = TypeVar("Answer")


def now() -> str:
    """This moment, RFC 3339 in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Page(NamedTuple):
    """An answer that fits in memory. `base` is where redirects led, for relative links."""

    where: str
    base: str
    body: bytes
    asked_at: str

    def listing(self, name: str) -> Listing:
        """The record of this answer, as a listing called `name`."""
        return Listing(name, self.where, self.asked_at, len(self.body), hashlib.sha256(self.body).hexdigest())


class Door:
    """Asks by HTTPS, HTTP or `file:`: bounded in bytes and time, again where a place is busy or breaks off.

    Certificates are judged by the operating system's trust store; proxies come from the environment.
    Raises NotFound and Unreachable; neither shows credentials."""

    def __init__(
        self,
        *,
        cache: str | None = None,
        progress: Progress | None = None,
        limit: int = 20_000_000_000,
        clock: Callable[[], str] = now,
    ) -> None:
        self._folder = cache
        self._progress = progress
        self._limit = limit
        self._clock = clock
        self._credentials: dict[tuple[str, str], tuple[str, str]] = {}
        self._sessions: dict[int, requests.Session] = {}

    def sign_in(self, url: str) -> str:
        """`url` without its credentials, which are used from now on for the host that it names."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        if parts.username is not None:
            signed = unquote(parts.username), unquote(parts.password or "")
            self._credentials[parts.scheme, host] = signed
        return urlunsplit(parts._replace(netloc=host))

    def page(self, url: str, headers: Headers | None = None, limit: int = PAGE) -> Page:
        """What stands at `url`, at most `limit` bytes of it."""
        url, asked_at = self.sign_in(url), self._clock()
        if url.startswith("file:"):
            return Page(url, url, _local_page(url, limit), asked_at)

        def use(answer: "requests.Response") -> Page:
            pieces = _bounded(answer.iter_content(CHUNK), limit, url)
            return Page(url, answer.url, b"".join(pieces), asked_at)

        return self._ask(url, headers or {}, use)

    def file(self, url: str, label: str, published: str | None = None, headers: Headers | None = None) -> Contents:
        """The file at `url`, from the cache where its `published` sha256 lies there.

        A file whose digest is another than the published one is handed over as it came."""
        url = self.sign_in(url)
        if url.startswith("file:"):
            return _local_file(url)
        kept = os.path.join(self._files, published or "")
        if published and _has_digest(kept, published):
            return OnDisk(kept)

        def use(answer: "requests.Response") -> str:
            total = int(answer.headers.get("Content-Length", "0"))
            if total > self._limit:
                raise _too_large(url, self._limit)
            return self._keep(_bounded(_undecoded(answer), self._limit, url), label, total)

        # A .tar.gz that a server also calls gzip-encoded must arrive as the bytes that were published.
        return OnDisk(self._ask(url, {**(headers or {}), "Accept-Encoding": "identity"}, use))

    def part(self, url: str, offset: int, length: int, headers: Headers) -> tuple[bytes, str]:
        """`length` bytes from `offset`, and the address that redirects led to."""

        def use(answer: "requests.Response") -> tuple[bytes, str]:
            if answer.status_code != 206 or not answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
                raise ContentsError(f"{_shown(url)} does not serve parts of a file", "ask for all of it: --full")
            data = b"".join(_bounded(_undecoded(answer), length, url))
            return data, answer.url

        span = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        return self._ask(url, {**headers, **span}, use)

    def _ask(self, url: str, headers: Headers, use: "Callable[[requests.Response], Answer]") -> Answer:
        import requests
        import urllib3

        failure: Exception | None = None
        says = ""
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE * 4 ** (attempt - 1) if attempt else 0)
            try:
                with self._get(url, headers) as answer:
                    if answer.status_code not in _BUSY:
                        _refuse(url, answer)
                        return use(answer)
                    says = f"answered {answer.status_code} {answer.reason}"
            except (requests.TooManyRedirects, requests.exceptions.InvalidURL, ValueError) as error:
                raise Unreachable(f"{_shown(url)} leads nowhere: {_said(error)}", "check the address") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                failure, says = error, f"did not answer: {_said(error)}"
        raise Unreachable(f"{_shown(url)} {says}", "check the network or try again later") from failure

    def _get(self, url: str, headers: Headers) -> "requests.Response":
        parts = urlsplit(url)
        signed = self._credentials.get((parts.scheme, parts.netloc))
        return self._session.get(url, headers=headers, auth=signed, stream=True, timeout=TIMEOUT)

    @property
    def _session(self) -> "requests.Session":
        """A session of this process: connections must not be shared with a worker that was forked."""
        if os.getpid() not in self._sessions:
            self._sessions[os.getpid()] = new_session()
        return self._sessions[os.getpid()]

    @cached_property
    def _files(self) -> str:
        folder = os.path.join(self._folder or user_cache(), "files")
        try:
            os.makedirs(folder, exist_ok=True)
            _drop_stale(folder)
        except OSError as error:
            raise _no_room(folder, error) from error
        return folder

    def _keep(self, pieces: Iterator[bytes], label: str, total: int) -> str:
        """Write the pieces to the cache; the path, which ends in their sha256."""
        hasher, done = hashlib.sha256(), 0
        try:
            descriptor, part = tempfile.mkstemp(suffix=".part", dir=self._files)
        except OSError as error:
            raise _no_room(self._files, error) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    _write(file, piece, self._files)
                    hasher.update(piece)
                    done += len(piece)
                    if self._progress:
                        self._progress(label, done, total)
            path = os.path.join(self._files, hasher.hexdigest())
            os.replace(part, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise
        return path


def user_cache() -> str:
    """Where a user's caches belong: the XDG base directory specification, or Apple's guidelines."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/guildmark")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "guildmark")


def new_session() -> "requests.Session":
    """A session that judges certificates by the operating system's trust store, and goes by few redirects."""
    import ssl

    import requests
    import truststore
    from requests.adapters import HTTPAdapter

    class Trusting(HTTPAdapter):
        """Judges certificates by the operating system's trust store."""

        def init_poolmanager(self, *words: Any, **named: Any) -> Any:
            return super().init_poolmanager(*words, ssl_context=context, **named)

        def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
            return super().proxy_manager_for(proxy, ssl_context=context, **named)

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            if verify is not True:  # where it is, requests would add its own list of authorities
                super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    session = requests.Session()
    session.mount("https://", Trusting())
    session.max_redirects = REDIRECTS
    session.headers["User-Agent"] = "guildmark"
    return session


def _refuse(url: str, answer: "requests.Response") -> None:
    says = f"{answer.status_code} {answer.reason}"
    if url.startswith("https:") and not answer.url.startswith("https:"):
        raise Unreachable(f"{_shown(url)} leads to an address that is not encrypted", "ask the place's owner")
    if answer.status_code in _GONE:
        raise NotFound(f"there is nothing at {_shown(url)}: {says}", "check the spelling")
    if answer.status_code in _DENIED:
        raise Unreachable(f"{_shown(url)} may not be read: {says}", "give credentials that may")
    if not 200 <= answer.status_code < 300:
        raise Unreachable(f"{_shown(url)} answered {says}", "check the address")


def _bounded(pieces: Iterator[bytes], limit: int, url: str) -> Iterator[bytes]:
    """The pieces, while they keep within `limit` bytes and do not crawl."""
    began, done = time.monotonic(), 0
    for piece in pieces:
        done += len(piece)
        if done > limit:
            raise _too_large(url, limit)
        passed = time.monotonic() - began
        if passed > GRACE and done < passed * SLOWEST:
            raise Unreachable(f"{_shown(url)} sends fewer than {SLOWEST} bytes a second", "try again later")
        yield piece


def _too_large(url: str, limit: int) -> Unreachable:
    return Unreachable(f"{_shown(url)} is larger than {limit} bytes", "raise --limit expansion=BYTES")


def _undecoded(answer: "requests.Response") -> Iterator[bytes]:
    pieces: Iterator[bytes] = answer.raw.stream(CHUNK, decode_content=False)
    return pieces


def _local_path(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise NotFound(f"{url} names another machine", "write file:///path")
    return os.path.realpath(unquote(parts.path))


def _local_page(url: str, limit: int) -> bytes:
    path = _local_path(url)
    return _local(os.path.join(path, "index.html") if os.path.isdir(path) else path).at(0, limit)


def _local_file(url: str) -> Contents:
    return _local(_local_path(url))


def _local(path: str) -> Contents:
    try:
        return OnDisk(path)
    except ContentsError as error:
        raise NotFound(f"there is nothing to read at {path}: {error.says}", "check the path") from error


def _has_digest(path: str, published: str) -> bool:
    """A file that was harmed in the cache must not be taken for a lie of the index."""
    try:
        return sha256(OnDisk(path)) == published
    except GuildmarkError:
        return False


def _drop_stale(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".part"):
                with contextlib.suppress(OSError):  # another Guildmark may have dropped it
                    if time.time() - entry.stat().st_mtime > STALE:
                        os.unlink(entry.path)


def _write(file: Any, piece: bytes, folder: str) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise _no_room(folder, error) from error


def _no_room(folder: str, error: OSError) -> SubjectError:
    return SubjectError(f"nothing can be kept in {folder}: {error.strerror}", "set GUILDMARK_CACHE to a roomier folder")


def _shown(url: str) -> str:
    """An address for people: what is signed stands in the query."""
    return url.partition("?")[0]


def _said(error: BaseException) -> str:
    """The plain reason at the end of a chain of wrapped errors."""
    while True:
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException):
            return type(error).__name__ if inner is None else _WRAPPER.sub("", str(inner))[:200]
        error = inner
