"""A compiled part can be read by nobody; its source is what lets others look, and build it again."""

from collections.abc import Iterator

from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.formats import program
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20
SOURCES = (
    *(
        ".c",
        ".cc",
        ".cpp",
        ".cxx",
        ".rs",
        ".go",
        ".pyx",
        ".pxd",
        ".f",
        ".f90",
        ".f77",
        ".for",
        ".zig",
        ".cu",
        ".m",
        ".mm",
    ),
    *(".swift", ".java", ".kt", ".d", ".nim", ".pas", ".asm", ".s", ".cs", ".ts", ".wat"),
)


@check(
    applies_to="model dataset tool",
    remedy="Ship the source of each compiled part in the sdist, and build it from there.",
    bears_on="origin",
)
def binaries_with_source(subject: Subject) -> Iterator[Finding]:
    """Does every compiled part come with the source that it is made of?"""
    compiled = [file for file in subject.files(holds="program") if not program.kind(file.contents).startswith("script")]
    if not compiled:
        yield passed("there is nothing compiled here") if any(subject.files()) else not_applicable("there is no file")
        return
    sources = {file.name.rpartition(".")[0].lower() for file in subject.files() if file.name.lower().endswith(SOURCES)}
    modules = {file.path for file in subject.files() if file.name.endswith(".py")}
    wheels = {file.path for file in subject.files(format="wheel")}
    told = 0
    for file in compiled[: 50 * MOST_TOLD]:
        answer = _of(file, sources, modules, is_built=file.archive in wheels)
        if answer is not None and told < MOST_TOLD:
            told += 1
            yield answer
    if not told:
        yield passed(f"all {len(compiled)} compiled parts have their source beside them")


def _of(file: File, sources: set[str], modules: set[str], *, is_built: bool) -> Finding | None:
    kind = program.kind(file.contents)
    seen = file.seen("byte 0", kind)
    if file.name.endswith((".pyc", ".pyo")) or kind == "Python bytecode":
        if modules & set(_modules_of(file)):
            return None
        return failed(f"{file.path} is compiled Python without its source", seen)
    stem = file.name.partition(".")[0].lower()
    if {stem, stem.lstrip("_"), stem.removeprefix("lib")} & sources:
        return None
    if is_built and not sources:
        return unknown(f"{file.path} is built; its source would be in the sdist, which is not among the files", seen)
    if not sources:
        return failed(f"{file.path} is compiled ({kind}), and there is no source that it could be made of", seen)
    return unknown(f"{file.path} is compiled ({kind}), and no source here has its name", seen)


def _modules_of(file: File) -> Iterator[str]:
    """The paths at which the source of compiled Python would lie."""
    folder, _, name = file.path.rpartition("/")
    stem = name.partition(".")[0]
    base = folder.removesuffix("__pycache__").rstrip("/")
    for place in dict.fromkeys((folder, base)):
        yield f"{place}/{stem}.py" if place and not place.endswith("!") else f"{place}{stem}.py"
