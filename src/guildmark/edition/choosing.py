"""Which entries of an edition fit what somebody needs: each question is answered by yes, no or unknown, and why.

Evidence alone says yes or no; what is only reported leaves a question open."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guildmark import plain, standard
from guildmark.answers import answers
from guildmark.edition.records import Assessed, Category, End, Entry, Header, Part, Reported
from guildmark.errors import AskedWrongly
from guildmark.look import Look
from guildmark.openness.snapshot import is_named_as_weights
from guildmark.records import Assessment, FileRecord, Outcome, Record, Report

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_ORDER = {Outcome.PASSED: 0, Outcome.NOT_APPLICABLE: 1, Outcome.UNKNOWN: 1, Outcome.FAILED: 2}
_LICENCE_CHECKS = {"model": ("final_parameters_open", "licence_open"), "tool": ("licence_open",)}


class Wanted(NamedTuple):
    """What is asked; an empty word asks nothing. `ram` is in bytes, a level is a standard's id and a level of it."""

    kind: str = ""
    category: str = ""
    modality: str = ""
    language: str = ""
    licence: str = "any"
    ram: int = 0
    levels: tuple[tuple[str, str], ...] = ()


class Reason(Record, frozen=True):
    """One question that was asked of an entry, and its answer: passed, failed or unknown."""

    asked: str
    outcome: Outcome
    says: str


class Choice(Record, frozen=True):
    """An entry, why it was chosen, and what is unknown about it."""

    id: str
    name: str
    kind: str
    category: str
    says: str
    release: str
    purl: str
    vetted: str
    """The day, empty where nobody looked."""
    reasons: tuple[Reason, ...]
    may_i: tuple[Reason, ...]
    """May I load it, may I ship it, what is unknown."""

    @property
    def outcome(self) -> Outcome:
        """Failed where one reason bars it, unknown where one is open."""
        found = {reason.outcome for reason in self.reasons}
        return next((one for one in (Outcome.FAILED, Outcome.UNKNOWN) if one in found), Outcome.PASSED)


class Chosen(Record, frozen=True):
    """The answer: what fits, what may fit, and how many do not."""

    edition: str
    sha256: str
    fits: tuple[Choice, ...]
    cannot_tell: tuple[Choice, ...]
    do_not: int


def size(text: str) -> int:
    """`8G`, `512 MiB` or `1.5G` in bytes, by powers of 1024; raises AskedWrongly."""
    read = _SIZE.fullmatch(text.strip())
    if read is None:
        raise AskedWrongly(f"{plain.name(text, 40)!r} is no size", "write it as 8G or 512M")
    whole, part, unit = read[1], read[2] or "", _UNITS[read[3].upper()]
    return int(whole) * unit + (int(part) * unit // 10 ** len(part) if part else 0)


def choose(parts: Iterable[Header | Part | End], wanted: Wanted, look: Look) -> Chosen:
    """Answer by the newest vetted release of each entry; nothing counts before the edition's end was read.

    Holds a few words of each entry and one assessment at a time. Raises AskedWrongly for a category that is none, and
    what reading raises."""
    entries: dict[str, Entry] = {}
    seen: dict[str, tuple[int, Choice]] = {}
    licences: dict[str, list[str]] = {}
    categories: list[str] = []
    name = sha256 = ""
    for part in parts:
        if isinstance(part, Header):
            name = part.name
        elif isinstance(part, Category):
            categories.append(part.id)
        elif isinstance(part, Entry):
            entries[part.id] = part
        elif isinstance(part, Assessed):
            place = entries[part.entry].releases.index(part.release)
            if place >= seen.get(part.entry, (-1,))[0] and not _barred(entries[part.entry], wanted):
                seen[part.entry] = place, _vetted(entries[part.entry], part, wanted, look)
        elif isinstance(part, Reported):
            if part.of == "fact.licence" and part.value:
                licences.setdefault(part.entry, []).append(str(part.value))
        elif isinstance(part, End):
            sha256 = part.sha256
    if wanted.category and wanted.category not in categories:
        raise AskedWrongly(f"there is no category {plain.name(wanted.category)}", f"there are {', '.join(categories)}")
    whole = [
        seen[id][1] if id in seen else _reported(entry, wanted, licences.get(id, ()))
        for id, entry in entries.items()
        if not _barred(entry, wanted)
    ]
    fits = sorted((one for one in whole if one.outcome is Outcome.PASSED), key=_order)
    open_ended = sorted((one for one in whole if one.outcome is Outcome.UNKNOWN), key=_order)
    return Chosen(name, sha256, tuple(fits), tuple(open_ended), len(entries) - len(fits) - len(open_ended))


def _order(one: Choice) -> tuple[int, int, int, str]:
    """What may be loaded first, then what may be shipped; what nobody looked at comes last."""
    may = [_ORDER[reason.outcome] for reason in one.may_i] or [3, 3]
    return may[0], may[1], sum(reason.outcome is Outcome.UNKNOWN for reason in one.reasons), one.name.casefold()


def _barred(entry: Entry, wanted: Wanted) -> bool:
    return any(reason.outcome is Outcome.FAILED for reason in _stated(entry, wanted))


def _stated(entry: Entry, wanted: Wanted) -> Iterator[Reason]:
    """What the entry itself states."""
    if wanted.kind:
        yield _is("kind", entry.kind == wanted.kind, f"it is a {entry.kind}")
    if wanted.category:
        yield _is("category", entry.category == wanted.category, f"the catalog lists it under {entry.category}")
    for asked, want, has in (
        ("modality", wanted.modality, entry.modalities),
        ("language", wanted.language, entry.languages),
    ):
        if want and not has:
            yield Reason(asked, Outcome.UNKNOWN, f"it states no {asked}")
        elif want:
            yield _is(asked, want in has, f"it states {', '.join(has)}")


def _is(asked: str, good: bool, says: str) -> Reason:
    return Reason(asked, Outcome.PASSED if good else Outcome.FAILED, plain.sentence(says))


def _vetted(entry: Entry, assessed: Assessed, wanted: Wanted, look: Look) -> Choice:
    assessment = assessed.assessment
    reasons = [*_stated(entry, wanted)]
    if wanted.licence != "any":
        reasons.append(_licence(assessment))
    if wanted.ram:
        reasons.append(_memory(assessment, wanted.ram))
    reasons += (_level(assessment, id, level) for id, level in wanted.levels)
    told = answers(Report(assessment, ()), look)
    may = tuple(Reason(one.question, one.outcome, f"{one.word}: {one.why}") for one in told)
    purl = f"{entry.purl}@{assessed.release}" if entry.purl else assessment.subject.purl or ""
    return _choice(entry, assessed.release, purl, assessment.made_at[:10], reasons, may)


def _reported(entry: Entry, wanted: Wanted, licences: Iterable[str]) -> Choice:
    """Nobody looked: whatever only files can answer is open."""
    reasons = [*_stated(entry, wanted)]
    named = plain.sentence(" or ".join(dict.fromkeys(licences)), 200)
    if wanted.licence != "any":
        says = f"others report the licence {named}; not checked by us" if named else "nobody here looked at its files"
        reasons.append(Reason("licence", Outcome.UNKNOWN, says))
    asked = [*(["ram"] if wanted.ram else []), *(f"{id}:{level}" for id, level in wanted.levels)]
    reasons += (Reason(one, Outcome.UNKNOWN, "nobody here looked at its files") for one in asked)
    return _choice(entry, "", entry.purl, "", reasons, ())


def _choice(
    entry: Entry, release: str, purl: str, day: str, reasons: Iterable[Reason], may: tuple[Reason, ...]
) -> Choice:
    name, says = plain.name(entry.name), plain.sentence(entry.says)
    known = plain.name(release, 60), plain.name(purl, 300), day
    return Choice(entry.id, name, entry.kind, entry.category, says, *known, tuple(reasons), may)


def _licence(assessment: Assessment) -> Reason:
    """An open licence permits business; of another one we do not know."""
    checks = _LICENCE_CHECKS.get(assessment.subject.kind, ("licence_open",))
    asked = [one for one in assessment.findings if one.check == _first_asked(assessment, checks)]
    worst = next((one for outcome in Outcome for one in asked if one.outcome is outcome), None)
    if worst is None or worst.outcome is Outcome.NOT_APPLICABLE:
        return Reason("licence", Outcome.UNKNOWN, "no check was asked about its licence")
    if worst.outcome is Outcome.FAILED:
        says = f"{worst.says}; whether it allows what you want, its text says: guildmark licence FILE"
        return Reason("licence", Outcome.UNKNOWN, plain.sentence(says))
    return Reason("licence", worst.outcome, plain.sentence(worst.says))


def _first_asked(assessment: Assessment, checks: Iterable[str]) -> str:
    known = {one.check for one in assessment.findings}
    return next((check for check in checks if check in known), "")


def _memory(assessment: Assessment, ram: int) -> Reason:
    """By the sizes of its weights, which is the least that it needs."""
    by_format: dict[str, int] = {}
    for file in _weights(assessment.subject.files):
        ending = file.path.rpartition(".")[2].lower()
        by_format[ending] = by_format.get(ending, 0) + file.size
    if not by_format:
        return Reason("ram", Outcome.UNKNOWN, "no weights lie in its files, so what it loads is unknown")
    whole, largest, least = sum(by_format.values()), max(by_format.values()), min(by_format.values())
    beside = "what it needs besides was not measured"
    if whole <= ram:
        return Reason("ram", Outcome.PASSED, f"its weights are {plain.size(whole)}; {beside}")
    if least > ram:
        return Reason("ram", Outcome.FAILED, f"its weights are {plain.size(largest)}")
    told = ", ".join(f"{plain.size(count)} in .{plain.name(ending, 20)}" for ending, count in sorted(by_format.items()))
    return Reason("ram", Outcome.UNKNOWN, plain.sentence(f"its weights are {told}: which of them it loads is unknown"))


def _weights(files: Iterable[FileRecord]) -> Iterator[FileRecord]:
    """Files of weights, also in archives; what lies in a file of weights is that file."""
    whole = ""
    for file in sorted(files, key=lambda one: one.path):
        if is_named_as_weights(file.path) and not (whole and file.path.startswith(f"{whole}!")):
            whole = file.path
            yield file


def _level(assessment: Assessment, id: str, level: str) -> Reason:
    one = standard.load(id)
    asked = f"{id}:{level}"
    steps = [step.id for step in one.level]
    if level not in steps:
        raise AskedWrongly(f"{id} has no level {plain.name(level, 60)}", f"its levels are {', '.join(steps)}")
    if assessment.subject.kind not in one.applies_to:
        return Reason(asked, Outcome.FAILED, f"{id} does not fit a {assessment.subject.kind}")
    reached = standard.judge(assessment, one)
    if reached.level in steps[steps.index(level) :]:
        return Reason(asked, Outcome.PASSED, f"it reaches {reached.level} of {id}@{one.version}")
    barred = [bar for bar in reached.bars if bar.outcome is Outcome.FAILED] or [*reached.bars]
    outcome = Outcome.FAILED if any(bar.outcome is Outcome.FAILED for bar in reached.bars) else Outcome.UNKNOWN
    return Reason(asked, outcome, plain.sentence(barred[0].says if barred else "it does not reach it"))
