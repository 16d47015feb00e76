"""A standard: a ladder of levels, read from TOML; `judge` says which one an assessment reaches."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from guildmark.errors import AskedWrongly, StandardError
from guildmark.plain import counted
from guildmark.records import Assessment, Bar, Kind, Measurement, Outcome, Record, Verdict, Vouched, worst

SHELF = Path(__file__).parent / "standards"
GOOD = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
Count = Annotated[int, msgspec.Meta(ge=1)]


class Measure(Record, frozen=True):
    """A measurement that a level requires: a benchmark's score, of at least or at most so much, in its own unit.

    It is the interval's bound that must hold. `confidence` and `conditions` name the ones that count; a table in
    `conditions` names a part of a table that the measurement has."""

    benchmark: str
    score: str
    at_least: float | None = None
    at_most: float | None = None
    confidence: float | None = None
    conditions: dict[str, Any] = msgspec.field(default_factory=dict)

    def words(self) -> str:
        """`gsm8k/correct of at least 0.5 at a confidence of 0.95`."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        of = " and ".join(f"{word} {value:g}" for word, value in bounds if value is not None)
        at = f" at a confidence of {self.confidence:g}" if self.confidence is not None else ""
        return f"{self.benchmark}/{self.score}{f' of {of}' if of else ''}{at}"


class Reviewing(Record, frozen=True):
    """People that a level requires: so many who answered this standard's checklist and agree, of so many organisations.

    What they say are claims, which are given to `judge`."""

    reviewers: Count
    organisations: Count = 1

    def words(self) -> str:
        """`2 reviewers of 2 organisations agree`."""
        return f"{counted(self.reviewers, 'reviewer')} of {counted(self.organisations, 'organisation')} agree"


class Reproducing(Record, frozen=True):
    """Organisations that a level requires: so many did the same again, and the same came out."""

    by: Count

    def words(self) -> str:
        """`1 other organisation did it again`."""
        return f"{counted(self.by, 'other organisation')} did it again, and the same came out"


class Level(Record, frozen=True):
    """A step of the ladder; it requires also all that the steps before it require."""

    id: str
    means: str
    require: tuple[str, ...] = ()
    measure: tuple[Measure, ...] = ()
    review: tuple[Reviewing, ...] = ()
    reproduced: tuple[Reproducing, ...] = ()

    def people(self) -> tuple[Reviewing | Reproducing, ...]:
        """What it requires that no machine can say."""
        return (*self.review, *self.reproduced)


class Standard(Record, frozen=True):
    """A published version of a ladder. `asks` is the level meant by a user who names none:
    beyond it what is unknown bars nobody's build, but what fails does."""

    id: str
    title: str
    applies_to: tuple[Kind, ...]
    version: str
    level: tuple[Level, ...]
    asks: str = ""

    def upto(self, level: str) -> tuple[Level, ...]:
        """The levels from the first to `level`; raises AskedWrongly where there is none of it."""
        ids = [step.id for step in self.level]
        if level not in ids:
            raise AskedWrongly(f"{self.id} has no level {level}", f"its levels are {', '.join(ids)}")
        return self.level[: ids.index(level) + 1]


def judge(assessment: Assessment, standard: Standard, claims: Iterable[Vouched] = ()) -> Verdict:
    """The highest level whose requirements, and those of all before it, are met; `claims` are what people vouch for."""
    claims = tuple(claims)
    reached: str | None = None
    for level in standard.level:
        bars = _bars(assessment, standard, level, claims)
        if bars:
            return Verdict(standard.id, standard.version, reached, level.id, bars)
        reached = level.id
    return Verdict(standard.id, standard.version, reached, None, ())


def answer(
    assessment: Assessment, standard: Standard, level: str | None = None, claims: Iterable[Vouched] = ()
) -> Outcome:
    """What a user who asks for `level` is told: PASSED, FAILED or UNKNOWN.

    Who names no level asks for `standard.asks`, and a failure at any level counts."""
    claims = tuple(claims)
    wanted = standard.upto(level or standard.asks or standard.level[-1].id)
    outcomes = [bar.outcome for step in wanted for bar in _bars(assessment, standard, step, claims)]
    if level is None:
        every = (bar for step in standard.level for bar in _bars(assessment, standard, step, claims))
        outcomes += [bar.outcome for bar in every if bar.outcome is Outcome.FAILED]
    return worst([*outcomes, Outcome.PASSED])


def _bars(assessment: Assessment, standard: Standard, level: Level, claims: tuple[Vouched, ...]) -> tuple[Bar, ...]:
    checks = (_check_bar(assessment, check) for check in level.require)
    measures = (_measure_bar(assessment, measure) for measure in level.measure)
    people = _people(assessment.subject.digest, standard, level, claims)
    return tuple(bar for bar in (*checks, *measures, *people) if bar is not None)


def _check_bar(assessment: Assessment, check: str) -> Bar | None:
    findings = [finding for finding in assessment.findings if finding.check == check]
    outcome = assessment.outcome(check)
    if outcome in GOOD:
        return None
    worst_ones = [finding.says for finding in findings if finding.outcome is outcome]
    more = f" (and {len(worst_ones) - 1} more)" if len(worst_ones) > 1 else ""
    return Bar("check", check, outcome, worst_ones[0] + more if worst_ones else "it was not asked")


def _measure_bar(assessment: Assessment, measure: Measure) -> Bar | None:
    """The worst that a measurement of it says; UNKNOWN where there is none, or none under the conditions that count."""
    named = [one for one in assessment.measurements if (one.of, one.score) == (measure.benchmark, measure.score)]
    others = [says for one in named if (says := _other(one, measure))]
    told = [_told(one, measure) for one in named if not _other(one, measure)]
    told = told or [(Outcome.UNKNOWN, others[0] if others else "it was not measured")]
    outcome, says = min(told, key=lambda each: _WORST.index(each[0]))
    name = f"{measure.benchmark}/{measure.score}"
    return None if outcome is Outcome.PASSED else Bar("measure", name, outcome, says)


_WORST = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED)


def _other(measured: Measurement, measure: Measure) -> str:
    """Why a measurement is none of those that count; empty where it is."""
    bounds = measured.interval
    other = _differs(measure.conditions, measured.conditions)
    if other:
        return f"it was measured under another {other[0]}: {other[1]}"
    if measure.confidence is not None and (bounds is None or bounds.confidence != measure.confidence):
        has = f"has a confidence of {bounds.confidence:g}" if bounds else "has no interval"
        return f"{measured.value:g} {has}, not of {measure.confidence:g}"
    return ""


def _differs(wanted: dict[str, Any], had: dict[str, Any]) -> tuple[str, Any] | None:
    """The first condition that is another, with its value."""
    for key, value in wanted.items():
        found = had.get(key)
        if isinstance(value, dict) and isinstance(found, dict):
            inner = _differs(value, found)
            if inner:
                return f"{key}.{inner[0]}", inner[1]
        elif found != value:
            return key, found
    return None


def _told(measured: Measurement, measure: Measure) -> tuple[Outcome, str]:
    """What one measurement says: by its interval's bounds, or by its value where it was counted whole."""
    bounds = measured.interval
    low, high = (bounds.low, bounds.high) if bounds else (measured.value, measured.value)
    shown = f"{measured.value:g}" + (f" ({low:g} to {high:g})" if bounds else "")
    if measure.at_least is not None and low < measure.at_least:
        return _beyond(high < measure.at_least), f"{shown} {_by(high < measure.at_least)} under {measure.at_least:g}"
    if measure.at_most is not None and high > measure.at_most:
        return _beyond(low > measure.at_most), f"{shown} {_by(low > measure.at_most)} over {measure.at_most:g}"
    return Outcome.PASSED, shown


def _beyond(whole: bool) -> Outcome:
    """An interval that lies beyond the bound fails; one that holds it could be either."""
    return Outcome.FAILED if whole else Outcome.UNKNOWN


def _by(whole: bool) -> str:
    return "is" if whole else "may be"


def _people(digest: str | None, standard: Standard, level: Level, claims: tuple[Vouched, ...]) -> Iterable[Bar | None]:
    """The bars of what a level requires of people; what they say counts of these very bytes only."""
    here = [one for one in claims if digest is not None and one.digest == digest]
    named = (standard.id, standard.version)
    reviews = [one for one in here if one.kind == "review" and (one.standard, one.version) == named]
    again = [one for one in here if one.kind == "reproduction"]
    why = "" if digest else "the files have no digest, so nobody's word is of them"
    yield from (_review_bar(reviews, each, why) for each in level.review)
    yield from (_reproduced_bar(again, each, why) for each in level.reproduced)


def _review_bar(reviews: list[Vouched], wanted: Reviewing, why: str) -> Bar | None:
    """Who says both disagrees; where as many disagree as agree, it failed."""
    against = {(one.organisation, one.by) for one in reviews if one.outcome == "disagrees"}
    agree = {(one.organisation, one.by) for one in reviews if one.outcome == "agrees"} - against
    organisations = {organisation for organisation, _ in agree}
    says = why or (
        f"{len(agree)} of {counted(wanted.reviewers, 'reviewer')} {_verb(wanted.reviewers, 'agree')}, "
        f"of {len(organisations)} of {counted(wanted.organisations, 'organisation')}"
        + (f", and {len(against)} {_verb(len(against), 'disagree')}" if against else "")
    )
    if against and len(against) >= len(agree):
        return Bar("review", "review", Outcome.FAILED, says)
    met = len(agree) >= wanted.reviewers and len(organisations) >= wanted.organisations
    return None if met else Bar("review", "review", Outcome.UNKNOWN, says)


def _reproduced_bar(again: list[Vouched], wanted: Reproducing, why: str) -> Bar | None:
    """An organisation with which something else came out is against it, and one that says both too."""
    against = {one.organisation for one in again if one.outcome == "differs"}
    same = {one.organisation for one in again if one.outcome == "same"} - against
    says = why or (
        f"with {len(same)} of {counted(wanted.by, 'organisation')} that did it again the same came out"
        + (f", and with {len(against)} something else" if against else "")
    )
    if against and len(against) >= len(same):
        return Bar("reproduced", "reproduced", Outcome.FAILED, says)
    met = len(same) >= wanted.by and not against
    return None if met else Bar("reproduced", "reproduced", Outcome.UNKNOWN, says)


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def ids() -> tuple[str, ...]:
    """The ids of all standards on the shelf."""
    return tuple(sorted(folder.name for folder in SHELF.iterdir() if folder.is_dir() and folder.name[0].isalpha()))


def versions(id: str) -> tuple[str, ...]:
    """The published versions of a standard, the oldest first."""
    names = [file.name.removesuffix(".toml") for file in (SHELF / id).iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda version: [int(part) for part in version.split(".")]))


def load(id: str, version: str = "") -> Standard:
    """A published standard, the newest version unless one is named; raises AskedWrongly."""
    if id not in ids():
        raise AskedWrongly(f"there is no standard {id}", "see `guildmark list standards`")
    published = versions(id)
    if version and version not in published:
        raise AskedWrongly(f"{id} has no version {version}", f"published are {', '.join(published)}")
    return read((SHELF / id / f"{version or published[-1]}.toml").read_bytes(), id)


def find(named: str) -> Standard:
    """A standard by `ID`, `ID@VERSION` or the path of its TOML."""
    if named.endswith(".toml"):
        return _from_path(Path(named))
    id, _, version = named.partition("@")
    return load(id, version)


def read(data: bytes, id: str) -> Standard:
    """A standard from its TOML; raises StandardError with the place where it breaks."""
    try:
        table = tomllib.loads(data.decode())
        standard = msgspec.convert({"id": id, **table}, Standard)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise StandardError(
            f"the standard {id} cannot be read: {error}", "see `docs/how-to/write-a-standard.md`"
        ) from error
    if not standard.level:
        raise StandardError(f"the standard {id} has no level", "give it at least one [[level]]")
    if standard.asks:
        standard.upto(standard.asks)
    return standard


def _from_path(path: Path) -> Standard:
    try:
        return read(path.read_bytes(), path.parent.name)
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give a standard's id or its TOML") from error
