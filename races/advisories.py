"""200 dependencies matched against the advisories of the PyPA database, the start of the program included.

python -m races.advisories [--runs N] [--packages N] [--record]

The data are those of the mirror (GUILDMARK_MIRROR, else `shared/data` beside the repository). Half of the packages are
named in advisories, at a version that is in one of their lists; half are in none. pip-audit asks a service on the
network and has no data of its own: on machines without the network, as those of the tests are, it cannot be timed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from races.results import record

from guildmark import advisories
from guildmark.contents import OnDisk
from guildmark.download import now

ROOT = Path(__file__).resolve().parent.parent
DATA = "advisories/pypa-advisories-2026-07-23.jsonl.xz"
BOUND = 1.0
MATCH = """
import sys
from pathlib import Path
from guildmark import advisories
snapshot = advisories.open_snapshot(Path(sys.argv[1]))
found = 0
for line in Path(sys.argv[2]).read_text().splitlines():
    name, _, version = line.partition("==")
    for one in snapshot.about("PyPI", [name]):
        found += advisories.affects(one, "PyPI", name, version) is not None
print(found)
"""


def pairs(snapshot: advisories.Snapshot, count: int) -> list[str]:
    """`name==version` of so many packages, the same every time."""
    named = sorted(snapshot.names("PyPI"))
    picked = named[:: max(1, len(named) // (count // 2))][: count // 2]
    found = []
    for name in picked:
        versions = [
            version for one in snapshot.about("PyPI", [name]) for part in one.affected for version in part.versions
        ]
        found.append(f"{name}=={sorted(versions)[len(versions) // 2] if versions else '1.0'}")
    return found + [f"nobody-knows-{number}==1.{number}" for number in range(count - len(found))]


def main() -> int:
    """Time it; 1 where it takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--packages", type=int, default=200)
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args()
    named = [Path(one) for one in os.environ.get("GUILDMARK_MIRROR", "").split(os.pathsep) if one]
    data = next((one / DATA for one in [*named, ROOT.parent / "shared" / "data"] if (one / DATA).is_file()), None)
    if data is None:
        print("there is no mirror of the PyPA database: set GUILDMARK_MIRROR to its folder")
        return 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        advisories.make([advisories.Place(data.name, OnDisk(str(data)))], folder, now(), lambda done: None)
        snapshot = advisories.open_snapshot(folder)
        assert snapshot is not None
        (folder / "pairs").write_text("\n".join(pairs(snapshot, asked.packages)))
        taken, found = [], ""
        for _ in range(asked.runs):
            begun = time.perf_counter()
            command = [sys.executable, "-c", MATCH, place, str(folder / "pairs")]
            found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            taken.append(time.perf_counter() - begun)
    median = statistics.median(taken)
    result = (
        f"{asked.packages} dependencies in {median:.2f} s (of {asked.runs} runs {min(taken):.2f} to {max(taken):.2f}),"
    )
    result += f" {found} matches; pip-audit was not timed: its service is on the network"
    print(result)
    if asked.record:
        command_line = f"python -m races.advisories --runs {asked.runs} --record"
        record(f"advisories, {asked.packages} dependencies", result, f"at most {BOUND:g} s", command_line)
    return int(median > BOUND)


if __name__ == "__main__":
    sys.exit(main())
