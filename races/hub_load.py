"""The hub under readers: a generated edition of 100,000 entries, 50 readers on loopback, how long a page takes.

    python -m races.hub_load            generate, load, read; says what it measured
    python -m races.hub_load --record   and adds it to races/RESULTS.md

Each reader asks for one page a second, by turns a search with facets and one of 10,000 vetted entries, and keeps no
page; the site keeps none either. After 30 seconds at 50 pages a second more readers come, until a bound is passed.
Everything lies in .campaign/hub_load, and what is there is not made again."""

import argparse
import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from races.results import command, record

from races import hub_edition

FOLDER = Path(".campaign/hub_load")
ENTRIES, DISTINCT = 100_000, 10_000
READERS = (50, 75, 100, 150, 200, 300)
SECONDS = 30
BOUNDS = {"search": 100.0, "entry": 50.0}
"""Milliseconds that 95 of 100 pages stay under."""
WORKERS, THREADS = 2, 4
FACETS: tuple[dict[str, str], ...] = (
    {},
    {"kind": "tool"},
    {"kind": "model", "basis": "reported"},
    {"basis": "evidence", "freedom": "2"},
    {"level.safe_files": "inert"},
    {"category": "category-3", "vetted": "365"},
    {"language": "de", "sort": "name"},
)


class Taken(NamedTuple):
    """One page: what it was, its status, its milliseconds."""

    kind: str
    status: int
    milliseconds: float


class Held(NamedTuple):
    """What so many readers saw."""

    readers: int
    taken: Sequence[Taken]
    seconds: float
    cpu: float
    """Seconds of processor time of the server and its workers."""

    def p95(self, kind: str) -> float:
        """Milliseconds that 95 of 100 pages stay under."""
        found = sorted(one.milliseconds for one in self.taken if one.kind == kind)
        return found[int(len(found) * 0.95)] if found else float("inf")

    @property
    def errors(self) -> int:
        """Pages that were none."""
        return sum(one.status != 200 for one in self.taken)

    @property
    def held(self) -> bool:
        """No error, within the bounds, and as many pages as were asked for."""
        enough = len(self.taken) >= 0.95 * self.readers * self.seconds
        return not self.errors and enough and all(self.p95(kind) < bound for kind, bound in BOUNDS.items())

    def __str__(self) -> str:
        rate, each = len(self.taken) / self.seconds, 1_000 * self.cpu / max(1, len(self.taken))
        kinds = ", ".join(f"{kind} p95 {self.p95(kind):.1f} ms" for kind in BOUNDS)
        return f"{self.readers} readers, {rate:.0f} pages/s: {kinds}, {self.errors} errors, {each:.1f} CPU-ms a page"


def main() -> int:
    """Run the race."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    folder = FOLDER / str(asked.entries)
    folder.mkdir(parents=True, exist_ok=True)
    _load(folder, asked.entries)
    rounds = _rounds(folder, asked.entries, asked.seconds)
    best = max((one for one in rounds if one.held), key=lambda one: one.readers, default=None)
    told = f"the highest rate held: {best.readers} pages/s" if best else "no rate was held"
    print(told)
    if asked.record:
        bound = "at 50 pages/s: search p95 < 100 ms, an entry p95 < 50 ms, no error"
        what = f"hub, {asked.entries:,} entries, {WORKERS} processes, loopback"
        record(what, f"{rounds[0]}; {told}", bound, command(sys.argv[1:]))
    return 0 if rounds[0].held else 1


def _load(folder: Path, entries: int) -> None:
    """Generate the edition and load it, where that was not done."""
    edition = folder / "edition.gz"
    if not edition.exists():
        hub_edition.generate(edition, entries)
    began = os.times()
    subprocess.run([*_hub(folder), "load", str(edition)], check=True)
    ended = os.times()
    taken = ended.children_user + ended.children_system - began.children_user - began.children_system
    print(f"loading took {taken:.0f} CPU-seconds", flush=True)


def _hub(folder: Path) -> list[str]:
    return [sys.executable, "-m", "guildmark", "hub", "--data", str(folder / "hub")]


def _rounds(folder: Path, entries: int, seconds: int) -> list[Held]:
    """One round for each number of readers, until one is not held."""
    from guildmark_hub.serve import _free_port

    port = _free_port()
    listen = ["serve", "--port", str(port), "--workers", str(WORKERS), "--threads", str(THREADS)]
    server = subprocess.Popen([*_hub(folder), *listen], stdout=subprocess.DEVNULL)
    found: list[Held] = []
    try:
        _wait(port, server)
        _read(port, entries, 10, 5)  # each process reads its sets once
        for readers in READERS:
            before = _cpu(server.pid)
            taken = _read(port, entries, readers, seconds)
            found.append(Held(readers, taken, seconds, _cpu(server.pid) - before))
            print(found[-1], flush=True)
            if not found[-1].held:
                break
    finally:
        server.terminate()
        server.wait(60)
    return found


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/") == 200:
                return
        except OSError:
            if time.monotonic() > ends or server.poll() is not None:
                raise
            time.sleep(0.2)


def _read(port: int, entries: int, readers: int, seconds: int) -> list[Taken]:
    """Readers, each with its own connection and its own second."""
    taken: list[Taken] = []
    begins = time.monotonic() + 0.5
    many = [
        threading.Thread(target=_reader, args=(port, entries, number, begins + number / readers, seconds, taken))
        for number in range(readers)
    ]
    for one in many:
        one.start()
    for one in many:
        one.join()
    return taken


def _reader(port: int, entries: int, number: int, begins: float, seconds: int, taken: list[Taken]) -> None:
    chance = random.Random(f"{number} of {entries}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for turn in range(seconds):
        time.sleep(max(0.0, begins + turn - time.monotonic()))
        kind = "search" if (turn + number) % 2 else "entry"
        began = time.monotonic()
        try:
            status = _ask(connection, _search(chance, entries) if kind == "search" else _entry(chance, entries))
        except (OSError, http.client.HTTPException):
            status = 0
            connection.close()
        taken.append(Taken(kind, status, 1_000 * (time.monotonic() - began)))
    connection.close()


def _ask(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _search(chance: random.Random, entries: int) -> str:
    """A word or two, as people ask: a name, the beginning of one, or what nearly every entry has; and some facets."""
    name = hub_edition.name(chance.randrange(entries))
    text = chance.choice([name, name[: max(2, len(name) // 2)], name.split()[0], "a model", "tests", ""])
    return "/search?" + urlencode({"q": text, **chance.choice(FACETS)})


def _entry(chance: random.Random, entries: int) -> str:
    vetted = hub_edition.vetted(entries)
    distinct = min(DISTINCT, len(vetted))
    return f"/entry/{hub_edition.id(vetted[chance.randrange(distinct)])}/"


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process and all that it started."""
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


if __name__ == "__main__":
    sys.exit(main())
