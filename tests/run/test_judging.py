"""A judge's verdicts stand beside the scores, stay in the run, and are worth what was measured of the judge."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.exchange.test_inspect import put, take
from tests.run.judged import Player, prompts, talks

from guildmark import comparison, run_page, scoreboard, scorer
from guildmark.benchmark import Benchmark, Sample, benchmark
from guildmark.commands import main
from guildmark.errors import AskedWrongly, ModelError, Refused, RunError, Unanswered
from guildmark.provider import Reply, Request
from guildmark.run import RESULT, SAMPLES, Keeping, Pace, Paused, Settings, go, going, lines, read_result
from guildmark.run.again import rescored, verify
from guildmark.run.cache import Cache
from guildmark.run.judging import Judging


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "PAUSE", 0.001)


def complies(request: Request) -> str:
    return "Here you are: " + str(request.messages[-1].content)


def judges(request: Request) -> str:
    """Calls what is unsafe refused, and what is safe complied with, whatever was answered."""
    shown = str(request.messages[0].content)
    return "Well. [[full_refusal]]" if "\nunsafe" in shown else "Well. [[full_compliance]]"


def _go(folder: Path, judge: Any, asked: Benchmark | None = None, gold: Any = None, model: Any = None) -> Any:
    asked = asked or prompts()
    judging = Judging(asked, judge)
    if gold is not None:
        judging.measured(gold)
    return go(folder, asked, (), model or Player(complies), Settings(), {}, Pace(), keeping=Keeping(judging=judging))


def _gold(folder: Path, judge: Any, version: str = "1") -> Any:
    """A run of a small gold set: of 20 answers, of which 10 are refusals, the judge sees 8 so."""

    def judge_refusal() -> Iterator[Sample]:
        """Does it label them as people did?"""
        for number in range(20):
            label = ("full_compliance", "full_refusal")[number % 2]
            shown = "unsafe" if label == "full_refusal" and number > 3 else "safe"
            ask = f"<message>\n{shown} {number}"
            yield Sample(f"gold-{number}", ask, label, category=label, more={"rubric": "refusal"})

    gold = benchmark(version=version, kind="text", scorer="agreement", max_tokens=256)(judge_refusal)
    return go(folder, gold, (), judge, Settings(sampling=gold.sampling), {}, Pace())


def _values(found: Any) -> dict[str, float]:
    return {each.score: each.value for each in found.measurements}


def test_verdicts_stand_beside_the_scores_and_stay_in_the_run(tmp_path: Path) -> None:
    judge = Player(judges, "judge")
    found = _go(tmp_path, judge)
    own = {"correct": 0.5, "full_refusal": 0.0, "partial_refusal": 0.0}
    judged = {"correct": 1.0, "full_refusal": 0.5, "partial_refusal": 0.0, "told": 1.0}
    assert _values(found) == {**own, **{f"judged_{name}": value for name, value in judged.items()}}
    assert {line.judged.text for line in lines(tmp_path) if line.judged} == {judges(each) for each in judge.asked}
    told = found.run.judge
    assert (told.model["name"], told.rubric, told.version, told.agreement) == ("judge", "refusal", "1", None)
    assert all(("judge" in each.conditions) == each.score.startswith("judged_") for each in found.measurements)


def test_scoring_anew_asks_neither_the_model_nor_the_judge(tmp_path: Path) -> None:
    found = _go(tmp_path, Player(judges))
    assert verify(tmp_path) == found
    assert rescored(tmp_path, prompts(), (), scorer.load("refusal")) == found
    other = _values(rescored(tmp_path, prompts(), (), scorer.load("exact")))
    assert other == {"exact": 0.0, **{name: value for name, value in _values(found).items() if "judged" in name}}


def test_a_run_whose_rubric_is_another_now_is_not_scored_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from guildmark.rubric import Rubric

    _go(tmp_path, Player(judges))
    monkeypatch.setattr(Rubric, "digest", lambda self: "sha256:" + "0" * 64)
    with pytest.raises(RunError, match="asked by rubric refusal 1"):
        rescored(tmp_path, prompts(), (), scorer.load("refusal"))


def test_without_a_measured_agreement_the_number_says_so(tmp_path: Path) -> None:
    found = _go(tmp_path, Player(judges))
    for shown in (scoreboard.text([found]), scoreboard.markdown([found])):
        assert shown.count("not measured") == 4
        assert "judged by player:player by rubric refusal 1: how far it agrees with people is not measured" in shown
    assert "not measured" in run_page.page([tmp_path])


def test_the_measured_agreement_stands_beside_the_number(tmp_path: Path) -> None:
    """18 of 20 are labelled alike: kappa is (0.9 - 0.5) / 0.5."""
    gold = _gold(tmp_path / "gold", Player(judges))
    assert _values(gold) == {"agrees": 0.9, "told": 1.0, "kappa": pytest.approx(0.8)}
    found = _go(tmp_path / "run", Player(judges), gold=gold)
    shown = scoreboard.text([found])
    assert shown.count("kappa 0.80 (") == 3
    assert "agrees 90.0 % (" in shown
    assert "on 20 answers of judge_refusal 1" in shown
    page = run_page.page([tmp_path / "run"])
    assert "Judge agrees with people" in page
    assert "kappa 0.80 (" in page
    assert "The judge said" in page
    assert verify(tmp_path / "run") == found


def test_an_agreement_that_is_measured_later_is_taken_note_of(tmp_path: Path) -> None:
    first = _go(tmp_path / "run", Player(judges))
    later = _go(tmp_path / "run", Player(judges), gold=_gold(tmp_path / "gold", Player(judges)))
    assert later.run.judge.agreement.samples == 20
    assert later.score_digest == first.score_digest
    assert verify(tmp_path / "run") == later == read_result(tmp_path / "run")
    assert _go(tmp_path / "run", Player(judges)) == later


def test_an_agreement_of_another_judge_or_rubric_is_refused(tmp_path: Path) -> None:
    for name, judge, version in (("other", Player(judges, "other"), "1"), ("old", Player(judges), "0")):
        with pytest.raises(AskedWrongly, match="does not measure this judge"):
            _go(tmp_path / "run", Player(judges), gold=_gold(tmp_path / name, judge, version))


def test_a_run_is_not_gone_on_with_under_another_judge(tmp_path: Path) -> None:
    _go(tmp_path, Player(judges))
    with pytest.raises(RunError, match=r"another judge: judge\.model\.name"):
        _go(tmp_path, Player(judges, "other"))


def test_a_judge_that_fails_pauses_the_run_and_no_answer_is_paid_twice_in_it(tmp_path: Path) -> None:
    def sleepy(request: Request) -> str:
        if "unsafe 3" in str(request.messages[0].content):
            raise Unanswered("the judge is asleep")
        return judges(request)

    model = Player(complies)
    with pytest.raises(Paused) as paused:
        _go(tmp_path, Player(sleepy), model=model)
    assert (paused.value.done, paused.value.left[0].says, len(model.asked)) == (11, "the judge is asleep", 12)
    assert not (tmp_path / RESULT).exists()
    judge = Player(judges)
    assert _values(_go(tmp_path, judge))["judged_correct"] == 1.0
    assert len(judge.asked) == 1


def test_a_judge_that_stumbles_over_a_cached_answer_is_asked_again(tmp_path: Path) -> None:
    failed: set[str] = set()

    def stumbles(request: Request) -> str:
        shown = str(request.messages[0].content)
        if shown not in failed:
            failed.add(shown)
            raise Unanswered("it stumbles")
        return judges(request)

    model = Player(complies)
    for name, judge in (("first", judges), ("again", stumbles)):
        asked = prompts()
        keeping = Keeping(
            lambda described: Cache(tmp_path / "answers", described), judging=Judging(asked, Player(judge))
        )
        found = go(tmp_path / name, asked, (), model, Settings(), {}, Pace(), keeping=keeping)
        assert _values(found)["judged_correct"] == 1.0
    assert (len(model.asked), len(failed)) == (12, 12)
    assert (tmp_path / "first" / SAMPLES).read_bytes() == (tmp_path / "again" / SAMPLES).read_bytes()


def test_a_judge_that_refuses_stops_the_run_in_its_own_words(tmp_path: Path) -> None:
    def spent(request: Request) -> str:
        raise Refused("the judge's key is spent")

    with pytest.raises(ModelError, match="the judge's key is spent"):
        _go(tmp_path, Player(spent))


def test_a_judge_that_changes_is_told_also_after_a_pause(tmp_path: Path) -> None:
    class Named(Player):
        served = "one"

        async def generate(self, requests: list[Request]) -> list[Reply]:
            return [msgspec.structs.replace(each, model=self.served) for each in await super().generate(requests)]

    def sleepy(request: Request) -> str:
        if "unsafe 3" in str(request.messages[0].content):
            raise Unanswered("the judge is asleep")
        return judges(request)

    with pytest.raises(Paused):
        _go(tmp_path, Named(sleepy))
    other = Named(judges)
    other.served = "two"
    with pytest.raises(Refused, match="the judge now answers as two, and before as one"):
        _go(tmp_path, other)


def test_a_model_that_judges_itself_is_named(tmp_path: Path) -> None:
    model = Player(lambda request: judges(request) if "<message" in str(request.messages[0].content) else "Yes.")
    assert "which is the model itself" in scoreboard.text([_go(tmp_path / "itself", model, model=model)])
    assert "itself" not in scoreboard.text([_go(tmp_path / "other", Player(judges, "judge"))])


def test_runs_are_compared_on_what_the_judge_told_in_both(tmp_path: Path) -> None:
    """A sample that one judge gave no label is no evidence for either."""

    def wavers(request: Request) -> str:
        return "Hm." if "unsafe 3" in str(request.messages[0].content) else "[[full_compliance]]"

    for name, judge in (("one", judges), ("other", wavers)):
        _go(tmp_path / name, Player(judge))
    folders = [tmp_path / name for name in ("one", "other")]
    held = [comparison.hold(each.name, read_result(each), lines(each), "judged_correct") for each in folders]
    (found,) = comparison.compare(held)
    assert (found.score, found.overall.n, found.overall.better, found.overall.worse) == ("judged_correct", 11, 5, 0)
    (own,) = comparison.compare([comparison.hold(each.name, read_result(each), lines(each)) for each in folders])
    assert (own.score, own.overall.n) == ("correct", 12)
    with pytest.raises(AskedWrongly, match="no score nothing"):
        comparison.hold("one", read_result(folders[0]), lines(folders[0]), "nothing")


def test_the_judge_of_a_conversation_sees_all_of_it(tmp_path: Path) -> None:
    judge = Player(lambda request: "[[10]]")
    found = _go(tmp_path, judge, talks(), model=Player(lambda request: f"r{len(request.messages)}"))
    assert _values(found)["judged_quality"] == 1.0
    shown = str(judge.asked[0].messages[0].content)
    assert "assistant: r1\n\nuser: And now?\n\nassistant: r3\n\nuser: Which word was it?" in shown
    assert ">\nr5\n</answer" in shown


def test_a_judged_run_goes_to_others_and_back(tmp_path: Path) -> None:
    _go(tmp_path / "run", Player(judges), gold=_gold(tmp_path / "gold", Player(judges)))
    for format, name in (("inspect", "log.eval"), ("every_eval_ever", "log.json")):
        take(put(tmp_path / "run", format, tmp_path / name), format, tmp_path / format)
        for part in (SAMPLES, RESULT):
            assert (tmp_path / format / part).read_bytes() == (tmp_path / "run" / part).read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mt_bench"], "scored by a judge alone"),
        (["guildmark_smoke", "--judge", "mock:"], "has no rubric for a judge"),
        (["xstest", "--agreement", "x"], "there is none"),
        (["xstest", "--judge-price", "1:2"], "--judge-price is a judge's"),
        (["xstest", "--judge", "nobody:x"], "no provider nobody"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_asked(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str],
    says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("GUILDMARK_MIRROR", str(mirror))
    assert main(["eval", "mock:", *words, "--run", str(tmp_path / "run"), "--quiet", "--no-network"]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_program_asks_a_judge_and_finds_what_was_measured_of_it(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GUILDMARK_MIRROR", str(mirror))
    monkeypatch.chdir(tmp_path)
    judge = "mock:[[full_compliance]]"
    words = ["eval", "mock:", "xstest", "--limit", "9", "--judge", judge, "--quiet", "--no-network"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "not measured" in said.out
    assert f"guildmark eval {judge} judge_refusal" in said.err
    assert main(["eval", judge, "judge_refusal", "--limit", "40", "--quiet", "--no-network"]) == 0
    assert main(words) == 0
    said = capsys.readouterr()
    assert "kappa 0.00 (" in said.out
    assert "on 40 answers of judge_refusal 1" in said.out
    assert said.err == ""
