"""A subject's components with their licences, found once and asked by many checks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from guildmark.check import failed, passed, unknown
from guildmark.openness.components import BY_ID
from guildmark.records import Evidence, Finding, Measurement
from guildmark.subject import Subject

if TYPE_CHECKING:  # the signs are many patterns: loaded where a model is looked at
    from guildmark.openness.licensing import Licensed

_KNOWN: "WeakKeyDictionary[Subject, dict[str, Licensed]]" = WeakKeyDictionary()


def grades(subject: Subject) -> "dict[str, Licensed]":
    """The seventeen components by id."""
    if subject not in _KNOWN:
        from guildmark.openness.find import find
        from guildmark.openness.licensing import licensed
        from guildmark.openness.snapshot import snapshot_of

        snapshot = snapshot_of(subject)
        _KNOWN[subject] = {one.part.component: one for one in licensed(snapshot, find(snapshot))}
    return _KNOWN[subject]


def measure(subject: Subject) -> tuple[Measurement, ...]:
    """The cells and the score of the European Open Source AI Index."""
    from guildmark.openness import eu
    from guildmark.openness.snapshot import snapshot_of

    return tuple(eu.measure(snapshot_of(subject), grades(subject)))


def is_open(subject: Subject, component: str) -> Iterator[Finding]:
    """A check's answer: the component is there, under an open licence."""
    one = grades(subject)[component]
    if one.part.state == "absent":
        yield failed(one.part.says, *(one.part.evidence or (_nothing(subject),)))
    elif one.part.state == "unknown":
        yield unknown(one.part.says, *one.part.evidence)
    else:
        says = f"{one.part.says}; {one.why}"
        answer = passed if one.open else unknown if one.open is None else failed
        yield answer(says, *one.part.evidence[:3], *one.evidence)


def is_there(subject: Subject, component: str) -> Iterator[Finding]:
    """A check's answer: the component is there, under whatever licence."""
    one = grades(subject)[component]
    answer = {"present": passed, "unknown": unknown, "absent": failed}[one.part.state]
    yield answer(one.part.says, *(one.part.evidence or (_nothing(subject),)))


def any_open(subject: Subject, *components: str) -> Iterator[Finding]:
    """A check's answer: one of several components is there and open; the best of them speaks."""
    answers = [finding for component in components for finding in is_open(subject, component)]
    best = [finding for finding in answers if finding.outcome == "passed"]
    doubtful = [finding for finding in answers if finding.outcome == "unknown"]
    if best:
        yield best[0]
    elif doubtful:
        yield from doubtful
    else:
        names = ", ".join(BY_ID[component].name for component in components)
        yield failed(
            f"none of these is here and open: {names}", *(seen for one in answers for seen in one.evidence[:1])
        )


def _nothing(subject: Subject) -> Evidence:
    return Evidence(subject.record.name, None, "", f"{sum(1 for _ in subject.files())} files, none of which holds it")
