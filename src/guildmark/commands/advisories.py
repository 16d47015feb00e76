"""Keep a snapshot of known vulnerabilities on this machine, or say what it holds and how old it is.

update fetches OSV's export for Python and pins it by digest; --from takes other places, also ones that need no
network: OSV records as JSON lines (also packed), a zip of records, a checkout of an advisory database.
The snapshot is kept in GUILDMARK_ADVISORIES, else in the cache."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from guildmark import advisories, commands
from guildmark.advisories import Pin
from guildmark.commands._progress import Progress
from guildmark.contents import Contents, OnDisk
from guildmark.download import Door, now
from guildmark.errors import AskedWrongly, SubjectError

LARGEST = 2 << 30
OLD = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("act", choices=("update", "show"), help="make the snapshot anew, or say what it holds")
    parser.add_argument(
        "--from", dest="place", metavar="FILE|URL", default=advisories.SOURCE, help="where the data are"
    )
    parser.add_argument("--to", metavar="FOLDER", help="where the snapshot is kept")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(asked: argparse.Namespace) -> int:
    """Update or show; 0 where there is a snapshot in the end."""
    folder = Path(asked.to) if asked.to else commands.advisories_folder()
    if asked.act == "update":
        with Progress(quiet=asked.quiet) as progress:
            pin = _update(asked.place, folder, progress)
    else:
        snapshot = advisories.open_snapshot(folder)
        if snapshot is None:
            raise SubjectError(f"there is no snapshot of advisories in {folder}", advisories.HINT)
        pin = snapshot.pin
    sys.stdout.write(_said(folder, pin))
    return 0


def _update(where: str, folder: Path, progress: Progress) -> Pin:
    if where.startswith(("https://", "http://", "file://")):
        door = Door(cache=os.environ.get("GUILDMARK_CACHE"), progress=progress.bytes, limit=LARGEST)
        data: Contents | Path = door.file(where, "advisories")
        shown = where
    else:
        path = Path(where).resolve()
        shown = path.name
        if not path.exists():
            raise AskedWrongly(f"there is no {where}", "give a file, a folder or an address")
        data = path if path.is_dir() else OnDisk(str(path))
    return advisories.make(data, folder, shown, now(), lambda done: progress.files("advisories", done))


def _said(folder: Path, pin: Pin) -> str:
    age = ""
    if pin.data_of:
        days = (datetime.now(UTC) - datetime.fromisoformat(pin.data_of)).days
        age = f", {days} days old" + (f": {advisories.HINT}" if days > OLD else "")
    lines = [
        f"{pin.advisories} advisories about {pin.packages} packages of {', '.join(pin.ecosystems)}"
        f" ({pin.withdrawn} withdrawn)",
        f"data of {pin.data_of or 'an unknown date'}{age}",
        f"from {pin.source}, sha256 {pin.source_sha256}",
        f"in {folder}, {pin.size} bytes, sha256 {pin.sha256}, made {pin.made_at}",
    ]
    if pin.skipped:
        lines.append(f"incomplete: {pin.skipped} records could not be read")
        lines += [f"  {skip}" for skip in pin.skips]
    return "\n".join(lines) + "\n"
