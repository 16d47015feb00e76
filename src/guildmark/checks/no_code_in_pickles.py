"""Loading a pickle can run any code that it names; weights need none."""

from collections.abc import Iterator

from guildmark.check import check, failed, not_applicable, passed, unknown, unread
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import pickle
from guildmark.inert import is_inert
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_NAMES = 20
"""Names that one file is failed for, each with its place; more are counted."""


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
    first_at: dict[str, tuple[int, str]] = {}
    broken = ""
    try:
        for name in pickle.names(file.contents):
            if not is_inert(name.name, file, subject):
                first_at.setdefault(name.name, (name.offset, name.opcode))
    except GuildmarkError as error:
        broken = error.says
    for called, (offset, opcode) in list(first_at.items())[:MOST_NAMES]:
        yield failed(f"{file.path} would call {called}", file.seen(f"byte {offset}", f"{opcode} {called}"))
    if len(first_at) > MOST_NAMES:
        says = f"{len(first_at) - MOST_NAMES} other names"
        yield failed(f"{file.path} would call {says}", file.seen("", says))
    if broken:
        yield unknown(f"{file.path} was not read to its end: {broken}", file.seen("", broken))
    elif not first_at:
        yield passed(f"{file.path} names nothing that is not inert", file.seen("", "every name is on the short list"))
