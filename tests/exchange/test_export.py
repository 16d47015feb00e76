"""The formats that are only written, and the program's words about all."""

from pathlib import Path

import pytest
import yaml
from tests.exchange.test_inspect import ran

from guildmark import exchange, leaves
from guildmark.commands import main
from guildmark.errors import AskedWrongly


def test_the_hubs_entry_has_what_its_documentation_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`dataset.id`, `dataset.task_id` and `value` must be there; a value is in percent, a date is a day."""
    ran(tmp_path / "run", "w3")
    words = ["run", "export", str(tmp_path / "run"), "--to", "hf-eval-results"]
    assert main([*words, "--dataset", "o/d", "--task", "t", "--source", "https://example.org/run"]) == 0
    (entry,) = yaml.safe_load(capsys.readouterr().out)
    assert entry["dataset"] == {"id": "o/d", "task_id": "t"}
    assert entry["value"] == pytest.approx(100 / 12, abs=1e-4)
    assert len(entry["date"]) == len("2026-01-01")
    assert entry["source"]["url"] == "https://example.org/run"
    assert main(words) == 2
    assert "--dataset" in capsys.readouterr().err


def test_markdown_is_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(tmp_path / "run")
    assert main(["run", "export", str(tmp_path / "run"), "--to", "markdown"]) == 0
    assert "| echoed | exact | 100.0 % |" in capsys.readouterr().out


def test_every_format_is_written_or_read() -> None:
    for name in leaves.names("exchange"):
        module = leaves.load("exchange", name)
        assert hasattr(module, "write") or hasattr(module, "read")


def test_what_a_format_cannot_do_is_told(tmp_path: Path) -> None:
    ran(tmp_path / "run")
    with pytest.raises(AskedWrongly, match="cannot be asked so"):
        exchange.write(tmp_path / "run", "lm_eval", exchange.Named())
    with pytest.raises(AskedWrongly, match="there is no format"):
        exchange.read(tmp_path, "no_such")
    assert main(["run", "export", str(tmp_path / "run"), "--to", "inspect"]) == 2


def test_an_import_overwrites_nothing(tmp_path: Path) -> None:
    ran(tmp_path / "run")
    words = ["run", "export", str(tmp_path / "run"), "--to", "inspect", "-o", str(tmp_path / "x.eval")]
    assert main(words) == 0
    before = sorted((tmp_path / "run").iterdir())
    back = ["run", "import", str(tmp_path / "x.eval"), "--from", "inspect", "--run", str(tmp_path / "run")]
    assert main(back) == 2
    assert sorted((tmp_path / "run").iterdir()) == before
