"""Which release a subject is, and what the index's page says about it and its project."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import msgspec

from guildmark import distributions, papers
from guildmark.errors import FormatError
from guildmark.formats import index_page, packument
from guildmark.formats.index_page import IndexFile, Status
from guildmark.material import Held
from guildmark.records import Evidence
from guildmark.subject import Subject

LISTING, NPM = "index_page", "packument"


class Release:
    """A project's page on an index, asked at a time (`now`), and the release there that a subject is."""

    def __init__(self, held: Held, name: str, version: str) -> None:
        self.name, self.version = name, version
        self.now = moment(held.listing.asked_at)
        self._held = held

    @cached_property
    def all_files(self) -> tuple[IndexFile, ...]:
        """Every file of the project, of all releases."""
        return index_page.files(self._held.body)

    @cached_property
    def files(self) -> tuple[IndexFile, ...]:
        """The files of this release."""
        from packaging.version import InvalidVersion, Version

        try:
            wanted = Version(self.version)
        except InvalidVersion:
            return ()
        return tuple(file for file in self.all_files if distributions.version(self.name, file.filename) == wanted)

    @cached_property
    def status(self) -> Status | None:
        return index_page.status(self._held.body)

    def uploads(self) -> dict[str, datetime]:
        """When each release was first uploaded, by its version, the oldest first; only those the index dates."""
        found: dict[str, datetime] = {}
        for file in self.all_files:
            version, at = distributions.version(self.name, file.filename), moment(file.uploaded_at or "")
            if version is not None and at is not None:
                found[str(version)] = min(at, found.get(str(version), at))
        return dict(sorted(found.items(), key=lambda each: each[1]))

    def seen(self, at: str, seen: str) -> Evidence:
        """Evidence that the index's page says `seen`."""
        listing = self._held.listing
        return Evidence(listing.where, listing.sha256, at, seen[:500])


class Registered:
    """What a registry of npm says of a package and its release, asked at a time (`now`)."""

    def __init__(self, held: Held, name: str, version: str) -> None:
        self.name, self.version = name, version
        self.now = moment(held.listing.asked_at)
        self._held = held
        self._says = packument.read(held.body)

    @property
    def release(self) -> packument.Release | None:
        """This release, as the registry lists it."""
        return self._says.releases.get(self.version)

    @cached_property
    def manifest(self) -> dict[str, Any] | None:
        """What the registry states of this release, as it stands: npm goes by it, not by the package.json inside."""
        found = msgspec.json.decode(self._held.body)["versions"].get(self.version)
        return found if isinstance(found, dict) else None

    @property
    def newest(self) -> packument.Release | None:
        """The release that is installed where none is named."""
        return self._says.releases.get(self._says.tags.get("latest", ""))

    def uploads(self) -> dict[str, datetime]:
        """When each release was published, by its version, the oldest first."""
        dated = ((one.version, moment(one.published_at)) for one in self._says.releases.values())
        found = {version: at for version, at in dated if at is not None}
        return dict(sorted(found.items(), key=lambda each: each[1]))

    def seen(self, at: str, seen: str) -> Evidence:
        """Evidence that the registry says `seen`."""
        listing = self._held.listing
        return Evidence(listing.where, listing.sha256, at, seen[:500])


def registered(subject: Subject) -> Registered | None:
    """What a registry of npm says of the subject; None where none was asked, or its answer cannot be read."""
    purl = subject.record.purl or ""
    name, _, version = purl.removeprefix("pkg:npm/").replace("%40", "@").rpartition("@")
    for held in subject.listings:
        if held.listing.name == NPM and purl.startswith("pkg:npm/"):
            try:
                return Registered(held, name, version)
            except FormatError:
                return None
    return None


def of(subject: Subject) -> Release | None:
    """The index's page of the subject's project; None where no index was asked, or its page cannot be read."""
    name, version = identity(subject)
    for held in subject.listings:
        if held.listing.name == LISTING:
            release = Release(held, name, version)
            try:
                return release if release.all_files is not None else None
            except FormatError:
                return None
    return None


def identity(subject: Subject) -> tuple[str, str]:
    """The project's normalised name and the version, by the purl or by the metadata; empty where nothing says."""
    name, _, version = _purl(subject) or next(_stated(subject), ("", "", ""))
    return re.sub(r"[-_.]+", "-", name).lower(), version


def moment(stated: str) -> datetime | None:
    """An RFC 3339 time; None where it is none."""
    try:
        found = datetime.fromisoformat(stated.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _purl(subject: Subject) -> tuple[str, str, str] | None:
    purl = subject.record.purl or ""
    return purl.removeprefix("pkg:pypi/").partition("@") if purl.startswith("pkg:pypi/") else None


def _stated(subject: Subject) -> Iterator[tuple[str, str, str]]:
    for package in papers.packages(subject):
        if package.says.name:
            yield package.says.name, "", package.says.version
