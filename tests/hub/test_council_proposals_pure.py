"""What is other in a new wording: nothing is lost, nothing is made up, and the time is bounded."""

import re
import time
from datetime import date
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from guildmark import standard
from guildmark.standard import Level, Measure, Reproducing, Reviewing, Standard
from guildmark_hub.council import differing, documents, electing
from guildmark_hub.council.differing import Line

text = st.lists(st.sampled_from(["a", "b", "[[level]]", "", "c", "d", "e", "f"]), max_size=90).map("\n".join)
ids = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5).map(tuple)
measures = st.builds(
    Measure,
    benchmark=st.sampled_from(["gsm8k", "speed"]),
    score=st.just("correct"),
    at_least=st.sampled_from([None, 0.5, 0.75]),
    conditions=st.sampled_from([{}, {"machine": "cpu"}]),
)
levels = st.builds(
    Level,
    id=st.sampled_from(["one", "two", "three"]),
    means=st.sampled_from(["It is good.", "It is better."]),
    require=ids,
    measure=st.lists(measures, unique_by=repr, max_size=2).map(tuple),
    review=st.lists(st.builds(Reviewing, st.integers(1, 3)), unique=True, max_size=1).map(tuple),
    reproduced=st.lists(st.builds(Reproducing, st.integers(1, 2)), unique=True, max_size=1).map(tuple),
)
standards = st.builds(
    Standard,
    id=st.just("made"),
    title=st.sampled_from(["One", "Another"]),
    applies_to=st.just(("tool",)),
    version=st.sampled_from(["2026.1", "2026.2"]),
    level=st.lists(levels, unique_by=lambda level: level.id, min_size=1, max_size=3).map(tuple),
)


@given(text, text)
def test_what_is_shown_whole_gives_both_texts_back(old, new):
    joined = differing._joined(old.splitlines(), new.splitlines())
    assert [one.text for one in joined if one.kind in ("same", "gone")] == old.splitlines()
    assert [one.text for one in joined if one.kind in ("same", "new")] == new.splitlines()


@given(text, text)
def test_what_is_left_out_is_counted_and_holds_no_difference(old, new):
    shown = differing.lines(old, new)
    counts = {kind: sum(one.kind == kind for one in shown) for kind in ("same", "gone", "new")}
    skipped = sum(one.many for one in shown)
    assert counts["same"] + counts["gone"] + skipped == len(old.splitlines())
    assert counts["same"] + counts["new"] + skipped == len(new.splitlines())


def test_one_changed_line_is_shown_with_three_around_it():
    old = [f"line {number}" for number in range(200)]
    new = [*old[:100], "another", *old[101:]]
    around = [Line("same", f"line {number}", number + 1, number + 1) for number in range(97, 104) if number != 100]
    assert list(differing.lines("\n".join(old), "\n".join(new))) == [
        Line("skipped", "", many=97),
        *around[:3],
        Line("gone", "line 100", before=101),
        Line("new", "another", after=101),
        *around[3:],
        Line("skipped", "", many=96),
    ]


def test_the_worst_texts_of_sixty_thousand_letters_take_no_second():
    """Two letters a line, each line as often as any other, in two orders."""
    old = "\n".join(chr(97 + number * 7 % 26) for number in range(30_000))
    new = "\n".join(chr(97 + number * 11 % 26) for number in range(30_000))
    rising = "\n".join(f"{number:x}" for number in range(12_000))
    falling = "\n".join(f"{number:x}" for number in reversed(range(12_000)))
    began = time.process_time()
    differing.lines(old, new)
    differing.lines(rising, falling)
    differing.lines(rising, "\n".join(sorted(rising.splitlines())))
    assert time.process_time() - began < 3


@given(standards, standards)
def test_nothing_is_said_of_a_standard_exactly_where_nothing_is_other(old, new):
    same = msgspec.json.encode(old, order="sorted") == msgspec.json.encode(new, order="sorted")
    shuffled = all(_unordered(old, new, level.id) for level in old.level)
    assert bool(differing.standards(old, new)) != (same or (shuffled and _heads(old) == _heads(new)))


def _heads(one):
    return one.title, one.version, [level.id for level in one.level]


def _unordered(old, new, id):
    """Whether a level asks the same in another order, which changes nothing."""
    both = [next((level for level in one.level if level.id == id), None) for one in (old, new)]
    if None in both:
        return False
    before, after = ((level.means, set(level.require), set(map(repr, level.measure)), level.people()) for level in both)
    return before == after


def test_the_differences_of_a_standard_are_told_in_words():
    old = standard.load("checked_tool")
    first, second = old.level[0], old.level[1]
    changed = msgspec.structs.replace(
        first,
        require=(*first.require[1:], "tests_shipped"),
        review=(Reviewing(2, 2),),
        measure=(Measure("gsm8k", "correct", at_least=0.5, conditions={"machine": "cpu"}),),
    )
    added = Level("tried", "Somebody tried it.", require=("maintained",))
    new = msgspec.structs.replace(old, version="2027.1", level=(changed, added, *old.level[2:]))
    assert differing.standards(old, new) == (
        f"the version: {old.version} becomes 2027.1",
        "a new level tried, above identified",
        "tried: requires maintained",
        f"the level {second.id} is taken away",
        "identified: requires tests_shipped too",
        f"identified: requires {first.require[0]} no more",
        "identified: requires gsm8k/correct of at least 0.5 under machine cpu too",
        "identified: requires that 2 reviewers of 2 organisations agree",
    )
    assert differing.standards(None, old)[0].startswith(f"a new standard with {len(old.level)} levels: identified, ")


def test_a_measure_with_another_bound_is_told_as_changed():
    one, more = (Measure("gsm8k", "correct", at_least=bound) for bound in (0.5, 0.75))
    old = Standard("made", "Made", ("model",), "2026.1", (Level("one", "It is.", measure=(one,)),))
    new = msgspec.structs.replace(old, level=(Level("one", "It is.", measure=(more,)),))
    assert differing.standards(old, new) == (
        "one: requires gsm8k/correct of at least 0.75 instead of gsm8k/correct of at least 0.5",
    )


def test_every_document_that_the_guide_shows_can_be_read():
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "propose-and-vote.md").read_text("utf-8")
    new, election, waiver, rules = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert documents.read_standard(new).id == "checked_tool"
    assert [one.role for one in electing.read(election, date(2026, 11, 22))] == ["chair"]
    assert documents.read_waiver(waiver, date(2026, 11, 22)).entry == "silero-vad"
    assert documents.read_class(rules).slug == "content"
