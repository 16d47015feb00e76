"""A program among weights or papers needs only one careless click, or one loader, to run."""

from collections.abc import Iterator

from guildmark.check import check, failed, passed, unread
from guildmark.file import File
from guildmark.formats import program
from guildmark.records import Finding
from guildmark.subject import Subject

NATIVE = (".so", ".pyd", ".dll", ".dylib", ".exe", ".wasm", ".node", ".pyc", ".class")
SCRIPTS = (".py", ".sh", ".bash", ".zsh", ".fish", ".pl", ".rb", ".js", ".mjs", ".r", ".lua", ".ps1", ".bat", ".cmd")
DEVICE = (".co", ".hsaco", ".hipfb", ".cubin", ".fatbin")
"""Names of what a graphics processor runs, and no host."""
TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".in")
"""Ends of the name of what becomes a script when it is filled in."""
JAVA = (".jar", ".war", ".aar")
MOST_TOLD = 20
"""Programs that are named in a passed finding."""


@check(
    applies_to="model dataset tool",
    remedy="Take the program out, or give it the name of what it is and ship its source.",
    bears_on="load",
)
def no_hidden_executables(subject: Subject) -> Iterator[Finding]:
    """Is every program among the files named as one, and does a model or data set bring none?"""
    yield from unread(subject)
    programs = list(subject.files(holds="program"))
    packaged = _is_packaged(subject)
    hidden = [file for file in programs if not _is_open(file, packaged=packaged)]
    for file in hidden:
        kind = program.kind(file.contents)
        yield failed(f"{file.path} is a program ({kind})", file.seen("byte 0", kind))
    if not hidden:
        evidence = (file.seen("byte 0", program.kind(file.contents)) for file in programs[:MOST_TOLD])
        yield passed(f"no file hides a program ({len(programs)} are named as what they are)", *evidence)


def _is_open(file: File, *, packaged: bool) -> bool:
    """A script, a graphics processor's code or a compiled part of a package under a name that programs have, which on
    Unix may have no ending. Among the files of a model or data set that is no package, nothing compiled is at home."""
    name = file.name.lower()
    kind = program.kind(file.contents)
    if kind.startswith("script"):
        at_home = "bin" in file.path.replace("!", "/").split("/")[:-1]
        plain = next((name.removesuffix(end) for end in TEMPLATES if name.endswith(end)), name)
        return plain.endswith(SCRIPTS) or "." not in name or at_home
    if kind.startswith(program.DEVICE) and name.endswith(DEVICE):
        return True
    return packaged and (name.endswith(NATIVE) or ".so." in name or "." not in name)


def _is_packaged(subject: Subject) -> bool:
    """Whether it is a tool, a package, or one Java library by itself."""
    if subject.kind == "tool" or any(subject.files(format="wheel")) or any(subject.files(format="sdist")):
        return True
    own = [file.path for file in subject.own_files()]
    if len(own) != 1 or not own[0].lower().endswith(JAVA):
        return False
    return any(file.path == f"{own[0]}!META-INF/MANIFEST.MF" for file in subject.files())
