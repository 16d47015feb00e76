"""What the commands of claims take alike: whose key signs, and whom the reader trusts."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from guildmark.attest import Bundle, Trust, read_trust, sign, write_bundle
from guildmark.attest.making import Made
from guildmark.attest.statement import moment
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.keys import LARGEST, Signer, read_private
from guildmark.output import write_whole
from guildmark.token_key import SCHEME, TokenKey

KEY, PASSWORD, TRUST = "GUILDMARK_KEY", "GUILDMARK_KEY_PASSWORD", "GUILDMARK_TRUST"


def read_key(asked: argparse.Namespace) -> Signer:
    """The key that signs; raises AskedWrongly and ClaimError."""
    if asked.key and asked.key.startswith(SCHEME):
        return TokenKey(asked.key, _password)
    if asked.key:
        data = read_file(Path(asked.key), LARGEST)
    elif held := os.environ.get(KEY):
        data = held.encode()
    else:
        raise AskedWrongly("no key is named to sign with", f"give --key FILE, or the key itself in {KEY}")
    return read_private(data, _password)


def _password() -> bytes:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given.encode()
    return ask_password("password of the key: ")


def ask_password(prompt: str) -> bytes:
    """What a person types; raises AskedWrongly where nobody can."""
    if not sys.stdin.isatty():
        raise AskedWrongly("the key has a password, and there is no terminal to ask for it", f"put it into {PASSWORD}")
    import getpass  # only where a person types

    return getpass.getpass(prompt).encode()


def put_signed(made: Made, key: Signer, path: str) -> str:
    """Sign what was made, and write the bundle, whole or not at all; the statement's digest."""
    envelope = sign(made.body, key)
    write_whole(Path(path), write_bundle(Bundle(envelope, made.kind, made.evidence)))
    return envelope.digest


def trust_argument(parser: argparse.ArgumentParser) -> None:
    """What every command takes that verifies."""
    says = f"whom you trust: a TOML file of keys and logs (repeatable); else those that {TRUST} lists"
    parser.add_argument("--trust", action="append", default=[], metavar="FILE", help=says)


def is_trusting(asked: argparse.Namespace) -> bool:
    """Whether the reader names anybody whom she trusts."""
    return bool(asked.trust or os.environ.get(TRUST))


def read_trusted(asked: argparse.Namespace) -> Trust:
    """Whom the reader trusts; raises AskedWrongly where she names nobody."""
    paths = asked.trust or [path for path in os.environ.get(TRUST, "").split(os.pathsep) if path]
    if not paths:
        raise AskedWrongly("no keys are named that you trust", f"give --trust FILE, or list files in {TRUST}")
    return read_trust(map(Path, paths))


def read_file(path: Path, largest: int) -> bytes:
    """A file of at most so many bytes; raises AskedWrongly."""
    try:
        if path.stat().st_size > largest:
            raise AskedWrongly(f"{path} is larger than {largest:,} bytes", "is it the right file?")
        return path.read_bytes()
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give a file that you may read") from error


def read_time(text: str | None) -> datetime:
    """The moment that is asked for, else this one; raises AskedWrongly."""
    if text is None:
        return datetime.now(UTC)
    try:
        return moment(text)
    except ClaimError as error:
        raise AskedWrongly(error.says, error.hint) from error
