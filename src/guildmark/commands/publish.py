"""Hand a signed claim to a hub: its entry's page shows it beside what others claim.

BUNDLE is what `guildmark attest` wrote, with its evidence. The hub verifies it by the keys of its members; nobody signs
in, for the signature says who speaks. The same bundle again changes nothing, so after any trouble just publish it
again. The exit code is 0 where it is there, 1 where the hub refused it, 2 where no hub answered."""

import argparse
import os
import sys
from pathlib import Path

from guildmark import plain, publishing
from guildmark.attest import bundle as bundles
from guildmark.attest import read_bundle
from guildmark.commands import _trust
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.publishing import Problem, Published
from guildmark.records import canonical

HUB = "GUILDMARK_HUB"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument("--hub", metavar="URL", default="", help=f"the hub's address (else that in {HUB})")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Publish it, and tell what the hub answered."""
    hub = asked.hub or os.environ.get(HUB, "")
    if not hub:
        raise AskedWrongly("no hub is named", f"give --hub https://hub.example/, or put the address into {HUB}")
    data = _trust.read_file(Path(asked.bundle), bundles.LARGEST)
    try:
        read_bundle(data)
    except ClaimError as error:
        raise AskedWrongly(f"{asked.bundle}: {error.says}", "give what `guildmark attest` wrote, whole") from error
    answer = publishing.publish(data, hub)
    _tell(asked.format, answer)
    return 0 if isinstance(answer, Published) else 1


def _tell(form: str, answer: Published | Problem) -> None:
    if form == "json":
        sys.stdout.write(canonical(answer).decode() + "\n")
    elif isinstance(answer, Published):
        print(plain.name(answer.address, 1000))
        print(f"  {'it was there already' if answer.was_there else 'it is taken in'}: {plain.name(answer.claim, 80)}")
    else:
        print(f"the hub does not take it: {plain.sentence(answer.says)}\n  {plain.sentence(answer.hint)}")
