"""Runs in the formats of others, out and in: what others wrote is material, bounded, and scored as they scored it.

A leaf may `write(kept, named)`: pairs of a file's ending and its pieces; and `read(path)`: the runs that it holds."""

import hashlib
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from guildmark import leaves
from guildmark import run as runs
from guildmark.errors import AskedWrongly, FormatError, RunError
from guildmark.output import write_whole
from guildmark.provider import Reply, Sampling
from guildmark.records import canonical
from guildmark.run import manifest as manifests
from guildmark.run.journal import Line, read_lines, write_frames
from guildmark.run.manifest import Manifest, Put, Settings
from guildmark.run.result import Result, result
from guildmark.scorer import load
from guildmark.structured import shallow

LARGEST = 256 << 20
"""Bytes of one file, or of one member of an archive, that are read of others."""
MOST = 1_000_000
"""Samples of one run."""
NAME = "guildmark"
"""Under this name what a format has no place for stands in it, so that a run of ours comes back whole."""
GIVEN = "given"
"""The scorer of samples that another program scored."""
Written = Iterator[tuple[str, Iterable[bytes]]]


class Named(NamedTuple):
    """What a format asks for besides the run: a data set and its task on the Hub, an address of the source."""

    dataset: str = ""
    task: str = ""
    source: str = ""


class Kept(NamedTuple):
    """A finished run that is written elsewhere."""

    folder: Path
    result: Result

    def lines(self) -> Iterator[Line]:
        """Its samples, each with its time."""
        times = read_lines(self.folder / runs.TIMES)
        for line, time in zip(runs.lines(self.folder), times, strict=True):
            yield msgspec.structs.replace(line, began=time.began, took=time.took, first=time.first)

    def span(self) -> tuple[float, float]:
        """When it began and ended, in seconds since 1970; zeros where nobody said."""
        first, last = math.inf, 0.0
        for time in read_lines(self.folder / runs.TIMES):
            if time.began:
                first, last = min(first, time.began), max(last, time.began + time.took)
        return (0.0 if math.isinf(first) else first), last


class Taken(NamedTuple):
    """A run of others: its conditions, its samples in order, and what could not be taken."""

    manifest: Manifest
    lines: list[Line]
    notes: tuple[str, ...] = ()


def write(folder: Path, format: str, named: Named) -> Written:
    """A finished run in another format; raises AskedWrongly, RunError."""
    return iter(_act(format, "write", "export --to")(Kept(folder, runs.read_result(folder)), named))


def read(path: Path, format: str) -> list[Taken]:
    """The runs that a file or folder of another program holds; raises RunError for one that is none."""
    if not path.exists():
        raise AskedWrongly(f"there is nothing at {path}", "give the file or folder that the other program wrote")
    taken: list[Taken] = _act(format, "read", "import --from")(path)
    for each in taken:
        if not each.lines:
            raise RunError(f"{path} holds no samples", "a run is made of samples: let the other program log them")
    return taken


def keep(folder: Path, taken: Taken) -> Result:
    """Make a finished run of it, whole or not at all; raises AskedWrongly where the folder holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AskedWrongly(f"{folder} holds something already", "give another --run")
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        found = _fill(making, taken)
        os.chmod(making, 0o755)
        os.replace(making, folder)
    except (ValueError, OverflowError, RecursionError) as error:  # a number or a text that no record of ours holds
        raise RunError(f"the samples cannot be kept: {error}", "was the file changed by hand?") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return found


def _fill(folder: Path, taken: Taken) -> Result:
    bare = (msgspec.structs.replace(line, began=0.0, took=0.0, first=0.0) for line in taken.lines)
    times = (
        Line(each.place, each.sample, each.turn, None, began=each.began, took=each.took, first=each.first)
        for each in taken.lines
    )
    write_whole(folder / runs.SAMPLES, write_frames(bare))
    write_whole(folder / runs.TIMES, write_frames(times))
    scorer = load(taken.manifest.benchmark.scorer)
    found = result(taken.manifest, scorer, lambda: read_lines(folder / runs.SAMPLES))
    write_whole(folder / manifests.NAME, canonical(taken.manifest))
    write_whole(folder / runs.RESULT, canonical(found))
    return found


def tree(body: bytes, where: str) -> Any:
    """The JSON of a stranger; raises RunError where it is none, too deep or too large."""
    try:
        if len(body) > LARGEST:
            raise RunError(f"{where} is larger than {LARGEST >> 20} MB", "split it, or log less a sample")
        return msgspec.json.decode(shallow(body))
    except (msgspec.MsgspecError, FormatError, RecursionError, UnicodeDecodeError) as error:
        raise RunError(f"{where} cannot be read: {error}", "give the file as the other program wrote it") from error


def body(path: Path) -> bytes:
    """The bytes of a file of others; raises RunError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}", "give the file that was written") from error


def table(value: Any, where: str) -> dict[str, Any]:
    """A mapping; raises RunError."""
    if not isinstance(value, dict):
        raise RunError(f"{where} is no mapping", "give the file as the other program wrote it")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """A mapping; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any, where: str) -> list[Any]:
    """A list of no more than may be; raises RunError."""
    if not isinstance(value, list):
        raise RunError(f"{where} is no list", "give the file as the other program wrote it")
    if len(value) > MOST:
        raise RunError(f"{where} has more than {MOST} entries", "split it")
    return value


def score(value: Any) -> float | None:
    """A score from 0 to 1, however it is written; none where it is no such."""
    if isinstance(value, str):
        value = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0, "yes": 1.0, "no": 0.0}.get(value)
    if isinstance(value, bool | int | float) and 0 <= value <= 1:
        return float(value)
    return None


def count(value: Any) -> int | None:
    """A count of tokens; none where it is no such."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def sampling(said: dict[str, Any]) -> Sampling:
    """How answers were drawn, as far as it is said."""
    drawn = Sampling()
    temperature, top_p = said.get("temperature"), said.get("top_p")
    stop = said.get("stop_seqs") or said.get("until") or ()
    return Sampling(
        count(said.get("max_tokens")) or count(said.get("max_gen_toks")) or drawn.max_tokens,
        float(temperature) if isinstance(temperature, int | float) else drawn.temperature,
        float(top_p) if isinstance(top_p, int | float) else drawn.top_p,
        count(said.get("seed")),
        tuple(each for each in stop if isinstance(each, str)) if isinstance(stop, list | tuple) else (),
    )


def manifest(put: tuple[str, str, str, int], model: dict[str, Any], settings: Settings, lines: Sequence[Line],
             made_by: str) -> Manifest:  # fmt: skip
    """The conditions of a run of others: benchmark, its version, how it answers, and of how many samples."""
    id, version, kind, samples = put
    summed = hashlib.sha256(f"{id} {version}\n".encode("utf-8", "surrogatepass"))
    for line in lines:
        if line.turn == 0:
            summed.update(msgspec.json.encode([line.sample, line.asked]) + b"\n")
    benchmark = Put(id, version, f"sha256:{summed.hexdigest()}", kind, GIVEN, samples, ())
    return Manifest(manifests.SCHEMA, benchmark, model, settings, made_by, {})


def ours(held: Any, lines: list[Line], where: str) -> Taken:
    """A run of ours that comes back; raises RunError where what it says of itself is none."""
    try:
        return Taken(msgspec.convert(held, Manifest), sorted(lines, key=lambda line: line.place))
    except msgspec.ValidationError as error:
        raise RunError(f"{where}: the conditions are none: {error}", "was the file changed by hand?") from error


def rest(line: Line, *without: str) -> dict[str, Any]:
    """What a line holds besides these fields, as plain values."""
    whole: dict[str, Any] = msgspec.to_builtins(line)
    return {key: value for key, value in whole.items() if key not in without}


def line(held: dict[str, Any], where: str) -> Line:
    """A line of plain values; raises RunError."""
    try:
        return msgspec.convert(held, Line)
    except msgspec.ValidationError as error:
        raise RunError(f"{where}: a sample is none: {error}", "was the file changed by hand?") from error


def text(content: Any) -> str:
    """The text of a message, whose content may be parts."""
    if isinstance(content, list):
        return "\n".join(text(each.get("text")) for each in content if isinstance(each, dict) and each.get("text"))
    return content if isinstance(content, str) else ""


def picked(line: Line) -> str:
    """What a model answered: its text, or the option that it found most likely."""
    if isinstance(line.reply, Reply):
        return line.reply.text
    options = line.asked.get("options", ()) if isinstance(line.asked, dict) else ()
    if line.score is None or len(options) != len(line.score.log_likelihoods) or not options:
        return ""
    best = max(range(len(options)), key=line.score.log_likelihoods.__getitem__)
    return str(options[best])


def asked(line: Line) -> tuple[list[dict[str, Any]], list[str]]:
    """The conversation that a model was put, and the options that it chose from."""
    held = line.asked if isinstance(line.asked, dict) else {}
    if "prefix" in held:
        return [{"role": "user", "content": held["prefix"]}], [str(each) for each in held.get("options", ())]
    return [each for each in held.get("messages", ()) if isinstance(each, dict)], []


def _act(format: str, act: str, word: str) -> Any:
    try:
        found = getattr(leaves.load("exchange", format), act, None)
    except KeyError:
        known = ", ".join(leaves.names("exchange"))
        raise AskedWrongly(f"there is no format {format}", f"there are {known}") from None
    if found is None:
        raise AskedWrongly(f"{format} cannot be asked so", f"`guildmark run {word}` takes another format")
    return found
