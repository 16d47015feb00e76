"""What a new version asks more: where nothing is said, nobody who was judged by the old one falls."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.hub import editions

from guildmark import standard
from guildmark.records import Interval, Measurement, Vouched
from guildmark.standard import Level, Measure, Reproducing, Reviewing, Standard
from guildmark_hub.catalog.stricter import stricter

CHECKS = ("identified", "licence_declared", "licence_open", "maintained")
SHA = f"sha256:{editions.SHA}"
OUTCOMES = some.sampled_from(("passed", "passed", "passed", "failed", "unknown"))

measures = some.builds(
    Measure,
    benchmark=some.sampled_from(("gsm8k", "ifeval")),
    score=some.just("correct"),
    at_least=some.none() | some.sampled_from((0.2, 0.5, 0.8)),
    at_most=some.none() | some.sampled_from((0.3, 0.6, 0.9)),
    confidence=some.none() | some.just(0.95),
    conditions=some.sampled_from(({}, {"shots": 0}, {"shots": 5})),
)


def sometimes(one):
    """None of it, mostly."""
    return some.sampled_from((0, 0, 1)).flatmap(lambda size: some.lists(one, min_size=size, max_size=size)).map(tuple)


levels = some.builds(
    Level,
    id=some.sampled_from("abcd"),
    means=some.just("It means something."),
    require=some.lists(some.sampled_from(CHECKS), max_size=2, unique=True).map(tuple),
    measure=sometimes(measures),
    review=sometimes(some.builds(Reviewing, some.integers(1, 2), some.integers(1, 2))),
    reproduced=sometimes(some.builds(Reproducing, some.integers(1, 2))),
)
ladders = some.lists(levels, min_size=1, max_size=4, unique_by=lambda level: level.id).map(tuple)
kinds = some.sampled_from((("tool",), ("tool", "model"), ("model",)))
standards = some.builds(
    Standard, some.just("s"), some.just("S"), kinds, some.sampled_from(("2026.1", "2026.2")), ladders
)


@some.composite
def pairs(draw):
    """Two versions: mostly the second is the first with something taken away, put in or changed."""
    old = draw(standards)
    steps = list(old.level)
    for _ in range(draw(some.integers(0, 2))):
        at = draw(some.integers(0, len(steps) - 1))
        change = draw(some.sampled_from(("drop", "add", "empty", "swap", "ease", "other", "rename")))
        if change == "drop" and len(steps) > 1:
            del steps[at]
        elif change == "add":
            steps.insert(at, msgspec.structs.replace(draw(levels), id="new"))
        elif change == "empty":
            steps[at] = Level(steps[at].id, "It asks nothing.")
        elif change == "swap":
            steps[at], steps[-1] = steps[-1], steps[at]
        elif change == "ease":
            eased = tuple(msgspec.structs.replace(one, at_least=0.1) for one in steps[at].measure)
            steps[at] = msgspec.structs.replace(steps[at], measure=eased, require=steps[at].require[:1])
        elif change == "other":
            steps[at] = msgspec.structs.replace(draw(levels), id=steps[at].id)
        elif change == "rename":
            steps[at] = msgspec.structs.replace(steps[at], id="renamed")
    unique = {level.id: level for level in steps}
    version, fits = draw(some.sampled_from((old.version, "2026.2"))), draw(kinds | some.just(old.applies_to))
    return old, msgspec.structs.replace(old, level=tuple(unique.values()), version=version, applies_to=fits)


measurements = some.builds(
    Measurement,
    of=some.sampled_from(("gsm8k", "ifeval")),
    score=some.just("correct"),
    value=some.sampled_from((0.1, 0.4, 0.7, 0.95)),
    unit=some.just("share"),
    n=some.just(10),
    interval=some.none() | some.just(Interval(0.25, 0.55, 0.95, "wilson")),
    conditions=some.sampled_from(({}, {"shots": 0}, {"shots": 5})),
)
vouched = some.builds(
    Vouched,
    kind=some.just("review"),
    organisation=some.sampled_from(("acme", "beta", "gamma")),
    by=some.sampled_from(("", "ada", "bo")),
    outcome=some.sampled_from(("agrees", "agrees", "agrees", "agrees", "disagrees")),
    digest=some.just(SHA),
    statement=some.just("00" * 32),
    standard=some.just("s"),
    version=some.sampled_from(("2026.1", "2026.2")),
) | some.builds(
    Vouched,
    kind=some.just("reproduction"),
    organisation=some.sampled_from(("acme", "beta", "gamma")),
    by=some.just(""),
    outcome=some.sampled_from(("same", "same", "same", "same", "differs")),
    digest=some.just(SHA),
    statement=some.just("00" * 32),
)
assessments = some.builds(
    lambda kind, outcomes, measured: msgspec.structs.replace(
        editions.assessment(kind, **outcomes), measurements=tuple(measured)
    ),
    some.sampled_from(("tool", "model")),
    some.fixed_dictionaries(dict.fromkeys(CHECKS, OUTCOMES)),
    some.lists(measurements, max_size=4),
)


def reached(assessment, of, claims):
    """The place of the level that is reached by a standard, from 1; 0 for none, and where it does not fit."""
    if assessment.subject.kind not in of.applies_to:
        return "", 0
    level = standard.judge(assessment, of, claims).level
    return level, 1 + [one.id for one in of.level].index(level) if level else 0


@settings(max_examples=400)
@given(pairs() | some.tuples(standards, standards), assessments, some.lists(vouched, max_size=6))
def test_where_nothing_is_asked_more_nobody_falls(pair, assessment, claims):
    old, new = pair
    if stricter(old, new):
        return
    level, before = reached(assessment, old, claims)
    if before:
        assert level in [one.id for one in new.level]
        assert reached(assessment, new, claims)[1] >= 1 + [one.id for one in new.level].index(level)


@given(standards)
def test_a_version_asks_no_more_than_itself(one):
    assert stricter(one, one) == ()
    assert stricter(None, one) == ()


def made(*levels, version="2", kinds=("tool",), asks=""):
    return Standard("s", "S", kinds, version, levels, asks)


def level(id, *require, **given):
    return Level(id, "It means something.", require, **given)


MEASURE = Measure("gsm8k", "correct", at_least=0.5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (made(level("a")), made(level("a", "maintained")), ("a: maintained is required",)),
        (made(level("a", "maintained"), level("b")), made(level("a"), level("b", "maintained")), ()),
        (made(level("a", "maintained")), made(level("a"), level("b", "maintained")), ()),
        (
            made(level("a"), level("b")),
            made(level("a"), level("x", "maintained"), level("b")),
            ("b lies above x now", "b: maintained is required"),
        ),
        (made(level("a"), level("b")), made(level("a"), level("x"), level("b")), ()),
        (made(level("a", "maintained")), made(level("kept", "maintained")), ("a is called kept now",)),
        (made(level("a"), level("b", "maintained")), made(level("a")), ("there is no level b any more",)),
        (made(level("a"), kinds=("tool", "dataset")), made(level("a")), ("it fits no data sets any more",)),
        (
            made(level("a", measure=(MEASURE,))),
            made(level("a", measure=(msgspec.structs.replace(MEASURE, at_least=0.6),))),
            ("a: gsm8k/correct of at least 0.6 is required",),
        ),
        (
            made(level("a", measure=(MEASURE,))),
            made(level("a", measure=(msgspec.structs.replace(MEASURE, at_least=0.4),))),
            (),
        ),
        (
            made(level("a", measure=(MEASURE,))),
            made(level("a", measure=(msgspec.structs.replace(MEASURE, conditions={"shots": 0}),))),
            ("a: gsm8k/correct of at least 0.5 is required",),
        ),
        (
            made(level("a", review=(Reviewing(2, 1),))),
            made(level("a", review=(Reviewing(2, 2),))),
            ("a: it is required that 2 reviewers of 2 organisations agree",),
        ),
        (
            made(level("a", review=(Reviewing(2, 2),)), version="1"),
            made(level("a", review=(Reviewing(1, 1),))),
            ("a: reviews are of one version, so it is to be reviewed anew",),
        ),
        (
            made(level("a", reproduced=(Reproducing(1),))),
            made(level("a", reproduced=(Reproducing(2),))),
            ("a: it is required that 2 other organisations did it again, and the same came out",),
        ),
        (
            made(level("a"), level("b", "maintained"), asks="a"),
            made(level("a"), level("b", "maintained"), asks="b"),
            ("who names no level asks for b, and asked for a before",),
        ),
    ],
)
def test_what_is_asked_more_is_said(old, new, said):
    assert stricter(old, new) == said
