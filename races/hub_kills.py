"""Kills a hub's web server or its worker by `kill -9` again and again while people use it, and counts what was lost.

    python -m races.hub_kills [--kills 100] [--seed S] [--record]

Each kill falls at a moment drawn at random, also while what was killed starts again. Packages come from an index in a
folder of this machine. At the end nothing that was acknowledged may be lost, nothing be done twice, and every job has
ended."""

import argparse
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from races._hub_load import Acknowledged, Load
from races.results import command, record
from tests.hub import local_index

LEASE = 4.0
"""Seconds of a lease here, so that a killed worker's job is soon another's."""
WAIT, DRAIN = 120.0, 900.0
"""Seconds in which a part must answer, and in which all that is asked must have ended."""
DIED = "The worker that did it died"
"""Why a vetting may be given up here: each of its tries was killed."""
WORKER = f"""
import sys
from datetime import timedelta
from guildmark_hub import serve
serve.prepare(sys.argv[1], plain=True)
from guildmark_hub import worker
from guildmark_hub.jobs import acts
acts.LEASE, acts.FIRST_PAUSE, worker.BEAT, worker.IDLE = timedelta(seconds={LEASE}), timedelta(seconds=0.2), 1.0, 0.1
worker.run(2, lambda: print("ready", flush=True))
"""


class Part:
    """The web server or the worker: a process with all that it starts, killed and started again."""

    def __init__(self, words: list[str], log: Path) -> None:
        self._words, self._log = words, log
        self.start()

    def start(self) -> None:
        """Start it; it may take a while until it answers."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._words, stdout=log, stderr=log, start_new_session=True)

    def await_word(self) -> None:
        """Wait until it has printed something."""
        ends = time.monotonic() + WAIT
        while not self._log.stat().st_size and time.monotonic() < ends:
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it and what it started itself; a vetting, which has left its group, must end by itself."""
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        """Tell it to stop, and wait."""
        self._process.terminate()
        self._process.wait(60)


def main() -> int:
    """Kill, look and say; exit code 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, metavar="K")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="guildmark-hub-kills-"))
    try:
        acknowledged, faults, jobs = raced(folder, asked.kills, random.Random(asked.seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    said = f"{asked.kills} kills during {acknowledged}: {jobs}; {'; '.join(faults) or 'nothing lost, nothing twice'}"
    print(said)
    if asked.record:
        record("hub_kills", said, "nothing lost, nothing twice, every job ended", command(sys.argv[1:]))
    return 1 if faults else 0


def raced(folder: Path, kills: int, chance: random.Random) -> tuple[Acknowledged, list[str], str]:
    """Run a hub under load, with so many kills: what was acknowledged, what is wrong, and how its jobs ended."""
    packages = [f"lantern{number}" for number in range(40 + 6 * kills)]
    index = local_index.write(folder / "index", *packages)
    (folder / "tmp").mkdir()
    mine = {"PIP_INDEX_URL": index, "TMPDIR": str(folder / "tmp"), "GUILDMARK_ADVISORIES": str(folder / "none")}
    os.environ |= mine
    load, port = _prepared(folder / "data", packages, 10 + kills // 3)
    hub = [sys.executable, "-m", "guildmark", "hub", "--data", str(folder / "data"), "serve", "--port", str(port)]
    web = Part(hub, folder / "web.log")
    worker = Part([sys.executable, "-c", WORKER, str(folder / "data")], folder / "worker.log")
    try:
        _await(port)
        load.start()
        for _ in range(kills):
            if chance.random() < 0.8:  # else the kill may find something starting
                _await(port)
                worker.await_word()
            time.sleep(chance.uniform(0.0, 4.0))
            part = chance.choice((web, worker))
            part.kill()
            part.start()
        time.sleep(2.0)
        load.stop()
        worker.end()
        _drain()
        faults = [*load.refused[:3], *_wrong(load.acknowledged), *_left(folder / "tmp")]
        return load.acknowledged, faults, _ended()
    finally:
        web.kill()
        worker.kill()


def _prepared(data: Path, packages: list[str], people: int) -> tuple[Load, int]:
    """A hub with some people who are signed in, and a member with a key; what will ask it, and its port."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    from guildmark_hub import serve

    serve.prepare(str(data), plain=True)
    from django.conf import settings
    from tests.hub import alliance, editions

    from guildmark_hub.catalog import acts

    acts.load(editions.write_edition(data / "edition.gz", editions.small()))
    persons = [alliance.person(f"Person {number}") for number in range(people)]
    sessions = [alliance.browser(one).cookies[settings.SESSION_COOKIE_NAME].value for one in persons]
    key, _ = alliance.key(alliance.organisation())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Load(port, sessions, key, packages), port


def _await(port: int) -> None:
    """Wait until somebody listens."""
    ends = time.monotonic() + WAIT
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("the web server does not come back")


def _drain() -> None:
    """Do what is left, as a worker that nobody kills."""
    from guildmark_hub import worker
    from guildmark_hub.jobs import acts

    acts.LEASE, acts.FIRST_PAUSE = timedelta(seconds=LEASE), timedelta(seconds=0.2)
    crew, ends = worker.Crew(worker.find(), 1), time.monotonic() + DRAIN
    while _open() and time.monotonic() < ends:
        if not crew.one():
            time.sleep(0.1)


def _open() -> int:
    """Jobs that have not ended and are to be done within minutes."""
    from django.utils import timezone

    from guildmark_hub.jobs.acts import OPEN
    from guildmark_hub.jobs.models import Job

    return Job.objects.filter(state__in=OPEN, not_before__lt=timezone.now() + timedelta(minutes=2)).count()


def _ended() -> str:
    from django.db.models import Count

    from guildmark_hub.jobs.models import Job

    counts = Job.objects.filter(kind="vetting.vet").values_list("state").annotate(Count("pk")).order_by("state")
    return ", ".join(f"{count} vettings {state}" for state, count in counts)


def _wrong(acknowledged: Acknowledged) -> Iterator[str]:
    """What is lost, what was done twice, what did not end, what is half-written."""
    from django.db import connection

    from guildmark_hub.catalog.models import Bundle, Claim
    from guildmark_hub.people.models import Act, Person
    from guildmark_hub.people.own import own
    from guildmark_hub.vetting.models import Submission

    if _open():
        yield f"{_open()} jobs did not end"
    claims = dict(Claim.objects.values_list("statement", "bundle__sha256"))
    yield from _counted("take-ins are lost", set(acknowledged.taken) - claims.keys())
    submissions = {one.pk: one for one in Submission.objects.select_related("job")}
    yield from _counted("submissions are lost", set(acknowledged.submitted) - submissions.keys())
    done = [one for one in submissions.values() if one.job.state == "done"]
    yield from _counted("vettings are done and not published", [one for one in done if one.claim_id is None])
    yield from _counted(
        "vettings are published and not done", [o for o in submissions.values() if o.claim_id and o not in done]
    )
    for one in submissions.values():
        if one.job.state == "dead" and one.job.says != DIED:
            yield f"a vetting was given up: {one.job.says}"
    signed = Claim.objects.filter(organisation=own()).count()
    if not signed == len({one.claim_id for one in done}) == len(done):
        yield f"{len(done)} vettings were done, and this hub signed {signed}"
    if Bundle.objects.count() != len(claims):
        yield f"{Bundle.objects.count()} bundles for {len(claims)} claims"
    for did, count in (("catalog.take_in", len(claims)), ("vetting.submit", len(submissions))):
        if Act.objects.filter(did=did).count() != count:
            yield f"{Act.objects.filter(did=did).count()} acts {did} of {count}"
    people = set(Person.objects.filter(emailaddress__email__contains="@").values_list("email", flat=True))
    yield from _counted("people who signed up are lost", set(acknowledged.signed_up) - people)
    yield from _counted("people are half signed up", set(Person.objects.values_list("email", flat=True)) - people)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        if cursor.fetchall() != [("ok",)]:
            yield "the database is broken"
        if cursor.execute("PRAGMA foreign_key_check").fetchone():
            yield "the database points at what is not there"


def _counted(what: str, found: object) -> Iterator[str]:
    count = len(found)  # type: ignore[arg-type]
    if count:
        yield f"{count} {what}"


def _left(folder: Path) -> Iterator[str]:
    """What killed workers left behind: folders of vettings, and processes in them."""
    for _ in range(100):
        if not any(folder.iterdir()):
            break
        time.sleep(0.1)
    yield from _counted("folders of vettings are left", list(folder.iterdir()))
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            mine = str(folder).encode() in path.read_bytes()
            words = path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if mine and b"\0vet\0" in words:
            yield f"a vetting still runs: {words[-80:]!r}"


if __name__ == "__main__":
    raise SystemExit(main())
