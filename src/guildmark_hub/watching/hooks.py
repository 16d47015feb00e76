"""What a web hook is told, and how that is signed: Standard Webhooks 1.0.0. Pure: no database, no network."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import msgspec

from guildmark.records import Record

KIND = "watching.hook"
"""Of the job that tells one."""
PREFIX, SECRET = "whsec_", 32
"""How a secret begins, and how many bytes it has: the specification asks for 24 to 64."""
MOST_NOTICES, MOST_WORDS, MOST_BYTES = 12, 200, 20_000
"""Of one delivery, of a notice's sentence, and so of a body; more notices are told in several."""
TEST, NOTICES = "guildmark.test", "guildmark.notices"


class Told(Record, frozen=True):
    """A notice: what happened, when, to which entry; `organisation` and `statement` are empty where none is named."""

    id: str
    at: str
    kind: str
    says: str
    entry: str
    page: str
    organisation: str
    statement: str


class Data(Record, frozen=True):
    """The notices, the oldest first; of a test there are none."""

    schema: int
    notices: tuple[Told, ...]


class Delivery(Record, frozen=True):
    """The whole body; `timestamp` says when the last of the notices was made, whichever try this is."""

    type: str
    timestamp: str
    data: Data


def new_secret() -> str:
    """A secret as its owner keeps it: `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET)).decode()


def message_id(*words: object) -> str:
    """The id of a delivery: the same for the same words."""
    return "msg_" + hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:32]


def body(kind: str, at: str, notices: Sequence[Told]) -> bytes:
    """The bytes of a delivery, the same for the same notices."""
    return msgspec.json.encode(Delivery(kind, at, Data(1, tuple(notices))))


def signed(secret: str, id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a try at a moment, in seconds since 1970: they sign the id, that moment, and the bytes."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mark = hmac.digest(key, f"{id}.{seconds}.".encode() + body, "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }
