"""Loading a pickle can run any code that it names; weights need none."""

from collections.abc import Iterator

from guildmark.check import check, failed, not_applicable, passed, unknown, unread
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import pickle
from guildmark.formats.pickle import Bomb, Call, Event, Name, Use
from guildmark.inert import LETS, Judge
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_FAULTS = 20
"""What one file is failed for, each with its place; more are counted."""
MOST_KEPT = 10_000


@check(
    applies_to="model dataset tool",
    remedy="Save the weights as safetensors, which hold no code; or load with a loader that allows only tensors.",
    bears_on="load",
)
def no_code_in_pickles(subject: Subject) -> Iterator[Finding]:
    """Does every pickle load without naming code of its own?"""
    yield from unread(subject)
    pickles = list(subject.files(format="pickle"))
    for file in pickles:
        yield from _of_file(file, subject)
    if not pickles:
        yield not_applicable("no file is a pickle")


def _of_file(file: File, subject: Subject) -> Iterator[Finding]:
    judge = Judge(file, subject)
    paths: dict[str, str] = {}
    broken = ""
    try:
        for event in pickle.events(file.contents):
            if isinstance(event, (Name, Call, Use, Bomb)):
                _note(event, judge.fault(event), paths)
    except GuildmarkError as error:
        broken = error.says
    for says, path in list(paths.items())[:MOST_FAULTS]:
        yield failed(f"{file.path} {says}", file.seen(_place(path), path))
    if len(paths) > MOST_FAULTS:
        says = f"{len(paths) - MOST_FAULTS} other faults"
        yield failed(f"{file.path} has {says}", file.seen("", says))
    if broken:
        yield unknown(f"{file.path} was not read to its end: {broken}", file.seen("", broken))
    elif not paths:
        added = f" {LETS}{', '.join(sorted(judge.added))}" if judge.added else ""
        yield passed(f"{file.path} names nothing that is not inert{added}", file.seen("", "every name is on the list"))


def _note(event: Event, fault: str, paths: dict[str, str]) -> None:
    """Keep the path of opcodes to each fault; a call of a name that is not listed lengthens the name's."""
    if fault:
        if len(paths) < MOST_KEPT:
            paths.setdefault(fault, _path(event))
    elif isinstance(event, Call) and event.opcode != "BUILD":
        named = f"would call {event.name}"
        if named in paths and "→" not in paths[named]:
            paths[named] = _path(event)


def _path(event: Event) -> str:
    if isinstance(event, Bomb):
        return f"{event.opcode} at byte {event.offset}"
    path = f"{event.opcode} at byte {event.offset}"
    if isinstance(event, Call) and 0 <= event.named_at < event.offset and event.named_by:
        path = f"{event.named_by} at byte {event.named_at} → {path}"
    return f"{path}: {event.name}"


def _place(path: str) -> str:
    return "byte " + path.partition(" at byte ")[2].partition(" ")[0].rstrip(":")
