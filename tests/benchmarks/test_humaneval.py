"""Programs that are right pass their tests, and others are told why they do not."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from guildmark import sandbox, scorer
from guildmark.benchmark import Benchmark, Sample, benchmark
from guildmark.benchmarks.humaneval import humaneval
from guildmark.data import Places, open_data
from guildmark.errors import RunError
from guildmark.provider import Reply, open_model
from guildmark.run import Pace, Settings, go, lines, read_result
from guildmark.run.again import rescored
from guildmark.scorer import Scored, Told
from guildmark.scorers import program as scoring

pytestmark = pytest.mark.usefixtures("shut_off")
PROMPT = 'import math\n\n\ndef area(r):\n    """The area of a circle."""\n'
RIGHT = "    return math.pi * r * r\n"
TESTS = "def check(candidate):\n    assert abs(candidate(1) - 3.14159) < 1e-4\n"


@pytest.fixture(scope="module")
def shut_off() -> None:
    try:
        sandbox.ready()
    except RunError as error:
        pytest.skip(error.says)


@pytest.fixture(scope="module")
def problems(mirror: Path) -> list[tuple[Sample, dict[str, Any]]]:
    opened = [open_data(each, Places((str(mirror),))) for each in humaneval.data]
    return list(zip(humaneval.samples(opened), opened[0].lines(), strict=True))


def _scored(asked: list[tuple[Sample, str]]) -> list[Scored]:
    async def all_of_them() -> list[Scored]:
        return await asyncio.gather(*(_awaited(sample, text) for sample, text in asked))

    return asyncio.run(all_of_them())


async def _awaited(sample: Sample, text: str) -> Scored:
    found = scoring.program.compare(sample, Reply(text))
    assert isinstance(found, Awaitable)
    return await found


def _whole(row: dict[str, Any]) -> str:
    return f"Here it is:\n\n```python\n{row['prompt']}{row['canonical_solution']}```\nIt runs."


def test_all_164_published_solutions_pass(problems: list[tuple[Sample, dict[str, Any]]]) -> None:
    """Half of them as a whole function in a fence, half as the bare end of the prompt."""
    forms: tuple[Callable[[dict[str, Any]], str], ...] = (_whole, lambda row: row["canonical_solution"])
    found = _scored([(sample, forms[place % 2](row)) for place, (sample, row) in enumerate(problems)])
    assert [sample.id for (sample, _), each in zip(problems, found, strict=True) if each.why != "passed"] == []
    assert len(found) == 164


def test_all_164_fail_where_the_body_is_another(problems: list[tuple[Sample, dict[str, Any]]]) -> None:
    found = _scored([(sample, "    return None\n") for sample, _ in problems])
    assert [sample.id for (sample, _), each in zip(problems, found, strict=True) if each.values["passed"]] == []
    assert {each.why.partition(":")[0] for each in found} == {"wrong", "error"}


def _circle() -> Sample:
    return Sample("circle", PROMPT, TESTS, source="circle", more={"prompt": PROMPT, "entry": "area"})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (RIGHT, "passed"),
        ("return math.pi * r * r", "passed"),
        (f"{RIGHT}\nprint('and so on')\nnonsense here", "passed"),
        (f"```\n{RIGHT}```", "passed"),
        (f"Use it:\n```\narea(2)\n```\nIt is:\n```python\nimport math\ndef area(r):\n{RIGHT}```", "passed"),
        (f"def area(r):\n{RIGHT}", "passed"),
        ("```python\narea = lambda r: math.pi * r ** 2\n```", "passed"),
        ("    return 3", "wrong: AssertionError (line 9: assert abs(candidate(1) - 3.14159) < 1e-4)"),
        ("    return r.area", "error: AttributeError: 'int' object has no attribute 'area' (line 6: return r.area)"),
        ("", "error: TypeError: unsupported operand type(s) for -: 'NoneType' and 'float' "
             "(line 9: assert abs(candidate(1) - 3.14159) < 1e-4)"),
        ("    return open('/etc/passwd').read()", "forbidden: FileNotFoundError: [Errno 2] No such file or directory: "
         "'/etc/passwd' (line 6: return open('/etc/passwd').read())"),
        ("    raise SystemExit", "left: SystemExit (line 6: raise SystemExit)"),
    ],
)  # fmt: skip
def test_an_answer_is_made_a_program_and_its_failure_told(text: str, why: str) -> None:
    (found,) = _scored([(_circle(), text)])
    assert found.why == why
    assert found.values == {"passed": float(why == "passed")}


def test_pass_at_k_is_that_of_the_paper() -> None:
    """Of two tasks, tried ten times each: one passes five times, the other never. 1 - C(5,10)/C(10,10) is 1."""
    rows = [Told({"passed": float(n < 5)}, source="a") for n in range(10)]
    rows += [Told({"passed": 0.0}, source="b") for _ in range(10)]
    (ten,) = scoring.summary(rows)
    assert (ten.score, ten.value, ten.n) == ("pass_at_10", 0.5, 2)
    assert scoring.summary([rows[0]]) == []
    (three,) = scoring.summary([*rows[4:7], *rows[10:13]])
    assert (three.score, three.value) == ("pass_at_3", 0.5)


def _circles(count: int) -> Benchmark:
    def circles() -> Iterator[Sample]:
        """How many circles?"""
        for number in range(count):
            yield Sample(f"circle-{number}", PROMPT, TESTS, source=f"circle-{number}", more=_circle().more)

    return benchmark(version="1", kind="code", scorer="program", data=())(circles)


def test_programs_are_scored_in_a_run_and_scored_anew(tmp_path: Path) -> None:
    """The scorer waits for each; a run, and a scoring anew without the model, bear that."""
    go(tmp_path, _circles(5), (), open_model(f"mock:{RIGHT}"), Settings(repeat=2), {}, Pace())
    first = read_result(tmp_path)
    assert [(each.score, each.value) for each in first.measurements] == [("passed", 1.0), ("pass_at_2", 1.0)]
    assert {line.why for line in lines(tmp_path)} == {"passed"}
    assert rescored(tmp_path, _circles(5), (), scorer.load("program")) == first


def test_where_programs_cannot_be_shut_off_a_run_stops_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "inside.py"
    gone.write_text('print(\'{"reason": "unconfined", "says": "no namespaces"}\')')
    monkeypatch.setattr(sandbox, "_INSIDE", str(gone))
    with pytest.raises(RunError, match="no namespaces"):
        go(tmp_path / "run", _circles(2), (), open_model(f"mock:{RIGHT}"), Settings(), {}, Pace())
