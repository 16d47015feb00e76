"""Whatever it is given, the program answers: a message and exit 2, or a finding; no traceback, no trace."""

import io
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.servers import Project, Reply, Server, serving

from guildmark import download
from guildmark.commands import main

GGUF_BOMB = b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60)
YAML_BOMB = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nlicense: *c\n---\n# A model\n"


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An empty index on this machine, and a cache that starts empty."""
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setattr(download, "TIMEOUT", (0.3, 0.3))
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    with serving(lambda asked: Reply(404)) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple/")
        yield server


@pytest.mark.parametrize(
    ("name", "data", "code", "says"),
    [
        ("m.gguf", GGUF_BOMB, 1, "is not a whole gguf"),
        ("bomb.zip", zipped("zeros", bytes(50_000_000)), 1, "200 times"),
        ("README.md", YAML_BOMB.encode(), 1, "alias"),
        ("tiny-1.0-py3-none-any.whl", zipped("tiny/a.py", b"x" * 5000)[:60], 1, "no wheel"),
        ("empty.safetensors", b"", 1, "is no safetensors"),
        ("nested.json", b"[" * 100_000, 0, ""),
    ],
)
def test_a_file_that_could_be_opened_gets_findings(
    name: str, data: bytes, code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A bomb, a lie or a torn file is told in the report."""
    (tmp_path / name).write_bytes(data)
    assert main(["vet", str(tmp_path / name), "--quiet"]) == code
    told = capsys.readouterr()
    assert says in " ".join(told.out.split())
    assert told.err == ""


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """There is nothing to vet."""
    assert main(["vet", str(tmp_path), "--quiet"]) == 2
    assert "holds no file" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["pypi:nothing", "pypi:tiny==9", "pypi:not a name", "pypi:"])
def test_a_release_that_is_not_there_is_refused(
    asked: str, index: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The message says what was asked, and no report is begun."""
    index.answer = Project("tiny", "tiny-1.0.tar.gz").answer
    out = tmp_path / "report.html"
    assert main(["vet", asked, "--quiet", "--format", "html", "-o", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("guildmark: ")
    assert len(told.splitlines()) == 2
    assert not out.exists()
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_an_index_that_does_not_answer_is_told(index: Server, capsys: pytest.CaptureFixture[str]):
    """After three tries."""

    def never(asked: object) -> Reply:
        time.sleep(1)
        return Reply(404)

    index.answer = never
    assert main(["vet", "pypi:tiny", "--quiet"]) == 2
    assert "did not answer" in capsys.readouterr().err
    assert len(index.asked) == 3


def test_a_download_that_breaks_off_leaves_nothing(index: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Half a wheel is not kept, and not vetted as if it were one."""
    project = Project("tiny", "tiny-1.0-py3-none-any.whl")
    index.answer = lambda asked: Reply(503) if "/files/" in asked.path else project.answer(asked)
    assert main(["vet", "pypi:tiny", "--quiet"]) == 2
    assert "503" in capsys.readouterr().err
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_a_wheel_that_is_not_the_published_one_fails(index: Server, capsys: pytest.CaptureFixture[str]):
    """The digest that the index states is compared with what was read."""
    name = "tiny-1.0-py3-none-any.whl"
    project = Project("tiny", name)
    page = project.json()
    project.files[name] = zipped("tiny/a.py", b"other")
    index.answer = lambda asked: (
        Reply(body=page, headers={"Content-Type": Project.JSON}) if "/simple/" in asked.path else project.answer(asked)
    )
    assert main(["vet", "pypi:tiny", "--quiet"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"{name} is not the file that was published" in told
    assert "May I load it No" in told
