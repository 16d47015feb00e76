"""lm-eval's samples become runs, and what holds none is told."""

import json
from pathlib import Path

import pytest
from tests.exchange.test_inspect import take

from guildmark import exchange
from guildmark.errors import RunError
from guildmark.run.again import verify


def test_the_published_samples_are_read(mirror: Path, tmp_path: Path) -> None:
    taken = take(mirror / "results" / "every_eval_ever" / "lm_eval", "lm_eval", tmp_path / "run")
    found = verify(tmp_path / "run")
    assert (found.samples, found.measurements[0].score, found.measurements[0].value) == (10, "exact_match", 0.0)
    assert found.run.made_by == "lm_eval 0.4.9.2"
    assert taken.notes == (
        "math_perturbed_full has 5000 samples, and 10 are logged",
        "without samples, and left out: math_rephrased_full",
    )


def test_files_of_its_own_tests_hold_no_samples_and_say_so(mirror: Path) -> None:
    seen = 0
    for path in sorted((mirror / "results" / "lm_eval_testdata").iterdir()):
        with pytest.raises(RunError):
            exchange.read(path, "lm_eval")
        seen += 1
    assert seen == 34


def _written(folder: Path, rows: list[dict[str, object]]) -> Path:
    head = {"results": {"t": {}}, "lm_eval_version": "0.4.13", "config": {"model_args": "m"}}
    (folder / "results_1.json").write_text(json.dumps(head))
    (folder / "samples_t_1.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "results_1.json"


def test_log_likelihoods_and_filters_are_kept(tmp_path: Path) -> None:
    """Older logs write numbers, newer ones their text; what two filters say of a document stands together."""
    two = [{"arg_0": "q", "arg_1": " a"}, {"arg_0": "q", "arg_1": " b"}]
    likely = {"doc_id": 0, "resps": [[[-1.5, False]], [["-0.5", "True"]]], "metrics": ["acc"], "acc": 1.0,
              "arguments": {"gen_args_0": two[0], "gen_args_1": two[1]}}  # fmt: skip
    said = {"doc_id": 1, "resps": [["x"]], "metrics": ["em"], "arguments": [["q", {"until": ["\n"]}]]}
    rows = [likely, said | {"em": 1, "filter": "none"}, said | {"em": 0, "filter": "strict"}]
    (taken,) = exchange.read(_written(tmp_path, rows), "lm_eval")
    first, second = taken.lines
    assert first.score is not None
    assert second.reply is not None
    assert (first.score.log_likelihoods, first.asked["options"]) == ((-1.5, -0.5), [" a", " b"])
    assert (second.reply.text, second.values) == ("x", {"em": 1.0, "em,strict": 0.0})


@pytest.mark.parametrize("row", ["[]", "{", '{"metrics": 1}', '{"resps": {"a": 1}, "metrics": []}'])
def test_a_line_that_does_not_fit_is_told(tmp_path: Path, row: str) -> None:
    path = _written(tmp_path, [])
    (tmp_path / "samples_t_1.jsonl").write_text(row + "\n")
    with pytest.raises(RunError):
        exchange.read(path, "lm_eval")
