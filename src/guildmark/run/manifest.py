"""What a number depends on, all of it: two runs of one manifest on a model without chance give the same scores."""

from pathlib import Path
from typing import Any

import msgspec

from guildmark.benchmark import Benchmark
from guildmark.data import Data
from guildmark.errors import RunError
from guildmark.output import write_whole
from guildmark.provider import Sampling
from guildmark.records import Digest, Measurement, Record, canonical
from guildmark.version import MADE_BY

NAME = "manifest.json"
SCHEMA = 1


class Settings(Record, frozen=True):
    """How a benchmark is put: how many of its samples, drawn by which seed, how often each, after how many examples."""

    limit: int | None = None
    seed: int = 0
    repeat: int = 1
    shots: int = 0
    sampling: Sampling = Sampling()


class Put(Record, frozen=True):
    """The benchmark as it was put: its version, the digest of its samples, how they are scored, and its data."""

    id: str
    version: str
    digest: Digest
    kind: str
    scorer: str
    samples: int
    data: tuple[Data, ...]


class Agreement(Record, frozen=True):
    """How far a judge agrees with people: what its run of a gold set came to, and the digests that prove it."""

    benchmark: str
    version: str
    digest: Digest
    samples: int
    measurements: tuple[Measurement, ...]
    score_digest: Digest


class Judge(Record, frozen=True, omit_defaults=True):
    """The judge of a run: which model, by which rubric, and how its verdict is drawn; `agreement` if it was measured.

    `digest` is that of the rubric: template, labels and sampling."""

    model: dict[str, Any]
    rubric: str
    version: str
    digest: Digest
    sampling: Sampling
    agreement: Agreement | None = None


class Manifest(Record, frozen=True, omit_defaults=True):
    """A run's conditions. `model` is what the provider says of it; `machine` changes times, and never scores."""

    schema: int
    benchmark: Put
    model: dict[str, Any]
    settings: Settings
    made_by: str
    machine: dict[str, Any]
    judge: Judge | None = None


def put(benchmark: Benchmark, digest: Digest, samples: int) -> Put:
    """The record of a benchmark as it is put."""
    return Put(benchmark.id, benchmark.version, digest, benchmark.kind, benchmark.scorer, samples, benchmark.data)


def make(
    benchmark: Put, model: dict[str, Any], settings: Settings, machine: dict[str, Any], judge: Judge | None = None
) -> Manifest:
    """A new run's manifest."""
    return Manifest(SCHEMA, benchmark, model, settings, MADE_BY, machine, judge)


def keep(manifest: Manifest, folder: Path) -> Manifest:
    """Write the manifest of a new run, or find that the folder's run is this one; raises RunError where it is another.

    A run that is resumed keeps its own manifest: the machine that began it. What a judge is worth may be told later."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / NAME).exists():
        write_whole(folder / NAME, canonical(manifest))
        return manifest
    kept = read(folder)
    for name in ("benchmark", "model", "settings", "judge"):
        was, now = _asked(getattr(kept, name)), _asked(getattr(manifest, name))
        if was != now:
            what = _first_difference(was, now, name if name == "judge" else "")
            raise RunError(
                f"{folder} holds a run of another {name}: {what}", "give another --run, or ask the same again"
            )
    if manifest.judge and manifest.judge.agreement and manifest.judge != kept.judge:
        kept = msgspec.structs.replace(kept, judge=manifest.judge)
        write_whole(folder / NAME, canonical(kept))
    return kept


def _asked(condition: Any) -> Any:
    """A condition as plain values; of a judge all but what it is worth."""
    plain = msgspec.to_builtins(condition)
    return {key: each for key, each in plain.items() if key != "agreement"} if isinstance(condition, Judge) else plain


def read(folder: Path) -> Manifest:
    """The manifest of a run's folder; raises RunError."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError as error:
        raise RunError(f"{folder} holds no run: {error.strerror}", "give the folder that `--run` named") from error
    except msgspec.MsgspecError as error:
        raise RunError(f"{folder / NAME} cannot be read: {error}", "was it made by a newer Guildmark?") from error


def _first_difference(kept: Any, asked: Any, at: str = "") -> str:
    if isinstance(kept, dict) and isinstance(asked, dict):
        for key in sorted(kept.keys() | asked.keys()):
            if kept.get(key) != asked.get(key):
                return _first_difference(kept.get(key), asked.get(key), f"{at}.{key}".strip("."))
    return f"{at} was {kept!r}, and is now {asked!r}"[:300]
