"""The Model Openness Framework's classes: by the rule of its tool (MOT), exactly, and by that rule mended.

The tool: github.com/lfai/model_openness_tool, ModelEvaluator.php and LicenseHandler.php, read in 2026."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from guildmark import licences, structured
from guildmark.errors import AskedWrongly, FormatError, LimitPassed
from guildmark.openness.components import BY_ID, BY_NAME, COMPONENTS, Component, asked
from guildmark.records import Record

UNLICENSED = "unlicensed"
BUCKETS = ("missing", "invalid", "unlicensed", "included", "optional")

# The licences that the tool finds typical of a type; another open one is a warning, and no more.
TYPICAL = {
    "code": frozenset(
        [
            "0BSD",
            "AFL-1.1",
            "AFL-1.2",
            "AFL-2.0",
            "AFL-2.1",
            "AFL-3.0",
            "Apache-1.0",
            "Apache-1.1",
            "Apache-2.0",
            "ECL-1.0",
            "ECL-2.0",
            "ISC",
            "MIT",
            "MIT-0",
            "MulanPSL-1.0",
            "MulanPSL-2.0",
            "NCSA",
            "UPL-1.0",
            "OpenMDW-1.0",
        ]
    ),
    "data": frozenset(
        ["CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "C-UDA-1.0", "CC-PDDC", "CC0-1.0", "PDDL-1.0", "OpenMDW-1.0"]
    ),
    "document": frozenset(
        ["CC-PDDC", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "FreeBSD-DOC", "Apache-2.0", "OpenMDW-1.0"]
    ),
}


class Release(NamedTuple):
    """What a MOT file says: the components that are there, each with its licence (UNLICENSED for none).

    `unknown` are names that the framework does not have; `repeated` those that are said twice."""

    name: str
    licences: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


class Buckets(Record, frozen=True):
    """What a class makes of each component, by the framework's names."""

    missing: tuple[str, ...]
    included: tuple[str, ...]
    invalid: tuple[str, ...]
    unlicensed: tuple[str, ...]
    optional: tuple[str, ...]
    licenses: dict[str, str]


class Grade(Record, frozen=True, rename={"step": "class"}):
    """A class (3 the first, 1 the last, 0 none) and how far it is to each, in percent.

    The buckets are those of class 1, which asks for everything; `evaluation` has them class by class."""

    step: int
    progress: dict[str, float]
    missing: tuple[str, ...]
    invalid: tuple[str, ...]
    unlicensed: tuple[str, ...]
    included: tuple[str, ...]
    conditional: tuple[str, ...]
    evaluation: dict[str, Buckets]


def read(data: bytes) -> Release:
    """The release that a MOT file describes; raises AskedWrongly where it is none."""
    hint = "give a file as the Model Openness Tool writes it (its schema/mof_schema.json)"
    try:
        documents = structured.yaml(data)
    except (FormatError, LimitPassed) as error:
        raise AskedWrongly(f"the file cannot be read: {error.says}", hint) from error
    whole = documents[0] if documents else None
    release = _of(whole, "release")
    if not isinstance(release, structured.Mapping):
        raise AskedWrongly("the file holds no `release`", hint)
    listed = _of(release, "components")
    if listed and not isinstance(listed, list):
        raise AskedWrongly("`components` is no list", hint)
    names = [(_text(_of(entry, "name")), entry) for entry in listed or ()]
    shared = _of(release, "license")
    held = {BY_NAME[name].id: _licence(entry, shared, BY_NAME[name]) for name, entry in names if name in BY_NAME}
    said = [name for name, _ in names]
    return Release(
        name=_text(_of(release, "name")),
        licences=held,
        unknown=tuple(name for name in said if name not in BY_NAME),
        repeated=tuple(sorted({name for name in said if said.count(name) > 1})),
    )


def _of(node: Any, key: str) -> Any:
    """The last value of a key; None where there is none, or where it says nothing."""
    found = node.all_of(key) if isinstance(node, structured.Mapping) else []
    value = structured.plain(found[-1]) if found else None
    return None if value in ("", "~", "null", "Null", "NULL") else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _licence(entry: Any, shared: Any, component: Component) -> str:
    """The component's own licence where its key is set, else that of its type, else that of the whole."""
    own = entry.all_of("license") if isinstance(entry, structured.Mapping) else []
    if own and structured.plain(own[-1]) not in ("~", "null"):
        return _text(structured.plain(own[-1])) or UNLICENSED
    for place in (component.type, "distribution"):
        if name := _text(_of(_of(shared, place), "name")):
            return name
    return UNLICENSED


def by_tool(release: Release) -> Grade:
    """The grade that the tool gives."""
    held = dict(release.licences)
    if release.unknown:  # the tool takes every name that it does not know for data sets
        held.setdefault("datasets", UNLICENSED)
    return _grade(held, _tool_fits)


def mended(release: Release) -> tuple[Grade, tuple[str, ...]]:
    """The grade by the mended rule, and every difference to the tool's.

    A licence may be written as people write it; PDDL-1.0 is open; a name that the framework does not have
    is no data set; data sets need no licence (arXiv 2403.13784: they may come under any, or none)."""
    differences = [f"`{name}` is no component; the tool counts it as Datasets" for name in release.unknown]
    differences += [f"`{name}` is said more than once; the last counts" for name in release.repeated]
    for id, licence in release.licences.items():
        component = BY_ID[id]
        if _fits(component, licence) == _tool_fits(component, licence):
            continue
        if licence == UNLICENSED:
            differences.append(f"{component.name} needs no licence; the tool asks for one")
        else:
            differences.append(f"{component.name} is open under {licence}; the tool does not know it by that name")
    return _grade(dict(release.licences), _fits), tuple(differences)


def _tool_fits(_: Component, licence: str) -> bool:
    return licences.is_open(licence)


def _fits(component: Component, licence: str) -> bool:
    if licence == UNLICENSED:
        return component.id == "datasets"
    return licences.is_open(licence) or licences.judge(licence).open is True


def _grade(held: Mapping[str, str], fits: Callable[[Component, str], bool]) -> Grade:
    buckets = {step: _sort(held, fits, step) for step in (3, 2, 1)}
    _waive_report(buckets)
    progress = {step: _progress(buckets, step) for step in (3, 2, 1)}
    reached = [step for step in (3, 2, 1) if progress[step] == 100]
    every = buckets[1]
    return Grade(
        step=min(reached, default=0),
        progress={str(step): share for step, share in progress.items()} | {"total": sum(progress.values()) / 3},
        missing=tuple(every["missing"]),
        invalid=tuple(every["invalid"]),
        unlicensed=tuple(every["unlicensed"]),
        included=tuple(every["included"]),
        conditional=_conditional(held, fits),
        evaluation={
            str(step): Buckets(**{name: tuple(names) for name, names in filled.items()}, licenses=_named(held, filled))
            for step, filled in buckets.items()
        },
    )


def _sort(held: Mapping[str, str], fits: Callable[[Component, str], bool], step: int) -> dict[str, list[str]]:
    filled: dict[str, list[str]] = {name: [] for name in BUCKETS}
    for component in (*asked(step), *asked(step, required=False)):
        licence = held.get(component.id)
        if licence is None:
            bucket = "missing" if component.required else ""
        elif fits(component, licence):
            bucket = "included" if component.required else "optional"
        else:
            bucket = "unlicensed" if licence == UNLICENSED else "invalid"
        if bucket:
            filled[bucket].append(component.name)
    return filled


def _waive_report(buckets: Mapping[int, dict[str, list[str]]]) -> None:
    """A paper, whatever its licence, excuses the report: it then counts for the classes before its own."""
    report, paper = BY_ID["technical_report"].name, BY_ID["research_paper"].name
    status = next((name for name in ("included", "invalid", "unlicensed") if paper in buckets[1][name]), None)
    if status is None or report in buckets[3]["included"]:
        return
    for filled in buckets.values():
        if report in filled["missing"]:
            filled["missing"].remove(report)
    for step in (3, 2):
        buckets[step][status].append(paper)


def _progress(buckets: Mapping[int, dict[str, list[str]]], step: int) -> float:
    """How much of a class is there, in percent; 0 while a class before it is not complete."""
    for before in range(3, step, -1):
        if len(buckets[before]["included"]) < len(asked(before)):
            return 0.0
    included = buckets[step]["included"]
    excused = step == 1 and "Research paper" in included and "Technical report" not in included
    return min(100.0, len(included) / (len(asked(step)) - excused) * 100)


def _conditional(held: Mapping[str, str], fits: Callable[[Component, str], bool]) -> tuple[str, ...]:
    """The components whose licence is open, and not typical of their type, in the order of the classes."""
    odd = (
        component.name
        for step in (3, 2, 1)
        for component in (*asked(step), *asked(step, required=False))
        if (licence := held.get(component.id)) and fits(component, licence) and licence != UNLICENSED
        if licence not in TYPICAL[component.type]
    )
    return tuple(dict.fromkeys(odd))


def _named(held: Mapping[str, str], filled: Mapping[str, Sequence[str]]) -> dict[str, str]:
    names = {name for bucket in BUCKETS[1:] for name in filled[bucket]}
    return {component.name: held[component.id] for component in COMPONENTS if component.name in names}
