"""Every Eval Ever, the community's schema: a JSON of the scores, and beside it JSON Lines, a line a sample and score.

Source: eval.schema.json and instance_level_eval.schema.json 0.3.0. FILE.json goes with FILE_samples.jsonl."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from guildmark.errors import RunError
from guildmark.exchange import (
    NAME,
    Kept,
    Named,
    Taken,
    Written,
    asked,
    body,
    count,
    line,
    listed,
    manifest,
    mapping,
    ours,
    picked,
    rest,
    sampling,
    score,
    table,
    text,
    tree,
)
from guildmark.provider import Reply
from guildmark.records import Measurement, canonical
from guildmark.run.journal import Line
from guildmark.run.manifest import Settings
from guildmark.run.result import Result

VERSION = "0.3.0"
SAMPLES = "_samples.jsonl"
MAPPED = ("sample", "values")
HERE = ("gguf", "hf")
"""Providers whose models lie open on the machine that asks them."""
_encode = msgspec.json.Encoder().encode


def write(kept: Kept, named: Named) -> Written:
    """The scores, and the samples; raises RunError where there is no score."""
    if not kept.result.measurements:
        raise RunError("the run has no score", "its samples were not scored")
    id = _id(kept)
    summed, rows = hashlib.sha256(), 0
    for row in _rows(kept, id):
        summed.update(row)
        rows += 1
    details = {
        "format": "jsonl",
        "file_path": _place(kept.result),
        "hash_algorithm": "sha256",
        "checksum": summed.hexdigest(),
        "total_rows": rows,
    }
    yield "", [_encode(_aggregate(kept, id, named) | {"detailed_evaluation_results": details})]
    yield SAMPLES, _rows(kept, id)


def read(path: Path) -> list[Taken]:
    """The run of a JSON of scores and the samples beside it; raises RunError."""
    data = body(path)
    head = table(tree(data, str(path)), str(path))
    if "evaluation_results" not in head:
        raise RunError(f"{path} is no record of Every Eval Ever", "give the JSON that has evaluation_results")
    rows = _read_rows(_beside(path), head)
    library = table(head.get("eval_library"), f"{path}: eval_library")
    own = table(library.get("additional_details") or {}, f"{path}: eval_library").get(NAME)
    if own is not None:
        return [ours(tree(text(own).encode(), str(path)), [*_own_lines(rows, str(path))], str(path))]
    return [_foreign(path, data, head, rows)]


def _beside(path: Path) -> Path:
    found = path.with_name(path.stem + SAMPLES)
    if not found.is_file():
        raise RunError(
            f"{path} comes without {found.name}", "a run is made of samples: put the file of samples beside it"
        )
    return found


def _read_rows(path: Path, head: dict[str, Any]) -> list[dict[str, Any]]:
    data = body(path)
    said = table(head.get("detailed_evaluation_results") or {}, "detailed_evaluation_results")
    if said.get("hash_algorithm") == "sha256" and said.get("checksum") not in (None, hashlib.sha256(data).hexdigest()):
        raise RunError(f"{path} has another sha256 than its JSON says", "copy both again")
    lines = listed([*filter(None, map(bytes.strip, data.split(b"\n")))], str(path))
    return [
        table(tree(each, f"{path}, line {number}"), f"{path}, line {number}") for number, each in enumerate(lines, 1)
    ]


def _foreign(path: Path, data: bytes, head: dict[str, Any], rows: list[dict[str, Any]]) -> Taken:
    results = [table(each, f"{path}: a result") for each in listed(head["evaluation_results"], str(path))]
    names = {str(each.get("evaluation_result_id")): _metric(each) for each in results}
    lines, left = _lines(rows, names, str(path))
    first = results[0] if results else {}
    drawn = table(table(first.get("generation_config") or {}, str(path)).get("generation_args") or {}, str(path))
    library, model = table(head["eval_library"], str(path)), table(head.get("model_info") or {}, str(path))
    kept = {key: head[key] for key in ("evaluation_id", "evaluation_timestamp", "source_metadata") if key in head}
    described: dict[str, Any] = {
        "provider": "every-eval-ever",
        "name": str(model.get("id", "")),
        "imported": {
            "from": "every-eval-ever",
            "sha256": hashlib.sha256(data).hexdigest(),
            "model_info": model,
            **kept,
        },
    }
    repeat = 1 + max((each.turn for each in lines), default=0)
    made_by = f"{library.get('name', 'unknown')} {library.get('version', 'unknown')}"
    put = (str(first.get("evaluation_name", "")), "0", "text", len({each.sample for each in lines}))
    notes = (f"{left} scores lie not between 0 and 1, and count in no mean",) if left else ()
    settings = Settings(repeat=repeat, sampling=sampling(drawn))
    return Taken(manifest(put, described, settings, lines, made_by), lines, notes)


def _metric(found: dict[str, Any]) -> str:
    config = mapping(found.get("metric_config"))
    return str(config.get("metric_id") or config.get("metric_name") or found.get("evaluation_name") or "score")


def _lines(rows: list[dict[str, Any]], names: dict[str, str], where: str) -> tuple[list[Line], int]:
    """A line for each sample and turn; a score that is said again is of the next turn."""
    held: dict[tuple[str, int], dict[str, float]] = {}
    said: dict[tuple[str, str], int] = {}
    lines: list[Line] = []
    left = 0
    for row in rows:
        sample = str(row.get("sample_id", ""))
        name = names.get(str(row.get("evaluation_result_id")), next(iter(names.values()), "score"))
        turn = said[sample, name] = said.get((sample, name), -1) + 1
        if (sample, turn) not in held:
            held[sample, turn] = {}
            lines.append(_line(len(lines), row, sample, turn, where))
        value = score(table(row.get("evaluation"), where).get("score"))
        left += value is None
        if value is not None:
            held[sample, turn][name] = value
    return [msgspec.structs.replace(each, values=held[each.sample, each.turn]) for each in lines], left


def _line(place: int, row: dict[str, Any], sample: str, turn: int, where: str) -> Line:
    put = table(row.get("input"), where)
    output = mapping(row.get("output"))
    chat = [*map(mapping, listed(row.get("messages") or [], where))]
    usage = mapping(row.get("token_usage"))
    said = listed(output.get("raw") or [each.get("content") for each in chat[-1:]], where)
    took = mapping(row.get("performance")).get("latency_ms")
    error = row.get("error")
    kept = {key: put[key] for key in ("reference", "choices") if put.get(key)}
    return Line(
        place, sample, turn,
        {"messages": [{"role": "user", "content": text(put.get("raw"))}], "sampling": {}, "turn": turn},
        reply=Reply("\n".join(filter(None, map(text, said))), "", count(usage.get("input_tokens")),
                    count(usage.get("output_tokens"))),
        why=f"error: {error}" if isinstance(error, str) and error else "",
        more={"every-eval-ever": kept} if kept else {},
        took=float(took) / 1000 if isinstance(took, int | float) else 0.0,
    )  # fmt: skip


def _own_lines(rows: list[dict[str, Any]], where: str) -> Iterator[Line]:
    """Lines of ours: those that follow each other and are of one place are of one sample."""
    held: dict[str, Any] | None = None
    for row in rows:
        details = table(row.get("metadata"), where)
        kept = table(tree(text(details.get(NAME)).encode(), where), where)
        scored = {text(details.get("score")): table(row.get("evaluation"), where).get("score")} \
            if details.get("score") else {}  # fmt: skip
        if held is not None and held.get("place") == kept.get("place"):
            held["values"] |= scored
            continue
        if held is not None:
            yield line(held, where)
        held = kept | {"sample": row.get("sample_id"), "values": scored}
    if held is not None:
        yield line(held, where)


def _id(kept: Kept) -> str:
    run = kept.result.run
    return f"{run.benchmark.id}/{_model(kept.result)}/{kept.span()[1]:.0f}"


def _place(found: Result) -> str:
    """Where the community's repository keeps the samples: benchmark, developer, model, and a number of their own."""
    parts = [found.run.benchmark.id, *_model(found).split("/", 1)]
    named = (re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip(".") or "unnamed" for part in parts)
    number = UUID(bytes=bytes.fromhex(found.score_digest.removeprefix("sha256:"))[:16], version=4)
    return "/".join(["data", *named, f"{number}{SAMPLES}"])


def _model(found: Result) -> str:
    name = str(found.run.model.get("name", "")) or "unnamed"
    return name if "/" in name else f"{found.run.model.get('provider', 'unknown')}/{name}"


def _aggregate(kept: Kept, id: str, named: Named) -> dict[str, Any]:
    found = kept.result
    began, ended = kept.span()
    name, _, version = found.run.made_by.partition(" ")
    provider = str(found.run.model.get("provider", ""))
    engine = found.run.model.get("engine")
    model: dict[str, Any] = {
        "name": str(found.run.model.get("name", "")) or "unnamed",
        "id": _model(found),
        "additional_details": {
            "deployment_type": "self_deployed" if provider in HERE else "unknown",
            "model_availability": "open_weights" if provider in HERE else "unknown",
            **{key: str(found.run.model[key]) for key in ("digest", "layout") if key in found.run.model},
        },
    }
    if engine:
        model["inference_engine"] = {"name": provider, "version": str(engine)}
    return {
        "schema_version": VERSION,
        "evaluation_id": id,
        "evaluation_timestamp": f"{began:.0f}",
        "retrieved_timestamp": f"{ended:.0f}",
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
            **({"source_organization_url": named.source} if named.source else {}),
        },
        "eval_library": {
            "name": name,
            "version": version or "unknown",
            "additional_details": {NAME: canonical(found.run).decode(), "score_digest": found.score_digest},
        },
        "model_info": model,
        "evaluation_results": [_result(found, each, id) for each in found.measurements],
    }


def _result(found: Result, measured: Measurement, id: str) -> dict[str, Any]:
    put, drawn, bounds = found.run.benchmark, found.run.settings.sampling, measured.interval
    uncertain: dict[str, Any] = {"num_samples": measured.n}
    if bounds:
        uncertain["confidence_interval"] = {"lower": bounds.low, "upper": bounds.high,
                                            "confidence_level": bounds.confidence, "method": bounds.method}  # fmt: skip
    source = {"dataset_name": put.data[0].name, "source_type": "url", "url": [each.address for each in put.data]} \
        if put.data else {"dataset_name": put.id or "unnamed", "source_type": "other"}  # fmt: skip
    share = measured.unit == "share"
    return {
        "evaluation_result_id": f"{id}#{measured.score}",
        "evaluation_name": put.id,
        "source_data": source,
        "metric_config": {
            "metric_id": measured.score,
            "metric_name": measured.score,
            "metric_unit": "proportion" if share else measured.unit,
            "lower_is_better": False,
            "score_type": "continuous",
            **({"min_score": 0, "max_score": 1} if share else {}),
        },
        "score_details": {"score": measured.value, "uncertainty": uncertain},
        "generation_config": {
            "generation_args": {
                "temperature": drawn.temperature,
                "top_p": drawn.top_p,
                "max_tokens": drawn.max_tokens,
            }
        },
    }


def _rows(kept: Kept, id: str) -> Iterator[bytes]:
    for each in kept.lines():
        for name in each.values or ("",):
            yield _encode(_row(kept.result, id, each, name)) + b"\n"


def _row(found: Result, id: str, line: Line, name: str) -> dict[str, Any]:
    messages, options = asked(line)
    said, value = picked(line), line.values.get(name, 0.0)
    raw = text(messages[-1].get("content")) if messages else ""
    row: dict[str, Any] = {
        "schema_version": VERSION,
        "evaluation_id": id,
        "model_id": _model(found),
        "evaluation_name": found.run.benchmark.id,
        "sample_id": line.sample,
        "sample_hash": hashlib.sha256(raw.encode()).hexdigest(),
        "interaction_type": "single_turn",
        "input": {"raw": raw, "reference": [line.wanted] if line.wanted else [], "choices": options or None,
                  "formatted": _encode(messages).decode() if len(messages) > 1 else None},
        "output": {"raw": [said]},
        "answer_attribution": [{"turn_idx": 0, "source": "output.raw", "extracted_value": said,
                                "extraction_method": found.run.benchmark.scorer, "is_terminal": True}],
        "evaluation": {"score": value, "is_correct": value == 1},
        "performance": {"latency_ms": 1000 * line.took},
        "metadata": {NAME: _encode(rest(line, *MAPPED)).decode(), "score": name, "category": line.category},
    }  # fmt: skip
    if name:
        row["evaluation_result_id"] = f"{id}#{name}"
    if line.reply and line.reply.prompt_tokens is not None and line.reply.tokens is not None:
        first, second = line.reply.prompt_tokens, line.reply.tokens
        row["token_usage"] = {"input_tokens": first, "output_tokens": second, "total_tokens": first + second}
    if line.why.startswith("error: "):
        row["error"] = line.why.removeprefix("error: ")
    return row
