"""Every language has its pickle: readers of Torch7, R, Java, Ruby, PHP, Perl and .NET make what the bytes name.

So do loaders of torch.export's programs, ExecuTorch's and Zarr's arrays, by names and expressions in their data.
Plain values pass. A function, bytecode, a promise, and a class that is not on the reader's short list of the
language's own values fail; a name that `--allow` lists does not."""

from collections.abc import Iterator

from guildmark import formats
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20


@check(
    applies_to="model dataset tool",
    remedy="Save the numbers in a format that holds no objects (safetensors, Parquet, JSON), or load it in a sandbox.",
    bears_on="load",
)
def no_code_in_objects(subject: Subject) -> Iterator[Finding]:
    """Does every file of serialised objects but pickles, whatever its language, load without code of its own?"""
    asked = False
    for file in subject.files():
        for name in file.formats if file.readable and not file.raw else ():
            if formats.builds(name, file.contents) is not None:
                asked = True
                yield from _of_file(file, name, subject)
    if not asked:
        yield not_applicable("no file holds serialised objects of a kind that is read here")


def _of_file(file: File, name: str, subject: Subject) -> Iterator[Finding]:
    told: set[str] = set()
    more, broken = 0, ""
    try:
        for built in formats.builds(name, file.contents) or ():
            if built.name in subject.allowed or built.says in told:
                continue
            if len(told) >= MOST_TOLD:
                more += 1
                continue
            told.add(built.says)
            say = failed if built.acts else unknown
            yield say(f"{file.path} {built.says}", file.seen(f"byte {built.at}", built.name))
    except GuildmarkError as error:
        broken = error.says
    if more:
        says = f"{more} more names of code"
        yield failed(f"{file.path} has {says}", file.seen("", says))
    if broken:
        yield unknown(f"{file.path} was not read to its end: {broken}", file.seen("", broken))
    elif not told:
        yield passed(f"{file.path} holds plain values", file.seen("", "no function, and no class that is not listed"))
