"""Which index pip asks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildmark import pip_index
from guildmark.errors import SubjectError


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    pip_index._configured.cache_clear()
    yield
    pip_index._configured.cache_clear()


def configure(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "pip.conf").write_text(text)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(folder / "pip.conf"))


def test_a_setting_of_pip_counts_the_environment_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configure(monkeypatch, tmp_path, "[global]\nindex-url = https://ann:s@h.example/simple/\n")
    assert pip_index.url() == "https://ann:s@h.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert pip_index.url() == "https://other.example/simple"


def test_what_install_asks_counts_more_than_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = "[global]\nindex-url = https://a.example\n[install]\nindex-url = https://b.example\n"
    configure(monkeypatch, tmp_path, lines + "[download]\nindex-url =\n")
    assert pip_index.url() == "https://b.example"


def test_without_a_setting_it_is_what_pip_says_of_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configure(monkeypatch, tmp_path, "")
    told = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--help"], capture_output=True, text=True, check=True
    )
    url = pip_index.url()
    assert url.startswith("https://")
    assert url in "".join(told.stdout.split())


def test_a_pip_in_the_folder_that_is_vetted_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pip.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(tmp_path)
    pip_index.url()
    assert not (tmp_path / "ran").exists()


def test_without_pip_the_wheel_that_python_bundles_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not pip_index._bundled():
        pytest.skip("this Python bundles no pip")
    configure(monkeypatch, tmp_path, "[global]\nindex-url = https://h.example/simple\n")
    bare = pip_index._ASK.replace("sys.path += sys.argv[1:]", "sys.path[:] = sys.path[:-1] + sys.argv[1:]")
    assert bare != pip_index._ASK
    monkeypatch.setattr(pip_index, "_ASK", "import sys; assert 'pip' not in sys.modules\n" + bare)
    assert pip_index.url() == "https://h.example/simple"


def test_without_any_pip_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_index, "_ASK", "")
    with pytest.raises(SubjectError) as raised:
        pip_index.url()
    assert "PIP_INDEX_URL" in raised.value.hint
