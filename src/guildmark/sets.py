"""The set that a lock, a list of requirements or an environment of Python pins, for one stated environment."""

from functools import partial
from typing import NamedTuple

import msgspec

from guildmark import pins, plain, resolve
from guildmark.errors import ContentsError, FormatError, SubjectError
from guildmark.file import File
from guildmark.formats import core_metadata
from guildmark.limits import Limits
from guildmark.resolve import Need, Needs, Problem
from guildmark.subject import Subject
from guildmark.worker import Connection, Worker

MOST_TOLD = 1000


class _Found(NamedTuple):
    """What is gathered list by list."""

    needs: list[Need]
    problems: list[Problem]
    elsewhere: list[str]


def pinned(subject: Subject) -> Needs | None:
    """What a subject's lists pin, or what is installed in it; None where it is neither.

    Environment markers are asked for the Python that the lists state, else the first of `resolve.PYTHONS`, on Linux
    on x86_64; `environment` says so where a list left something out for it."""
    top = [file for file in subject.own_files() if "/" not in file.path and file.readable]
    lists = [file for file in top if pins.is_list(file.name)]
    is_environment = any(file.name == "pyvenv.cfg" for file in top)
    if not lists and not is_environment:
        return None
    found = _Found([], [], [])
    if is_environment:
        _take_installed(subject, found)
    asked: dict[str, str] = {}
    for file in lists:
        asked |= _take_list(subject, file, found)
    environment = {key: value for key, value in asked.items() if value} if found.elsewhere else {}
    if found.elsewhere:
        environment["left_out"] = _counted(found.elsewhere)
    return Needs(
        subject.record.name, "pinned", environment, tuple(dict.fromkeys(found.needs)), tuple(found.problems[:MOST_TOLD])
    )


def members(subject: Subject, limits: Limits) -> Needs | None:
    """As `pinned`, in a process that is bounded; raises SubjectError where it did not come to its end."""
    with Worker(partial(_answer, subject), limits.memory, limits.seconds) as worker:
        body, lost = worker.receive(limits.seconds)
    if not body:
        raise SubjectError(f"{subject.record.name} could not be read as a set: {lost}", "raise --limit seconds=N")
    return msgspec.msgpack.decode(body, type=Needs | None)


def _answer(subject: Subject, answers: Connection) -> None:
    answers.send(msgspec.msgpack.encode(pinned(subject)))


def _take_installed(subject: Subject, found: _Found) -> None:
    for file in subject.own_files():
        if file.path.endswith(".dist-info/METADATA") and file.readable:
            try:
                found.needs.append(resolve.installed(core_metadata.read(file.contents), file.path))
            except (FormatError, ContentsError) as error:
                found.problems.append(Problem("unread", file.path, f"{file.path}: {error.says}"))


def _take_list(subject: Subject, file: File, found: _Found) -> dict[str, str]:
    """Gather what a list says; the values of the markers that it was read for."""
    asked: dict[str, str] = {}

    def environment(requires_python: str) -> dict[str, str]:
        asked.update(resolve.fitting(requires_python).markers())
        return asked

    try:
        data = file.contents.at(0, pins.LARGEST + 1)
        read = pins.read(file.name, data, pins.Ask(environment, partial(_beside, subject)))
    except (FormatError, ContentsError) as error:
        found.problems.append(Problem("unread", file.path, f"{file.path}: {error.says}"))
        return {}
    for pin in read.pins:
        where = pin.where or file.path
        found.needs.append(Need(pin.ecosystem, pin.name, pin.version, (), where, pin.licence, sha256=pin.sha256))
    found.problems.extend(Problem("unread", file.path, f"{file.path}: {says}") for says in read.open)
    found.elsewhere.extend(read.elsewhere)
    return asked if read.elsewhere else {}


def _beside(subject: Subject, path: str) -> bytes:
    """A file that a list includes: one of the subject's own, or one that came with a single list."""
    for file in subject.own_files():
        if file.path == path and file.readable:
            return file.contents.at(0, pins.LARGEST + 1)
    for held in subject.listings:
        if held.listing.name == pins.INCLUDED and held.listing.where == path:
            return held.body
    raise ContentsError("it is not in the folder, or not to be read", "vet the folder that holds both")


def _counted(elsewhere: list[str]) -> str:
    named = "; ".join(elsewhere[:10])
    return (
        f"{plain.counted(len(elsewhere), 'pin')} for other environments: {named}{' …' if len(elsewhere) > 10 else ''}"
    )
