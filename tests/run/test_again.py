"""A finished run can be looked at again, and one that was changed is told."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.run.questions import echo

from guildmark import benchmark, comparison, scorer
from guildmark.commands import main
from guildmark.errors import AskedWrongly, Refused, RunError
from guildmark.provider import open_model
from guildmark.records import canonical
from guildmark.run import RESULT, SAMPLES, Pace, Settings, go, lines, read_result
from guildmark.run.again import rescored, verify
from guildmark.run.journal import Line, write_frames
from guildmark.run.manifest import read
from guildmark.run.result import Sum, result
from guildmark.statistics import holm


def _run(folder: Path, says: str = "", settings: Settings | None = None) -> Path:
    go(folder, echo(40), (), open_model(f"mock:{says}"), settings or Settings(), {}, Pace())
    return folder


def test_a_run_says_what_its_samples_say(tmp_path: Path) -> None:
    assert verify(_run(tmp_path)) == read_result(tmp_path)


def test_a_changed_score_is_told(tmp_path: Path) -> None:
    _run(tmp_path, "no")
    changed = [msgspec.structs.replace(line, values={"exact": 1.0}) for line in lines(tmp_path)]
    (tmp_path / SAMPLES).write_bytes(b"".join(write_frames(iter(changed))))
    with pytest.raises(RunError, match="another result"):
        verify(tmp_path)


def test_a_score_that_its_answer_does_not_give_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever changes a score makes a result that fits; the answers still tell."""
    monkeypatch.setattr(benchmark, "load", lambda id: echo(40))
    _run(tmp_path, "w3")
    assert main(["run", "verify", str(tmp_path)]) == 0
    assert "the samples give this result, the answers these scores" in capsys.readouterr().err
    changed = [msgspec.structs.replace(line, values={"exact": 1.0}) for line in lines(tmp_path)]
    (tmp_path / SAMPLES).write_bytes(b"".join(write_frames(iter(changed))))
    forged = result(read(tmp_path), scorer.load("exact"), lambda: changed)
    (tmp_path / RESULT).write_bytes(canonical(forged))
    assert main(["run", "verify", str(tmp_path)]) == 2
    assert "word-0 has {'exact': 1.0}, and its answer gives {'exact': 0.0}" in capsys.readouterr().err
    monkeypatch.setattr(benchmark, "load", lambda id: echo(40, start=1))
    assert main(["run", "verify", str(tmp_path)]) == 0
    assert "were not made anew: this version of Guildmark puts other samples" in capsys.readouterr().err


def test_a_result_of_another_manifest_is_told(tmp_path: Path) -> None:
    found = read_result(_run(tmp_path))
    other = msgspec.structs.replace(found, run=msgspec.structs.replace(found.run, made_by="someone else"))
    (tmp_path / RESULT).write_bytes(canonical(other))
    with pytest.raises(RunError, match="another manifest"):
        verify(tmp_path)


def test_answers_are_scored_anew_without_the_model(tmp_path: Path) -> None:
    _run(tmp_path)
    again = rescored(tmp_path, echo(40), (), scorer.load("number"))
    assert (again.measurements[0].score, again.samples) == ("correct", 40)
    same = rescored(tmp_path, echo(40), (), scorer.load("exact"))
    assert same == read_result(tmp_path)


def test_answers_are_not_scored_by_other_data(tmp_path: Path) -> None:
    _run(tmp_path)
    with pytest.raises(RunError, match="other samples than it was put"):
        rescored(tmp_path, echo(40, start=1), (), scorer.load("exact"))


@pytest.mark.parametrize("id", ["bias", "choice", "ifeval", "program"])
def test_a_scorer_of_other_answers_is_refused_in_a_sentence(tmp_path: Path, id: str) -> None:
    _run(tmp_path)
    with pytest.raises(AskedWrongly, match=f"{id} cannot score these answers"):
        rescored(tmp_path, echo(40), (), scorer.load(id))


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.integers(0, 9),
                          st.dictionaries(st.text(st.characters(codec="utf-8")), st.floats(allow_nan=False,
                                          allow_infinity=False)))))  # fmt: skip
def test_the_digest_of_scores_is_that_of_their_canonical_json(rows: list[tuple[str, int, dict[str, float]]]) -> None:
    summed = Sum()
    for place, (sample, turn, values) in enumerate(rows):
        summed.add(Line(place, sample, turn, None, values=values))
    plain = b"".join(canonical([sample, turn, values]) + b"\n" for sample, turn, values in rows)
    assert summed.digest() == f"sha256:{hashlib.sha256(plain).hexdigest()}"


def test_a_replayed_run_gives_the_same_scores_and_knows_nothing_else(tmp_path: Path) -> None:
    first = read_result(_run(tmp_path / "first", settings=Settings(limit=10)))
    model = f"replay:{tmp_path / 'first'}"
    again = go(tmp_path / "again", echo(40), (), open_model(model), Settings(limit=10), {}, Pace())
    assert again.score_digest == first.score_digest
    with pytest.raises(Refused, match="was not asked this"):
        go(tmp_path / "more", echo(40), (), open_model(model), Settings(), {}, Pace())


def test_two_systems_are_compared_sample_by_sample(tmp_path: Path) -> None:
    good, bad = _run(tmp_path / "good"), _run(tmp_path / "bad", "w3")
    held = [comparison.hold(each.name, read_result(each), lines(each)) for each in (good, bad)]
    (found,) = comparison.compare(held)
    assert (found.overall.value, found.overall.better, found.overall.worse) == (39 / 40, 39, 0)
    assert found.overall.interval.low > 0.8
    assert len(found.flips) == 39
    assert {name: each.n for name, each in found.by_category.items()} == {"a": 20, "b": 20}


def test_what_is_shown_of_a_category_is_corrected_for_all_categories_of_all_pairs(tmp_path: Path) -> None:
    folders = [_run(tmp_path / name, says) for name, says in (("one", ""), ("two", "w3"), ("three", "w5"))]
    pairs = comparison.compare([comparison.hold(each.name, read_result(each), lines(each)) for each in folders])
    alone = [part.p for pair in pairs for part in pair.by_category.values()]
    together = [chance for pair in pairs for chance in pair.corrected_by_category.values()]
    assert len(alone) == 6
    assert together == holm(alone)
    assert together != alone


@pytest.mark.parametrize("settings", [Settings(limit=5), Settings(limit=5, seed=9)])
def test_runs_of_other_samples_are_not_compared(tmp_path: Path, settings: Settings) -> None:
    folders = _run(tmp_path / "all"), _run(tmp_path / "some", settings=settings)
    held = [comparison.hold(each.name, read_result(each), lines(each)) for each in folders]
    with pytest.raises(AskedWrongly, match="drew different samples"):
        comparison.compare(held)


def test_the_program_shows_verifies_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, says in (("one", ""), ("two", "w3")):
        _run(tmp_path / name, says)
    assert main(["run", "verify", str(tmp_path / "one")]) == 0
    assert main(["compare", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    said = capsys.readouterr()
    assert "the samples give this result" in said.err
    assert "better on 39, worse on 0 of 40 samples" in said.out
    assert main(["compare", str(tmp_path / "one")]) == 2
    assert main(["run", "show", str(tmp_path / "none")]) == 2
