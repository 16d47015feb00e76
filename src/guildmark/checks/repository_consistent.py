"""Files that belong together and do not agree were put together by hand: what is loaded is not what was looked at."""

from collections.abc import Iterator, Mapping
from math import prod

import msgspec

from guildmark import late, state_dict
from guildmark.check import check, failed, not_applicable, passed
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import safetensors
from guildmark.records import Finding
from guildmark.structured import shallow
from guildmark.subject import Subject

LARGEST = 64 << 20
MOST_TOLD = 10
INDEX = late.compile(r"\.index(\.[\w-]+)?\.json$")
SHARD = late.compile(r"(.+)-\d{5}-of-\d{5}(\.[\w-]+)?\.(safetensors|bin)$")
"""A file of weights that is one of several, as Transformers and Diffusers name it; the start and a variant."""
PICKLED = late.compile(r"(?:pytorch_(?=model))?(.+?)(?:-\d{5}-of-\d{5})?\.(?:bin|pt|pth|ckpt)")
PLAIN = late.compile(r"(.+?)(?:-\d{5}-of-\d{5})?\.safetensors")
"""Weights by the names that libraries give to one model in both formats: `pytorch_model.bin`, `model.safetensors`."""
WHOLE = 1 << 20
PIECE = 1 << 18
"""A tensor up to WHOLE bytes is compared whole, of a longer one its start, middle and end, so many bytes of each."""


class Weight(msgspec.Struct, frozen=True):
    """A tensor of a file: its type and shape, and where its bytes lie (no file: nobody can say)."""

    dtype: str
    shape: tuple[int, ...]
    file: File | None
    begin: int
    size: int


@check(
    applies_to="model",
    remedy="Download the whole repository again; if it is still so, ask its maker which files belong to it.",
    bears_on="load",
)
def repository_consistent(subject: Subject) -> Iterator[Finding]:
    """Do an index of weights and the files that it names agree, and copies of the same weights in two formats?"""
    files = {file.path: file for file in subject.files()}
    asked = False
    for file in files.values():
        if INDEX.search(file.name) and file.readable and (shards := _shards(file)):
            asked = True
            findings = list(_of_index(file, shards, files))
            yield from findings
            if not findings:
                yield passed(f"{file.path} and its {len(shards)} files agree", file.seen("", f"{len(shards)} files"))
    pickles = {file.archive: file for file in reversed(files.values()) if file.archive and file.name == "data.pkl"}
    for pickled, plain in _twins(files):
        asked = True
        inside = [pickles[file.path] for file in pickled if file.path in pickles]
        yield from _of_twins(inside, plain, files)
    if not asked:
        yield not_applicable("there is no index of weights in several files, and no two copies of the same weights")


def _twins(files: Mapping[str, File]) -> Iterator[tuple[list[File], list[File]]]:
    """The files of one model as pickles, and as safetensors."""
    sides: dict[tuple[str, str], tuple[list[File], list[File]]] = {}
    for file in files.values():
        for side, pattern, format in ((0, PICKLED, "torch_zip"), (1, PLAIN, "safetensors")):
            found = pattern.fullmatch(file.name)
            if found and format in file.formats and file.readable:
                folder = file.path[: len(file.path) - len(file.name)]
                sides.setdefault((folder, found[1]), ([], []))[side].append(file)
    return (both for both in sides.values() if all(both))


def _of_twins(pickled: list[File], plain: list[File], files: Mapping[str, File]) -> Iterator[Finding]:
    """What is loaded may depend on what is installed: transformers takes the safetensors, others the pickle.

    `pickled` are the pickles inside of the torch zips."""
    if not pickled:
        says = "its pickle was not read"
        yield passed(f"{plain[0].path} was not compared with its copy: {says}", plain[0].seen("", says))
        return
    both = f"{pickled[0].archive} and {plain[0].path}"
    evidence = (pickled[0].seen("", "a copy"), plain[0].seen("", "a copy"))
    try:
        ones = {name: weight for file in pickled for name, weight in _of_pickle(file, files)}
        others = {name: weight for file in plain for name, weight in _of_safetensors(file)}
        shared = [name for name in ones if name in others]
        different = [(name, says) for name in shared if (says := _difference(ones[name], others[name]))]
    except GuildmarkError as error:
        yield passed(f"{both} were not compared: {error.says}", *evidence)
        return
    for name, says in different[:MOST_TOLD]:
        yield failed(f"{both} have {name[:200]} with different {says}", plain[0].seen(name, f"different {says}"))
    if len(different) > MOST_TOLD:
        says = f"{len(different) - MOST_TOLD} more tensors"
        yield failed(f"{both} differ in {says}", plain[0].seen("", says))
    if not different:
        types = sum(ones[name].dtype != others[name].dtype for name in shared)
        alone = [name for name in (*ones, *others) if name not in ones or name not in others]
        says = f"{both} agree in {len(shared)} tensors"
        says += f"; {types} are of another type" if types else ""
        says += f"; {len(alone)} are in one of them only, such as {alone[0][:100]}" if alone else ""
        yield passed(says, *evidence)


def _of_pickle(file: File, files: Mapping[str, File]) -> Iterator[tuple[str, Weight]]:
    """The tensors of the pickle in a torch zip, whose numbers are members beside it."""
    root = file.path.removesuffix("data.pkl")
    order = files.get(f"{root}byteorder")
    little = order is None or not order.readable or order.contents.at(0, 6) == b"little"
    for name, tensor in state_dict.tensors(file.contents.at(0, state_dict.LARGEST + 1)).items():
        width = safetensors.BITS.get(tensor.dtype, 0) // 8
        storage = files.get(f"{root}data/{tensor.key}") if tensor.plain and little else None
        yield name, Weight(tensor.dtype, tensor.shape, storage, tensor.offset * width, prod(tensor.shape) * width)


def _of_safetensors(file: File) -> Iterator[tuple[str, Weight]]:
    header = safetensors.header(file.contents)
    for tensor in header.tensors:
        size = tensor.end - tensor.begin
        yield tensor.name, Weight(tensor.dtype, tensor.shape, file, header.start + tensor.begin, size)


def _difference(one: Weight, other: Weight) -> str:
    """In what two copies of a tensor differ; a copy of another type (half the precision) is no difference."""
    if one.shape != other.shape:
        return f"shapes, {list(one.shape)} and {list(other.shape)}"
    if one.dtype != other.dtype or one.size != other.size or not (_is_here(one.file) and _is_here(other.file)):
        return ""
    whole = one.size <= WHOLE
    for place in (0,) if whole else (0, (one.size - PIECE) // 2, one.size - PIECE):
        if _piece(one, place) != _piece(other, place):
            return "numbers"
    return ""


def _is_here(file: File | None) -> bool:
    return file is not None and file.readable and not file.unread


def _piece(weight: Weight, place: int) -> bytes:
    length = weight.size if weight.size <= WHOLE else PIECE
    return weight.file.contents.at(weight.begin + place, length) if weight.file else b""


def _shards(index: File) -> dict[str, list[str]]:
    """The tensors by the file that should hold them; empty where the file is no index."""
    if index.size > LARGEST:
        return {}
    try:
        tree = msgspec.json.decode(shallow(index.contents.at(0, LARGEST)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    said = tree.get("weight_map") if isinstance(tree, dict) else None
    shards: dict[str, list[str]] = {}
    for tensor, shard in said.items() if isinstance(said, dict) else ():
        for name in shard if isinstance(shard, list) else [shard]:
            if isinstance(name, str):
                shards.setdefault(name, []).append(tensor)
    return shards


def _of_index(index: File, shards: Mapping[str, list[str]], files: Mapping[str, File]) -> Iterator[Finding]:
    folder = index.path[: len(index.path) - len(index.name)]
    missing = [name for name in shards if folder + name not in files]
    if len(missing) == len(shards):
        says = "none of the files that it names is here"
        yield not_applicable(f"{index.path}: {says}", index.seen("weight_map", says))
        return
    for name in missing[:MOST_TOLD]:
        yield failed(f"{index.path} names {name[:200]}, which is not here", index.seen("weight_map", name))
    yield from _extra(index, folder, shards, files)
    for name, tensors in shards.items():
        if (file := files.get(folder + name)) and "safetensors" in file.formats and file.readable:
            yield from _of_shard(index, file, tensors)


def _extra(index: File, folder: str, shards: Mapping[str, list[str]], files: Mapping[str, File]) -> Iterator[Finding]:
    """Files that are named as one of the index's own, and that it does not name."""
    ours = {found.groups() for name in shards if (found := SHARD.fullmatch(name))}
    extra = [
        file
        for file in files.values()
        if file.path == folder + file.name and file.name not in shards and _series(file.name) in ours
    ]
    for file in extra[:MOST_TOLD]:
        says = f"{index.name} does not name it"
        yield failed(
            f"{file.path} is named as one of several files of weights, but {says}", file.seen("its name", says)
        )


def _series(name: str) -> tuple[str | None, ...] | None:
    found = SHARD.fullmatch(name)
    return found.groups() if found else None


def _of_shard(index: File, shard: File, tensors: list[str]) -> Iterator[Finding]:
    try:
        there = {tensor.name for tensor in safetensors.header(shard.contents).tensors}
    except GuildmarkError:  # `formats_intact` tells it
        return
    missing = [tensor for tensor in tensors if tensor not in there]
    if missing:
        says = f"{len(missing)} tensors, such as {missing[0][:100]}"
        yield failed(f"{shard.path} has not what {index.name} says that it has: {says}", shard.seen("header", says))
