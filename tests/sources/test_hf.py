"""Repositories of a model hub, from a server on this machine that speaks the same interface."""

import json
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import pytest
from tests.sources.servers import Asked, Hub, Reply, Server, Sparse, serving

from guildmark import download
from guildmark.commands import main
from guildmark.contents import InMemory, chunks
from guildmark.errors import AskedWrongly, ContentsError, NotFound, SubjectError, Unreachable
from guildmark.formats import hub_tree
from guildmark.limits import Limits
from guildmark.material import NOT_READ_HERE, Material, Opening
from guildmark.remote import Remote
from guildmark.sources import hf
from guildmark.subject import Subject, take_in

constants = pytest.importorskip("huggingface_hub.constants", reason="huggingface_hub is not installed")

NOW = "2026-11-21T12:00:00Z"
BYTES_OF = {"BF16": 2, "F32": 4}


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Hub], Server]]:
    """Starts a hub, and lets huggingface_hub ask it as `HF_ENDPOINT` would."""
    monkeypatch.setattr(download, "PAUSE", 0.0)
    running: list[AbstractContextManager[Server]] = []

    def start(hub: Hub) -> Server:
        running.append(serving(hub.answer))
        server = running[-1].__enter__()
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + template)
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        return server

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


def safetensors(
    layers: int, shape: tuple[int, ...] = (8192, 8192), dtype: str = "BF16", prefix: str = "model"
) -> Sparse:
    """A shard with a real header, whose tensors are zeros that nobody stores."""
    size, header, place = BYTES_OF[dtype], {}, 0
    for element in shape:
        size *= element
    for layer in range(layers):
        offsets = [place, place := place + size]
        header[f"{prefix}.layers.{layer}.weight"] = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    head = struct.pack("<Q", len(text)) + text
    return Sparse(head, len(head) + place)


def gguf(padding: int) -> Sparse:
    """A GGUF file of version 3 with one key and no tensor, then zeros."""
    key = b"general.architecture"
    pair = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, 5) + b"llama"
    return Sparse(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + pair, padding)


def torch_zip() -> bytes:
    """What `torch.save` writes: a stored zip of a pickle and of tensors' bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data/0", bytes(6_000_000))
        archive.writestr("model/data.pkl", pickle.dumps({"weight": [1, 2]}, protocol=2))
        archive.writestr("model/version", b"3\n")
    return made.getvalue()


def small(text: str) -> Sparse:
    return Sparse(text.encode())


def deliver(rest: str, **opening: object) -> Material:
    return hf.deliver(rest, Opening(**opening), clock=lambda: NOW)  # type: ignore[arg-type]


def opened(rest: str, **opening: object) -> Subject:
    asked = Opening(**opening)  # type: ignore[arg-type]
    return take_in(hf.deliver(rest, asked), asked)


def shards(count: int, layers: int) -> dict[str, Sparse]:
    return {f"model-{n:05}-of-{count:05}.safetensors": safetensors(layers) for n in range(1, count + 1)}


@pytest.mark.parametrize(
    ("count", "layers", "least"),
    [(20, 38, 100_000_000_000), (30, 36, 140_000_000_000)],
    ids=["100 GB in 20 shards", "70 B parameters in 30 shards"],
)
def test_a_large_repository_is_answered_with_little_traffic(
    serve: Callable[[Hub], Server], count: int, layers: int, least: int
) -> None:
    """Under 50 MB of bodies are served, for more bytes than any disk here holds."""
    weights = shards(count, layers)
    hub = Hub("org/large", {"README.md": small("# Large"), "config.json": small("{}"), **weights}, tuple(weights))
    server = serve(hub)
    subject = opened("org/large")
    assert sum(file.size for file in subject.own_files()) > least
    assert server.served < 50_000_000
    assert subject.record.kind == "model"
    assert subject.record.purl == f"pkg:huggingface/org/large@{hub.SHA}"
    assert subject.published() == {path: hub.sha256(path) for path in weights}
    read = {file.path: (file.formats, file.unread, file.sha256) for file in subject.own_files()}
    assert {path: read[path] for path in weights} == {
        path: (("safetensors",), NOT_READ_HERE, hub.sha256(path)) for path in weights
    }
    assert read["README.md"][1] == ""
    assert subject.record.digest is not None


def test_the_listing_says_what_the_hub_published_at_the_commit(serve: Callable[[Hub], Server]) -> None:
    files = {"README.md": small("# Tiny"), "model.safetensors": safetensors(1, (2, 2))}
    hub = Hub("org/tiny", files, ("model.safetensors",))
    server = serve(hub)
    material = deliver("org/tiny@main")
    [held] = material.listings
    assert (held.listing.name, held.listing.where, held.listing.asked_at) == ("hub_tree", f"{server.url}/org/tiny", NOW)
    assert hub_tree.recognises(InMemory(held.body))
    assert hub_tree.files(held.body) == (
        hub_tree.HubFile("README.md", 6, "a" * 40, None),
        hub_tree.HubFile(
            "model.safetensors", files["model.safetensors"].size, "a" * 40, hub.sha256("model.safetensors")
        ),
    )
    assert [(file.path, file.remote) for file in material.files] == [("README.md", False), ("model.safetensors", False)]


def test_a_listing_of_many_pages_is_read_to_its_end(serve: Callable[[Hub], Server]) -> None:
    hub = Hub("org/many", {f"{n:03}.txt": small(str(n)) for n in range(250)})
    hub.page = 100
    serve(hub)
    material = deliver("org/many")
    assert len(material.files) == 250
    assert sum(file.remote for file in material.files) == 250 - hf.SMALL_COUNT
    with pytest.raises(SubjectError, match="more than 9 files"):
        deliver("org/many", limits=Limits(members=9))


def test_a_data_set_is_asked_for_by_its_prefix(serve: Callable[[Hub], Server]) -> None:
    serve(Hub("org/words", {"README.md": small("# Words")}, kind="datasets"))
    material = deliver("datasets/org/words")
    assert (material.name, material.purl) == ("org/words", f"pkg:huggingface/datasets/org/words@{Hub.SHA}")
    assert hf.from_purl(str(material.purl)) == f"datasets/org/words@{Hub.SHA}"


def test_heads_of_large_files_are_recognised_where_they_are(serve: Callable[[Hub], Server]) -> None:
    files = {
        "model.gguf": gguf(5_000_000_000),
        "model.bin": Sparse(torch_zip()),
        "big.txt": small("words\n" * 1_000_000),
    }
    server = serve(Hub("org/mixed", files, ("model.gguf", "model.bin", "big.txt")))
    subject = opened("org/mixed")
    found = {file.path: file for file in subject.files()}
    assert found["model.gguf"].format == "gguf"
    assert found["model.bin"].format == "torch_zip"
    assert found["model.bin!model/data.pkl"].format == "pickle"
    assert found["big.txt"].format == "text"
    assert server.served < 10_000_000


def test_full_reads_all_and_keeps_what_is_published_by_digest(serve: Callable[[Hub], Server], tmp_path: Path) -> None:
    body = b"w" * 3_000_000
    hub = Hub("org/tiny", {"README.md": small("# Tiny"), "w.bin": Sparse(body)}, ("w.bin",))
    serve(hub)
    material = deliver("org/tiny", full=True, cache=str(tmp_path))
    assert [file.remote for file in material.files] == [False, False]
    assert material.files[1].contents is not None
    assert b"".join(chunks(material.files[1].contents)) == body
    with pytest.raises(SubjectError, match="bytes") as raised:
        deliver("org/tiny", full=True, cache=str(tmp_path), limits=Limits(expansion=9))
    assert "expansion" in raised.value.hint


def test_past_the_bound_on_traffic_a_file_stays_unread_and_the_others_do_not(
    serve: Callable[[Hub], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hf, "TRAFFIC", 5_000_000)
    files = {"a.bin": Sparse(torch_zip()), **shards(3, 40)}
    server = serve(Hub("org/large", files, tuple(files)))
    found = {file.path: file for file in opened("org/large").files()}
    assert "limit on traffic" in found["a.bin!model/data/0"].unread or found["a.bin!model/data/0"].sha256 is None
    assert [found[path].formats for path in shards(3, 40)] == [("safetensors",)] * 3
    assert server.served < 5_100_000


def test_a_gated_repository_says_how_to_get_at_it(serve: Callable[[Hub], Server]) -> None:
    hub = Hub("org/gated", {"README.md": small("# Gated")})
    hub.gated = "manual"
    serve(hub)
    assert len(deliver("org/gated").files) == 1
    hub.token = "hf_right"
    with pytest.raises(Unreachable, match="org/gated is gated") as raised:
        deliver("org/gated")
    assert "HF_TOKEN" in raised.value.hint


def test_the_token_goes_to_the_hub_and_not_beyond_a_redirect(
    serve: Callable[[Hub], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub("org/private", {"README.md": small("# Private"), "w.bin": Sparse(b"w", 9_000_000)}, ("w.bin",))
    hub.token = "hf_right"
    with serving(hub.answer) as elsewhere:
        hub.cdn = elsewhere.url.replace("127.0.0.1", "localhost")
        server = serve(hub)
        opened("org/private")
        assert all(asked.headers["Authorization"] == "Bearer hf_right" for asked in server.asked)
        assert elsewhere.asked
        assert not any("Authorization" in asked.headers for asked in elsewhere.asked)


@pytest.mark.parametrize(
    ("rest", "expected", "says"),
    [
        ("org/none", NotFound, "shows no repository org/none"),
        ("org/tiny@gone", NotFound, "has no revision gone"),
        ("", AskedWrongly, "names no repository"),
        ("a/b/c", AskedWrongly, "names no repository"),
        ("org/tiny@", AskedWrongly, "names no repository"),
        ("org/ti ny", AskedWrongly, "names no repository"),
        ("../..", AskedWrongly, "names no repository"),
    ],
)
def test_what_is_not_there_is_a_clear_error(
    serve: Callable[[Hub], Server], rest: str, expected: type[SubjectError], says: str
) -> None:
    serve(Hub("org/tiny", {"README.md": small("# Tiny")}))
    with pytest.raises(expected, match=says) as raised:
        deliver(rest)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("reply", "expected"),
    [(Reply(500), Unreachable), (Reply(200, b"<html>"), SubjectError), (Reply(200, b"{}"), SubjectError)],
)
def test_a_hub_that_does_not_answer_well_is_a_clear_error(
    serve: Callable[[Hub], Server], reply: Reply, expected: type[SubjectError]
) -> None:
    server = serve(Hub("org/tiny", {}))
    server.answer = lambda asked: reply
    with pytest.raises(expected, match="answer"):
        deliver("org/tiny")


def test_a_hub_that_is_silent_is_unreachable(serve: Callable[[Hub], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    over = threading.Event()
    monkeypatch.setattr(hf, "SECONDS", 0.3)
    server = serve(Hub("org/tiny", {}))

    def wait(asked: Asked) -> Reply:
        over.wait(10)
        return Reply(503)

    server.answer = wait
    with pytest.raises(Unreachable, match="did not answer"):
        deliver("org/tiny")
    over.set()


def test_without_the_package_it_says_which_install_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(AskedWrongly) as raised:
        deliver("org/tiny")
    assert raised.value.hint == 'pip install "guildmark[hf]"'


def test_a_remote_file_that_is_gone_is_contents_that_cannot_be_read(serve: Callable[[Hub], Server]) -> None:
    server = serve(Hub("org/large", {"w.bin": Sparse(b"w", 9_000_000)}, ("w.bin",)))
    [file] = deliver("org/large").files
    server.answer = lambda asked: Reply(404)
    assert isinstance(file.contents, Remote)
    with pytest.raises(ContentsError, match="there is nothing at"):
        file.contents.at(0, 10)


@pytest.mark.parametrize(
    ("purl", "rest"),
    [
        ("pkg:huggingface/org/tiny@abc", "org/tiny@abc"),
        ("pkg:huggingface/gpt2", "gpt2"),
        ("pkg:huggingface/org/tiny?repository_url=https://h.example", None),
        ("pkg:pypi/tiny", None),
        ("pkg:", None),
    ],
)
def test_a_purl_of_a_repository_is_served(purl: str, rest: str | None) -> None:
    assert hf.from_purl(purl) == rest


def test_a_large_repository_is_vetted_to_the_end(
    serve: Callable[[Hub], Server], capsys: pytest.CaptureFixture[str]
) -> None:
    """140 GB by their headers: inert, and of what was not read the report says so; traffic stays under 50 MB."""
    weights = shards(30, 36)
    papers = {"README.md": small("# Large"), "config.json": small('{"model_type": "llama"}')}
    server = serve(Hub("org/large", {**papers, **weights}, tuple(weights)))
    assert main(["vet", "hf:org/large", "--quiet", "--format", "json"]) == 3
    report = json.loads(capsys.readouterr().out)
    safe = next(verdict for verdict in report["verdicts"] if verdict["standard"] == "safe_files")
    assert (safe["level"], safe["next"]) == ("inert", "intact")
    assert [bar["outcome"] for bar in safe["bars"]] == ["unknown"]
    assert NOT_READ_HERE in safe["bars"][0]["says"]
    assert server.served < 50_000_000
    assert len(server.asked) < 10 * len(weights)
