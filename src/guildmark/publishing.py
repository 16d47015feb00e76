"""Hands a bundle to a hub, and reads what it answers; the hub holds the bundle against its own trust."""

import ipaddress
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from guildmark import download, plain
from guildmark.errors import AskedWrongly, Unreachable
from guildmark.records import Record

if TYPE_CHECKING:
    import requests

PATH = "api/v1/claims"
ATTEMPTS = 4
PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the second attempt, each pause four times the one before; a hub may ask for another."""
TIMEOUT = (10.0, 120.0)
"""Seconds to connect, and for the hub to read and verify a bundle."""
LARGEST_ANSWER = 1 << 16
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_REFUSED = (400, 403, 413)


class Published(Record, frozen=True):
    """What the hub took in: the statement, the address that shows it, and whether it was there before."""

    claim: str
    address: str
    was_there: bool


class Problem(Record, frozen=True):
    """Why a hub does not take it in, and what to do."""

    says: str
    hint: str


class _Answer(NamedTuple):
    status: int
    body: bytes
    pause: str


def publish(bundle: bytes, hub: str) -> Published | Problem:
    """Hand it to the hub at an address, again where that is busy or breaks off: the same bundle twice is the same.

    Raises AskedWrongly for an address that may not be used, Unreachable where no answer of a hub comes."""
    address = door(hub)
    says = ""
    for attempt in range(ATTEMPTS):
        try:
            answer = _post(address, bundle)
        except OSError as error:  # what requests and urllib3 raise is all of this kind
            says, pause = f"did not answer: {_reason(error)}", PAUSE * 4**attempt
        else:
            if answer.status not in _BUSY:
                return _read(address, answer)
            says, pause = _busy(answer), _pause(answer, attempt)
        if attempt < ATTEMPTS - 1:
            time.sleep(pause)
    raise Unreachable(f"{address} {says}", "try again later: what came through is not taken in twice")


def door(hub: str) -> str:
    """Where a hub takes bundles; raises AskedWrongly for an address that would show them to others on the way."""
    try:
        parts = urlsplit(hub)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AskedWrongly(f"{plain.name(hub, 100)} is no address", "write it as https://hub.example/") from error
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise AskedWrongly(f"{plain.name(hub, 100)} is no address of a hub", "write it as https://hub.example/")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        says = f"{plain.name(hub, 100)} is not asked by HTTPS, and anyone on the way could answer in its place"
        raise AskedWrongly(says, "write it as https://hub.example/; http is for this machine alone")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/{PATH}"


def _post(address: str, bundle: bytes) -> _Answer:
    headers = {"Content-Type": "application/octet-stream", "Accept": "application/json"}
    with download.new_session() as session:
        session.trust_env = not address.startswith("http:")  # this machine is asked through no proxy
        post = session.post(address, data=bundle, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False)
        with post as answer:
            return _Answer(answer.status_code, _body(answer), answer.headers.get("Retry-After", ""))


def _body(answer: "requests.Response") -> bytes:
    """The beginning of an answer: a hub's is never longer."""
    found = b""
    for piece in answer.iter_content(1 << 12):
        found += piece
        if len(found) > LARGEST_ANSWER:
            break
    return found


def _read(address: str, answer: _Answer) -> Published | Problem:
    """What a hub says; raises Unreachable where what answers is none."""
    if 300 <= answer.status < 400:
        raise Unreachable(f"{address} leads elsewhere ({answer.status})", "give the address that the hub really has")
    try:
        if answer.status in (200, 201):
            return msgspec.json.decode(answer.body, type=Published)
        if answer.status in _REFUSED:
            return msgspec.json.decode(answer.body, type=Problem)
    except msgspec.MsgspecError:
        pass  # it is told below that this is no hub
    raise Unreachable(f"{address} answered {answer.status}, and not as a hub does", "is it a Guildmark hub's address?")


def _busy(answer: _Answer) -> str:
    """What a busy hub says."""
    try:
        return f"answered {answer.status}: {msgspec.json.decode(answer.body, type=Problem).says}"
    except msgspec.MsgspecError:
        return f"answered {answer.status}"


def _pause(answer: _Answer, attempt: int) -> float:
    asked = float(answer.pause) if answer.pause.isascii() and answer.pause.isdecimal() else PAUSE * 4**attempt
    return min(asked, LONGEST_PAUSE)


def _reason(error: BaseException) -> str:
    """The plain reason at the end of a chain of wrapped errors."""
    while isinstance(inner := getattr(error, "reason", None) or (error.args[0] if error.args else None), BaseException):
        error = inner
    return plain.name(str(error), 200)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
