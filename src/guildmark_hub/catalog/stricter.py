"""What a new version of a standard asks more of whoever was judged by the old one, in sentences; pure.

Where nothing is said, whoever reached a level reaches it, or one above it, still."""

from collections.abc import Iterable, Iterator, Sequence

from guildmark.records import Kind
from guildmark.standard import Level, Measure, Reviewing, Standard

PLURALS: dict[Kind, str] = {"tool": "tools", "model": "models", "dataset": "data sets"}


def stricter(old: Standard | None, new: Standard) -> tuple[str, ...]:
    """What is asked more, level by level with all that the levels before it ask; empty where nothing is."""
    if old is None:
        return ()
    return tuple(dict.fromkeys((*_kinds(old, new), *_levels(old, new), *_asks(old, new))))


def _kinds(old: Standard, new: Standard) -> Iterator[str]:
    for kind in old.applies_to:
        if kind not in new.applies_to:
            yield f"it fits no {PLURALS.get(kind, kind)} any more"


def _levels(old: Standard, new: Standard) -> Iterator[str]:
    ids = [level.id for level in new.level]
    for place, level in enumerate(old.level):
        before = old.level[: place + 1]
        if level.id not in ids:
            yield _gone(level, before, old, new)
            continue
        after = new.level[: ids.index(level.id) + 1]
        asked = tuple(_more(before, after, old, new))
        between = _between(before, after)
        if asked and between:
            yield f"{_name(level)} lies above {', '.join(map(_name, between))} now"
        yield from (f"{_name(level)}: {says}" for says in asked)


def _between(before: Sequence[Level], after: Sequence[Level]) -> list[Level]:
    """The levels that were not below one, and are now."""
    were = {level.id for level in before}
    return [level for level in after[:-1] if level.id not in were]


def _gone(level: Level, before: Sequence[Level], old: Standard, new: Standard) -> str:
    """A level that is no more, with the new one that asks just what it asked, where there is one."""
    known = {one.id for one in old.level}
    for place, one in enumerate(new.level):
        after = new.level[: place + 1]
        same = not any(_more(before, after, old, new)) and not any(_more(after, before, new, old))
        if one.id not in known and same:
            return f"{_name(level)} is called {_name(one)} now"
    return f"there is no level {_name(level)} any more"


def _more(before: Sequence[Level], after: Sequence[Level], old: Standard, new: Standard) -> Iterator[str]:
    """What the levels after ask together that those before did not."""
    checks = {check for level in before for check in level.require}
    for check in dict.fromkeys(check for level in after for check in level.require):
        if check not in checks:
            yield f"{check} is required"
    measures = [measure for level in before for measure in level.measure]
    for measure in (measure for level in after for measure in level.measure):
        if not _measured(measures, measure):
            yield f"{measure.words()} is required"
    yield from _reviews(before, after, same=(old.id, old.version) == (new.id, new.version))
    by = max((one.by for level in before for one in level.reproduced), default=0)
    for again in (one for level in after for one in level.reproduced):
        if again.by > by:
            yield f"it is required that {again.words()}"


def _measured(measures: Iterable[Measure], new: Measure) -> bool:
    """Whether old measures of the very same measurements have a bound as high, and one as low."""
    alike = [one for one in measures if _of(one) == _of(new)]
    low = new.at_least is None or any(one.at_least is not None and one.at_least >= new.at_least for one in alike)
    high = new.at_most is None or any(one.at_most is not None and one.at_most <= new.at_most for one in alike)
    return bool(alike) and low and high


def _of(measure: Measure) -> tuple[object, ...]:
    """By what the measurements are chosen that count."""
    return measure.benchmark, measure.score, measure.confidence, measure.conditions


def _reviews(before: Sequence[Level], after: Sequence[Level], *, same: bool) -> Iterator[str]:
    """A review is of one version: by another all is to be reviewed anew."""
    held = [one for level in before for one in level.review]
    for wanted in (one for level in after for one in level.review):
        if not any(_covers(one, wanted) for one in held):
            yield f"it is required that {wanted.words()}"
        elif not same:
            yield "reviews are of one version, so it is to be reviewed anew"


def _covers(held: Reviewing, wanted: Reviewing) -> bool:
    return held.reviewers >= wanted.reviewers and held.organisations >= wanted.organisations


def _asks(old: Standard, new: Standard) -> Iterator[str]:
    """Who names no level may be held to more than before."""
    asked, asks = (one.asks or one.level[-1].id for one in (old, new))
    before, after = old.upto(asked), new.upto(asks)
    if asked != asks and any(_more(before, after, old, new)):
        yield f"who names no level asks for {asks.replace('_', ' ')}, and asked for {asked.replace('_', ' ')} before"


def _name(level: Level) -> str:
    return level.id.replace("_", " ")
