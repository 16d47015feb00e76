"""Which releases a set names, each as a reference of its own: a lock, requirements, an environment, a plain list."""

import hashlib
import os
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from guildmark import late, leaves, pins, sets
from guildmark.contents import OnDisk
from guildmark.errors import AskedWrongly, ContentsError
from guildmark.limits import Limits
from guildmark.material import Given, Opening
from guildmark.resolve import NODE, PYTHON, Need, Needs
from guildmark.series import Wanted
from guildmark.subject import LOCAL, take_in

LARGEST = 4 << 20
MOST = 20_000
_UNFIT = late.compile(r"[^a-z0-9._+~@-]+")
_HINT = "write pypi:NAME==VERSION, npm:NAME@VERSION, hf:ORG/NAME, git:URL, a purl or a path a line"


class References(NamedTuple):
    """The subjects, sentences about what names none, and what was left out as it is for other environments."""

    wanted: tuple[Wanted, ...]
    open: tuple[str, ...] = ()
    left_out: str = ""


def read(where: str, limits: Limits) -> References:
    """What a set on this machine names; raises AskedWrongly where it names nothing, or is no set."""
    if not os.path.exists(where):
        raise AskedWrongly(f"there is no {where}", "give a lock, a list of requirements or an environment of Python")
    source = "folder" if os.path.isdir(where) else "file"
    opening = Opening(network=False, limits=limits, hashing="none")
    material = leaves.load("sources", source).deliver(where, opening)
    few = tuple(given for given in material.files if source == "file" or _is_read(given))
    needs = sets.members(take_in(msgspec.structs.replace(material, files=few), opening), limits) if few else None
    if needs is not None:
        return _of_needs(where, needs)
    if source == "folder":
        raise AskedWrongly(f"{where} holds no list of versions and is no environment of Python", "leave out --each")
    return References(tuple(_unique(where, _lines(where))))


def id_of(where: str) -> str:
    """How the answer of a reference is called: readable, and another for every other reference."""
    plain = where.removeprefix("pypi:").replace("==", "@")
    fit = _UNFIT.sub("-", plain.lower()).strip("-._~@+")
    if fit == plain and where.startswith("pypi:") and len(fit) <= 120:
        return fit
    return f"{fit[:120] or 'x'}-{hashlib.sha256(where.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _is_read(given: Given) -> bool:
    """Whether a file of a folder can say what the folder pins."""
    if "/" not in given.path and (given.path == "pyvenv.cfg" or pins.is_list(given.path)):
        return True
    return given.path.endswith((".dist-info/METADATA", ".txt", ".in"))


def _of_needs(where: str, needs: Needs) -> References:
    found = [reference for need in needs.packages if (reference := _reference(need))]
    said = tuple(problem.says for problem in needs.problems)
    if not found and not said:
        raise AskedWrongly(f"{where} pins nothing", "give a list that names exact versions")
    return References(tuple(_unique(where, iter(found))), said, needs.environment.get("left_out", ""))


def _reference(need: Need) -> str:
    if need.ecosystem == PYTHON:
        return f"pypi:{need.name.lower()}=={need.version}"
    return f"npm:{need.name}@{need.version}" if need.ecosystem == NODE else ""


def _unique(where: str, references: Iterator[str]) -> Iterator[Wanted]:
    seen: set[str] = set()
    for reference in references:
        if reference not in seen:
            seen.add(reference)
            if len(seen) > MOST:
                raise AskedWrongly(f"{where} names more than {MOST} subjects", "vet it in parts")
            yield Wanted(id_of(reference), reference)


def _lines(where: str) -> Iterator[str]:
    """The references of a plain list; paths are below the folder of the list."""
    try:
        contents = OnDisk(os.path.realpath(where))
        text = contents.at(0, LARGEST).decode()
    except ContentsError as error:
        raise AskedWrongly(f"{where} cannot be read: {error.says}", "give a list that you may read") from error
    except UnicodeDecodeError:
        raise AskedWrongly(f"{where} is no set: it is no text", "leave out --each to vet it as one subject") from None
    if contents.size > LARGEST:
        raise AskedWrongly(f"{where} is larger than {LARGEST} bytes", "vet it in parts")
    any_line = False
    for number, line in enumerate(text.splitlines(), 1):
        reference = line.strip()
        if not reference or reference.startswith("#"):
            continue
        any_line = True
        prefix, colon, _ = reference.partition(":")
        if colon and (prefix == "pkg" or prefix in leaves.names("sources")) and prefix not in LOCAL:
            yield reference
            continue
        path = os.path.join(os.path.dirname(where), reference)
        if not os.path.lexists(path):
            raise AskedWrongly(f"line {number} of {where} names no subject: {reference[:200]}", _HINT)
        yield path
    if not any_line:
        raise AskedWrongly(f"{where} names no subject", _HINT)
