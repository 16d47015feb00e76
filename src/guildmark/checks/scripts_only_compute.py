"""TorchScript is a program of its own: most of its operators compute, a few open files or connections."""

from collections.abc import Iterator

from guildmark import late
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.formats import torch_zip
from guildmark.records import Finding
from guildmark.subject import Subject

LONGEST = 16 << 20
MOST_TOLD = 20
CLASSES = ("quantized", "sparse", "rnn", "xnnpack", "mkldnn", "onednn", "metal", "vulkan", "_nnapi")
"""The libraries of torch's own classes that hold packed weights."""

_STRINGS = late.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_COMMENTS = late.compile(r"#[^\n]*|\\\r?\n")
_NAMED = late.compile(r"(?<![\w.])(torch|ops\s*\.\s*(\w+))\s*\.\s*(\w+)")
_CALLED = late.compile(r"(?<![\w.])(rpc_async|rpc_sync|rpc_remote)\b")
_CLASS = late.compile(r"__torch__\s*\.\s*torch\s*\.\s*classes\s*\.\s*(\w+)")
_ANOTHER_NAME = late.compile(r"(?<![\w.])(torch|ops(\s*\.\s*\w+)?)\b(?!\s*\.\s*\w)(?!\w)")
"""A library that is kept under a name of the script's own, or in brackets; what torch writes never does so."""
_BY_TEXT = late.compile(r"(?<![\w.])getattr\s*\(\s*(torch|ops)\b")
_SPACE = late.compile(r"\s")
_OPERATOR = late.compile(rb"(?<![\w:])([A-Za-z_]\w{0,63})::([A-Za-z_]\w{0,63})")


@check(
    applies_to="model dataset tool",
    remedy="Ask for the weights alone (safetensors), or for a script without operators that open files or connections.",
    bears_on="load",
    of="torch_zip",
)
def scripts_only_compute(subject: Subject) -> Iterator[Finding]:
    """Does every TorchScript only compute, without opening files or connections?"""
    scripts: dict[str, tuple[File, list[File]]] = {
        archive.path: (archive, [])
        for archive in subject.files(format="torch_zip")
        if archive.readable and torch_zip.is_torchscript(archive.contents)
    }
    for file in subject.files():
        if file.archive in scripts:
            scripts[file.archive][1].append(file)
    for archive, inside in scripts.values():
        yield from _of_script(archive, inside)
    if not scripts:
        yield not_applicable("no file is TorchScript")


def _of_script(archive: File, inside: list[File]) -> Iterator[Finding]:
    told = 0
    for file in inside:
        is_code = "/code/" in file.path.replace("!", "/", 1) and file.name.endswith(".py")
        if not (is_code or file.name == "bytecode.pkl"):
            continue
        if not file.readable or file.size > LONGEST:
            told += 1
            yield unknown(f"{file.path} was not read", file.seen("", file.unread or f"{file.size} bytes"))
            continue
        names = _of_code(file.text(LONGEST)) if is_code else _of_bytecode(file.contents.at(0, LONGEST))
        for name, outcome in list(dict.fromkeys(names))[:MOST_TOLD]:
            told += 1
            if outcome == "failed":
                yield failed(f"{file.path} would run {name}, which reaches out of the model", file.seen("code", name))
            else:
                yield unknown(f"{file.path} needs {name}, which torch does not bring", file.seen("code", name))
    if not told and not archive.cut_short:
        yield passed(f"{archive.path} only computes", archive.seen("", "every operator is torch's own, and computes"))
    elif not told:
        yield unknown(f"{archive.path} was not unpacked whole", archive.seen("", archive.unread))


def _of_code(source: str) -> Iterator[tuple[str, str]]:
    """The operators that do not compute, or of which nobody knows; TorchScript's names cannot be built from text."""
    if _BY_TEXT.search(_COMMENTS.sub(" ", source)):
        yield "an operator that it looks up by its name", "failed"
    text = _COMMENTS.sub(" ", _STRINGS.sub("''", source))
    for found in _NAMED.finditer(text):
        yield from _judged(found[2] or "torch", found[3], found[0])
    if _ANOTHER_NAME.search(text):
        yield "operators under another name than their own", "failed"
    for found in _CALLED.finditer(text):
        yield found[0], "failed"
    for found in _CLASS.finditer(text):
        if found[1] not in CLASSES:
            yield f"the class {_SPACE.sub('', found[0])}", "unknown"


def _of_bytecode(data: bytes) -> Iterator[tuple[str, str]]:
    for found in _OPERATOR.finditer(data):
        yield from _judged(found[1].decode(), found[2].decode(), found[0].decode())


def _judged(library: str, operator: str, shown: str) -> Iterator[tuple[str, str]]:
    if operator in torch_zip.REACHING.get(library, ()):
        yield _SPACE.sub("", shown), "failed"
    elif library != "torch" and not torch_zip.COMPUTING.fullmatch(library):
        yield f"the operators of {library}", "unknown"
