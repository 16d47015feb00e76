"""Pull the logs of others, and keep a mirror of each: what was seen before must still stand.

URL is where a log is served (https://, or a folder); its key and its name stand in --trust. Every new statement is
checked. A log that shows two histories is told loudly, and both of its signed checkpoints are kept."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from guildmark.attest import Trust
from guildmark.attest import envelope as envelopes
from guildmark.attest.claim import opened
from guildmark.commands import _trust
from guildmark.download import Door
from guildmark.errors import AskedWrongly, ClaimError, LogError, SubjectError
from guildmark.log import following
from guildmark.log.tiles import Fetch

MOST_TOLD = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--into", required=True, metavar="FOLDER", help="where the mirror is kept")
    _trust.trust_argument(parser)


def run(asked: argparse.Namespace) -> int:
    """Follow; 0 where all new statements are valid, 3 where some say nothing, 1 where the log forked."""
    trust = _trust.read_trusted(asked)
    try:
        found = following.follow(_fetch(asked.url), Path(asked.into), trust.logs(), _why_not(trust))
    except following.Forked as forked:
        print(f"guildmark: FORK: {forked.says}\n  {forked.hint}", file=sys.stderr)
        return 1
    new = found.checkpoint.size - found.before
    print(f"{found.checkpoint.origin}: {found.checkpoint.size:,} entries, {new:,} of them new")
    for place, why in found.refused[:MOST_TOLD]:
        print(f"  entry {place} says nothing that counts: {why}")
    return 3 if found.refused else 0


def _fetch(url: str) -> Fetch:
    """The bytes of a log's file, over the network or from a folder; raises LogError."""
    if "://" not in url:
        if not Path(url).is_dir():
            raise AskedWrongly(f"there is no log at {url}", "give https://… or a log's folder")
        url = Path(url).resolve().as_uri()
    door, base = Door(), url.rstrip("/")

    def fetch(path: str, most: int) -> bytes:
        try:
            return door.page(f"{base}/{path}", limit=most).body
        except SubjectError as error:
            raise LogError(f"{path} of the log was not served: {error.says}", error.hint) from error

    return fetch


def _why_not(trust: Trust) -> Callable[[bytes], str]:
    def why_not(entry: bytes) -> str:
        try:
            opened(envelopes.read(entry), trust)
        except ClaimError as error:
            return error.says
        return ""

    return why_not
