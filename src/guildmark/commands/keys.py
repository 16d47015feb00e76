"""Make an organisation's key for signing, show the public part of one, or prove that it is yours.

A private key is a PEM under a password (PKCS #8, scrypt); beside it lies FILE.pub, which others put
among those that they trust: `--trust FILE.pub`. In CI the private key itself may stand in GUILDMARK_KEY."""

import argparse
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guildmark import keys
from guildmark.commands import _trust
from guildmark.errors import AskedWrongly
from guildmark.keys import PrivateKey, PublicKey
from guildmark.output import write_whole
from guildmark.token_key import SCHEME, TokenKey

PUBLIC = ".pub"
YEAR = 365


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new", help="make a key", description="Make a key; FILE and FILE.pub are written.")
    new.add_argument("name", metavar="NAME", help="whose key it is, as an address: example.org/ai-safety")
    new.add_argument("-o", "--output", required=True, metavar="FILE", help="where the private key goes")
    new.add_argument("--organisation", default="", metavar="TEXT", help="the organisation as people call it")
    new.add_argument(
        "--purpose",
        choices=("statements", "log"),
        help="what it signs; statements and a log's checkpoints, if not given",
    )
    new.add_argument("--days", type=int, default=2 * YEAR, metavar="N", help="valid for so many days (730)")
    new.add_argument("--no-password", action="store_true", help="leave the private key open: only for tests and CI")
    show = acts.add_parser("show", help="show the public part of a key", description="Show a key's public part.")
    show.add_argument("file", metavar="FILE|pkcs11:…")
    says = "Print the public key with a proof, for those who ask it: a hub names the words."
    prove = acts.add_parser("prove", help="show that a key is yours", description=says)
    prove.add_argument("key", metavar="FILE|pkcs11:…")
    prove.add_argument("whom", metavar="WORDS", help='whom it is meant to sign for: "acme at https://hub.example.org"')


def run(asked: argparse.Namespace) -> int:
    """Make, show or prove; 0."""
    if asked.act == "show":
        sys.stdout.write(_shown(_public(asked.file)))
        return 0
    if asked.act == "prove":
        print(keys.proved(_trust.read_key(asked), asked.whom))
        return 0
    path = Path(asked.output)
    if path.exists() or path.with_name(path.name + PUBLIC).exists():
        raise AskedWrongly(f"{path} is there already", "a key is never written over: give another file")
    if not 0 < asked.days <= 100 * YEAR:
        raise AskedWrongly(f"a key cannot be valid for {asked.days} days", "give 1 to 36500")
    password = None if asked.no_password else _new_password()
    key = keys.new(asked.name)
    _keep(path, key, password)
    write_whole(path.with_name(path.name + PUBLIC), _trusted(key.public, asked).encode())
    print(f"the private key is in {path}: keep it, and show it to nobody", file=sys.stderr)
    sys.stdout.write(_shown(key.public))
    return 0


def _public(where: str) -> PublicKey:
    if where.startswith(SCHEME):
        return TokenKey(where, bytes).public
    return keys.public_of(_trust.read_file(Path(where), keys.LARGEST))


def _new_password() -> bytes:
    given = os.environ.get(_trust.PASSWORD)
    if given is not None:
        return given.encode()
    first = _trust.ask_password("password for the new key: ")
    if not first or first != _trust.ask_password("once more: "):
        raise AskedWrongly("the two passwords differ, or are empty", "try again, or ask for --no-password")
    return first


def _keep(path: Path, key: PrivateKey, password: bytes | None) -> None:
    """Write the private key for its owner alone, whole or not at all."""
    before = os.umask(0o077)
    try:
        write_whole(path, key.written(password))
    finally:
        os.umask(before)


def _trusted(key: PublicKey, asked: argparse.Namespace) -> str:
    """What a reader puts among those that she trusts."""
    now = datetime.now(UTC).replace(microsecond=0)
    until = now + timedelta(days=asked.days)
    purposes = f'["{asked.purpose}"]' if asked.purpose else '["statements", "log"]'
    organisation = re.sub(r'[\\"\x00-\x1f\x7f]', "", asked.organisation)
    return (
        f'[[key]]\npublic = "{key.line}"\norganisation = "{organisation}"\npurposes = {purposes}\n'
        f"valid_from = {now:%Y-%m-%dT%H:%M:%SZ}\nvalid_until = {until:%Y-%m-%dT%H:%M:%SZ}\n"
    )


def _shown(key: PublicKey) -> str:
    return f"{key.line}\nid {key.id}\n"
