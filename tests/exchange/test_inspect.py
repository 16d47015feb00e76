"""Runs go to Inspect's `.eval` and come back; published logs are read; hostile ones are told."""

import contextlib
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.run.questions import echo

from guildmark import exchange
from guildmark.commands import main
from guildmark.errors import RunError
from guildmark.provider import open_model
from guildmark.run import RESULT, SAMPLES, Pace, Settings, go, lines, read_result
from guildmark.run.again import verify
from guildmark.run.manifest import NAME

PUBLISHED = ("data_arc_qwen", "data_arc_sonnet", "data_pubmedqa_gpt4o_mini", "data_cyse2_vuln_exploit_challenges",
             "data_intercode_ctf_local_path", "data_cvebench_empty_choices")  # fmt: skip
SCORES = {"data_arc_qwen": 1 / 3, "data_arc_sonnet": 1.0, "data_pubmedqa_gpt4o_mini": 1.0,
          "data_intercode_ctf_local_path": 0.0}  # fmt: skip


def ran(folder: Path, says: str = "", settings: Settings | None = None) -> Path:
    go(folder, echo(12), (), open_model(f"mock:{says}"), settings or Settings(repeat=2), {}, Pace())
    return folder


def put(folder: Path, format: str, to: Path) -> Path:
    for ending, pieces in exchange.write(folder, format, exchange.Named()):
        (to.with_name(to.stem + ending) if ending else to).write_bytes(b"".join(pieces))
    return to


def take(path: Path, format: str, folder: Path) -> exchange.Taken:
    (taken,) = exchange.read(path, format)
    exchange.keep(folder, taken)
    return taken


def test_a_run_that_goes_to_inspect_and_back_is_the_same_to_the_byte(tmp_path: Path) -> None:
    ran(tmp_path / "run")
    take(put(tmp_path / "run", "inspect", tmp_path / "log.eval"), "inspect", tmp_path / "back")
    for name in (NAME, SAMPLES, RESULT):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "back" / name).read_bytes()


def test_what_is_written_is_the_same_each_time(tmp_path: Path) -> None:
    ran(tmp_path / "run")
    first, again = (put(tmp_path / "run", "inspect", tmp_path / name).read_bytes() for name in ("a.eval", "b.eval"))
    assert first == again


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_log_is_read_and_its_samples_give_its_score(mirror: Path, tmp_path: Path, name: str) -> None:
    path = mirror / "results" / "every_eval_ever" / "inspect" / f"{name}.json"
    take(path, "inspect", tmp_path / "run")
    found = verify(tmp_path / "run")
    published = json.loads(path.read_bytes())
    assert found.samples == len(published["samples"])
    assert found.run.benchmark.id == published["eval"]["task"]
    if name in SCORES:
        assert found.measurements[0].value == pytest.approx(SCORES[name])


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_log_comes_back_with_all_that_is_mapped(mirror: Path, tmp_path: Path, name: str) -> None:
    """Imported, exported and imported again it gives the same samples; its own fields stand in the export."""
    path = mirror / "results" / "every_eval_ever" / "inspect" / f"{name}.json"
    take(path, "inspect", tmp_path / "run")
    take(put(tmp_path / "run", "inspect", tmp_path / "log.eval"), "inspect", tmp_path / "back")
    without = [[msgspec.structs.replace(each, asked=None) for each in lines(tmp_path / at)] for at in ("run", "back")]
    assert without[0] == without[1]
    assert read_result(tmp_path / "run").score_digest == read_result(tmp_path / "back").score_digest
    theirs = json.loads(path.read_bytes())
    with zipfile.ZipFile(tmp_path / "log.eval") as archive:
        head = json.loads(archive.read("header.json"))["eval"]
        assert {key: head[key] for key in ("task", "created", "model")} == {
            key: theirs["eval"][key] for key in ("task", "created", "model")
        }
        for sample in theirs["samples"]:
            ours = json.loads(archive.read(f"samples/{sample['id']}_epoch_{sample['epoch']}.json"))
            for key in ("id", "epoch", "target", "scores", "metadata"):
                assert ours[key] == sample[key]


def test_a_log_without_samples_is_told(mirror: Path, tmp_path: Path) -> None:
    path = mirror / "results" / "every_eval_ever" / "inspect" / "data_with_llm_scoring.json"
    with pytest.raises(RunError, match="holds no samples"):
        exchange.read(path, "inspect")


def test_inspect_itself_reads_what_is_written(tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="inspect_ai is not installed")
    ran(tmp_path / "run")
    found: Any = log.read_eval_log(str(put(tmp_path / "run", "inspect", tmp_path / "log.eval")))
    assert (found.status, len(found.samples), found.results.scores[0].metrics["mean"].value) == ("success", 24, 1.0)


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/") + ".json", data)
    return path


HEAD = b'{"status":"success","eval":{"task":"t","model":"m"}}'
HOSTILE: dict[str, dict[str, bytes]] = {
    "no header": {"samples__1": b"{}"},
    "header is a list": {"header": b"[]"},
    "deep": {"header": HEAD, "samples__1": b"[" * 100_000},
    "sample is text": {"header": HEAD, "samples__1": b'"x"'},
    "scores are a list": {"header": HEAD, "samples__1": b'{"scores":[1]}'},
    "no eval": {"header": b"{}"},
    "foreign manifest of ours": {"header": b'{"eval":{"metadata":{"guildmark":{"schema":"x"}}}}', "samples__1": b"{}"},
    "nothing": {"header": HEAD},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_log_is_told_in_a_sentence_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    path = _zip(tmp_path / "log.eval", **HOSTILE[name])
    with pytest.raises(RunError):
        exchange.read(path, "inspect")
    assert main(["run", "import", str(path), "--from", "inspect", "--run", str(tmp_path / "run")]) == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log.eval"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guildmark.exchange._zipped.LARGEST", 1 << 20)
    monkeypatch.setattr(exchange, "LARGEST", 1 << 20)
    with pytest.raises(RunError, match="larger than"):
        exchange.read(_zip(tmp_path / "log.eval", header=HEAD, samples__1=b'"' + b"a" * (8 << 20) + b'"'), "inspect")


@pytest.mark.parametrize("cut", range(0, 1200, 97))
def test_a_log_that_is_cut_or_changed_raises_nothing_but_its_error(tmp_path: Path, cut: int) -> None:
    ran(tmp_path / "run")
    whole = put(tmp_path / "run", "inspect", tmp_path / "log.eval").read_bytes()
    for data in (whole[: len(whole) - cut - 1], whole[:cut] + b"\xff" + whole[cut + 1 :]):
        (tmp_path / "log.eval").write_bytes(data)
        with contextlib.suppress(RunError):
            exchange.read(tmp_path / "log.eval", "inspect")


def test_members_that_zstd_packed_are_read(tmp_path: Path) -> None:
    """Inspect packs so since 2026; Python's own zip reader learned it with 3.14."""
    import struct

    import zstandard

    body = b'{"id":"s","epoch":1,"input":"q","output":{"completion":"a"},"scores":{"m":{"value":"C"}}}'
    at, central, packed = 0, b"", b""
    for name, data in ((b"header.json", HEAD), (b"samples/s_epoch_1.json", body)):
        frame = zstandard.compress(data[:20]) + zstandard.compress(data[20:])
        fields = struct.pack("<HHHHHIIIHH", 63, 0, 93, 0, 33, 0, len(frame), len(data), len(name), 0)
        packed += b"PK\x03\x04" + fields + name + frame
        central += b"PK\x01\x02" + struct.pack("<H", 63) + fields + b"\0" * 10 + struct.pack("<I", at) + name
        at = len(packed)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 2, 2, len(central), len(packed), 0)
    (tmp_path / "log.eval").write_bytes(packed + central + end)
    (taken,) = exchange.read(tmp_path / "log.eval", "inspect")
    assert [(each.sample, each.values, each.reply.text) for each in taken.lines if each.reply] == [
        ("s", {"m": 1.0}, "a")
    ]
