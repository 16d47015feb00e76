"""Runs one peer, or a bare client, in a process of its own: `_overhead_peers.py NAME ADDRESS COUNT FOLDER`.

It needs nothing of Guildmark: a peer's own environment runs it."""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def question(number: int) -> str:
    """As `races/_asked.py` asks."""
    return f"What is the capital of the country number {number}, in one word? Say only the word w{number}"


started = began = 0.0
"""What was spent, and when it was, when all was imported."""


def ready() -> None:
    """All is imported: what is spent from here on is the evaluation."""
    global began, started
    began, started = time.perf_counter(), spent()


def raw(address: str, count: int, folder: Path) -> float:
    """A client that does nothing else: 256 connections, the same bytes, each answer written as a line."""
    host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
    numbers, right = iter(range(count)), 0

    async def work(written: Any) -> None:
        nonlocal right
        reader, writer = await asyncio.open_connection(host, int(port))
        for number in numbers:
            asked = {"model": "m", "messages": [{"role": "user", "content": question(number)}], "max_tokens": 16}
            body = json.dumps(asked).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            said = await reader.readuntil(b"\r\n\r\n")
            length = int(said.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            answer = await reader.readexactly(length)
            right += json.loads(answer)["choices"][0]["message"]["content"] == f"w{number}"
            written.write(answer + b"\n")
        writer.close()

    async def all_of_them() -> None:
        with (folder / "log.jsonl").open("wb") as written:
            await asyncio.gather(*(work(written) for _ in range(256)))

    ready()
    asyncio.run(all_of_them())
    return right / count


def lm_eval(address: str, count: int, folder: Path) -> float:
    """lm-eval's local-chat-completions, 256 at once, its samples logged."""
    import lm_eval as peer
    from lm_eval.loggers import EvaluationTracker

    (folder / "data.jsonl").write_text(
        "".join(json.dumps({"q": question(number), "a": f"w{number}"}) + "\n" for number in range(count))
    )
    task = {
        "task": "echo",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(folder / "data.jsonl")}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{q}}",
        "doc_to_target": "{{a}}",
        "generation_kwargs": {"max_gen_toks": 16, "until": []},
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    }
    url = f"{address}/chat/completions"
    arguments = f"model=m,base_url={url},num_concurrent=256,max_retries=3,tokenized_requests=False"
    tracker = EvaluationTracker(output_path=str(folder / "out"))
    ready()
    found = peer.simple_evaluate(
        model="local-chat-completions", model_args=arguments, tasks=[task], apply_chat_template=True,
        log_samples=True, bootstrap_iters=0, evaluation_tracker=tracker,
    )  # fmt: skip
    samples = found.pop("samples")
    tracker.save_results_aggregated(results=found, samples=samples)
    tracker.save_results_samples(task_name="echo", samples=samples["echo"])
    (folder / "data.jsonl").unlink()
    return float(found["results"]["echo"]["exact_match,none"])


def inspect(address: str, count: int, folder: Path) -> float:
    """Inspect, tuned: 256 connections and samples at once, no display, no realtime log."""
    os.environ |= {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": address}
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import GenerateConfig, get_model
    from inspect_ai.scorer import exact
    from inspect_ai.solver import generate

    samples = [Sample(input=question(number), target=f"w{number}", id=number + 1) for number in range(count)]
    task = Task(dataset=MemoryDataset(samples), solver=generate(), scorer=exact())
    model = get_model("openai/m", base_url=address, api_key="x", responses_api=False,
                      config=GenerateConfig(max_tokens=16))  # fmt: skip
    ready()
    (log,) = eval(task, model=model, max_connections=256, max_samples=256, display="none", log_realtime=False,
                  log_dir=str(folder))  # fmt: skip
    metrics = log.results.scores[0].metrics
    return float(next(iter(metrics.values())).value)


def spent() -> float:
    """CPU seconds of this process and of those that it waited for."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


if __name__ == "__main__":
    name, address, count, folder = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    peer = {"raw": raw, "lm_eval": lm_eval, "inspect": inspect}[name]
    score = peer(address, int(count), Path(folder))
    print(json.dumps({"score": score, "cpu": spent() - started, "took": time.perf_counter() - began}))
