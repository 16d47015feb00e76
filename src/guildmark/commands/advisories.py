"""Keep a snapshot of known vulnerabilities on this machine, or say what it holds and how old it is.

update fetches OSV's export of the ecosystems that are named, else of those that the snapshot was made of,
else of PyPI, and pins it by digest. --from takes other places instead, also ones that need no network:
OSV records as JSON lines (also packed), a zip of records (OSV's all.zip), a checkout of an advisory
database. With #sha256=DIGEST at its end a place must have that digest. All places make one snapshot, which
is kept in GUILDMARK_ADVISORIES, else in the cache."""

import argparse
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from guildmark import advisories, commands
from guildmark.advisories import Pin, Place
from guildmark.commands._progress import Progress
from guildmark.contents import OnDisk, sha256
from guildmark.download import Door, now
from guildmark.errors import AskedWrongly, SubjectError

LARGEST = 2 << 30
FETCHED = "fetched-"
STALE = 24 * 3600
OLD = 30
ECOSYSTEMS = ("PyPI", "npm")
"""Those whose packages are vetted; the first is fetched where nothing else is asked."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("act", choices=("update", "show"), help="make the snapshot anew, or say what it holds")
    parser.add_argument(
        "--ecosystem",
        action="append",
        default=[],
        choices=ECOSYSTEMS,
        help="whose packages the data are about (repeatable)",
    )
    parser.add_argument(
        "--from", dest="places", action="append", default=[], metavar="FILE|URL", help="where the data are (repeatable)"
    )
    parser.add_argument("--to", metavar="FOLDER", help="where the snapshot is kept")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(asked: argparse.Namespace) -> int:
    """Update or show; 0 where there is a snapshot in the end."""
    folder = Path(asked.to) if asked.to else commands.advisories_folder()
    if asked.act == "update":
        with Progress(quiet=asked.quiet) as progress:
            pin = _update(_places(asked, folder), folder, progress)
    else:
        snapshot = advisories.open_snapshot(folder)
        if snapshot is None:
            raise SubjectError(f"there is no snapshot of advisories in {folder}", advisories.HINT)
        pin = snapshot.pin
    sys.stdout.write(_said(folder, pin))
    return 0


def _places(asked: argparse.Namespace, folder: Path) -> list[str]:
    """Where the data are fetched from: what is asked for, else what the snapshot is of where it came by the network."""
    places = [*asked.places, *(advisories.SOURCE.format(name) for name in asked.ecosystem)]
    return list(dict.fromkeys(places)) or _kept(folder) or [advisories.SOURCE.format(ECOSYSTEMS[0])]


def _kept(folder: Path) -> list[str]:
    try:
        snapshot = advisories.open_snapshot(folder)
    except SubjectError:
        return []
    if snapshot is None:
        return []
    snapshot.close()
    places = [source.place for source in snapshot.pin.sources]
    return places if all(map(_is_address, places)) else []


def _update(places: list[str], folder: Path, progress: Progress) -> Pin:
    """What is fetched lies in a folder beside the snapshot until the snapshot is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _drop_stale(folder)
        fetched = tempfile.TemporaryDirectory(prefix=FETCHED, dir=folder, ignore_cleanup_errors=True)
    except OSError as error:
        says = f"nothing can be kept in {folder}: {error.strerror}"
        raise SubjectError(says, "set GUILDMARK_ADVISORIES to another folder") from error
    with fetched as cache:
        door = Door(cache=cache, progress=progress.bytes, limit=LARGEST)
        found = [_fetch(door, place) for place in places]
        return advisories.make(found, folder, now(), lambda done: progress.files("advisories", done))


def _drop_stale(folder: Path) -> None:
    """What an update left that was killed."""
    for left in folder.glob(f"{FETCHED}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)


def _fetch(door: Door, where: str) -> Place:
    """The data at a place, which are those that `#sha256=` at its end names, where it does."""
    place, _, wanted = where.partition("#sha256=")
    if _is_address(place):
        found = Place(door.sign_in(place), door.file(place, "advisories"))
    else:
        path = Path(place).resolve()
        if not path.exists():
            raise AskedWrongly(f"there is no {place}", "give a file, a folder or an address")
        found = Place(path.name, path if path.is_dir() else OnDisk(str(path)))
    if wanted and (isinstance(found.data, Path) or sha256(found.data) != wanted.lower()):
        raise SubjectError(
            f"{place} is not what was asked for: its sha256 is another", "check where the digest is from"
        )
    return found


def _is_address(where: str) -> bool:
    return where.startswith(("https://", "http://", "file://"))


def _said(folder: Path, pin: Pin) -> str:
    age = ""
    if pin.data_of:
        days = (datetime.now(UTC) - datetime.fromisoformat(pin.data_of)).days
        age = f", {days} days old" + (f": {advisories.HINT}" if days > OLD else "")
    lines = [
        f"{pin.advisories} advisories about {pin.packages} packages of {', '.join(pin.ecosystems)}"
        f" ({pin.withdrawn} withdrawn)",
        f"data of {pin.data_of or 'an unknown date'}{age}",
        *(f"from {source.place}, sha256 {source.sha256}" for source in pin.sources),
        f"in {folder}, {pin.size} bytes, sha256 {pin.sha256}, made {pin.made_at}",
    ]
    if pin.skipped:
        lines.append(f"incomplete: {pin.skipped} records could not be read")
        lines += [f"  {skip}" for skip in pin.skips]
    return "\n".join(lines) + "\n"
