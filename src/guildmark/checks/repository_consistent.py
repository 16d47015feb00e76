"""Files that belong together and do not agree were put together by hand: what is loaded is not what was looked at."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from guildmark.check import check, failed, not_applicable, passed
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import safetensors
from guildmark.records import Finding
from guildmark.subject import Subject

LARGEST = 64 << 20
MOST_TOLD = 10
INDEX = re.compile(r"\.index(\.[\w-]+)?\.json$")
SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}(\.[\w-]+)?\.(safetensors|bin)$")
"""A file of weights that is one of several, as Transformers and Diffusers name it; the start and a variant."""


@check(
    applies_to="model",
    remedy="Download the whole repository again; if it is still so, ask its maker which files belong to it.",
    bears_on="load",
)
def repository_consistent(subject: Subject) -> Iterator[Finding]:
    """Do an index of weights and the files that it names agree?"""
    files = {file.path: file for file in subject.files()}
    asked = False
    for file in files.values():
        if INDEX.search(file.name) and file.readable and (shards := _shards(file)):
            asked = True
            findings = list(_of_index(file, shards, files))
            yield from findings
            if not findings:
                yield passed(f"{file.path} and its {len(shards)} files agree", file.seen("", f"{len(shards)} files"))
    if not asked:
        yield not_applicable("there is no index of weights in several files")


def _shards(index: File) -> dict[str, list[str]]:
    """The tensors by the file that should hold them; empty where the file is no index."""
    if index.size > LARGEST:
        return {}
    try:
        tree = msgspec.json.decode(index.contents.at(0, LARGEST))
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
