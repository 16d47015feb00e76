"""A file in a format that nobody here reads could hold anything: a clean report would mean nothing."""

from collections.abc import Iterator

from guildmark import formats, late
from guildmark.check import check, failed, passed, unknown, unread
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import onnx
from guildmark.promises import is_pointer, promised
from guildmark.records import Finding
from guildmark.subject import Subject

_SHARD = late.compile(r"\d{5}-of-\d{5}")
_CHUNK = late.compile(r"(?:(?<=/)|\A)(?:c[/.])?\d+(?:[/.]\d+)*\Z")
"""The path of a chunk below its array: `0.1`, `0/1`, `c/0/1`."""


@check(
    applies_to="model dataset tool",
    remedy="Offer the same in a format that is read here (safetensors, GGUF, ONNX), or look at the file by hand.",
    bears_on="load",
)
def loadable_files_understood(subject: Subject) -> Iterator[Finding]:
    """Is every file that a loader could load in a format that Guildmark reads?"""
    yield from unread(subject)
    understood = 0
    numbers = frozenset(_named_as_numbers(subject))
    for file in subject.files():
        if file.unread or file.raw or not file.readable:
            continue
        evidence = file.seen("byte 0", file.contents.at(0, 16).hex(" "))
        if disguise := _disguise(file):
            yield failed(f"{file.path} {disguise}", evidence)
        elif says := _not_understood(file, numbers):
            yield unknown(f"{file.path} {says}", evidence)
        else:
            understood += 1
    if understood:
        yield passed(f"{understood} files are in formats that Guildmark reads")


def _disguise(file: File) -> str:
    """What a loadable file is that its name does not say; empty where name and bytes agree."""
    wanted = promised(file)
    loadable = [name for name in file.formats if formats.load(name).HOLDS in ("weights", "objects", "program")]
    if not wanted or not loadable or set(wanted) & set(file.formats):
        return ""
    return f"is named as {wanted[0]} and is {loadable[0]}"


def _named_as_numbers(subject: Subject) -> Iterator[str]:
    """Files that a model beside them names as its tensors' plain numbers, so that no loader interprets them."""
    yield from _chunks_of_zarr(subject)
    for file in subject.files(holds="weights"):
        folder = file.path[: len(file.path) - len(file.name)]
        try:
            if "onnx" in file.formats:
                tensors = onnx.model(file.contents).tensors
                yield from (folder + (tensor.external or {}).get("location", "") for tensor in tensors)
            elif "saved_model" in file.formats:
                yield f"{folder}fingerprint.pb"  # five hashes, which TensorFlow compares
            elif "openvino" in file.formats:
                yield f"{file.path.removesuffix('.xml')}.bin"
            elif "plain_weights" in file.formats and file.name.endswith(".index"):
                yield from (f"{file.path[:-6]}.data-{shard}" for shard in _shards(file, subject))
        except GuildmarkError:
            continue


def _chunks_of_zarr(subject: Subject) -> Iterator[str]:
    """What lies where an array of Zarr keeps its numbers; a codec that makes more is another check's question."""
    folders = {file.path[: len(file.path) - len(file.name)] for file in subject.files(format="zarr")}
    for file in subject.files() if folders else ():
        found = _CHUNK.search(file.path)
        if found and file.path[: found.start()] in folders:
            yield file.path


def _shards(index: File, subject: Subject) -> Iterator[str]:
    """The numbers of the shards that lie beside a TensorFlow checkpoint's index."""
    begin = f"{index.path[:-6]}.data-"
    for file in subject.files():
        shard = file.path.removeprefix(begin)
        if file.path.startswith(begin) and _SHARD.fullmatch(shard):
            yield shard


def _not_understood(file: File, numbers: frozenset[str]) -> str:
    """Why a file is an open question; empty where it is none."""
    if is_pointer(file):
        return "is a Git LFS pointer: the file itself is elsewhere"
    if not file.formats and file.path not in numbers:
        return "is in no format that is known here"
    for name in file.formats:
        if formats.load(name).HOLDS in ("weights", "objects") and not formats.reads(name):
            return f"is {name}, which is recognised but not read yet"
    return ""
