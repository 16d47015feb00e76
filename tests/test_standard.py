"""Judging is pure: the same assessment and standard give the same verdict, and worse findings no better one."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import benchmark, check, scorer, standard
from guildmark.benchmark import Sample
from guildmark.errors import AskedWrongly, StandardError
from guildmark.provider import Reply, Score
from guildmark.records import Assessment, Bar, Finding, Interval, Measurement, Outcome, SubjectRecord, Verdict
from guildmark.scorer import Scored
from guildmark.standard import Level, Measure, Standard, answer, judge

LADDER = Standard(
    "ladder",
    "Ladder",
    ("model",),
    "2026.1",
    (Level("low", "…", ("a",)), Level("middle", "…", ("b", "c")), Level("high", "…", ("d",))),
    asks="middle",
)

PUBLISHED = {
    "checked_tool/2026.1": "f4baa9d1cc52509d4a32312cb99ac7ad233e85167d5079a6c668ecc9178dc124",
    "documented_model/2026.1": "7431c36ef2c6a585b2ccc6db1ea445f4a0da7505bfee528ae8fc27fdd2f0f20a",
    "documented_tool/2026.1": "e9f86f06ce0bc8af14e554167cd58ee6508425542d58c9342bae772e86649d32",
    "evaluated_model/2026.1": "21d39013820a0f862d05f9e560980254afaf52231b5f0f766fa069dfd106a66e",
    "openness_alliance/2026.1": "59b194e49fa0c86e93e126b0b45946a818430249219c04ee0ea3bfffcee0b534",
    "openness_dataset/2026.1": "f6daf78c03c825eea0cf5be2c68ee1b1b31fd89899f1d3312937586b3c2a4b95",
    "openness_g7/2026.1": "8c1dc6cbb69fd28ffe89fdb591e197d2102637c87307d48914f21a5279feefa3",
    "openness_mof/2026.1": "10728fc92cb91d4bb074bec45ddf39ac13c63455ea0e133a3f05938b5f056824",
    "openness_osaid/2026.1": "45f96adb52a53b3c67ae7aa222ef4f7b83be406436de348563890330a31876d6",
    "openness_tool/2026.1": "aa1e5f79c6b423a44c9f5e076a7ebe1e34323df783760239a237aa689ac70460",
    "safe_files/2026.1": "47712dfac6fe65e806b6084633f4c98bb7fbbc2d5bc107e11cf804f519f80b6a",
    "safe_files/2026.2": "2a09d5f88c7b0b3007fabbc8d78d46f404eaf3cfeaa78ff437050d0797796808",
    "safe_files/2026.3": "43b80ca857ee5b98e07c64a7bda4931c0d44819bb3fe8b966aa47a08ca6043df",
    "safe_files/2026.4": "e2ba03433d62110a786037d1c3b0ae1862da00e0b7ac10849fc946a2ccd6c140",
    "safe_files/2026.5": "817ac43a6f11e8cd84cf7910a35d06c441cbc4c4d287e7105a31a5ca234a7e94",
    "vetted_model/2026.1": "a521b4ad4865c5b0b49b03434e49f909c1a3a773df244efff637ab65f05a1c84",
    "vetted_tool/2026.1": "a2bce6707ee98b4ca2deb0f01b4857b9a3a63edc188c4656d2bbf81ce8b90ead",
}
"""sha256 of each published version: it never changes; write the next one."""


def assessed(measurements: tuple[Measurement, ...] = (), **outcomes: str) -> Assessment:
    subject = SubjectRecord("s", None, "model", None, ())
    findings = tuple(Finding(id, Outcome(outcome), f"{id} {outcome}") for id, outcome in outcomes.items())
    return Assessment(subject, (), findings, measurements, "test", "2026-11-22T00:00:00Z")


def test_a_level_needs_all_that_the_levels_before_it_need():
    """A failed first step bars everything, whatever stands above."""
    verdict = judge(assessed(a="failed", b="passed", c="passed", d="passed"), LADDER)
    assert verdict == Verdict("ladder", "2026.1", None, "low", (Bar("check", "a", Outcome.FAILED, "a failed"),))


def test_the_top_level_leaves_nothing_to_reach():
    """All passed: no next, no bars."""
    assert judge(assessed(a="passed", b="not_applicable", c="passed", d="passed"), LADDER) == Verdict(
        "ladder", "2026.1", "high", None, ()
    )


def test_a_check_that_was_not_asked_bars_as_unknown():
    """Silence is not safety."""
    verdict = judge(assessed(a="passed", b="passed"), LADDER)
    assert verdict.bars == (Bar("check", "c", Outcome.UNKNOWN, "it was not asked"),)


@given(
    st.fixed_dictionaries({id: st.sampled_from([o.value for o in Outcome]) for id in "abcd"}), st.sampled_from("abcd")
)
def test_a_worse_finding_never_gives_a_higher_level(outcomes: dict[str, str], which: str):
    """Judging is monotone."""
    ranks = [None, "low", "middle", "high"]
    worse = {**outcomes, which: "failed"}
    before, after = (ranks.index(judge(assessed(**each), LADDER).level) for each in (outcomes, worse))
    assert after <= before


@pytest.mark.parametrize(
    ("outcomes", "level", "expected"),
    [
        ({"a": "passed", "b": "passed", "c": "passed", "d": "unknown"}, None, "passed"),
        ({"a": "passed", "b": "passed", "c": "passed", "d": "failed"}, None, "failed"),
        ({"a": "passed", "b": "passed", "c": "passed", "d": "failed"}, "middle", "passed"),
        ({"a": "passed", "b": "unknown", "c": "passed", "d": "passed"}, None, "unknown"),
        ({"a": "passed", "b": "unknown", "c": "failed", "d": "passed"}, "middle", "failed"),
        ({"a": "passed", "b": "passed", "c": "passed", "d": "unknown"}, "high", "unknown"),
    ],
)
def test_who_names_no_level_hears_of_every_failure_but_only_of_asked_unknowns(
    outcomes: dict[str, str], level: str | None, expected: str
):
    """The exit code is this answer."""
    assert answer(assessed(**outcomes), LADDER, level) == expected


def measured(low: float, value: float, high: float, confidence: float = 0.95, **conditions: str) -> Measurement:
    bounds = Interval(low, high, confidence, "wilson")
    return Measurement("x", "f1", value, "share", 10, bounds, conditions)


@pytest.mark.parametrize(
    ("measurement", "outcome", "says"),
    [
        (Measurement("x", "f1", 0.4, "share", 10), "failed", "0.4 is under 0.5"),
        (Measurement("x", "f1", 0.95, "share", 10), "failed", "0.95 is over 0.9"),
        (Measurement("x", "f1", 0.7, "share", 10), None, None),
        (measured(0.6, 0.7, 0.8), None, None),
        (measured(0.3, 0.4, 0.45), "failed", "0.4 (0.3 to 0.45) is under 0.5"),
        (measured(0.45, 0.6, 0.7), "unknown", "0.6 (0.45 to 0.7) may be under 0.5"),
        (measured(0.7, 0.8, 0.95), "unknown", "0.8 (0.7 to 0.95) may be over 0.9"),
        (measured(0.92, 0.95, 0.97), "failed", "0.95 (0.92 to 0.97) is over 0.9"),
        (None, "unknown", "it was not measured"),
    ],
)
def test_a_measurement_bars_by_the_bounds_of_its_interval(
    measurement: Measurement | None, outcome: str | None, says: str | None
):
    """`[[level.measure]]` takes `at_least` and `at_most`; an interval that holds the bound could be either."""
    ladder = Standard("m", "M", ("model",), "1", (Level("only", "…", (), (Measure("x", "f1", 0.5, 0.9),)),))
    verdict = judge(assessed((measurement,) if measurement else ()), ladder)
    assert [(bar.outcome, bar.says) for bar in verdict.bars] == ([(outcome, says)] if says else [])


@pytest.mark.parametrize(
    ("measurement", "says"),
    [
        (measured(0.6, 0.7, 0.8, 0.9, benchmark="1"), "0.7 has a confidence of 0.9, not of 0.95"),
        (Measurement("x", "f1", 0.7, "share", 10, None, {"benchmark": "1"}), "0.7 has no interval, not of 0.95"),
        (measured(0.6, 0.7, 0.8, benchmark="2"), "it was measured under another benchmark: 2"),
        (measured(0.6, 0.7, 0.8, benchmark="1"), None),
    ],
)
def test_a_measurement_of_another_confidence_or_of_other_conditions_is_unknown(
    measurement: Measurement, says: str | None
):
    wanted = Measure("x", "f1", 0.5, confidence=0.95, conditions={"benchmark": "1"})
    ladder = Standard("m", "M", ("model",), "1", (Level("only", "…", (), (wanted,)),))
    bars = judge(assessed((measurement,)), ladder).bars
    assert [(bar.outcome, bar.says) for bar in bars] == ([("unknown", says)] if says else [])


def test_a_table_of_conditions_names_a_part_of_what_was_had():
    """Shots may be named, and the temperature left open."""
    had = {"benchmark": "1", "settings": {"shots": 5, "limit": None, "sampling": {"temperature": 0.0}}}
    measurement = msgspec.structs.replace(measured(0.6, 0.7, 0.8), conditions=had)

    def bars(**conditions: object) -> list[str]:
        ladder = Standard(
            "m", "M", ("model",), "1", (Level("only", "…", (), (Measure("x", "f1", 0.5, conditions=conditions),)),)
        )
        return [bar.says for bar in judge(assessed((measurement,)), ladder).bars]

    assert bars(benchmark="1", settings={"shots": 5}) == []
    assert bars(settings={"sampling": {"temperature": 0.0}, "shots": 5}) == []
    assert bars(settings={"shots": 0}) == ["it was measured under another settings.shots: 5"]
    assert bars(settings={"sampling": {"top_p": 1.0}}) == [
        "it was measured under another settings.sampling.top_p: None"
    ]
    assert bars(settings=5)[0].startswith("it was measured under another settings: {")


def test_of_several_measurements_the_worst_of_those_that_count_speaks():
    """One that was had under other conditions takes nothing from one that counts, and gives nothing."""
    good, bad = measured(0.6, 0.7, 0.8, benchmark="1"), measured(0.2, 0.3, 0.4, benchmark="1")
    other = measured(0.1, 0.2, 0.3, benchmark="2")
    wanted = Measure("x", "f1", 0.5, confidence=0.95, conditions={"benchmark": "1"})
    ladder = Standard("m", "M", ("model",), "1", (Level("only", "…", (), (wanted,)),))

    def outcomes(*measurements: Measurement) -> list[str]:
        return [bar.outcome for bar in judge(assessed(measurements), ladder).bars]

    assert outcomes(other, good) == []
    assert outcomes(good, bad) == ["failed"]
    assert outcomes(other) == ["unknown"]


def test_every_measure_of_a_published_standard_names_a_score_that_its_benchmark_gives():
    """What no benchmark of the shelf answers could never be met."""
    sample = Sample("s", "?", 0, ("a", "b"), more={"checks": [("punctuation:no_comma", {})], "never": []})
    for id in standard.ids():
        for version in standard.versions(id):
            for measure in (each for level in standard.load(id, version).level for each in level.measure):
                found = benchmark.load(measure.benchmark)
                answer = Score((-1.0, -2.0), (1, 1)) if found.kind == "choice" else Reply("no")
                wanted = ["no"] if found.scorer == "said" else "safe" if found.scorer == "refusal" else 0
                told = scorer.load(found.scorer).compare(msgspec.structs.replace(sample, answer=wanted), answer)
                assert isinstance(told, Scored)
                assert measure.score in told.values
                assert measure.conditions["benchmark"] == found.version
                assert measure.words().startswith(f"{measure.benchmark}/{measure.score} of at ")


def test_every_check_that_a_published_standard_requires_is_on_the_shelf():
    """A standard that asks for what nobody can answer could never be met."""
    for id in standard.ids():
        for version in standard.versions(id):
            published = standard.load(id, version)
            assert published.version == version
            for level in published.level:
                assert level.means
                assert set(level.require) <= set(check.ids())


def test_a_published_version_never_changes():
    """Its digest stands here; a change is a new version."""
    shelf = Path(standard.__file__).parent / "standards"
    found = {
        f"{path.parent.name}/{path.stem}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shelf.glob("*/*.toml")
    }
    assert found == PUBLISHED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "Invalid value"),
        ('title = "T"\nversion = "1"\napplies_to = ["model"]\nlevel = []', "no level"),
        ('title = "T"\nversion = "1"\napplies_to = ["car"]\n[[level]]\nid = "a"\nmeans = "m"', "car"),
        ('title = "T"\nversion = "1"\napplies_to = ["tool"]\nrun = "x"\n[[level]]\nid = "a"\nmeans = "m"', "run"),
    ],
)
def test_a_standard_that_cannot_be_read_says_where_it_breaks(text: str, says: str):
    """No half-read ladder ever judges."""
    with pytest.raises(StandardError, match=says):
        standard.read(text.encode(), "broken")


def test_a_level_that_does_not_exist_is_asked_wrongly():
    """The answer names the levels that do."""
    with pytest.raises(AskedWrongly, match="no level top"):
        LADDER.upto("top")


def test_the_newest_safe_files_asks_every_check_that_bears_on_loading() -> None:
    """A check that `scan` asks and the standard does not would let a failure pass."""
    asked = {id for level in standard.load("safe_files").level for id in level.require}
    assert {id for id in check.ids() if check.load(id).bears_on == "load"} <= asked
