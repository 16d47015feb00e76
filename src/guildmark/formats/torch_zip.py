"""What torch.save writes since 1.6, and TorchScript: a zip of a pickle and the tensors' plain bytes."""

import re
from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.formats import Fault, Member, zip
from guildmark.limits import Budget

RANK = 10
HOLDS = "weights"
REFINES = "zip"

RAW = re.compile(
    r"(data|constants|tensors)/\d+|(\.data/)?serialization_id|byteorder|version|\.format_version|\.storage_alignment"
)
"""Records that torch reads as numbers or as a short line of text, below the zip's one folder."""


def recognises(contents: Contents) -> bool:
    """`<root>/data.pkl`, and `<root>/version` or something in `<root>/data/`."""
    return zip.recognises(contents) and _root(contents) is not None


def is_torchscript(contents: Contents) -> bool:
    """Whether it holds code that TorchScript runs."""
    root = _root(contents)
    return any(name == f"{root}constants.pkl" or name.startswith(f"{root}code/") for name in zip.names(contents))


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's; those that torch takes as plain numbers are raw."""
    root = _root(contents) or ""
    for member in zip.members(contents, budget):
        name = str(member.name)
        is_raw = name.startswith(root) and RAW.fullmatch(name[len(root) :]) is not None
        yield member._replace(raw=is_raw)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's, and records outside of its one folder."""
    yield from zip.faults(contents)
    root = _root(contents) or ""
    if f"{root}version" not in zip.names(contents):
        yield Fault("directory", f"the record {root}version is missing")
    for name in zip.names(contents):
        if not name.startswith(root):
            yield Fault(name, f"it lies outside of {root}")


def _root(contents: Contents) -> str | None:
    names = zip.names(contents)
    for name in names:
        if name == "data.pkl" or name.endswith("/data.pkl"):
            root = name.removesuffix("data.pkl")
            if f"{root}version" in names or any(other.startswith(f"{root}data/") for other in names):
                return root
    return None
