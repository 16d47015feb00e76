"""Pictures, claims side by side, and where claims put a model: all that a page works out itself."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.openness.axes import COMPLETENESS, FREEDOM, landmarks
from guildmark.records import Outcome

pytest.importorskip("django", reason="the hub's packages are not installed")

from guildmark_hub.catalog import beside, charts, languages, looks, placing


def claim(of: str, value: Any, by: str = "eu", unit: str = "", source: int = 1, says: str = "") -> Any:
    return SimpleNamespace(
        of=of,
        value=value,
        reported_by=by,
        unit=unit,
        source_id=source,
        source=SimpleNamespace(name=by),
        date="",
        party="third",
        says=says,
        digest=f"{of}={value}",
    )


def places(*claims: Any) -> list[tuple[str, int | None, int | None]]:
    return [(one.by, one.axes.freedom, one.axes.completeness) for one in placing.places(claims, lambda one: one.of)]


def test_what_has_no_place_is_not_drawn():
    assert charts.axes([charts.Mark("a", None, 3), charts.Mark("b", 2, None)]) is None
    assert charts.axes([]) is None


@given(
    st.lists(st.tuples(st.integers(0, len(FREEDOM) - 1), st.integers(0, len(COMPLETENESS) - 1)), min_size=1, max_size=4)
)
def test_marks_lie_in_their_column_and_none_on_another(spots):
    picture = charts.axes([charts.Mark(f"m{number}", *spot) for number, spot in enumerate(spots)])
    points = [(point.x, point.y) for point in picture.points]
    assert len(points) == len(set(points)) == len(spots) + len(landmarks())
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in points)
    own = {point.name: point.x for point in picture.points if point.look}
    assert [own[f"m{number}"] for number in range(len(spots))] == [8 + charts.COLUMNS[freedom] for freedom, _ in spots]


@given(
    st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 10**6)), max_size=4, unique_by=lambda one: one[0])
)
def test_a_bar_is_as_long_as_it_is_wide_and_each_piece_can_be_seen(counts):
    pieces = charts.shares(counts)
    assert [piece.look for piece in pieces] == [outcome.value for outcome, count in counts if count]
    assert all(piece.width >= 9 for piece in pieces)
    if pieces:
        assert pieces[-1].x + pieces[-1].width == pytest.approx(1000, abs=1)


def test_one_release_alone_is_no_picture_and_two_stand_in_their_order():
    one = [(Outcome.PASSED, 3), (Outcome.FAILED, 1)]
    assert charts.releases([("2", one)]) is None
    assert charts.releases([("2", one), ("1", [])]) is None
    picture = charts.releases([("2", one), ("1", [(Outcome.UNKNOWN, 5)])])
    assert [(bar.label, [share.look for share in bar.shares]) for bar in picture.bars] == [
        ("2", ["passed", "failed"]),
        ("1", ["unknown"]),
    ]
    assert all(share.x + share.width <= picture.width + 1 for bar in picture.bars for share in bar.shares)
    assert "2: 3 passed, 1 failed. 1: 5 unknown" in picture.title


numbers = st.floats(-1e300, 1e300) | st.sampled_from([0.0, 1.0, 1e308, -1e308, 5e-324])


@given(st.lists(st.builds(charts.Value, numbers, st.none() | numbers, st.none() | numbers), min_size=1, max_size=5))
def test_values_on_a_scale_lie_in_the_picture(values):
    picture = charts.scale("t", [("row", values)])
    if picture:
        for drawn in picture.rows[0].values:
            assert all(0 <= edge <= picture.width for edge in (drawn.x, drawn.low, drawn.high) if edge is not None)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_drawn(value):
    assert charts.scale("t", [("row", [charts.Value(1.0), charts.Value(value)])]) is None


def test_a_share_stands_on_the_scale_of_its_whole():
    rows = [("a", [charts.Value(0.4)]), ("b", [charts.Value(0.8)])]
    ends = [(one.low, one.high) for one in (charts.scale("t", rows, unit) for unit in ("1", "%", "s"))]
    assert ends == [("0", "1"), ("0", "100"), ("0", "0.8")]


@pytest.mark.parametrize(
    ("claims", "place"),
    [
        ([claim("openness.final_parameters", "Apache-2.0")], (2, 1)),
        ([claim("openness.final_parameters", "llama3"), claim("openness.inference_code", "MIT")], (1, 2)),
        ([claim("openness.final_parameters", "Proprietary")], (0, 0)),
        ([claim("openness.final_parameters", "unlicensed")], (None, 1)),
        ([claim("fact.access", "limited")], (0, 0)),
        ([claim("fact.licence", "MIT")], (2, None)),
        ([claim(placing.CELLS[0], 0.0)], (0, 0)),
        ([*(claim(cell, 1.0) for cell in placing.CELLS), claim("fact.licence", "MIT")], (2, 5)),
        ([*(claim(cell, 0.5) for cell in placing.CELLS), claim("fact.licence", "MIT")], (2, 4)),
    ],
)
def test_claims_of_a_reporter_put_a_model_on_the_axes(claims, place):
    assert places(*claims) == [("eu", *place)]


def test_a_gap_says_nothing():
    assert places(claim("openness.final_parameters", None), claim("fact.licence", None), claim("score.x", 3)) == []


def test_reporters_have_places_of_their_own_and_a_contradiction_is_told():
    claims = [claim("fact.access", "closed", "a"), claim("openness.final_parameters", "MIT", "b")]
    assert places(*claims) == [("a", 0, 0), ("b", 2, 1)]
    assert placing.disputed(placing.places(claims, lambda one: one.of), claims)
    assert not placing.disputed(placing.places(claims[1:], lambda one: one.of), claims[1:])


@pytest.mark.parametrize(
    ("claims", "differ"),
    [
        ([claim("x.a", 1, source=1), claim("x.a", 1.0, source=2)], False),
        ([claim("x.a", 1, source=1), claim("x.a", 2, source=2)], True),
        ([claim("x.a", 1, source=1), claim("x.a", 2, source=1)], False),
        ([claim("x.a", 1, source=1), claim("x.a", None, source=2)], False),
        ([claim("x.a", 1, unit="%", source=1), claim("x.a", 2, source=2)], False),
        ([claim("x.a", "MIT", source=1), claim("x.a", "mit ", source=2)], False),
        ([claim("x.a", "MIT", source=1), claim("x.a", "GPL", source=2)], True),
    ],
)
def test_sources_disagree_where_two_of_them_say_different_things_in_one_unit(claims, differ):
    assert beside.disagree(claims) is differ


def test_claims_are_put_in_topics_and_none_is_lost():
    names = ("openness.model_card", "index.eu_open_source_ai_index.paper", "index.other", "score.x", "odd", "new.x")
    topics = beside.topics([claim(of, 1) for of in names])
    assert sorted(line.of for topic in topics for line in topic.lines) == sorted(names)
    assert [line.title for topic in topics for line in topic.lines][:2] == ["Model card", "Paper that peers reviewed"]


def test_over_several_entries_a_thing_that_more_are_told_of_comes_first():
    lines = beside.across([[claim("score.a", None), claim("score.b", 2)], [claim("score.b", 3)], []], "score")
    assert [(line.of, [len(cell) for cell in line.cells]) for line in lines] == [
        ("score.b", [1, 1, 0]),
        ("score.a", [1, 0, 0]),
    ]


def test_what_is_said_in_the_same_words_stands_together_with_all_who_say_it():
    cells = [claim("score.a", 2, "eu"), claim("score.a", 2, "mot"), claim("score.a", 3, "helm"), claim("score.a", "2")]
    (line,) = beside.across([cells], "score")
    assert [[one.source.name for one in alike] for alike in line.cells[0]] == [["eu", "mot"], ["helm"], ["eu"]]


def test_a_column_names_its_publisher_once_where_there_is_only_one():
    one, other = claim("score.a", 1, "eu"), claim("score.b", 2, "mot")
    later = claim("score.b", 2, "eu")
    later.date = "2026"
    found = beside.whence([[one], [one, later], [one, other], []], "score")
    assert [who and (who.claim, who.one_day) for who in found] == [(one, True), (one, False), None, None]


def test_what_nobody_tells_is_what_every_table_leaves_open():
    """A part that one list has is told; what an index judges as kept is not said again as an empty cell."""
    told = [
        claim("openness.datasets", None),
        claim("openness.model_card", None, "eu"),
        claim("openness.model_card", "MIT", "mot"),
        claim("index.fmti_2025.crawling", 0, says="Crawling: 1 is disclosed"),
        claim("index.fmti_2025.code_access", 1, says="Code access: 1 is disclosed"),
        claim("fact.disclosed_2025.crawling", None, says="Crawling: what it discloses"),
        claim("fact.disclosed_2025.usage", None, says="Usage of R&D: what it discloses"),
    ]
    found = [(one.titles, one.digests) for one in beside.untold(told)]
    assert found == [
        (("Datasets",), ("openness.datasets=None",)),
        (("Crawling",), ("index.fmti_2025.crawling=0",)),
        (("Usage of R&D",), ("fact.disclosed_2025.usage=None",)),
    ]
    assert beside.untold([]) == ()


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "English"), ("zh-tw", "Chinese (TW)"), ("tlh", "tlh"), ("<b>", "<b>"), ("", "")]
)
def test_a_language_is_told_by_its_name_where_we_know_one(tag, name):
    assert languages.spoken(tag) == name


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        ("https://example.org/a?b=c", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://[", False),
        ("https://example.org/\u202e", False),
        ("", False),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(address, fit):
    assert bool(looks.web(address)) is fit


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("run `a <b>`", "run <code>a &lt;b&gt;</code>"),
        ("none <i>", "none &lt;i&gt;"),
        ("one ` alone <i>", "one ` alone &lt;i&gt;"),
        ("`a` and `b", "<code>a</code> and `b"),
    ],
)
def test_what_stands_in_backticks_is_code_and_nothing_is_markup(text, html):
    assert looks.marked(text) == html
