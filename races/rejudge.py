"""A new version of a standard, on 10,000 assessed entries: what it would change before the vote, against what changed.

    python -m races.rejudge             generate, load, tell the impact, publish, judge anew, compare
    python -m races.rejudge --record    and adds it to races/RESULTS.md

Beside the edition members have signed assessments and reviews. Judging anew is killed once, and gone on with. The hub
as it was loaded is kept in .campaign/rejudge, and not made again."""

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from races.results import command, record
from tests.hub import bundles

from guildmark import standard
from guildmark.attest.statement import Reviewed
from races import hub_edition

FOLDER = Path(".campaign/rejudge")
ENTRIES, CLAIMS = 10_000, 50
BOUND = 120.0
"""Seconds in which all is judged anew."""
ID = "raced"
OLD = b"""\
title = "Raced"
applies_to = ["tool", "model"]
version = "2026.1"

[[level]]
id = "identified"
means = "You can say what it is."
require = ["identified"]

[[level]]
id = "licensed"
means = "It says who may use it."
require = ["licence_declared"]

[[level]]
id = "reviewed"
means = "Somebody looked at it."
review = [{ reviewers = 1 }]
"""
NEW = OLD.replace(b"2026.1", b"2026.2").replace(b'"licence_declared"', b'"licence_declared", "licence_text_present"')
REJUDGE = """\
import sys
from guildmark_hub import serve
serve.prepare(sys.argv[1], plain=True)
from guildmark_hub.catalog import rejudging
rejudging.rejudge(lambda says: print(says, flush=True))
"""
Levels = dict[str, tuple[str, str]]
Found = dict[tuple[str, int, str], Levels]


def main() -> int:
    """Run the race."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    folder = FOLDER / str(asked.entries)
    data = _copied(folder, asked.entries)
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    from guildmark_hub import serve

    serve.prepare(str(data), plain=True)
    from guildmark_hub.catalog import acts, rejudging

    began = time.monotonic()
    told = rejudging.impact(standard.read(NEW, ID))
    impact = time.monotonic() - began
    before = levels()
    now = datetime.now(UTC)
    acts.publish_standard(NEW, ID, now, now=now)
    took, cpu = _judged(data, asked.entries)
    wrong = list(compared(told, before, levels()))
    memory = [resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    entries = {slug for counted in told.steps.values() for slug in counted.entries}
    result = (
        f"impact in {impact:.0f} s: {len(told.steps)} steps of {told.releases:,} releases and {told.claims} claims, "
        f"{len(entries):,} entries; judged anew in {took:.0f} s ({cpu:.0f} CPU-seconds), killed once; "
        f"{len(wrong)} differences; peak {memory[0]} MB and {memory[1]} MB"
    )
    print("\n".join([*wrong[:20], result]))
    good = not wrong and bool(entries) and took < BOUND
    if asked.record:
        bound = f"no difference, judged anew in less than {BOUND:.0f} s"
        record(f"rejudge, {asked.entries:,} assessed entries", result, bound, command(sys.argv[1:]))
    return 0 if good else 1


def _copied(folder: Path, entries: int) -> Path:
    """A copy of the hub as it was loaded, which is made where it is not there."""
    kept, data = folder / "loaded", folder / "hub"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        hub_edition.generate(folder / "edition.gz", entries, 1)
        made = subprocess.run([sys.executable, "-c", MAKE, str(kept), str(folder / "edition.gz")], check=False)
        if made.returncode:
            raise SystemExit("the hub could not be made")
        (folder / "ready").touch()
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(kept, data)
    return data


MAKE = """\
import sys
from races import rejudge
rejudge.make(*sys.argv[1:])
"""


def make(data: str, edition: str) -> None:
    """A hub with the edition, judged by the old version, and what members have signed."""
    from guildmark_hub import serve

    serve.prepare(data, plain=True)
    from tests.hub import alliance

    from guildmark_hub.catalog import acts

    now = datetime.now(UTC)
    acts.publish_standard(OLD, ID, now - timedelta(days=1), now=now)
    began = time.monotonic()
    acts.load(Path(edition))
    print(f"loaded in {time.monotonic() - began:.0f} s", flush=True)
    keys = [alliance.key(alliance.organisation(slug))[0] for slug in ("acme", "beta")]
    made_at = f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    for number in range(CLAIMS):
        about = bundles.assessment(f"pkg:pypi/e{number}@{1 + number % 2}.0", f"{number:064x}", made_at)
        data_of = bundles.signed(keys[0], about)
        acts.take_in(data_of, now=now)
        said = Reviewed(bundles.BY, made_at, "", bundles.digest(data_of), "", "agrees", ID, "2026.1")
        if number % 3:
            acts.take_in(bundles.says(keys[1], said, about), now=now)
    print(f"{CLAIMS} assessments were signed, and most reviewed", flush=True)


def levels() -> Found:
    """The levels of all releases and claims, by their entry and key, read from what pages show."""
    from guildmark_hub.catalog.models import Claim, Verdict

    found: Found = {}
    rows = Verdict.objects.filter(release__entry__edition__current=True)
    for slug, pk, *of in rows.values_list("release__entry__slug", "release", "standard", "version", "level"):
        found.setdefault(("release", pk, slug), {})[of[0]] = (of[1], of[2])
    for claim in Claim.objects.filter(kind="assessment"):
        held: Any = claim.levels
        found[("claim", claim.pk, claim.slug)] = {one["standard"]: (one["version"], one["level"]) for one in held}
    return found


def _judged(data: Path, entries: int) -> tuple[float, float]:
    """Judge anew in a process that is killed in the middle, and in one that goes on; the seconds of both, and those of
    processor time."""
    began, before = time.monotonic(), os.times()
    words = [sys.executable, "-c", REJUDGE, str(data)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        for line in first.stdout:
            if int(line.split()[0].replace(",", "")) >= entries // 2:
                first.send_signal(signal.SIGKILL)
                break
        else:
            raise SystemExit("it ended before it could be killed")
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, cpu


def compared(told: Any, before: Found, after: Found) -> Iterator[str]:
    """Where what was told is not what happened: steps with their counts and their entries."""
    happened: dict[tuple[Any, ...], dict[str, Any]] = {}
    for key, held in after.items():
        was = before.get(key, {})
        for id in held.keys() | was.keys():
            old, new = was.get(id, ("", "")), held.get(id, ("", ""))
            if old[1] != new[1]:
                counted = happened.setdefault((id, old, new), {"release": 0, "claim": 0, "entries": set()})
                counted[key[0]] += 1
                counted["entries"].add(key[2])
    said = {
        tuple(step): {"release": one.releases, "claim": one.claims, "entries": set(one.entries)}
        for step, one in told.steps.items()
    }
    if before.keys() != after.keys():
        yield "other releases or claims are here than before"
    for step in sorted(said.keys() | happened.keys()):
        if said.get(step) != happened.get(step):
            yield f"{step}: told {said.get(step)}, and came {happened.get(step)}"[:400]


if __name__ == "__main__":
    sys.exit(main())
