"""What a program can tell of IFEval's instructions is told as lm-eval tells it, for given answers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.benchmarks.ifeval_answers import CHANGES, Checks, sets

from guildmark.benchmark import Sample, load
from guildmark.benchmarks.ifeval import ifeval as benchmark
from guildmark.data import Places, open_data
from guildmark.ifeval import CHECKS, forms, loose, sentences, strict
from guildmark.provider import Reply
from guildmark.scorer import Told
from guildmark.scorers import ifeval as scoring

GOLDEN = json.loads(Path(__file__).with_name("golden").joinpath("ifeval.json").read_bytes())
BY_LANGUAGE = {"language:response_language", "change_case:english_capital", "change_case:english_lowercase"}


@pytest.fixture(scope="module")
def prompts(mirror: Path) -> list[tuple[str, Checks]]:
    opened = [open_data(each, Places((str(mirror),))) for each in benchmark.data]
    return [(str(sample.ask), sample.more["checks"]) for sample in benchmark.samples(opened)]


@pytest.fixture(scope="module")
def answers(prompts: list[tuple[str, Checks]]) -> dict[str, list[str]]:
    return dict(sets(prompts))


def _unlike(bits: str, flags: Iterator[bool], checks: list[tuple[str, dict[str, object]]]) -> list[int]:
    """The instructions where ours are others; letters that are none are not compared: lm-eval draws one at random."""
    wanted = f"{int(bits, 16):0{len(checks)}b}"
    return [
        number
        for number, (flag, (_, given)) in enumerate(zip(flags, checks, strict=True))
        if "01"[flag] != wanted[number] and str(given.get("letter", "a")).isalpha()
    ]


@pytest.mark.parametrize("name", GOLDEN["sets"])
def test_all_541_prompts_are_judged_as_lm_eval_judges_them_but_for_some_on_languages(
    prompts: list[tuple[str, Checks]], answers: dict[str, list[str]], name: str
) -> None:
    """26,688 flags; the 33 that differ are all on languages, where langdetect is wrong or wavers, or two are mixed."""
    checks = [check for _, each in prompts for check in each]
    assert len(checks) == GOLDEN["instructions"] == 834
    kept = GOLDEN["sets"][name]
    for how, judge in (("strict", strict), ("loose", loose)):
        flags = (flag for (_, each), text in zip(prompts, answers[name], strict=True) for flag in judge(each, text))
        unlike = _unlike(kept[how], flags, checks)
        assert unlike == kept[f"{how}_differs"]
        assert {checks[number][0] for number in unlike} <= BY_LANGUAGE


def test_every_kind_is_both_followed_and_not_in_these_answers(prompts: list[tuple[str, Checks]]) -> None:
    """Else the comparison could not fail."""
    checks = [check for _, each in prompts for check in each]
    seen = {kind: set() for kind in CHECKS}
    for kept in GOLDEN["sets"].values():
        for (kind, _), bit in zip(checks, f"{int(kept['strict'], 16):0{len(checks)}b}", strict=True):
            seen[kind].add(bit)
    assert len(CHECKS) == 25
    assert CHECKS.keys() == CHANGES.keys()
    assert all(bits == {"0", "1"} for bits in seen.values())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One", 1),
        ("One. Two? Three!", 3),
        ("Dr. Lee came at 5 p.m. with Mr. Okafor.", 1),
        ("It cost 3.5 percent. More!!! No", 3),
        ('They said "go." We did (at 5.) Then home.', 3),
        ("1. First\n2. then this", 2),
        ("Wait... the end. Wait... But no.", 3),
        ("Bring tools, e.g. ropes.", 2),
    ],
)
def test_sentences_end_where_punkt_ends_them(text: str, count: int) -> None:
    """As NLTK 3.10.4 counts them, also where that is no help: after "e.g." too."""
    assert sentences.count(text) == count


def test_a_sample_counts_in_full_by_part_and_by_instruction() -> None:
    checks = [("punctuation:no_comma", {}), ("detectable_format:title", {})]
    sample = Sample("a", "", more={"checks": checks})
    scored = scoring.ifeval.compare(sample, Reply("<<Day>> one, two"))
    assert scored.values == {"prompt_strict": 0.0, "prompt_loose": 0.0, "part_strict": 0.5, "part_loose": 0.5}
    assert scored.why == "not followed: punctuation:no_comma"
    title_only = Sample("b", "", more={"checks": checks[1:]})
    other = scoring.ifeval.compare(title_only, Reply("Here:\n**<<Day>>**"))
    found = {each.score: each for each in scoring.summary(
        [Told(scored.values, more=sample.more), Told(other.values, more=title_only.more)]
    )}  # fmt: skip
    strict_one = found["instruction_strict"]
    assert (strict_one.value, strict_one.n) == (2 / 3, 3)
    assert strict_one.interval
    assert strict_one.interval.low < 2 / 3 < strict_one.interval.high


def test_a_kinder_reading_drops_a_first_line_a_last_line_and_asterisks() -> None:
    checks = [("startend:quotation", {})]
    for text in ('Here:\n"so"', '"so"\nBye', 'Here:\n"so"\nBye', '**"so"**'):
        assert strict(checks, text) == [False]
        assert loose(checks, text) == [True]


def test_markers_are_words_and_no_patterns() -> None:
    assert forms.sections("Day (1 and 2)", {"section_spliter": "Day (", "num_sections": 1})


def test_the_benchmark_puts_every_instruction_to_a_check_that_is_there(prompts: list[tuple[str, Checks]]) -> None:
    assert {kind for _, checks in prompts for kind, _ in checks} == CHECKS.keys()
    assert load("ifeval").scorer == "ifeval"
