"""Keep a transparency log of signed statements: static files that any web server, object store or git host can serve.

init begins one, append puts statements to its end, checkpoint shows what its key signed last, prove writes a
file that shows without the log that a statement stands in it, check reads all of it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from guildmark import commands
from guildmark.attest import Bundle, read_bundle, write_bundle
from guildmark.attest import bundle as bundles
from guildmark.commands import _trust
from guildmark.errors import AskedWrongly
from guildmark.log import folder, proof
from guildmark.log.note import Checkpoint
from guildmark.log.tiles import Served
from guildmark.output import write_whole
from guildmark.records import canonical

LARGEST_PROOF = 1 << 16


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for act, (does, says) in ACTS.items():
        sub = acts.add_parser(act, help=says, description=f"{says[0].upper()}{says[1:]}.")
        sub.add_argument("folder", metavar="LOG", help="the log's folder")
        if act == "init":
            sub.add_argument("--origin", required=True, metavar="NAME", help="its address without https://")
        if act == "append":
            sub.add_argument("bundles", nargs="+", metavar="BUNDLE", help="what `guildmark attest` wrote")
        if act == "prove":
            sub.add_argument("bundle", metavar="BUNDLE")
            sub.add_argument("-o", "--output", required=True, metavar="FILE", help="where the proof goes")
        if act in ("init", "append"):
            commands.key_argument(sub)
        else:
            _trust.trust_argument(sub)
        sub.set_defaults(does=does)


def run(asked: argparse.Namespace) -> int:
    """Do what is asked; 0, for all else is an error."""
    asked.does(asked)
    return 0


def _init(asked: argparse.Namespace) -> None:
    _tell(folder.begin(Path(asked.folder), asked.origin, _trust.read_key(asked)))


def _append(asked: argparse.Namespace) -> None:
    entries = [canonical(_bundle(path).envelope) for path in asked.bundles]
    done = folder.append(Path(asked.folder), entries, _trust.read_key(asked))
    for path, place in zip(asked.bundles, done.places, strict=True):
        print(f"{place}  {path}")
    _tell(done.checkpoint)


def _checkpoint(asked: argparse.Namespace) -> None:
    sys.stdout.write(_opened(asked).signed.decode())


def _prove(asked: argparse.Namespace) -> None:
    found = _bundle(asked.bundle)
    text = proof.made(_opened(asked), canonical(found.envelope))
    data = write_bundle(Bundle(found.envelope, proof=text))
    if len(data) > LARGEST_PROOF:
        raise AskedWrongly(f"the proof has {len(data):,} bytes", f"statements that are proven fit in {LARGEST_PROOF:,}")
    write_whole(Path(asked.output), data)
    print(f"the proof is in {asked.output}: `guildmark verify --bundle {asked.output}` needs no log", file=sys.stderr)


def _check(asked: argparse.Namespace) -> None:
    served = _opened(asked)
    print(f"{folder.check(served):,} entries stand as {served.checkpoint.origin} signed them")


ACTS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "init": (_init, "begin a log"),
    "append": (_append, "put statements to its end"),
    "checkpoint": (_checkpoint, "show what its key signed last"),
    "prove": (_prove, "write the proof that it holds a statement"),
    "check": (_check, "read all of it, and hold every entry and tile against the checkpoint"),
}


def _opened(asked: argparse.Namespace) -> Served:
    return folder.opened(Path(asked.folder), _trust.read_trusted(asked).logs())


def _bundle(path: str) -> Bundle:
    return read_bundle(_trust.read_file(Path(path), bundles.LARGEST))


def _tell(checkpoint: Checkpoint) -> None:
    print(f"{checkpoint.origin}: {checkpoint.size:,} entries, root {checkpoint.root.hex()}", file=sys.stderr)
