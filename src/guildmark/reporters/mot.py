"""Model Openness Tool: which of seventeen components a model's release has, under which licence (LF AI & Data)."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.names import About, Names, slug
from guildmark.edition.records import Entry, Reported, Source
from guildmark.openness import mof
from guildmark.openness.components import COMPONENTS
from guildmark.reporters._cells import address, hub_purl, line, pins, text, tree

NAME = "Model Openness Tool"
ADDRESS = "https://github.com/lfai/model_openness_tool/blob/main/models/"
LICENCE = "MIT"
INDEX = "index.model_openness_framework"
FACTS = {"version": "version", "type": "type", "architecture": "architecture", "origin": "base_model"}
PLACEHOLDER = "Unnamed-Model"
"""So the tool calls what nobody named: it is no model."""
_MODALITIES = {"language": "text", "code": "text", "vision": "image", "audio": "audio", "video": "video"}


def published() -> tuple[Published, ...]:
    """The files that are read, one a model."""
    return tuple(_file(path, sha256) for path, sha256 in pins(__file__))


def read(mirror: Mirror, names: Names) -> Iterator[Entry | Reported]:
    """Each model, then what its file says of it."""
    for file in published():
        data = mirror.read(file)
        release = tree(data)["release"]
        if release["name"] == PLACEHOLDER:
            continue
        entry = names.entry(
            About(
                name=_name(release, PurePath(file.path).stem),
                maker=line(release.get("producer")),
                homepage=address(release.get("repository"), release.get("huggingface")),
                purl=hub_purl(release.get("huggingface"), release.get("repository")),
                modalities=tuple(filter(None, [_MODALITIES.get(line(release.get("type")))])),
            )
        )
        yield entry
        yield from _values(entry.id, file.source.id, release, data)


def _name(release: dict[str, Any], stem: str) -> str:
    """The release's name; where the file's own name and its address agree that it is another, that one."""
    name = line(release["name"])
    meant = hub_purl(release.get("huggingface"), release.get("repository")).rpartition("/")[2]
    return stem if meant and slug(meant) == slug(stem) != slug(name) else name


def _file(path: str, sha256: str) -> Published:
    name = PurePath(path).name
    source = Source(f"mot-{slug(PurePath(path).stem)}", NAME, ADDRESS + quote(name), sha256, LICENCE)
    return Published(path, source)


def _values(id: str, source: str, release: dict[str, Any], data: bytes) -> Iterator[Reported]:
    date = line(release.get("date"))

    def said(of: str, value: str | int | None, says: str, at: str) -> Reported:
        return Reported(id, of, value, "", says, source, at, NAME, "third", date)

    read = mof.read(data)
    places = {line(part.get("name")): number for number, part in enumerate(release["components"])}
    for component in COMPONENTS:
        licence = read.licences.get(component.id)
        if licence is None:
            yield said(f"openness.{component.id}", None, f"{component.name}: not listed", "release.components")
            continue
        under = "no licence" if licence == mof.UNLICENSED else f"the licence {licence}"
        place = f"release.components[{places[component.name]}]"
        yield said(f"openness.{component.id}", licence, f"{component.name}: listed, under {under}", place)
    step = mof.by_tool(read).step
    reached = f"class {'I' * step}" if step else "no class"
    says = f"{reached}, by the tool's own rule, worked out from the file by Guildmark; class I is the most open"
    yield said(INDEX, step, says, "release.components")
    for key, fact in FACTS.items():
        yield said(f"fact.{fact}", text(release.get(key)), key, f"release.{key}")
