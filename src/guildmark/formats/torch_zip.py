"""What torch.save writes since 1.6, and TorchScript: a zip of a pickle and the tensors' plain bytes."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Fault, Member, npy, pickle, zip
from guildmark.formats.pickle import PERSISTENT, Call
from guildmark.formats.pickle.values import Global, Tuple, Value
from guildmark.limits import Budget

RANK = 10
HOLDS = "weights"
REFINES = "zip"
CASE_OF = "zip"

RAW = late.compile(
    r"(data|constants|tensors)/\d+|(\.data/)?serialization_id|byteorder|version|\.format_version|\.storage_alignment"
)
"""Records that torch reads as numbers or as a short line of text, below the zip's one folder."""


STORAGE = 5
SIZES = {
    **dict.fromkeys(("Half", "BFloat16", "Short"), 2),
    **dict.fromkeys(("Float", "Int", "QInt32"), 4),
    **dict.fromkeys(("Double", "Long", "ComplexFloat"), 8),
    "ComplexDouble": 16,
}
"""Bytes of an element, by the class of its storage; of those that are not here, one."""
MOST_TOLD = 20
REACHING = {
    "torch": {"save", "from_file"},
    "aten": {"save", "from_file"},
    "image": {"read_file", "write_file"},
    "prim": {"rpc_async", "rpc_sync", "rpc_remote"},
}
"""Operators that read or write files or call other machines: of ATen, TorchScript itself and torchvision
(torch/csrc/jit/runtime/register_prim_ops.cpp, register_distributed_ops.cpp, torchvision/csrc/io/image)."""
COMPUTING = late.compile(
    "aten|prims?|_?quantized|quantized_decomposed|sparse|torchvision|image|mkldnn(_prepacked)?|onednn|prepacked|xnnpack"
    "|(metal|vulkan)(_prepack)?|nnapi|cuda|fb|static_runtime|profiler"
)
"""The operators' libraries that come with torch and torchvision, and compute but for REACHING."""

_CLASS = late.compile(r"torch\.(?:cuda\.|storage\.)?_?(\w+)Storage")


class Storage(NamedTuple):
    """The record that a storage is in, and how many bytes of it the pickle claims."""

    key: str
    size: int


def recognises(contents: Contents) -> bool:
    """`<root>/data.pkl`, and `<root>/version` or something in `<root>/data/`."""
    return zip.recognises(contents) and _root(contents) is not None


def is_torchscript(contents: Contents) -> bool:
    """Whether torch.load gives it to TorchScript's own loader, which imports no Python."""
    return f"{_root(contents)}constants.pkl" in zip.names(contents)


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's; those that torch takes as plain numbers are raw."""
    root = _root(contents) or ""
    for member in zip.members(contents, budget):
        name = str(member.name)
        is_raw = name.startswith(root) and RAW.fullmatch(name[len(root) :]) is not None
        is_array = member.contents is not None and npy.recognises(member.contents)  # numpy.load takes zips
        yield member._replace(raw=is_raw and not is_array)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's, and records outside of its one folder."""
    yield from zip.faults(contents)
    root = _root(contents) or ""
    if f"{root}version" not in zip.names(contents):
        yield Fault("directory", f"the record {root}version is missing")
    for name in zip.names(contents):
        if not name.startswith(root):
            yield Fault(name, f"it lies outside of {root}")
    yield from _storage_faults(contents, root)


def _storage_faults(contents: Contents, root: str) -> Iterator[Fault]:
    """Storages that claim more numbers than their record has: torch would read behind its end (CVE-2026-24747)."""
    records = {entry.name: entry for entry in zip.directory(contents)}
    data = records.get(f"{root}data.pkl")
    if data is None or data.method != zip.STORED:
        return
    told = 0
    for event in pickle.events(zip.stored(contents, data)):
        storage = _storage(event.arguments) if isinstance(event, Call) and event.name == PERSISTENT else None
        record = records.get(f"{root}data/{storage.key}") if storage else None
        if storage and record and record.size < storage.size and told < MOST_TOLD:
            told += 1
            yield Fault(record.name, f"the pickle claims {storage.size} bytes of it, and it has {record.size}")


def _storage(pid: Value) -> Storage | None:
    """What a persistent id, (storage, its class, key, place, number of elements), says."""
    items = pid.items if isinstance(pid, Tuple) else None
    if not items or len(items) < STORAGE or not isinstance(items[1], Global):
        return None
    found, count = _CLASS.fullmatch(items[1].name), items[STORAGE - 1]
    if found is None or not isinstance(count, int) or not isinstance(items[2], str):
        return None
    return Storage(items[2], count * SIZES.get(found[1], 1))


def _root(contents: Contents) -> str | None:
    names = zip.names(contents)
    for name in names:
        if name == "data.pkl" or name.endswith("/data.pkl"):
            root = name.removesuffix("data.pkl")
            if f"{root}version" in names or any(other.startswith(f"{root}data/") for other in names):
                return root
    return None
