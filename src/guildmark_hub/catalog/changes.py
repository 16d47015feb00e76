"""What changed between two assessments of an entry: levels, then checks; what got worse before what got better."""

from collections.abc import Iterator, Sequence

from guildmark.look import Look
from guildmark.records import Assessment, Outcome, Verdict, worst
from guildmark_hub.catalog.shown import Change

_WORDS = {outcome: outcome.value.replace("_", " ") for outcome in Outcome}
_RANK = {Outcome.FAILED: 0, Outcome.UNKNOWN: 1, Outcome.PASSED: 2}
_NOT_ASKED = "not asked"


def between(
    before: Assessment, levels_before: Sequence[Verdict], after: Assessment, levels: Sequence[Verdict], look: Look
) -> tuple[Change, ...]:
    """Every check and level whose answer differs."""
    found = [*_levels(levels_before, levels, look), *_checks(before, after, look)]
    return tuple(sorted(found, key=lambda change: (change.what != "level", _ORDER[change.better])))


_ORDER = {False: 0, True: 1, None: 2}


def _levels(before: Sequence[Verdict], after: Sequence[Verdict], look: Look) -> Iterator[Change]:
    known = {one.standard: one for one in before}
    for one in after:
        old = known.get(one.standard)
        if old is None or (old.version, old.level) == (one.version, one.level):
            continue
        standard = look.standards.get((one.standard, one.version))
        steps = [level.id for level in standard.level] if standard else []
        places = [steps.index(level) if level in steps else -1 for level in (old.level, one.level)]
        better = None if old.version != one.version or places[0] == places[1] else places[0] < places[1]
        title = standard.title if standard else one.standard
        yield Change("level", one.standard, title, old.level or "no level", one.level or "no level", better)


def _checks(before: Assessment, after: Assessment, look: Look) -> Iterator[Change]:
    old, new = _outcomes(before), _outcomes(after)
    for check in sorted(old.keys() | new.keys()):
        was, now = old.get(check), new.get(check)
        if was is now:
            continue
        ranks = [None if one is None else _RANK.get(one) for one in (was, now)]
        better = None if ranks[0] is None or ranks[1] is None else ranks[0] < ranks[1]
        title = look.checks[check].question if check in look.checks else check
        words = [_NOT_ASKED if one is None else _WORDS[one] for one in (was, now)]
        yield Change("check", check, title, words[0], words[1], better)


def _outcomes(assessment: Assessment) -> dict[str, Outcome]:
    found: dict[str, list[Outcome]] = {}
    for finding in assessment.findings:
        found.setdefault(finding.check, []).append(finding.outcome)
    return {check: worst(outcomes) for check, outcomes in found.items()}
