"""Whom a reader trusts: her own data, in TOML files; nothing else makes a signature count."""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from guildmark.errors import ClaimError
from guildmark.keys import PublicKey, read_public
from guildmark.records import Record

Purpose = Literal["statements", "log"]
Because = Literal["retired", "compromised"]
LARGEST = 4 << 20


class Known(Record, frozen=True):
    """A key that counts, for what, of which organisation, and from when until when.

    What a retired key signed before `revoked_at` counts; of a compromised one nothing does."""

    public: str
    organisation: str = ""
    purposes: tuple[Purpose, ...] = ("statements", "log")
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    because: Because = "retired"

    @property
    def key(self) -> PublicKey:
        """The key itself; raises ClaimError."""
        return read_public(self.public)

    @property
    def owner(self) -> str:
        """Whose it is: its organisation, or the key's own name."""
        return self.organisation or self.key.name

    def refused(self, at: datetime) -> str:
        """Why the key does not count for what it says it signed at a time; empty where it does."""
        if self.revoked_at and self.because == "compromised":
            return f"the key of {self.owner} was stolen: nothing that it signed counts"
        if self.revoked_at and at >= self.revoked_at:
            return f"the key of {self.owner} was retired on {self.revoked_at:%Y-%m-%d}, before this was signed"
        if self.valid_from and at < self.valid_from:
            return f"the key of {self.owner} counts from {self.valid_from:%Y-%m-%d}, after this was signed"
        if self.valid_until and at > self.valid_until:
            return f"the key of {self.owner} counted until {self.valid_until:%Y-%m-%d}, before this was signed"
        return ""


class Log(Record, frozen=True):
    """A log whose checkpoints count: what it calls itself, its key, and where it is served."""

    origin: str
    public: str
    where: str = ""

    @property
    def key(self) -> PublicKey:
        """The log's key; raises ClaimError."""
        return read_public(self.public)


class Trust(Record, frozen=True):
    """The keys and logs that a reader trusts."""

    key: tuple[Known, ...] = ()
    log: tuple[Log, ...] = ()

    def signers(self) -> dict[PublicKey, Known]:
        """The keys that count under statements."""
        return {known.key: known for known in self.key if "statements" in known.purposes}

    def logs(self) -> dict[PublicKey, str]:
        """The keys that count under checkpoints, and of which log: the one that is named, else the key's own name."""
        own = {known.key: known.key.name for known in self.key if "log" in known.purposes}
        return own | {log.key: log.origin for log in self.log}


def read_trust(paths: Iterable[Path]) -> Trust:
    """What all these files trust, together; raises ClaimError."""
    keys: list[Known] = []
    logs: list[Log] = []
    for path in paths:
        found = _read(path)
        keys += found.key
        logs += found.log
    for public in [*(known.public for known in keys), *(log.public for log in logs)]:
        read_public(public)
    for known in keys:
        times = (known.valid_from, known.valid_until, known.revoked_at)
        if any(time is not None and time.tzinfo is None for time in times):
            raise ClaimError(f"a time of the key of {known.owner} names no zone", "write it as 2026-11-22T12:00:00Z")
    return Trust(tuple(keys), tuple(logs))


def _read(path: Path) -> Trust:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ClaimError(f"{path} is too large to say whom you trust", "give a TOML file")
        return msgspec.convert(tomllib.loads(data.decode()), Trust)
    except OSError as error:
        raise ClaimError(f"{path} cannot be read: {error.strerror}", "give a file that you may read") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError) as error:
        raise ClaimError(
            f"{path} does not say whom you trust: {error}", "see docs/how-to/sign-and-verify.md"
        ) from error
