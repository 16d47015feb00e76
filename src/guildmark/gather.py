"""What is known of a tool besides its files: the set of what it needs, and the advisories of all of it, as listings.

This is asked before the checks are, for a check has no network and no disk. Metadata of strangers are read in a
process that is bounded."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from guildmark import advisories, needed, pip_index, release, resolve, sets
from guildmark.advisories import excerpt
from guildmark.advisories.snapshot import Snapshot
from guildmark.download import Door, now, user_cache
from guildmark.errors import ContentsError, FormatError, GuildmarkError
from guildmark.formats import package_json
from guildmark.limits import Limits
from guildmark.metadata import Metadata
from guildmark.papers import packages
from guildmark.resolve import Need, Needs, Problem
from guildmark.subject import Subject
from guildmark.worker import Connection, Worker

USED_BY = frozenset({"no_known_vulnerabilities", "dependencies_resolvable", "licences_compatible"})
"""The checks that read these listings."""


class Asked(NamedTuple):
    """What may be asked: an index on the network, a snapshot in a folder. `cache` keeps metadata of wheels."""

    network: bool
    snapshot: Path
    cache: str | None = None
    limits: Limits = Limits()
    bounds: resolve.Bounds = resolve.Bounds()


class _Found(msgspec.Struct, frozen=True):
    """What the worker sends back."""

    needs: Needs
    where: str
    excerpt: bytes


def gather(subject: Subject, asked: Asked, *, clock: Callable[[], str] = now) -> Subject:
    """The subject with what is known of it besides; a snapshot that is harmed raises SubjectError."""
    if subject.kind != "tool":
        return subject
    asked_at = clock()
    snapshot = advisories.open_snapshot(asked.snapshot)
    seconds = asked.limits.seconds + (asked.bounds.longest if asked.network else 0)
    with Worker(partial(_answer, subject, asked, snapshot), asked.limits.memory, asked.limits.seconds) as worker:
        body, lost = worker.receive(seconds)
    if body:
        found = msgspec.msgpack.decode(body, type=_Found)
    else:
        problem = Problem("limit", subject.record.name, f"the search for what it needs {lost}")
        found = _Found(Needs(subject.record.name, "none", {}, (), (problem,)), "", b"")
    listings = [*subject.listings, found.needs.held(found.where or "the files", asked_at)]
    if snapshot is not None and found.excerpt:
        listings.append(excerpt.held(found.excerpt, snapshot.pin))
    return Subject(subject.record, subject.files(), tuple(listings), subject.aside, subject.whole)


def _answer(subject: Subject, asked: Asked, snapshot: Snapshot | None, answers: Connection) -> None:
    """The worker's whole life."""
    needs, where = _needs(subject, asked)
    packed = b""
    if snapshot is not None:
        names = {(need.ecosystem, advisories.of_name(need.ecosystem, need.name)) for need in needs.packages}
        own = needed.itself(subject)
        names |= {(own.ecosystem, advisories.of_name(own.ecosystem, own.name))} if own else set()
        packed = excerpt.packed(excerpt.excerpt(snapshot, names))
    answers.send(msgspec.msgpack.encode(_Found(needs, where, packed)))


def _needs(subject: Subject, asked: Asked) -> tuple[Needs, str]:
    """The set of a tool: of its metadata, which say that it needs nothing; else resolved, where that is allowed."""
    pinned = sets.pinned(subject)
    if pinned is not None:
        return pinned, ""
    name, version = release.identity(subject)
    of = f"{name}=={version}"
    all_stated = [one.says for one in packages(subject)]
    registered = release.registered(subject)
    if registered is not None or (all_stated and all_stated[0].ecosystem == "npm"):
        return _of_node(subject, asked, registered, all_stated)
    stated = [one.says for one in packages(subject) if one.file.name == "METADATA"]
    if not stated:
        return _none(of, name, "no wheel's metadata say what it needs"), ""
    environment = resolve.fitting(stated[0].requires_python)
    requires = stated[0].requires_dist
    if not any("extra" not in words.partition(";")[2] for words in requires):
        return Needs(of, "resolved", {}), ""
    if not asked.network or not (subject.record.purl or "").startswith("pkg:pypi/"):
        return _none(of, name, "what it needs is not resolved for local files, nor without the network"), ""
    index = None
    try:
        door = Door(cache=asked.cache)
        cache = os.path.join(asked.cache or user_cache(), "metadata")
        index = resolve.Index(door, pip_index.url(), environment, asked.bounds, cache)
        return resolve.resolve(resolve.Root(name, version, requires), index, asked.bounds), index.url
    except GuildmarkError as error:
        return _none(of, name, error.says), ""
    finally:
        if index is not None:
            index.close()


def _of_node(
    subject: Subject, asked: Asked, registered: release.Registered | None, stated: list[Metadata]
) -> tuple[Needs, str]:
    """The set of a package of npm: of what the registry says of it, which is what npm goes by."""
    name, version = (registered.name, registered.version) if registered else (stated[0].name, stated[0].version)
    of = f"{name}@{version}"
    manifest = registered.manifest if registered else None
    if manifest is None or not asked.network:
        if stated and not stated[0].needs:
            return Needs(of, "resolved", {}), ""
        return _none(of, name, "what it needs is not resolved for local files, nor without the network"), ""
    registry = resolve.Registry(Door(cache=asked.cache), resolve.Machine(), asked.bounds)
    try:
        root = resolve.Release(name, version, manifest, tuple(_brought(subject)))
        return resolve.resolve_node(root, registry, asked.bounds), registry.url(name)
    except GuildmarkError as error:
        return _none(of, name, error.says), ""
    finally:
        registry.close()


def _brought(subject: Subject) -> Iterator[Need]:
    """The packages that lie in a package's own `node_modules`."""
    for file in subject.files(format="package_json"):
        if file.name == "package.json" and file.readable and "node_modules/" in file.path:
            try:
                says = package_json.read(file.contents)
            except (FormatError, ContentsError):
                continue
            if says.name and says.version and file.path.endswith(f"node_modules/{says.name}/package.json"):
                licence = package_json.expression(says.licences)
                yield Need(resolve.NODE, says.name, says.version, (), file.path, licence)


def _none(of: str, name: str, says: str) -> Needs:
    return Needs(of, "none", {}, (), (Problem("unread", name, says),))
