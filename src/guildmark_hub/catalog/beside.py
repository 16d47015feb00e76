"""Reported claims as a page shows them: what each source says of one thing side by side, gaps and all; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from guildmark import plain
from guildmark.openness.components import COMPONENTS

TOPICS = {
    "openness": ("How open it is, part by part", "Is the part listed, and under which licence?"),
    "index.eu_open_source_ai_index": (
        "European Open Source AI Index",
        "Judged by hand: 1 is open, 0.5 open in part, 0 closed.",
    ),
    "index.model_openness_framework": (
        "Model Openness Framework",
        "The class that the framework's own tool gives, from 3 to 1; 1 is the most open, 0 is none.",
    ),
    "index.fmti_2025": (
        "Foundation Model Transparency Index, 2025",
        "Whether its maker discloses each thing: 1 is yes, 0 is no.",
    ),
    "score": ("Scores", "How it did on a benchmark, as each source reports it. Conditions differ between sources."),
    "fact": ("Facts", "What sources say that it is."),
    "index": ("Other indices", "What published indices make of it."),
    "": ("Other claims", "What sources say besides."),
}
PARTS = {one.id: one.name for one in COMPONENTS}
CELLS = {
    "datasources_basemodel": "Data of the base model",
    "datasources_endmodel": "Data of the finished model",
    "weights_basemodel": "Weights of the base model",
    "weights_endmodel": "Weights of the finished model",
    "trainingcode": "Training code",
    "code": "Code, documented",
    "hardware_architecture": "Hardware and architecture, documented",
    "preprint": "Preprint",
    "paper": "Paper that peers reviewed",
    "modelcard": "Model card",
    "datasheet": "Data sheet",
    "licenses": "Licences",
}
SCORES = {
    "bbh": "BBH",
    "gpqa": "GPQA",
    "gsm8k": "GSM8K",
    "ifeval": "IFEval",
    "math_lvl5": "MATH, level 5",
    "mmlu": "MMLU",
    "mmlu_pro": "MMLU-Pro",
    "musr": "MuSR",
}
WORDS = PARTS | CELLS | SCORES
LEAVES_OPEN: tuple[tuple[str, Any, str], ...] = (
    ("openness.", None, "Parts of a complete release that no list of others has"),
    ("index.fmti_2025.", 0, "What its maker does not disclose, as the Foundation Model Transparency Index judges"),
    (
        "fact.disclosed_",
        None,
        "Cells that the Foundation Model Transparency Index leaves empty where it lists what makers disclose",
    ),
)
"""How a claim begins that leaves something open, the value by which it does, and what that means."""


class Claim(Protocol):
    """A reported claim as it is stored."""

    of: str
    value: Any
    unit: str
    source_id: int
    source: Any
    date: str
    party: str
    reported_by: str
    says: str
    digest: str


class Line(NamedTuple):
    """All that is said of one thing; `differs` where sources disagree."""

    of: str
    title: str
    claims: tuple[Any, ...]
    differs: bool


class Topic(NamedTuple):
    """The lines that belong together, and how many claims and gaps they hold."""

    id: str
    title: str
    says: str
    lines: tuple[Line, ...]
    claims: int
    gaps: int
    one_source: Any
    """A claim of those that all come from one publisher on one day; null where they do not."""


class Across(NamedTuple):
    """One thing over several entries: for each entry what is said of it, nothing where nobody says anything.

    What is said in the same words stands together."""

    of: str
    title: str
    cells: tuple[tuple[tuple[Any, ...], ...], ...]


class Whence(NamedTuple):
    """A claim of those that one publisher makes of an entry, and whether all of them are of one day."""

    claim: Any
    one_day: bool


class Untold(NamedTuple):
    """What nobody tells of an entry, why it counts as that, and the digests of the claims that leave it open."""

    why: str
    titles: tuple[str, ...]
    digests: tuple[str, ...]


def topics(claims: Iterable[Claim]) -> tuple[Topic, ...]:
    """The claims of one entry by topic, in the order of TOPICS; within one by what they are of."""
    found: dict[str, dict[str, list[Claim]]] = {id: {} for id in TOPICS}
    for claim in claims:
        found[topic(claim.of)].setdefault(claim.of, []).append(claim)
    return tuple(_made(id, lines) for id, lines in found.items() if lines)


def _made(id: str, lines: Mapping[str, Sequence[Claim]]) -> Topic:
    made = tuple(Line(of, title(of), tuple(ones), disagree(ones)) for of, ones in sorted(lines.items()))
    claims = [claim for line in made for claim in line.claims]
    gaps = sum(claim.value is None for claim in claims)
    return Topic(id, *TOPICS[id], made, len(claims), gaps, _one_source(claims))


def across(entries: Sequence[Sequence[Claim]], id: str) -> tuple[Across, ...]:
    """The things of a topic that somebody says of at least one of the entries; what is said of more comes first."""
    by_entry: list[dict[str, list[Claim]]] = []
    for claims in entries:
        by_entry.append({})
        for claim in claims:
            if topic(claim.of) == id:
                by_entry[-1].setdefault(claim.of, []).append(claim)
    names = {of for said in by_entry for of in said}
    lines = [Across(of, title(of), tuple(_alike(said.get(of, ())) for said in by_entry)) for of in sorted(names)]
    return tuple(sorted(lines, key=lambda line: -sum(_says(cell) for cell in line.cells)))


def _alike(claims: Iterable[Claim]) -> tuple[tuple[Claim, ...], ...]:
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        found.setdefault((repr(claim.value), claim.unit), []).append(claim)
    return tuple(map(tuple, found.values()))


def _says(cell: Iterable[Sequence[Claim]]) -> bool:
    return any(alike[0].value is not None for alike in cell)


def whence(entries: Sequence[Sequence[Claim]], id: str) -> tuple[Whence | None, ...]:
    """For each entry who publishes all that is said of it in a topic; null where it is not one."""
    return tuple(_whence([claim for claim in claims if topic(claim.of) == id]) for claims in entries)


def _whence(claims: Sequence[Claim]) -> Whence | None:
    if len({(claim.source.name, claim.party) for claim in claims}) != 1:
        return None
    return Whence(claims[0], len({claim.date for claim in claims}) == 1)


def _one_source(claims: Sequence[Claim]) -> Any:
    places = {(claim.source.name, claim.date, claim.party, claim.reported_by) for claim in claims}
    return claims[0] if len(places) == 1 else None


def untold(claims: Iterable[Claim]) -> tuple[Untold, ...]:
    """What the tables of others leave open: parts that no list has, and what an index says its maker keeps."""
    found: dict[str, dict[str, list[Claim]]] = {why: {} for _, _, why in LEAVES_OPEN}
    told: set[str] = set()
    for claim in claims:
        for begins, empty, why in LEAVES_OPEN:
            if claim.of.startswith(begins) and claim.value == empty:
                found[why].setdefault(claim.of, []).append(claim)
            elif claim.of.startswith(begins):
                told.add(claim.of)
    made, named = [], set[str]()
    for why, things in found.items():
        left = {_thing(ones[0]): ones for of, ones in things.items() if of not in told}
        fresh = {name: ones for name, ones in left.items() if name.casefold() not in named}
        named |= {name.casefold() for name in fresh}
        made.append(Untold(why, tuple(fresh), tuple(str(claim.digest) for ones in fresh.values() for claim in ones)))
    return tuple(one for one in made if one.titles)


def _thing(claim: Claim) -> str:
    """What a source's own words call it: they stand before a colon."""
    called, colon, _ = claim.says.partition(": ")
    return plain.name(called, 80) if colon else title(claim.of)


def topic(of: str) -> str:
    """The topic of a claim: an index that we know is one of its own."""
    parts = of.split(".")
    if len(parts) < 2:
        return ""
    own = ".".join(parts[:2])
    return own if own in TOPICS else parts[0] if parts[0] in TOPICS else ""


def title(of: str) -> str:
    """What a claim is of, in words; an index as a whole is its result."""
    if of in TOPICS:
        return "The whole"
    id = topic(of)
    rest = of.removeprefix(f"{id}.") if id else of
    return WORDS.get(rest) or plain.name(rest.replace("_", " ").replace(".", ": "), 80).capitalize()


def disagree(claims: Iterable[Claim]) -> bool:
    """Whether two sources say different things in one unit; a gap says nothing."""
    said: dict[tuple[str, str], dict[str, set[int]]] = {}
    for claim in claims:
        if claim.value is not None:
            kind = "text" if isinstance(claim.value, str) else "number"
            word = str(claim.value).casefold().strip() if kind == "text" else f"{float(claim.value):.6g}"
            said.setdefault((kind, claim.unit), {}).setdefault(word, set()).add(claim.source_id)
    return any(len(values) > 1 and len(set().union(*values.values())) > 1 for values in said.values())
