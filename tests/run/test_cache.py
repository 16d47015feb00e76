"""A cache gives the answer to the very same request of the very same model, and to no other; nothing depends on it."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.run.questions import echo
from tests.serving import served

from guildmark import provider
from guildmark.commands import main
from guildmark.provider import Continuation, Message, Reply, Request, Sampling, Score, open_model
from guildmark.run import SAMPLES, Keeping, Pace, Settings, cache, go, read_result
from guildmark.run.cache import Cache
from guildmark.run.journal import Line

MODEL = {"provider": "gguf", "name": "m.gguf", "digest": "sha256:" + 64 * "a", "engine": "e 1", "layout": "exact",
         "context": 4096, "template": "chatml"}  # fmt: skip
DRAWN = Sampling(max_tokens=9, temperature=0.5, top_p=0.9, seed=1, stop=("x",))
ASKED = Request((Message("system", "Be short."), Message("user", "Hello?")), DRAWN)
SCORED = Continuation("The sky is", (" blue", " green"), "The ")


def _kept(path: Path, model: dict[str, Any] = MODEL) -> Cache:
    held = Cache(path, model)
    held.keep([Line(0, "a", 0, ASKED, Reply("Hi.", tokens=2, model="m-1")),
               Line(1, "b", 0, SCORED, score=Score((-0.1 - 0.2, -3.0), (1, 1)))])  # fmt: skip
    return held


def test_the_same_request_of_the_same_model_hits_to_the_last_bit(tmp_path: Path) -> None:
    _kept(tmp_path / "c").close()
    again = Cache(tmp_path / "c", dict(reversed(MODEL.items())))
    assert again.get(ASKED, 0) == Reply("Hi.", tokens=2, model="m-1")
    assert again.get(SCORED, 0) == Score((-0.1 - 0.2, -3.0), (1, 1))
    assert again.hits == 2


def _other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, str):
        return f"{value}."
    if isinstance(value, tuple):
        return (*value, value[-1])
    return value + 1


@pytest.mark.parametrize("name", list(MODEL))
def test_any_other_word_about_the_model_misses(tmp_path: Path, name: str) -> None:
    """Its digest, its engine, its layout, its template, the address of its server: whatever a provider states."""
    _kept(tmp_path / "c").close()
    other = Cache(tmp_path / "c", MODEL | {name: _other(MODEL[name])})
    assert (other.get(ASKED, 0), other.get(SCORED, 0)) == (None, None)
    more = Cache(tmp_path / "c", MODEL | {"address": "http://127.0.0.1:1/v1"})
    assert more.get(ASKED, 0) is None


@pytest.mark.parametrize("name", Sampling.__struct_fields__)
def test_any_other_decoding_misses(tmp_path: Path, name: str) -> None:
    drawn = msgspec.structs.replace(DRAWN, **{name: _other(getattr(DRAWN, name))})
    assert _kept(tmp_path / "c").get(msgspec.structs.replace(ASKED, sampling=drawn), 0) is None


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("name", Message.__struct_fields__)
def test_any_other_message_misses(tmp_path: Path, place: int, name: str) -> None:
    """A template that puts one word elsewhere is another."""
    said = list(ASKED.messages)
    said[place] = msgspec.structs.replace(said[place], **{name: _other(getattr(said[place], name))})
    held = _kept(tmp_path / "c")
    assert held.get(msgspec.structs.replace(ASKED, messages=tuple(said)), 0) is None
    assert held.get(msgspec.structs.replace(ASKED, messages=ASKED.messages[::-1]), 0) is None


@pytest.mark.parametrize("name", Continuation.__struct_fields__)
def test_any_other_text_or_option_misses(tmp_path: Path, name: str) -> None:
    other = msgspec.structs.replace(SCORED, **{name: _other(getattr(SCORED, name))})
    assert _kept(tmp_path / "c").get(other, 0) is None


def test_another_turn_and_another_version_of_guildmark_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = _kept(tmp_path / "c")
    assert (held.get(ASKED, 1), held.get(SCORED, 1)) == (None, None)
    monkeypatch.setattr(cache, "MADE_BY", "guildmark 99")
    assert Cache(tmp_path / "c", MODEL).get(ASKED, 0) is None


SETTINGS = Settings(limit=20, sampling=Sampling(max_tokens=8))


def _go(folder: Path, model: str, path: Path, settings: Settings = SETTINGS, count: int = 40) -> Any:
    return go(folder, echo(count), (), open_model(model), settings, {}, Pace(),
              keeping=Keeping(lambda described: Cache(path, described)))  # fmt: skip


def test_a_run_that_is_run_again_asks_nothing_and_is_the_same(tmp_path: Path) -> None:
    with served() as (model, service):
        first = _go(tmp_path / "a", model, tmp_path / "c")
        again = _go(tmp_path / "b", model, tmp_path / "c")
        assert service.requests == 20
    assert again == first
    assert (tmp_path / "a" / SAMPLES).read_bytes() == (tmp_path / "b" / SAMPLES).read_bytes()
    speed = msgspec.json.decode((tmp_path / "b" / "speed.json").read_bytes())
    assert speed["measurements"] == []


def test_of_a_run_that_shares_some_samples_only_the_others_are_asked_and_timed(tmp_path: Path) -> None:
    with served() as (model, service):
        _go(tmp_path / "a", model, tmp_path / "c")
        found = _go(tmp_path / "b", model, tmp_path / "c", msgspec.structs.replace(SETTINGS, limit=None))
        assert service.requests == 40
    speed = msgspec.json.decode((tmp_path / "b" / "speed.json").read_bytes())
    assert {each["n"] for each in speed["measurements"]} == {20}
    assert {each["conditions"]["cached"] for each in speed["measurements"]} == {20}
    assert found.tokens == 40


@pytest.mark.parametrize(
    "settings",
    [Settings(sampling=Sampling(max_tokens=9)), Settings(sampling=Sampling(max_tokens=8, temperature=1.0, seed=0)),
     Settings(shots=1, sampling=Sampling(max_tokens=8))],
)  # fmt: skip
def test_a_run_of_other_settings_asks_anew(tmp_path: Path, settings: Settings) -> None:
    with served() as (model, service):
        _go(tmp_path / "a", model, tmp_path / "c")
        before = service.requests
        _go(tmp_path / "b", model, tmp_path / "c", settings)
        assert service.requests - before == 40 - settings.shots


def test_a_run_of_other_data_asks_anew(tmp_path: Path) -> None:
    with served() as (model, service):
        _go(tmp_path / "a", model, tmp_path / "c")
        go(tmp_path / "b", echo(40, start=100), (), open_model(model), SETTINGS, {}, Pace(),
           keeping=Keeping(lambda described: Cache(tmp_path / "c", described)))  # fmt: skip
        assert service.requests == 40


def test_repeats_are_answers_of_their_own(tmp_path: Path) -> None:
    with served() as (model, service):
        _go(tmp_path / "a", model, tmp_path / "c")
        _go(tmp_path / "b", model, tmp_path / "c", msgspec.structs.replace(SETTINGS, repeat=3))
        assert service.requests == 60


def test_a_conversation_and_an_answer_of_the_cache_are_not_kept(tmp_path: Path) -> None:
    """The last reply stands on those before it; what came from the cache is there, and grows no younger."""
    held = Cache(tmp_path / "c", MODEL)
    held.keep(
        [
            Line(0, "a", 0, ASKED, Reply("Hi.", before=(Reply("Ho."),))),
            Line(1, "b", 1, ASKED, Reply("Hi."), cached=True),
        ]
    )
    assert (held.get(ASKED, 0), held.get(ASKED, 1)) == (None, None)


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 200_000)
    held = Cache(tmp_path / "c", MODEL)
    asked = [Request((Message("user", f"{number}"),)) for number in range(2_000)]
    for at in range(0, 2_000, 50):
        held.keep([Line(at, "s", 0, each, Reply("x" * 500)) for each in asked[at : at + 50]])
    found = [held.get(each, 0) is not None for each in asked]
    assert found == sorted(found)
    assert 50 <= sum(found) < 500
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 12_000_000


def test_an_answer_that_is_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 100)
    held = Cache(tmp_path / "c", MODEL)
    held.keep([Line(0, "s", 0, ASKED, Reply("x" * 101))])
    assert held.get(ASKED, 0) is None


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"nonsense" * 999), lambda path: path.mkdir()])
def test_a_cache_that_is_broken_stops_nothing_and_is_told(tmp_path: Path, spoil: Callable[[Path], Any]) -> None:
    spoil(tmp_path / "c")
    with served() as (model, service):
        assert _go(tmp_path / "a", model, tmp_path / "c").samples == service.requests == 20
    assert "is not used" in Cache(tmp_path / "c", MODEL).trouble


def test_an_answer_that_cannot_be_read_is_asked_anew(tmp_path: Path) -> None:
    _kept(tmp_path / "c").close()
    with sqlite3.connect(tmp_path / "c") as file:
        file.execute("UPDATE answers SET answer = x'c1'")
    assert Cache(tmp_path / "c", MODEL).get(ASKED, 0) is None


CHILD = """
import sys
from pathlib import Path
from guildmark.provider import Message, Reply, Request
from guildmark.run.cache import Cache
from guildmark.run.journal import Line
held = Cache(Path(sys.argv[1]), {})
for at in range(50):
    held.keep([Line(0, "s", 0, Request((Message("user", f"{sys.argv[2]} {at}"),)), Reply(f"{at}"))])
    print(at, flush=True)
assert not held.trouble, held.trouble
if sys.argv[2] == "killed":
    input()
"""


def test_processes_share_it_and_one_that_is_killed_leaves_what_it_kept(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CHILD, str(tmp_path / "c")]
    names = ("one", "two", "three", "killed")
    children = [subprocess.Popen([*words, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for name in names]
    assert children[-1].stdout is not None
    while children[-1].stdout.readline().strip() != b"49":
        assert children[-1].poll() is None
    children[-1].kill()
    codes = []
    for child in children:
        child.communicate()
        codes.append(child.returncode)
    held = Cache(tmp_path / "c", {})
    for name in names:
        assert [held.get(Request((Message("user", f"{name} {at}"),)), 0) for at in range(50)] == [
            Reply(f"{at}") for at in range(50)
        ]
    assert codes == [0, 0, 0, -9]


def _eval(folder: Path, model: str, *more: str) -> int:
    words = ["eval", model, "guildmark_smoke", "--limit", "5", "--run", str(folder), "--quiet", "--no-network"]
    return main([*words, *more])


def test_a_server_is_cached_only_where_the_user_vouches_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME at an address may be another model tomorrow; a file of the same digest may not."""
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path))
    with served() as (model, service):
        assert [_eval(tmp_path / name, model) for name in "ab"] == [0, 0]
        assert service.requests == 10
        assert [_eval(tmp_path / name, model, "--cache") for name in "cd"] == [0, 0]
        assert service.requests == 15
        assert "5 answers are of the cache" in capsys.readouterr().err
        assert _eval(tmp_path / "e", model, "--no-cache") == 0
        assert service.requests == 20
    assert (tmp_path / cache.NAME).stat().st_mode & 0o077 == 0
    assert _eval(tmp_path / "f", "mock:", "--cache") == 2


def test_a_replayed_run_teaches_the_cache_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It describes itself as the model that answered, and anyone may have written its answers."""
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    assert _eval(tmp_path / "a", "mock:") == 0
    manifest = tmp_path / "a" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"provider":"mock"', b'"digest":"sha256:0","provider":"mock"'))
    assert _eval(tmp_path / "b", f"replay:{tmp_path / 'a'}") == 0
    assert read_result(tmp_path / "b").run.model["digest"] == "sha256:0"
    assert not (tmp_path / "cache" / cache.NAME).exists()


def test_a_model_that_is_known_by_its_digest_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path))
    opened, gguf = open_model("mock:"), provider.load("gguf")
    monkeypatch.setattr(type(opened), "describe", lambda self: {"provider": "gguf", "digest": "sha256:0"})
    monkeypatch.setattr(provider, "open_model", lambda named, environment: opened)
    monkeypatch.setattr(provider, "named_by", lambda named: (gguf, "x"))
    assert _eval(tmp_path / "a", "gguf:x") == 0
    monkeypatch.setattr(type(opened), "generate", None)
    assert _eval(tmp_path / "b", "gguf:x") == 0
    assert (tmp_path / "a" / SAMPLES).read_bytes() == (tmp_path / "b" / SAMPLES).read_bytes()
