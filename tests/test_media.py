"""Pictures and sounds reach a model that takes them, and a run keeps their digests, never their bytes."""

import base64
import hashlib
import io
import json
import struct
import wave
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.test_servers import Answering
from tests.run.judged import Player
from tests.serving import serving

from guildmark import media, run_page
from guildmark.benchmark import Benchmark, Sample, benchmark
from guildmark.errors import AskedWrongly, BenchmarkError
from guildmark.provider import Ability, Message, open_model
from guildmark.run import SAMPLES, Keeping, Pace, Settings, go, lines
from guildmark.run.again import verify
from guildmark.run.cache import Cache

PICTURE = media.png([bytes([value] * 4) for value in (0, 255, 7)])
CHAT = {"model": "m", "choices": [{"message": {"content": "seven"}, "finish_reason": "stop"}]}


def tone() -> bytes:
    """A second of silence, as a WAV file."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return written.getvalue()


def shown(part: dict[str, Any], *needs: Ability) -> Benchmark:
    """One question about a picture or a sound."""

    def looked() -> Iterator[Sample]:
        """What is it?"""
        yield Sample("one", (Message("user", (part, media.words("What is it?"))),), "seven")

    return benchmark(version="1", kind="text", scorer="exact", max_tokens=8, needs=needs)(looked)


def _go(folder: Path, asked: Benchmark, model: Any, **keeping: Any) -> Any:
    return go(folder, asked, (), model, Settings(), {}, Pace(), keeping=Keeping(**keeping))


@pytest.mark.parametrize(
    ("part", "needs", "kept"),
    [
        (media.picture(PICTURE), "images", ("image_url", "image/png", PICTURE)),
        (media.sound(tone()), "audio", ("input_audio", "wav", tone())),
    ],
)
def test_a_server_is_shown_the_bytes_and_the_run_keeps_their_digest(
    tmp_path: Path, part: dict[str, Any], needs: Ability, kept: tuple[str, str, bytes]
) -> None:
    service = Answering(CHAT)
    with serving(service) as address:
        found = _go(tmp_path / "run", shown(part, needs), open_model(f"openai:m@{address}"))
    assert found.measurements[0].value == 1.0
    (message,) = service.heard[0][1]["messages"]
    assert message["content"] == [part, {"type": "text", "text": "What is it?"}]
    (line,) = lines(tmp_path / "run")
    type, kind, body = kept
    sha256 = hashlib.sha256(body).hexdigest()
    told = {"type": type, "media": kind, "size": len(body), "sha256": sha256}
    assert line.asked["messages"][0]["content"][0] == told
    assert base64.b64encode(body)[:60] not in json.dumps(line.asked).encode()
    assert sha256 in run_page.page([tmp_path / "run"])
    assert verify(tmp_path / "run") == found
    again = _go(tmp_path / "again", shown(part, needs), open_model(f"replay:{tmp_path / 'run'}"))
    assert again.score_digest == found.score_digest


def test_anthropic_is_shown_a_picture_as_its_interface_has_it(tmp_path: Path) -> None:
    service = Answering({"model": "c", "content": [{"type": "text", "text": "seven"}], "stop_reason": "end_turn"})
    with serving(service) as address:
        _go(tmp_path, shown(media.picture(PICTURE), "images"), open_model(f"anthropic:c@{address}"))
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PICTURE).decode()}
    parts = service.heard[0][1]["messages"][0]["content"]
    assert parts == [{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}]


@pytest.mark.parametrize(
    ("part", "needs", "says"),
    [(media.picture(PICTURE), "images", "shows pictures"), (media.sound(tone()), "audio", "plays sounds")],
)
def test_a_model_that_does_not_take_it_is_told_before_anything_is_asked(
    tmp_path: Path, part: dict[str, Any], needs: Ability, says: str
) -> None:
    model = Player(lambda request: "seven")
    with pytest.raises(AskedWrongly, match=says):
        _go(tmp_path / "run", shown(part, needs), model)
    assert not model.asked
    assert not (tmp_path / "run").exists()


def test_a_benchmark_says_what_its_samples_need(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="does not say that it needs images"):
        _go(tmp_path, shown(media.picture(PICTURE)), Player(lambda request: ""))


@pytest.mark.parametrize("url", ["https://example.org/x.png", "data:image/png;base64,", "data:image/png;base64,?!", ""])
def test_a_picture_that_holds_no_bytes_is_told(url: str) -> None:
    with pytest.raises(BenchmarkError, match="holds no bytes"):
        media.needed((Message("user", ({"type": "image_url", "image_url": {"url": url}},)),))


def test_an_answer_to_the_same_picture_is_found_in_the_cache(tmp_path: Path) -> None:
    model = Player(lambda request: "seven")
    model.abilities = frozenset(("generate", "images"))
    for name in ("first", "again"):
        _go(tmp_path / name, shown(media.picture(PICTURE), "images"), model,
            cache=lambda described: Cache(tmp_path / "answers", described))  # fmt: skip
    assert len(model.asked) == 1
    _go(tmp_path / "other", shown(media.picture(media.png([b"\1"])), "images"), model,
        cache=lambda described: Cache(tmp_path / "answers", described))  # fmt: skip
    assert len(model.asked) == 2
    assert (tmp_path / "first" / SAMPLES).read_bytes() == (tmp_path / "again" / SAMPLES).read_bytes()


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 255))
def test_a_picture_is_a_png_of_its_pixels(width: int, height: int, shade: int) -> None:
    rows = [bytes((shade + x + y) % 256 for x in range(width)) for y in range(height)]
    body = media.png(rows)
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(body):
        (length,) = struct.unpack_from(">I", body, at)
        name, held = body[at + 4 : at + 8], body[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", body, at + 8 + length) == (zlib.crc32(name + held),)
        chunks[name] = held
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (width, height, 8, 0, 0, 0, 0)
    assert zlib.decompress(chunks[b"IDAT"]) == b"".join(b"\0" + row for row in rows)
