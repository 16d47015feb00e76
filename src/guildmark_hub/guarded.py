"""The one way from this hub to addresses that people name: the public web alone, bounded in bytes and in time.

An address is checked when it is saved and again at every fetch, redirects included. A name is looked up once, every
address that it has must be public, and the connection goes to an address that was checked, so that nothing can change
in between. No proxies, no cookies, no credentials, nothing unpacked. Tests ask this machine by `settings.LOOPBACK`."""

import contextlib
import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

import truststore
from django.conf import settings

from guildmark import plain
from guildmark.errors import AskedWrongly, Unreachable

LONGEST = 1000
PORTS = (443, 8443)
"""Where HTTPS is served; behind other ports stand other services."""
REDIRECTS = 3
HEAD = 16 << 10
"""Bytes of all lines before a body, whatever is said in them."""
LOOKUP = 5.0
"""Seconds for a name to be looked up."""
ASKED_AT_ONCE = 16
"""Names that are looked up at the same time."""
TRIED, CONNECT = 4, 5.0
"""Addresses of one name that are tried, and seconds for one to take the call."""
MOVED = (301, 302, 303, 307, 308)
AGENT = "guildmark-hub"
THIS = ("localhost", "127.0.0.1")
"""This machine, where it may be asked."""

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>(?:/[a-z0-9._~:/?@!$&'()*+,;=%\[\]-]*|\?[a-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?)(?:#.*)?",
    re.IGNORECASE | re.ASCII,
)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])", re.ASCII)
_OWN = ("localhost", "local", "internal", "invalid", "onion", "arpa", "lan", "home", "corp", "intranet", "private")
"""Ends of names that stand for no machine of the public web: RFC 6761, RFC 6762, RFC 7686, and what ICANN left free."""
_CLOSED = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""IANA's special-purpose addresses, those that carry others within (6to4, Teredo), and where a cloud answers its own
machines; Pythons differ in which of them they know."""
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA gives out of IPv6."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOOKING = threading.BoundedSemaphore(ASKED_AT_ONCE)
_HOW = "give an address of the public web, as https://example.org/file"


class Answer(NamedTuple):
    """What an address said: its headers by their names in lower case, and the address that redirects led to."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


class Place(NamedTuple):
    """An address in its parts, `host` in lower case."""

    address: str
    secure: bool
    host: str
    port: int
    path: str


class _End(NamedTuple):
    """Where a connection goes: one looked-up address."""

    family: int
    at: tuple[Any, ...]


def check(address: str) -> None:
    """Whether an address may be saved; raises AskedWrongly where it is not one of the public web."""
    place = read(address)
    try:
        _ends(place, time.monotonic() + LOOKUP)
    except Unreachable as error:
        raise AskedWrongly(error.says, error.hint) from error


def get(address: str, most: int, seconds: float) -> Answer:
    """What stands at an address, at most so many bytes in at most so many seconds in all; redirects are followed.

    Raises AskedWrongly where it, or what it leads to, is no address of the public web, Unreachable where nothing
    answers, or more, or too slowly."""
    until, before = time.monotonic() + seconds, ""
    for _ in range(REDIRECTS + 1):
        try:
            found = _ask(read(address), "GET", b"", {}, most, until)
        except AskedWrongly as error:
            raise _led_astray(before, error) if before else error from error
        target = found.headers.get("location", "")
        if found.status not in MOVED or not target:
            return _whole(found, most)
        before, address = address, _next(address, target)
    raise Unreachable(f"{_told(before)} leads on once more than {REDIRECTS} times", "give the address that it ends at")


def post(address: str, body: bytes, headers: Mapping[str, str], most: int = 16 << 10, seconds: float = 15.0) -> Answer:
    """Hand `body` over; of what is answered the first `most` bytes are kept. A redirect is not followed: what was
    meant for one address is not handed to another. Raises like `get`."""
    found = _ask(read(address), "POST", body, headers, most, time.monotonic() + seconds)
    return found._replace(body=found.body[:most])


def read(address: str) -> Place:
    """The parts of an address, by its text alone; raises AskedWrongly where no public name can stand in it."""
    if len(address) > LONGEST:
        raise AskedWrongly(f"an address has at most {LONGEST} characters", _HOW)
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise AskedWrongly(f"{_told(address)} is no plain address of the web", _HOW)
    secure, host = match["scheme"].lower() == "https", match["host"].lower()
    port = int(match["port"] or (443 if secure else 80))
    path = match["rest"] if match["rest"].startswith("/") else f"/{match['rest']}"
    if not (settings.LOOPBACK and host in THIS):
        _named(host)
        if not secure:
            raise AskedWrongly(f"{_told(address)} is not encrypted", "give an address that begins with https://")
        if port not in PORTS:
            raise AskedWrongly(f"port {port} is none of {PORTS[0]} and {PORTS[1]}", "serve it on one of those")
    return Place(address.partition("#")[0], secure, host, port, path)


def _named(host: str) -> None:
    """Raises AskedWrongly where a host is an IP in any spelling, has no dot, or ends as no public name does."""
    if len(host) > 253 or not _NAME.fullmatch(host) or host.rpartition(".")[2] in _OWN:
        says = f"{plain.name(host, 80)} is not the name of a machine on the public internet"
        raise AskedWrongly(says, f"{_HOW}: a name with a dot, no number and no dot at its end")


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet: given out, for one machine, and carrying no other within."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    if found in _NAT64:
        found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id or found not in _UNICAST):
        return False
    return found.is_global and not found.is_multicast and not any(found in net for net in _CLOSED)


def _ends(place: Place, until: float) -> list[_End]:
    """The addresses of a place's name, all of which are public. That a name is not there, and that it lies on a
    private net, is said in the same words: whoever asks learns nothing of the hub's own net."""
    found = _looked_up(place.host, place.port, until)
    if settings.LOOPBACK and place.host in THIS and all(one.at[0] in ("127.0.0.1", "::1") for one in found):
        return found
    if not found or not all(is_public(str(one.at[0])) and not any(one.at[3:]) for one in found):
        raise AskedWrongly(f"no machine of the public internet is called {place.host}", _HOW)
    return found[:TRIED]


def _looked_up(host: str, port: int, until: float) -> list[_End]:
    """What the name server says, in bounded time: the lookup itself knows none, so it is left behind.

    The dot at the end keeps the resolver from trying the name within the hub's own domain."""
    name = host if host in THIS else f"{host}."
    found: list[_End] = []
    ended = threading.Event()

    def look() -> None:
        try:
            with contextlib.suppress(OSError, UnicodeError):
                for family, _, _, _, at in socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM, socket.IPPROTO_TCP):
                    found.append(_End(family, at))
            ended.set()
        finally:
            _LOOKING.release()

    until = min(until, time.monotonic() + LOOKUP)
    if not _LOOKING.acquire(timeout=max(0.0, until - time.monotonic())):
        raise Unreachable("too many names are looked up at once", "try again in a minute")
    threading.Thread(target=look, name="lookup", daemon=True).start()
    if not ended.wait(max(0.0, until - time.monotonic())):
        raise Unreachable(f"the name {host} is not answered in time", "try again in a minute")
    return found


def _next(address: str, target: str) -> str:
    """Where a redirect leads; raises AskedWrongly where it leads out of HTTPS, or nowhere."""
    try:
        led = urljoin(address, target)
    except ValueError as error:
        raise AskedWrongly(f"{_told(address)} leads on to nothing that is an address", "mend the redirect") from error
    if address.lower().startswith("https:") and led.lower().startswith("http:"):
        raise _led_astray(address, AskedWrongly(f"{_told(led)} is not encrypted"))
    return led


def _led_astray(before: str, error: AskedWrongly) -> AskedWrongly:
    says = f"{_told(before)} leads on to an address that is not asked: {error.says}"
    return AskedWrongly(says, "let it answer by itself, or lead on to the public web")


def _whole(found: Answer, most: int) -> Answer:
    """Raises Unreachable where an answer is more than was asked for, or packed."""
    if len(found.body) > most:
        raise Unreachable(f"{_told(found.address)} is larger than {plain.size(most)}", "let it be smaller")
    if found.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Unreachable(f"{_told(found.address)} answers packed, and was asked not to", "let it be sent as it is")
    return found


def _ask(place: Place, method: str, body: bytes, headers: Mapping[str, str], most: int, until: float) -> Answer:
    """One request and its answer, with at most one byte more than `most`."""
    failure: Exception | None = None
    for end in _ends(place, until):
        line = _Line(place, end, until)
        try:
            line.connect()
        except OSError as error:
            failure = error
            continue
        try:
            return _exchanged(line, place, method, body, headers, most)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"{_told(place.address)} {_why(error)}", "try again later") from error
        finally:
            line.end()
    says = _why(failure) if failure else "cannot be reached"
    raise Unreachable(f"{_told(place.address)} {says}", "try again later") from failure


def _exchanged(line: "_Line", place: Place, method: str, body: bytes, headers: Mapping[str, str], most: int) -> Answer:
    line.putrequest(method, place.path, skip_accept_encoding=True)
    line.putheader("Accept-Encoding", "identity")
    line.putheader("User-Agent", AGENT)
    line.putheader("Connection", "close")
    for name, value in headers.items():
        line.putheader(name, value)
    if method == "POST":
        line.putheader("Content-Length", str(len(body)))
    line.endheaders(body or None)
    answer = line.getresponse()
    line.allow(HEAD + 8 * most)  # pieces of an answer that comes in chunks are framed
    data = b"".join(_pieces(answer, most + 1))
    if answer.length and len(data) <= most:
        raise http.client.IncompleteRead(data)
    named: dict[str, str] = {}
    for name, value in answer.getheaders():
        named.setdefault(name.lower(), value)
    return Answer(answer.status, named, data, place.address)


def _pieces(answer: http.client.HTTPResponse, most: int) -> Iterator[bytes]:
    while most > 0 and (piece := answer.read(min(most, 1 << 16))):
        most -= len(piece)
        yield piece


class _Line(http.client.HTTPConnection):
    """A connection to one looked-up address, under the name that was asked for; it ends when its time does."""

    def __init__(self, place: Place, end: _End, until: float) -> None:
        super().__init__(place.host, place.port)
        self.default_port = 443 if place.secure else 80
        self._end, self._until, self._secure = end, until, place.secure
        self._timed: _Timed | None = None

    def connect(self) -> None:
        """Raises OSError."""
        plain_socket = socket.socket(self._end.family, socket.SOCK_STREAM)
        try:
            plain_socket.settimeout(min(CONNECT, _left(self._until)))
            plain_socket.connect(self._end.at)
            plain_socket.settimeout(_left(self._until))
            made = _context().wrap_socket(plain_socket, server_hostname=self.host) if self._secure else plain_socket
        except BaseException:
            plain_socket.close()
            raise
        self._timed = _Timed(made, self._until)
        self.sock = self._timed

    def allow(self, more: int) -> None:
        """So many bytes may still come."""
        if self._timed:
            self._timed.allowed = more

    def end(self) -> None:
        """Hang up, whatever is still to come."""
        self.close()
        if self._timed:
            self._timed.end()


class _Timed:
    """A socket all of whose waits end at one moment, and that takes in no more than is allowed."""

    def __init__(self, made: socket.socket, until: float) -> None:
        self._socket = made
        self.until = until
        self.allowed = HEAD

    def sendall(self, data: Any) -> None:
        """Raises TimeoutError, OSError."""
        self._socket.settimeout(_left(self.until))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client reads from."""
        return io.BufferedReader(_Incoming(self))

    def receive(self, into: Any) -> int:
        """Raises TimeoutError, OSError."""
        self._socket.settimeout(_left(self.until))
        got = self._socket.recv_into(into)
        self.allowed -= got
        if self.allowed < 0:
            raise http.client.LineTooLong("head")
        return got

    def close(self) -> None:
        """What http.client does once it has a head, while the body is still to come: the socket stays open."""

    def end(self) -> None:
        """Close it."""
        self._socket.close()


class _Incoming(io.RawIOBase):
    """The bytes of a timed socket."""

    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        return self._timed.receive(into)


def _left(until: float) -> float:
    """Seconds until then; raises TimeoutError where there is none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _context() -> ssl.SSLContext:
    """Certificates are judged by the operating system's trust store."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _told(address: str) -> str:
    """An address for people: what is secret stands in the query."""
    return plain.name(address.partition("?")[0].partition("#")[0], 120)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "has no certificate that counts for its name"
    if isinstance(error, ssl.SSLError):
        return "does not speak TLS"
    if isinstance(error, http.client.LineTooLong):
        return "sends more than was asked for"
    if isinstance(error, http.client.HTTPException | ValueError):
        return "sends something that is no whole answer of HTTP"
    return "cannot be reached"
