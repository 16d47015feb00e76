"""A little world for the tests of freshness: a package index on this machine, advisories, a clock, and claims."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.hub import alliance, bundles
from tests.sources.servers import Asked, Project, Reply, Server, serving

from guildmark import advisories, download
from guildmark.contents import InMemory
from guildmark.download import Door
from guildmark.keys import PrivateKey
from guildmark.records import FileRecord, Finding, Outcome
from guildmark_hub.catalog.models import Bundle, Claim
from guildmark_hub.catalog.packing import pack
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.people.models import Key, Organisation
from guildmark_hub.vetting import facts, fresh
from guildmark_hub.vetting.drift import Facts
from guildmark_hub.vetting.models import Submission

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Release(Project):
    """A project with one release, an sdist and a wheel with its metadata; what it says can be changed."""

    def __init__(self, name: str, version: str = "1.0", licence: str = "MIT") -> None:
        super().__init__(name)
        self.status = 200
        self.broken = False
        self.release(version, licence)

    def release(self, version: str, licence: str = "MIT", uploaded: str = "2026-11-01T00:00:00Z") -> None:
        """One more release."""
        self.offer(f"{self.name}-{version}.tar.gz", **{"upload-time": uploaded})
        self.offer(f"{self.name}-{version}-py3-none-any.whl", **{"upload-time": uploaded, "core-metadata": True})
        self.licensed(version, licence)

    def offer(self, filename: str, **stated: Any) -> None:
        """One more file."""
        self.files[filename] = f"the bytes of {filename}".encode()
        self.stated[filename] = stated

    def licensed(self, version: str, licence: str) -> None:
        """What the metadata beside the wheel state."""
        head = f"Metadata-Version: 2.4\nName: {self.name}\nVersion: {version}\nLicense: {licence}\n"
        self.files[f"{self.name}-{version}-py3-none-any.whl.metadata"] = head.encode()

    def drop(self, ending: str) -> None:
        """The files that end so are gone."""
        for filename in [one for one in self.stated if one.endswith(ending)]:
            del self.stated[filename], self.files[filename]

    def vetted(self, version: str) -> tuple[FileRecord, ...]:
        """What a vetting of a release looks at."""
        names = sorted(name for name in self.stated if name.startswith(f"{self.name}-{version}"))
        return tuple(FileRecord(name, len(self.files[name]), self.sha256(name)) for name in names)


class World:
    """An index, advisories, a clock that the hub goes by, and who signs."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.at = BEGAN
        self.projects: dict[str, Release] = {}
        self.records: list[dict[str, Any]] = []
        self.down = False
        self.asked: list[int] = []
        self._ask = fresh.acts.ask
        self.look_outside = fresh.look
        self._signers: dict[str, tuple[PrivateKey, Key]] = {}
        server.answer = self._answer

    def project(self, name: str, **given: str) -> Release:
        """One more project on the index."""
        self.projects[name] = Release(name, **given)
        return self.projects[name]

    def claim(self, of: Release, version: str = "1.0", *, owner: str = "acme", **given: Any) -> Claim:
        """A claim about a release as it stands, made now."""
        made_at = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        found = bundles.assessment(f"pkg:pypi/{of.name}@{version}", of.sha256(min(of.stated)), made_at=made_at)
        subject = msgspec.structs.replace(found.subject, files=of.vetted(version))
        stood = Finding("release_not_yanked", Outcome.PASSED, "it is not yanked")
        found = msgspec.structs.replace(found, subject=subject, findings=(*found.findings, stood))
        secret, key = self._signer(owner)
        data = bundles.signed(secret, found)
        bundle = Bundle.objects.create(
            sha256=f"{Bundle.objects.count():064x}", data=pack(data), organisation=key.organisation, taken_at=self.at
        )
        told: dict[str, Any] = {
            **{"bundle": bundle, "statement": f"sha256:{bundles.digest(data)}", "organisation": key.organisation},
            **{"key": key, "kind": "assessment", "digest": found.subject.digest, "slug": of.name, "version": version},
            **{"purl": found.subject.purl, "made_at": self.at, "expires_at": self.at + 30 * DAY, "state_at": self.at},
        }
        return Claim.objects.create(**told | given)

    def advise(self, id: str, name: str, *aliases: str) -> None:
        """An advisory about all versions of a project."""
        span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}
        about = [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": [span]}]
        record = {"id": id, "modified": "2026-11-20T00:00:00Z", "aliases": aliases, "affected": about}
        self.records.append(record | {"summary": f"{name} gives all away"})
        self.publish()

    def publish(self) -> None:
        """The advisories as a snapshot on this machine."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as written:
            for one in self.records:
                written.writestr(f"{one['id']}.json", json.dumps(one))
        place = advisories.Place("the tests", InMemory(packed.getvalue()))
        advisories.make([place], self.folder / "advisories", "2026-11-22T00:00:00Z", lambda done: None)

    def look(self, questions: tuple[facts.Asked, ...]) -> Mapping[int, Facts]:
        """What the hub's own process would answer, in this one."""
        self.asked += [one.id for one in questions]
        folder = self.folder / "advisories"
        snapshot = advisories.open_snapshot(folder) if folder.is_dir() else None
        door = Door(cache=str(self.folder / "cache"))
        clock = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        return {told.id: told.facts for told in facts.gather(questions, door, snapshot, lambda: clock)}

    def ask(self, purl: str) -> Submission:
        """A vetting, asked by this clock."""
        made = self._ask(purl)
        Submission.objects.filter(pk=made.pk).update(asked_at=self.at)
        return made

    def turn(self, hours: int = 0) -> dict[str, int]:
        """So many hours later the schedule's job is done; what it gave."""
        self.at += hours * HOUR
        jobs.ask(fresh.KIND, f"{fresh.KIND}@test", {})
        job = jobs.lease()
        assert job
        fresh.cycle(job)
        gave = type(job).objects.get(pk=job.pk).gave
        assert isinstance(gave, dict)
        return gave

    def again(self) -> None:
        """The job that was killed is done anew."""
        job = jobs.Job.objects.get(state="running")
        fresh.cycle(job)

    def hourly(self, hours: int) -> None:
        """The schedule's job every hour, as the worker does it."""
        for _ in range(hours):
            self.turn(1)

    def _signer(self, owner: str) -> tuple[PrivateKey, Key]:
        if owner not in self._signers:
            found = Organisation.objects.filter(slug=owner).first()
            self._signers[owner] = alliance.key(found or alliance.organisation(owner))
        return self._signers[owner]

    def _answer(self, asked: Asked) -> Reply:
        name = asked.path.strip("/").removeprefix("simple/")
        if asked.path.startswith("/files/"):
            name = next((one for one in self.projects if asked.path.startswith(f"/files/{one}-")), "")
        project = self.projects.get(name)
        if self.down or (project and project.broken):
            return Reply(503)
        return project.answer(asked) if project else Reply(404)


@contextmanager
def world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world, by which the hub goes as long as the block runs."""
    with serving(lambda asked: Reply(404)) as server:
        made = World(server, folder)
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple/")
        monkeypatch.setattr(download, "PAUSE", 0.0)
        monkeypatch.setattr(fresh, "_now", lambda: made.at)
        monkeypatch.setattr(fresh, "look", made.look)
        monkeypatch.setattr(fresh.acts, "ask", made.ask)
        yield made
