"""Which components are among a subject's files: found in them, only told of, or not there.

A mention is not presence: what a card links to or speaks of is `unknown`, with the line."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from guildmark import late, papers, structured
from guildmark.errors import GuildmarkError
from guildmark.openness import documents, training, weights
from guildmark.openness.components import BY_ID, COMPONENTS
from guildmark.openness.looked import Answer, Found, named
from guildmark.openness.signs import SIGNS, Signs
from guildmark.openness.snapshot import Held, Snapshot, lines
from guildmark.records import Evidence

State = Literal["present", "absent", "unknown"]
SHOWN = 5

_WITHHELD = late.compile(
    r"\b(data|data ?sets?|corpus)\b.{0,60}\b(can ?not|will not|won't|is not|are not|isn't|not be)\b.{0,30}"
    r"\b(released?|shared?|public(ly)?|disclosed?|available|published)\b",
    re.IGNORECASE,
)
_GRAPHS = ("onnx", "tflite", "saved_model", "graph_def", "keras", "openvino", "coreml", "paddle", "mxnet")


class Part(NamedTuple):
    """A component as it stands in a subject. `files` are those that hold it (none where it is not present)."""

    component: str
    state: State
    says: str
    evidence: tuple[Evidence, ...] = ()
    files: tuple[Held, ...] = ()


def find(snapshot: Snapshot) -> tuple[Part, ...]:
    """All seventeen components, in the framework's order."""
    return tuple(_part(snapshot, component.id) for component in COMPONENTS)


def _part(snapshot: Snapshot, id: str) -> Part:
    found, doubt = _SPECIAL.get(id, _by_signs)(snapshot, SIGNS[id])
    name = BY_ID[id].name
    if found and not doubt:
        return Part(id, "present", f"{name}: {_listed(found)}", _seen(found), tuple(held for held, _, _ in found))
    if doubt:
        return Part(id, "unknown", f"{name}: {doubt[0]}", (*doubt[1], *_seen(found))[:SHOWN])
    if id == "datasets" and (withheld := _lines(snapshot, _WITHHELD)):
        return Part(id, "absent", f"{name}: the card says that they are not published", withheld)
    if told := _told(snapshot, id):
        more = "; what is named is a framework" if id == "training_code" and training.is_framework(told) else ""
        return Part(id, "unknown", f"{name}: told of, and not among these files{more}", told)
    if snapshot.unread:
        return Part(id, "unknown", f"{name}: none seen, and not every file could be read")
    return Part(id, "absent", f"{name}: none of these files")


def _by_signs(snapshot: Snapshot, signs: Signs) -> Answer:
    found = list(named(snapshot, signs))
    pointers = [held for held in snapshot.of(*signs.sorts) if held.is_pointer and signs.name.search(held.path)]
    if pointers and not found:
        held = pointers[0]
        return [], (f"{held.file.path} only points to them", (held.file.seen("line 1", held.head()[:60]),))
    return found, None


def _datasets(snapshot: Snapshot, signs: Signs) -> Answer:
    """Data to train with; what lies in a folder of an importable package is what its program needs."""
    packages = {held.folders for held in snapshot.files if held.file.name == "__init__.py"}
    found, doubt = _by_signs(snapshot, signs)
    kept = [each for each in found if "train" in each[0].name or not _is_within(each[0].folders, packages)]
    return kept, doubt


def _is_within(folder: str, packages: set[str]) -> bool:
    while folder:
        if folder in packages:
            return True
        folder = folder.rpartition("/")[0]
    return False


def _architecture(snapshot: Snapshot, signs: Signs) -> Answer:
    """Code that builds the model; a graph of it, or a name in config.json, is not its source."""
    if found := list(named(snapshot, signs)):
        return found, None
    for held in snapshot.files:
        if held.path.endswith("config.json") and (known := _architectures(held)):
            why = f"{held.file.path} names {known}, whose code is in a library, not in these files"
            return [], (why, (held.file.seen("architectures", known),))
    for held in snapshot.of("weights"):
        if set(held.file.formats) & {*_GRAPHS}:
            return [], (f"{held.file.path} is its graph, without the code that made it", (held.file.seen("", ""),))
    return [], None


def _architectures(held: Held) -> str:
    try:
        tree = structured.json(held.file.contents.at(0, structured.LARGEST_JSON))
    except GuildmarkError:
        return ""
    if not isinstance(tree, structured.Mapping):
        return ""
    keys = ("architectures", "architecture", "_class_name", "model_type")
    values = [structured.plain(value) for key in keys for value in tree.all_of(key)]
    names = [str(name) for value in values for name in (value if isinstance(value, list) else [value])]
    return ", ".join(names[:3])


Search = Callable[[Snapshot, Signs], Answer]

_SPECIAL: dict[str, Search] = {
    "model_architecture": _architecture,
    "datasets": _datasets,
    "final_parameters": weights.final,
    "intermediate_parameters": weights.intermediate,
    "training_code": training.find,
    "evaluation_results": documents.results,
    "model_card": documents.model_card,
    "data_card": documents.data_card,
    "sample_outputs": documents.samples,
    "technical_report": documents.paper,
    "research_paper": documents.paper,
}


def _told(snapshot: Snapshot, id: str) -> tuple[Evidence, ...]:
    """Where a card speaks of a component, or its front matter names it."""
    signs = SIGNS[id]
    seen: list[Evidence] = []
    for paper in snapshot.texts:
        if id == "datasets" and (value := papers.said(paper.card.front.get("datasets"))):
            seen.append(paper.file.seen(f"line {paper.card.lines['datasets']}", f"datasets: {value}"))
        if id == "evaluation_data" and "dataset" in str(paper.card.front.get("model-index", "")):
            seen.append(paper.file.seen(f"line {paper.card.lines['model-index']}", "model-index"))
    if signs.told:
        seen += _lines(snapshot, signs.told)
    if signs.heading and id in ("datasets", "final_parameters", "data_card"):
        seen += _sections(snapshot, signs.heading)
    return tuple(seen[:SHOWN])


def _sections(snapshot: Snapshot, heading: re.Pattern[str]) -> Iterator[Evidence]:
    for paper in snapshot.texts:
        for section in paper.card.sections:
            words = documents.prose(section.text)
            if heading.search(section.heading) and len(words) >= 5:
                yield paper.file.seen(f"line {section.line}", section.heading)


def _lines(snapshot: Snapshot, pattern: re.Pattern[str]) -> tuple[Evidence, ...]:
    return tuple(line for paper in snapshot.texts for line in lines(paper, pattern))


def _listed(found: Sequence[Found]) -> str:
    names = list(dict.fromkeys(held.file.path for held, _, _ in found))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _seen(found: Sequence[Found]) -> tuple[Evidence, ...]:
    return tuple(held.file.seen(f"line {line}" if line else "", words) for held, line, words in found[:SHOWN])
