"""The European Open Source AI Index: twelve cells, each 0, 0.5 or 1, and their mean (osai-index.eu, as of 2026-03).

The index is filled in by hand. Here a cell says what the files themselves show: 1 for what is there and
open, 0.5 for what is only in part there, closed, gated or told of, 0 for what is not there."""

import re
from collections.abc import Iterator, Mapping, Sequence

from guildmark import late
from guildmark.openness.licensing import Licensed
from guildmark.openness.snapshot import Snapshot
from guildmark.records import Evidence, Measurement

OF = "eu_open_source_ai_index"
CELLS = (
    "datasources_basemodel",
    "datasources_endmodel",
    "weights_basemodel",
    "weights_endmodel",
    "trainingcode",
    "code",
    "hardware_architecture",
    "preprint",
    "paper",
    "modelcard",
    "datasheet",
    "licenses",
)
WORTH = {"open": 1.0, "partial": 0.5, "closed": 0.0}

_HARDWARE = late.compile(r"\b(hardware|compute( infrastructure)?|gpus?|tpus?|environmental impact)\b", re.IGNORECASE)
_ARCHITECTURE = late.compile(r"\barchitecture\b|\bmodel details\b|\btechnical specifications\b", re.IGNORECASE)
_USAGE = late.compile(
    r"\b(usage|how to|quick ?start|getting started|install|inference|training|examples?)\b", re.IGNORECASE
)
_REVIEWED = late.compile(
    r"aclanthology\.org/|openreview\.net/|proceedings|neurips|icml|iclr|doi\.org/10\.", re.IGNORECASE
)


def score(cells: Mapping[str, float]) -> float:
    """The index's score: the mean of its twelve cells. Raises KeyError where one is not given."""
    return sum(cells[name] for name in CELLS) / len(CELLS)


def measure(snapshot: Snapshot, parts: Mapping[str, Licensed]) -> Iterator[Measurement]:
    """The twelve cells and the score of a subject."""
    cells = dict(_cells(snapshot, parts))
    for name in CELLS:
        value, evidence = cells[name]
        yield Measurement(of=OF, score=name, value=value, unit="1", n=1, evidence=tuple(evidence)[:3])
    whole = score({name: value for name, (value, _) in cells.items()})
    yield Measurement(of=OF, score="score", value=whole, unit="1", n=len(CELLS))


def _cells(snapshot: Snapshot, parts: Mapping[str, Licensed]) -> Iterator[tuple[str, tuple[float, Sequence[Evidence]]]]:
    derived = [paper.file.seen("base_model", "") for paper in snapshot.cards if paper.card.front.get("base_model")]
    for name, component in (("datasources", "datasets"), ("weights", "final_parameters")):
        own = _worth(parts[component])
        if name == "weights" and parts[component].part.state == "present":
            own = (0.5 if _gated(snapshot) else 1.0, parts[component].part.evidence)
        yield f"{name}_endmodel", own
        yield f"{name}_basemodel", (0.5, derived) if derived else own
    yield "trainingcode", _worth(parts["training_code"])
    told = [parts[id] for id in ("training_code", "inference_code") if parts[id].part.state == "present"]
    usage = _sections(snapshot, _USAGE)
    yield (
        "code",
        (0.5 * bool(told) + 0.5 * bool(usage), [*usage, *(seen for one in told for seen in one.part.evidence)]),
    )
    hardware, architecture = _sections(snapshot, _HARDWARE), _sections(snapshot, _ARCHITECTURE)
    yield "hardware_architecture", (0.5 * bool(hardware) + 0.5 * bool(architecture), [*hardware, *architecture])
    paper = parts["research_paper"]
    yield "preprint", _worth(paper)
    reviewed = [seen for seen in paper.part.evidence if _REVIEWED.search(seen.seen)]
    yield "paper", (0.5 if reviewed else 0.0, reviewed)
    yield "modelcard", _there(parts["model_card"])
    yield "datasheet", _there(parts["data_card"])
    judged = [one.open for one in parts.values() if one.part.state == "present"]
    share = 1.0 if judged and all(judged) else 0.5 if any(judged) else 0.0
    yield "licenses", (share, [seen for one in parts.values() for seen in one.evidence])


def _worth(one: Licensed) -> tuple[float, Sequence[Evidence]]:
    if one.part.state == "absent":
        return 0.0, one.part.evidence
    return (1.0 if one.part.state == "present" and one.open else 0.5), (*one.part.evidence, *one.evidence)


def _there(one: Licensed) -> tuple[float, Sequence[Evidence]]:
    """A document: what it says counts, not its licence."""
    return {"present": 1.0, "unknown": 0.5, "absent": 0.0}[one.part.state], one.part.evidence


def _gated(snapshot: Snapshot) -> bool:
    return any(snapshot.gates)


def _sections(snapshot: Snapshot, heading: re.Pattern[str]) -> list[Evidence]:
    return [
        paper.file.seen(f"line {section.line}", section.heading)
        for paper in snapshot.texts
        for section in paper.card.sections
        if heading.search(section.heading) and len(section.text.split()) >= 8
    ]
