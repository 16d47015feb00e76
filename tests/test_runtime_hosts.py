"""What code fetches and whom it tells is read from its tree, with the constants that it names."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.file import File
from guildmark.material import Opening
from guildmark.runtime_hosts import reaches, read, unread
from guildmark.subject import open_subject


def _read(source: str) -> list[tuple[str, str, bool]]:
    data = source.encode()
    digest = hashlib.sha256(data).hexdigest()
    return [(one.act, one.what, one.sure) for one in read(File("wren.py", len(data), digest, InMemory(data)))[0]]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("AutoModel.from_pretrained('a/b')", ("downloads", "a/b", True)),
        ("from x import y as z\nz.from_pretrained(name)", ("downloads", "", False)),
        ("from huggingface_hub import hf_hub_download as get\nget(repo_id='a/b')", ("downloads", "a/b", True)),
        ("import nltk as n\nn.download('punkt')", ("downloads", "punkt", True)),
        ("import requests\nrequests.get('https://example.org/w')", ("downloads", "https://example.org/w", False)),
        ("import posthog", ("telemetry", "posthog", True)),
        ("URL = 'https://telemetry.example.org/v1'", ("telemetry", "https://telemetry.example.org/v1", True)),
        ("import openai\nopenai.OpenAI()", ("sends", "openai", False)),
        ("BASE = 'https://api.openai.com/v1'", ("sends", "https://api.openai.com/v1", True)),
    ],
)
def test_an_act_is_told_with_what_it_names(source: str, wanted: tuple[str, str, bool]) -> None:
    assert wanted in _read(source)


@pytest.mark.parametrize(
    "source",
    [
        "AutoModel.from_pretrained('./weights')",
        '"""AutoModel.from_pretrained("a/b")"""',
        "# https://telemetry.example.org",
        "from .posthog import shim",
        "DOCS = 'https://docs.sentry.io/platforms'",
        "pipeline(data)",
    ],
)
def test_what_stays_here_and_what_is_only_spoken_of_is_no_act(source: str) -> None:
    assert _read(source) == []


def test_what_cannot_be_parsed_and_what_is_compiled_is_told_as_unread(tmp_path: Path) -> None:
    (tmp_path / "fast.so").write_bytes(b"\x7fELF" + bytes(60))
    (tmp_path / "odd.py").write_text("import posthog\ndef (\n")
    subject = open_subject(str(tmp_path), Opening(network=False))
    assert [file.name for file, _ in unread(subject)] == ["fast.so", "odd.py"]
    assert list(reaches(subject, "downloads", "telemetry", "sends")) == []


@given(st.text(max_size=200))
def test_any_source_is_read_or_left(source: str) -> None:
    _read(source + "\nimport posthog\n# https://api.openai.com downloaded model")
