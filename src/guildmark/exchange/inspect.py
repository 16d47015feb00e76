"""Inspect's `.eval`: a zip of JSON (header, samples, summaries); its `.json` is read too.

Sources: inspect_ai 0.3.285, `log/_log.py` and `log/_recorders/eval.py`. Mapped are the task, the data set, the model
and how it generates; of each sample what was asked and answered, its scores, tokens, error and time. Calls of tools,
events and stores are not."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
from guildmark.exchange._zipped import packed, unpacked
from guildmark.provider import Reply
from guildmark.run.journal import Line
from guildmark.run.manifest import Settings
from guildmark.run.result import Result

STOPS = {"stop": "stop", "length": "max_tokens", "filtered": "content_filter", "": "unknown"}
FINISHES = {"stop": "stop", "max_tokens": "length", "model_length": "length", "content_filter": "filtered"}
SPEC = ("eval_id", "run_id", "created", "task_id", "task_version", "dataset", "model_generate_config", "config")
SAMPLE = ("id", "input", "choices", "target", "scores", "metadata")
MAPPED = ("sample", "turn", "reply", "values", "took")
_encode = msgspec.json.Encoder().encode


def write(kept: Kept, named: Named) -> Written:
    """The `.eval` of a run, packed as it is read."""
    yield "", packed(_members(kept))


def read(path: Path) -> list[Taken]:
    """The run of an `.eval`, or of a log in JSON."""
    data = body(path)
    samples: Iterable[Any]
    if data.startswith(b"PK"):
        found, samples = unpacked(path, data)
        head, samples = table(found, str(path)), sorted(samples, key=_order)
    else:
        head = table(tree(data, str(path)), str(path))
        if "eval" not in head:
            raise RunError(f"{path} is no log of Inspect", "give an .eval or the .json of `inspect log convert`")
        samples = listed(head.get("samples") or [], f"{path}: samples")
    spec = table(head.get("eval"), f"{path}: eval")
    held = [table(each, f"{path}: a sample") for each in samples]
    own = mapping(spec.get("metadata")).get(NAME)
    if own is not None:
        return [ours(own, [_own_line(each, str(path)) for each in held], str(path))]
    return [_foreign(path, data, head, held)]


def _foreign(path: Path, data: bytes, head: dict[str, Any], held: list[dict[str, Any]]) -> Taken:
    spec = head["eval"]
    made = spec.get("packages")
    drawn = sampling(mapping(spec.get("model_generate_config")))
    lines = [_line(place, each, f"{path}: sample {place + 1}") for place, each in enumerate(held)]
    config = mapping(spec.get("config"))
    dataset = mapping(spec.get("dataset"))
    kept = {key: spec[key] for key in SPEC if key in spec}
    kept["dataset"] = {key: value for key, value in dataset.items() if key != "sample_ids"}
    model = {
        "provider": "inspect",
        "name": str(spec.get("model", "")),
        "imported": {"from": "inspect", "sha256": hashlib.sha256(data).hexdigest(), "eval": kept},
    }
    made_by = f"inspect_ai {made.get('inspect_ai', 'unknown')}" if isinstance(made, dict) else "inspect_ai unknown"
    repeat = count(config.get("epochs")) or 1
    settings = Settings(repeat=repeat, sampling=drawn)
    put = (str(spec.get("task", "")), str(spec.get("task_version", 0)), "text", len({each.sample for each in lines}))
    return Taken(manifest(put, model, settings, lines, made_by), lines, tuple(_notes(head, lines)))


def _notes(head: dict[str, Any], lines: list[Line]) -> Iterator[str]:
    known, here = count(mapping(head["eval"].get("dataset")).get("samples")), len({each.sample for each in lines})
    if known is not None and known != here:
        yield f"the data set has {known} samples, and {here} are logged"
    if head.get("status") != "success":
        yield f"the log's status is {head.get('status')}: it may not be whole"
    if bare := sum(not each.values for each in lines):
        yield f"{bare} of {len(lines)} samples have no score from 0 to 1, and count in no mean"


def _line(place: int, sample: dict[str, Any], where: str) -> Line:
    attached = mapping(sample.get("attachments"))
    output = table(sample.get("output") or {}, where)
    messages = [
        {"role": str(each.get("role", "")), "content": _text(each.get("content"), attached)}
        for each in listed(sample.get("messages") or [], where)
        if isinstance(each, dict)
    ]
    while messages and messages[-1]["role"] != "user":
        messages.pop()
    put = messages or [{"role": "user", "content": _text(sample.get("input"), attached)}]
    values, why = _values(sample.get("scores"), where)
    error = sample.get("error")
    epoch = count(sample.get("epoch")) or 1
    took = sample.get("total_time")
    return Line(
        place, str(sample.get("id", "")), epoch - 1,
        {"messages": put, "sampling": {}, "turn": epoch - 1},
        reply=_reply(output, attached),
        values=values, why=f"error: {text(error.get('message'))}" if isinstance(error, dict) else why,
        more={"inspect": {key: sample[key] for key in SAMPLE if sample.get(key) is not None}},
        took=float(took) if isinstance(took, int | float) else 0.0,
    )  # fmt: skip


def _reply(output: dict[str, Any], attached: Any) -> Reply:
    choices = output.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    message = first.get("message")
    said = _text(message.get("content"), attached) if isinstance(message, dict) else text(output.get("completion"))
    usage = mapping(output.get("usage"))
    finish: Any = FINISHES.get(str(first.get("stop_reason")), "")
    model = output.get("model")
    return Reply(said, finish, count(usage.get("input_tokens")), count(usage.get("output_tokens")),
                 model if isinstance(model, str) else "")  # fmt: skip


def _text(content: Any, attached: Any) -> str:
    found = "\n".join(text(each.get("content")) for each in content if isinstance(each, dict) and "content" in each) \
        if isinstance(content, list) and any(isinstance(each, dict) and "role" in each for each in content) \
        else text(content)  # fmt: skip
    if found.startswith("attachment://") and isinstance(attached, dict):
        return text(attached.get(found.removeprefix("attachment://"))) or found
    return found


def _values(scores: Any, where: str) -> tuple[dict[str, float], str]:
    values: dict[str, float] = {}
    why = ""
    for name, each in table(scores or {}, where).items():
        if not isinstance(each, dict):
            continue
        value = each.get("value")
        parts = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
        values |= {key: found for key, part in parts.items() if (found := score(part)) is not None}
        why = why or text(each.get("explanation"))
    return values, why


def _own_line(sample: dict[str, Any], where: str) -> Line:
    kept = table((sample.get("metadata") or {}).get(NAME), where)
    scores = table(sample.get("scores") or {}, where)
    whole = dict(kept) | {
        "sample": sample.get("id"),
        "turn": (count(sample.get("epoch")) or 1) - 1,
        "values": {name: each.get("value") for name, each in scores.items() if isinstance(each, dict)},
        "took": sample.get("total_time") or 0.0,
    }
    found = line(whole, where)
    if found.score is not None or found.reply is not None:
        return found
    reply = _reply(table(sample.get("output") or {}, where), {})
    return msgspec.structs.replace(found, reply=reply)


def _members(kept: Kept) -> Iterator[tuple[str, bytes]]:
    """The archive's members, in the order in which Inspect writes them."""
    found = kept.result
    began, ended = kept.span()
    spec = _spec(found, began)
    plan = {"name": "plan", "steps": [], "config": {}}
    yield "_journal/start.json", _encode({"version": 2, "eval": spec, "plan": plan})
    summaries = []
    for each in kept.lines():
        sample = _sample(each, spec["model"])
        name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
        yield name.replace("\0", ""), _encode(sample)
        short = {key: sample[key] for key in ("id", "epoch", "target", "scores", "model_usage")}
        summaries.append(short | {"input": sample["input"][:1024] if isinstance(sample["input"], str) else "",
                                  "completed": True})  # fmt: skip
    yield "summaries.json", _encode(summaries)
    stats = {"started_at": _moment(began), "completed_at": _moment(ended), "model_usage": _usage(found, spec["model"])}
    head = {"version": 2, "status": "success", "eval": spec, "plan": plan, "results": _results(found), "stats": stats}
    yield "header.json", _encode(head)


def _spec(found: Result, began: float) -> dict[str, Any]:
    run = found.run
    imported = mapping(run.model.get("imported"))
    name = str(run.model.get("name", ""))
    made: dict[str, Any] = {
        "eval_id": found.score_digest.removeprefix("sha256:")[:22],
        "run_id": run.benchmark.digest.removeprefix("sha256:")[:22],
        "created": _moment(began),
        "task": run.benchmark.id,
        "task_id": run.benchmark.digest.removeprefix("sha256:")[:22],
        "task_version": run.benchmark.version,
        "dataset": {"name": run.benchmark.id, "samples": run.benchmark.samples},
        "model": name if imported else f"{run.model.get('provider', '')}/{name}".rstrip("/"),
        "model_generate_config": _generates(run.settings),
        "config": {"limit": run.settings.limit, "epochs": run.settings.repeat},
        "packages": {},
        "scorers": [{"name": run.benchmark.scorer}],
    }
    if imported.get("from") == "inspect":
        made |= imported["eval"] | {"packages": {"inspect_ai": run.made_by.removeprefix("inspect_ai ")}}
        return made
    return made | {"metadata": {NAME: msgspec.to_builtins(run)}}


def _generates(settings: Settings) -> dict[str, Any]:
    drawn = settings.sampling
    config: dict[str, Any] = {
        "max_tokens": drawn.max_tokens,
        "temperature": drawn.temperature,
        "top_p": drawn.top_p,
        "seed": drawn.seed,
        "stop_seqs": list(drawn.stop) or None,
    }
    return {key: value for key, value in config.items() if value is not None}


def _sample(line: Line, model: str) -> dict[str, Any]:
    messages, options = asked(line)
    said, reply = picked(line), line.reply
    kept = line.more.get("inspect")
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    if reply and (reply.prompt_tokens is not None or reply.tokens is not None):
        first, second = reply.prompt_tokens or 0, reply.tokens or 0
        usage = {"input_tokens": first, "output_tokens": second, "total_tokens": first + second}
    stop = STOPS[reply.finish] if reply else "stop"
    choice = {"message": {"role": "assistant", "content": said, "source": "generate"}, "stop_reason": stop}
    output: dict[str, Any] = {"model": reply.model if reply else model, "choices": [choice], "completion": said}
    if reply and reply.prompt_tokens is not None and reply.tokens is not None:
        output["usage"] = usage
    sample: dict[str, Any] = {
        "id": line.sample,
        "epoch": line.turn + 1,
        "input": _chat(messages) if len(messages) != 1 else text(messages[0].get("content")),
        "target": line.wanted,
        "messages": [*_chat(messages), choice["message"]],
        "output": output,
        "scores": {name: _score(value, said, line.why) for name, value in line.values.items()},
        "metadata": {"category": line.category},
        "model_usage": {model: usage},
        "total_time": line.took,
    }
    if options:
        sample["choices"] = options
    if isinstance(kept, dict):
        error = {"error": _error(line.why)} if line.why.startswith("error: ") else {}
        return sample | {"metadata": {}} | kept | error
    sample["metadata"][NAME] = rest(line, *(MAPPED if _whole(reply) else tuple(set(MAPPED) - {"reply"})))
    return sample


def _whole(reply: Reply | None) -> bool:
    """Whether an output of Inspect holds all of a reply: counts of tokens stand there together, or not at all."""
    return reply is not None and not reply.before and (reply.prompt_tokens is None) == (reply.tokens is None)


def _score(value: float, said: str, why: str) -> dict[str, Any]:
    return {"value": value, "answer": said, **({"explanation": why} if why else {})}


def _error(why: str) -> dict[str, str]:
    return {"message": why.removeprefix("error: "), "traceback": "", "traceback_ansi": ""}


def _chat(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages in the roles that Inspect knows; content parts as their text."""
    known = ("system", "user", "assistant")
    return [
        {"role": each["role"] if each.get("role") in known else "user", "content": text(each.get("content"))}
        for each in messages
    ]


def _results(found: Result) -> dict[str, Any]:
    scores = []
    for each in found.measurements:
        bounds = {"interval": msgspec.to_builtins(each.interval)} if each.interval else None
        mean = {"name": "mean", "value": each.value, "params": {}, **({"metadata": bounds} if bounds else {})}
        scores.append({"name": each.score, "scorer": found.run.benchmark.scorer, "scored_samples": each.n,
                       "params": {}, "metrics": {"mean": mean}})  # fmt: skip
    return {"total_samples": found.samples, "completed_samples": found.samples, "scores": scores}


def _usage(found: Result, model: str) -> dict[str, Any]:
    both = found.prompt_tokens + found.tokens
    return {model: {"input_tokens": found.prompt_tokens, "output_tokens": found.tokens, "total_tokens": both}}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _order(sample: Any) -> tuple[int, bool, int, str]:
    """By epoch, then by id: numbers as numbers."""
    held = sample if isinstance(sample, dict) else {}
    id = held.get("id")
    return count(held.get("epoch")) or 1, isinstance(id, str), id if isinstance(id, int) else 0, str(id)
