"""European Open Source AI Index: twelve openness judgements a system, made by hand (osai-index.eu)."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.names import About, Names, slug
from guildmark.edition.records import Entry, Reported, Source
from guildmark.openness import eu
from guildmark.reporters._cells import address, hub_purl, line, pins, text, tree

NAME = "European Open Source AI Index"
ADDRESS = "https://github.com/Language-Technology-Assessment/main-database/blob/main/"
LICENCE = "CC-BY-4.0"
DATE = "2026-03"
"""The files state no date of their own; so old is the newest change of the index's rule that they follow."""
INDEX = f"index.{eu.OF}"
SWAPPED = frozenset(["Guru", "SynLogic"])
"""Systems whose files call the model that users meet the base, and Qwen2.5-32B, which it was made of, the end."""
FACTS = {
    "name": "system",
    "basemodelname": "base_model",
    "endmodellicense": "licence",
    "releasedate": "released",
    "performanceclass": "performance_class",
}


def published() -> tuple[Published, ...]:
    """The files that are read, one a system."""
    return tuple(_file(path, sha256) for path, sha256 in pins(__file__))


def read(mirror: Mirror, names: Names) -> Iterator[Entry | Reported]:
    """Each system's model that users meet, then what the index says of it."""
    for file in published():
        whole = tree(mirror.read(file))
        system, maker = whole["system"], whole.get("org") or {}
        kinds = (kind.strip() for kind in line(system.get("type")).split(","))
        entry = names.entry(
            About(
                name=_name(system),
                maker=line(maker.get("name")),
                homepage=address(system.get("link")),
                purl=hub_purl(system.get("link")),
                modalities=tuple(dict.fromkeys("text" if kind == "code" else kind for kind in kinds if kind)),
            )
        )
        yield entry
        yield from _values(entry.id, file.source.id, whole)


def _name(system: dict[str, Any]) -> str:
    """The model that users meet."""
    end, base = line(system.get("endmodelname")), line(system.get("basemodelname"))
    return base if line(system["name"]) in SWAPPED else end or base or line(system["name"])


def _file(path: str, sha256: str) -> Published:
    name = PurePath(path).name
    source = Source(f"eu-{slug(PurePath(path).stem)}", NAME, ADDRESS + quote(name), sha256, LICENCE, DATE)
    return Published(path, source)


def _values(id: str, source: str, whole: dict[str, Any]) -> Iterator[Reported]:
    def said(of: str, value: str | float | None, unit: str, says: str, at: str) -> Reported:
        return Reported(id, of, value, unit, says, source, at, NAME, "third", DATE)

    worths = {cell: eu.WORTH.get(line(whole[cell].get("class"))) for cell in eu.CELLS}
    for cell, worth in worths.items():
        notes = text(whole[cell].get("notes"))
        says = ": ".join(filter(None, [line(whole[cell].get("class")) or "not judged", notes]))
        yield said(f"{INDEX}.{cell}", worth, "1", says, cell)
    judged = {cell: worth for cell, worth in worths.items() if worth is not None}
    mean = round(eu.score(judged), 4) if len(judged) == len(worths) else None
    yield said(INDEX, mean, "1", "the mean of the twelve, worked out by Guildmark; 1 is the most open", "all cells")
    system = whole["system"] | {"endmodellicense": _licence(whole["system"])}
    for key, fact in FACTS.items():
        yield said(f"fact.{fact}", text(system.get(key)), "", key, f"system.{key}")


def _licence(system: dict[str, Any]) -> Any:
    """The licence, whose key some files write with a space."""
    return system.get("endmodellicense") or system.get("endmodel license")
