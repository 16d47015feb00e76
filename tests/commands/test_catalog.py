"""`guildmark catalog`: what is asked wrongly is told, nothing half-written is left, and one failure stops no other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.edition.test_entries import MODEL, TAXONOMY, TOOL
from tests.editions import assessment

from guildmark import leaves, series
from guildmark.commands import main
from guildmark.edition.imports import SHELF
from guildmark.edition.reading import read
from guildmark.edition.records import Assessed, Entry, Header, Reported, Unassessed
from guildmark.errors import NotFound
from guildmark.records import Assessment
from guildmark.series import How, Wanted

ROOT = Path(__file__).parents[2]
Say = Callable[[str, int, int], None]


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalog of one tool and one model, in which the command stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(series, "assess", assess)
    folder = tmp_path / "catalog"
    for shelf, name, text in (("tools", "probe", TOOL), ("models", "voice", MODEL)):
        (folder / shelf).mkdir(parents=True)
        (folder / shelf / f"{name}.toml").write_text(text, "utf-8")
    (folder / "taxonomy.toml").write_text(TAXONOMY, "utf-8")
    (folder / "names.toml").write_text("", "utf-8")
    return folder


def assess(one: Wanted, how: How, say: Say) -> Assessment:
    if one.where == "pkg:pypi/probe@1.1":
        raise NotFound("the index has no probe 1.1")
    return assessment(one.id.partition("@")[0], one.id.partition("@")[2], one.kind or "tool")


def test_a_catalog_is_checked_vetted_and_built(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "check"]) == 0
    assert capsys.readouterr().out == "1 tool and 1 model in 2 categories, with 4 releases\n"
    assert main(["catalog", "vet", "--jobs", "2"]) == 3
    told = capsys.readouterr()
    assert told.err == "pkg:pypi/probe@1.1 could not be vetted: the index has no probe 1.1\n"
    assert told.out == "3 releases vetted, 0 of them known from before; 1 was not\n"
    assert main(["catalog", "build", "-o", "edition.gz", "--name", "2026.1"]) == 0
    parts = [*read("edition.gz")]
    assert isinstance(parts[0], Header)
    assert parts[0].name == "2026.1"
    answers = [part for part in parts if isinstance(part, Assessed | Unassessed)]
    assert [(one.entry, one.release, isinstance(one, Assessed)) for one in answers] == [
        ("probe", "1.0", True),
        ("probe", "1.1", False),
        ("voice", "1.0", True),
        ("voice", "1.1", True),
    ]
    assert answers[1] == Unassessed("probe", "1.1", "the index has no probe 1.1")


def test_a_second_run_asks_only_what_is_not_known(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "vet", "--only", "voice"]) == 0
    assert main(["catalog", "vet"]) == 3
    assert capsys.readouterr().out.endswith("3 releases vetted, 2 of them known from before; 1 was not\n")
    assert main(["catalog", "vet", "--only", "voice", "--anew"]) == 0
    assert capsys.readouterr().out == "2 releases vetted, 0 of them known from before; 0 were not\n"


def test_what_is_published_is_imported_and_built(
    catalog: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GUILDMARK_MIRROR", str(mirror))
    (catalog / "names.toml").write_bytes((ROOT / "catalog" / "names.toml").read_bytes())
    assert main(["catalog", "import"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told] == [*leaves.names(SHELF)]
    assert told[-1].endswith("5060 values of 442 models, reported and not checked by us")
    assert main(["catalog", "build", "-o", "edition.gz", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    parts = [*read("edition.gz")]
    models = {part.id: part for part in parts if isinstance(part, Entry) and not part.releases}
    said = {part.entry for part in parts if isinstance(part, Reported)}
    assert said == {*models}
    assert len(models) >= 300
    assert {"gpt-4", "llama-2-70b-chat", "qwen2-5-7b-instruct", "olmo-7b", "pythia-12b", "mistral-7b"} <= {*models}


WRONG = [
    (["vet", "--jobs", "0"], "--jobs 0 makes no sense"),
    (["vet", "--only", "none"], "the catalog has no entry none"),
    (["build", "--only", "none", "-o", "edition.gz"], "the catalog has no entry none"),
    (["check", "--catalog", "none"], "there is no folder none"),
    (["import", "--catalog", "none"], "there is no mirror at"),
    (["build", "-o", "none/edition.gz"], "none/edition.gz cannot be written"),
    (["vet", "--limit", "hours=3"], "hours"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_what_is_asked_wrongly_is_told(
    catalog: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.delenv("GUILDMARK_MIRROR", raising=False)
    before = sorted(catalog.parent.rglob("*"))
    assert main(["catalog", *words]) == 2
    assert says in capsys.readouterr().err
    assert sorted(catalog.parent.rglob("*")) == before


def test_a_reporter_that_is_none_and_a_mirror_without_files_are_told(
    catalog: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDMARK_MIRROR", str(catalog))
    assert main(["catalog", "import", "nobody"]) == 2
    assert "they are eu, fmti, helm, mot, openllm" in capsys.readouterr().err
    assert main(["catalog", "import", "helm"]) == 2
    assert "set GUILDMARK_MIRROR to" in capsys.readouterr().err


def test_an_entry_that_does_not_fit_stops_all_four(catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (catalog / "tools" / "probe.toml").write_text("kind = 1\n", "utf-8")
    for words in (["check"], ["vet"], ["build", "-o", "edition.gz"]):
        assert main(["catalog", *words]) == 2
        assert "tools/probe.toml" in capsys.readouterr().err
    assert not Path("edition.gz").exists()
