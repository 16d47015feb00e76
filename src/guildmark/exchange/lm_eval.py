"""lm-eval's results and samples: `results_*.json` beside `samples_TASK_*.jsonl`, or the folder that holds both.

Source: lm-evaluation-harness 0.4.13, `loggers/evaluation_tracker.py` and `evaluator.py`. A run a task."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from guildmark.errors import RunError
from guildmark.exchange import Taken, body, count, listed, manifest, sampling, score, table, text, tree
from guildmark.provider import Reply, Sampling, Score
from guildmark.run.journal import Line
from guildmark.run.manifest import Settings

CONFIG = ("model", "model_args", "model_num_parameters", "model_dtype", "model_revision", "model_sha", "batch_size")
DOC = ("doc_id", "doc_hash", "prompt_hash", "target_hash", "target", "doc")


def read(path: Path) -> list[Taken]:
    """The runs of all tasks whose samples are there; raises RunError."""
    results = _results(path)
    data = body(results)
    head = table(tree(data, str(results)), str(results))
    if not isinstance(head.get("results"), dict):
        raise RunError(f"{results} holds no results of lm-eval", "give results_*.json, or the folder that holds it")
    mark = results.stem.removeprefix("results")
    taken, without = [], []
    for task in sorted(map(str, head["results"])):
        samples = results.with_name(f"samples_{task}{mark}.jsonl")
        if "/" not in task and samples.is_file():
            taken.append(_task(task, head, hashlib.sha256(data).hexdigest(), samples))
        else:
            without.append(task)
    if not taken:
        raise RunError(
            f"beside {results.name} are no samples", "a run is made of samples: let lm-eval write them by --log_samples"
        )
    if without:
        note = f"without samples, and left out: {', '.join(without[:10])}"
        taken[0] = taken[0]._replace(notes=(*taken[0].notes, note))
    return taken


def _results(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("results_*.json"))
    if len(found) != 1:
        raise RunError(f"{path} holds {len(found)} results_*.json", "give the one that is meant")
    return found[0]


def _task(task: str, head: dict[str, Any], digest: str, path: Path) -> Taken:
    rows = [
        table(tree(each, f"{path}, line {number}"), f"{path}, line {number}")
        for number, each in enumerate(body(path).split(b"\n"), 1)
        if each.strip()
    ]
    lines, left = _lines(listed(rows, str(path)), str(path))
    config = table(head.get("config") or {}, "config")
    model = {
        "provider": "lm_eval",
        "name": str(head.get("model_name") or config.get("model_args") or ""),
        "imported": {
            "from": "lm_eval",
            "sha256": digest,
            "config": {key: config[key] for key in CONFIG if key in config},
            "git_hash": head.get("git_hash"),
            "task_hash": table(head.get("task_hashes") or {}, "task_hashes").get(task),
        },
    }
    settings = Settings(
        seed=count(config.get("random_seed")) or 0,
        shots=count(table(head.get("n-shot") or {}, "n-shot").get(task)) or 0,
        sampling=_sampling(rows),
    )
    number = table(table(head.get("n-samples") or {}, "n-samples").get(task) or {}, "n-samples").get("original")
    kind = "choice" if lines and lines[0].score else "text"
    version = str(table(head.get("versions") or {}, "versions").get(task, 0))
    made_by = f"lm_eval {head.get('lm_eval_version', 'unknown')}"
    put = (task, version, kind, len(lines))
    notes = [f"{left} scores lie not between 0 and 1, and count in no mean"] if left else []
    if count(number) not in (None, len(lines)):
        notes.append(f"{task} has {number} samples, and {len(lines)} are logged")
    return Taken(manifest(put, model, settings, lines, made_by), lines, tuple(notes))


def _sampling(rows: list[dict[str, Any]]) -> Sampling:
    _, drawn = _arguments(rows[0] if rows else {})
    return sampling(drawn)


def _lines(rows: list[dict[str, Any]], where: str) -> tuple[list[Line], int]:
    """A line a document; what several filters say of one stands together."""
    held: dict[str, Line] = {}
    left = 0
    for row in rows:
        id = str(row.get("doc_id", ""))
        name = text(row.get("filter"))
        values: dict[str, float] = {}
        for metric in listed(row.get("metrics") or [], where):
            value = score(row.get(metric)) if isinstance(metric, str) else None
            left += value is None
            if value is not None:
                values[metric if name in ("", "none") else f"{metric},{name}"] = value
        if id in held:
            values = held[id].values | values
        else:
            held[id] = _line(len(held), row, id, where)
        held[id] = msgspec.structs.replace(held[id], values=values)
    return list(held.values()), left


def _line(place: int, row: dict[str, Any], id: str, where: str) -> Line:
    prompts, _ = _arguments(row)
    answers = listed(row.get("resps") or [], where)
    kept = {key: row[key] for key in DOC if row.get(key) is not None}
    likely = [found for each in answers if (found := _likely(each)) is not None]
    first = prompts[0] if prompts else ["", ""]
    if likely and len(likely) == len(answers):
        asked = {"prefix": first[0], "options": [each[1] for each in prompts], "shared": ""}
        return Line(place, id, 0, asked, score=Score(tuple(likely), ()), more={"lm_eval": kept})
    put = {"messages": [{"role": "user", "content": first[0]}], "sampling": {}, "turn": 0}
    return Line(place, id, 0, put, reply=Reply(_said(answers), ""), more={"lm_eval": kept})


def _said(answers: Any) -> str:
    """The first text in lists of lists."""
    for _ in range(4):
        if not isinstance(answers, list) or not answers:
            break
        answers = answers[0]
    return answers if isinstance(answers, str) else ""


def _likely(answer: Any) -> float | None:
    """The log-likelihood of an option: [[value, greedy]], where newer ones write the numbers as text."""
    for _ in range(3):
        if not isinstance(answer, list) or not _is_pair(answer):
            break
        answer = answer[0]
    try:
        return float(answer) if isinstance(answer, int | float | str) and not isinstance(answer, bool) else None
    except ValueError:
        return None


def _is_pair(answer: list[Any]) -> bool:
    """Whether a list is `[[…]]`, or the pair of a value and whether it was the greedy one."""
    return len(answer) == 1 or (len(answer) == 2 and str(answer[1]) in ("True", "False"))


def _arguments(row: dict[str, Any]) -> tuple[list[list[str]], dict[str, Any]]:
    """What was put, as pairs of a beginning and what follows it; and how an answer was drawn."""
    said = row.get("arguments")
    groups = list(said.values()) if isinstance(said, dict) else said if isinstance(said, list) else []
    prompts: list[list[str]] = []
    drawn: dict[str, Any] = {}
    for group in groups:
        parts = list(group.values()) if isinstance(group, dict) else group if isinstance(group, list) else []
        drawn = next((part for part in parts if isinstance(part, dict)), drawn)
        texts = [part for part in parts if isinstance(part, str)]
        prompts.append([*texts, "", ""][:2])
    return prompts, drawn
