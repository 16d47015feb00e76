"""An edition is put together from what is there: what was vetted, what could not be, what others report."""

from pathlib import Path

import pytest
from tests.editions import assessment

from guildmark import leaves, series
from guildmark.edition import building, imports, names
from guildmark.edition.entries import Catalog
from guildmark.edition.mirror import Mirror, find
from guildmark.edition.names import Table
from guildmark.edition.reading import read
from guildmark.edition.records import (
    SCHEMA,
    Assessed,
    Category,
    Entry,
    Header,
    Reported,
    Source,
    Unassessed,
)
from guildmark.edition.writing import write
from guildmark.errors import AskedWrongly, DataError, FormatError
from guildmark.records import canonical, digest
from guildmark.series import Stamp, Told

HEADER = Header(SCHEMA, "2026.1", "guildmark 0.1.0", "2026-11-20T10:00:00Z")
PROBE = Entry(
    "probe", "tool", "Probe", "red", says="x", purl="pkg:pypi/probe", releases=("1.0", "2.0"), alternatives=("fence",)
)
FENCE = Entry("fence", "tool", "Fence", "red", says="x", purl="pkg:pypi/fence", releases=("3.0RC1",))
VOICE = Entry("voice", "model", "Voice", "speech", says="x", purl="pkg:pypi/voice", releases=("1.0",))
CATEGORIES = (Category("red", "Red", "x", ("tool",)), Category("speech", "Speech", "x", ("model",)))
CATALOG = Catalog("1", CATEGORIES, (FENCE, PROBE, VOICE))
SOURCE = Source("s", "S", "https://example.org/s", "a" * 64, "MIT")
STAMP = Stamp("pkg:pypi/x", None, "", "guildmark 0.1.0", "", "", "")


def claim(entry: str, value: str | None, of: str = "fact.licence") -> Reported:
    return Reported(entry, of, value, "", "licence", "s", "row 1", "Someone", "third")


def vetted(folder: Path, id: str, error: str = "") -> None:
    """What a vetting leaves: an assessment, or a sentence why there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    made = assessment("probe", "1.0")
    if not error:
        (folder / f"{id}.json").write_bytes(canonical(made))
    told = Told(STAMP, sha256="" if error else digest(made).removeprefix("sha256:"), error=error)
    (folder / f"{id}.told.json").write_bytes(canonical(told))


def reported(folder: Path, *parts: Entry | Reported, reporter: str = "mot") -> None:
    path = folder / "reported" / f"{reporter}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, HEADER, (imports.REPORTED, SOURCE, *parts))


def built(folder: Path, catalog: Catalog = CATALOG) -> list[object]:
    write(folder / "edition.gz", HEADER, building.parts(catalog, folder))
    return [*read(folder / "edition.gz")][1:-1]


def test_every_release_of_every_entry_is_asked_for_as_what_it_is() -> None:
    found = [(one.id, one.where, one.kind) for one in building.wanted(CATALOG.entries)]
    assert found == [
        ("fence@3.0rc1", "pkg:pypi/fence@3.0RC1", "tool"),
        ("probe@1.0", "pkg:pypi/probe@1.0", "tool"),
        ("probe@2.0", "pkg:pypi/probe@2.0", "tool"),
        ("voice@1.0", "pkg:pypi/voice@1.0", "model"),
    ]


def test_a_release_has_its_assessment_or_the_reason_why_there_is_none(tmp_path: Path) -> None:
    vetted(tmp_path / "vetted", "probe@1.0")
    vetted(tmp_path / "vetted", "probe@2.0", "the index did not answer")
    vetted(tmp_path / "vetted", "voice@1.0")
    (tmp_path / "vetted" / "voice@1.0.json").write_bytes(b"{}")
    answers = [part for part in built(tmp_path) if isinstance(part, Assessed | Unassessed)]
    assert answers == [
        Unassessed("fence", "3.0RC1", building.NOT_YET),
        Assessed("probe", "1.0", assessment("probe", "1.0")),
        Unassessed("probe", "2.0", "the index did not answer"),
        Unassessed("voice", "1.0", building.NOT_YET),
    ]


def test_what_is_reported_of_a_model_of_the_catalog_joins_it_and_others_become_entries(tmp_path: Path) -> None:
    other = Entry("llama", "model", "Llama", "reported")
    reported(
        tmp_path, Entry("voice", "model", "voice!", "reported"), other, claim("voice", "MIT"), claim("llama", None)
    )
    parts = built(tmp_path)
    assert [part for part in parts if isinstance(part, Entry)] == [FENCE, PROBE, VOICE, other]
    assert [part for part in parts if isinstance(part, Reported)] == [claim("llama", None), claim("voice", "MIT")]
    assert imports.REPORTED in parts


def test_sources_that_disagree_stand_side_by_side(tmp_path: Path) -> None:
    llama = Entry("llama", "model", "Llama", "reported")
    reported(tmp_path, llama, claim("llama", "MIT"), reporter="mot")
    path = tmp_path / "reported" / "eu.jsonl.gz"
    other = Source("t", "T", "https://example.org/t", "b" * 64, "MIT")
    no = Reported("llama", "fact.licence", "closed", "", "licence", "t", "row 1", "Another", "third")
    write(path, HEADER, (imports.REPORTED, other, Entry("llama", "model", "LLaMA", "reported", maker="Meta"), no))
    parts = built(tmp_path)
    assert [part.value for part in parts if isinstance(part, Reported)] == ["MIT", "closed"]
    (entry,) = [part for part in parts if isinstance(part, Entry) and part.id == "llama"]
    assert (entry.name, entry.maker) == ("LLaMA", "Meta")


def test_a_taxonomy_that_has_the_category_of_reported_models_names_it_itself(tmp_path: Path) -> None:
    own = Category("reported", "Only reported", "In our words.", ("model",))
    reported(tmp_path, Entry("llama", "model", "Llama", "reported"))
    parts = built(tmp_path, CATALOG._replace(categories=(*CATEGORIES, own)))
    assert [part for part in parts if isinstance(part, Category)] == [*CATEGORIES, own]


def test_a_tool_and_a_reported_model_of_one_id_are_not_mixed(tmp_path: Path) -> None:
    reported(tmp_path, Entry("probe", "model", "Probe", "reported"))
    with pytest.raises(AskedWrongly, match="probe is a tool of the catalog and a model that others report on"):
        built(tmp_path)
    assert not (tmp_path / "edition.gz").exists()


def test_a_report_that_is_broken_stops_the_building_and_the_old_edition_stays(tmp_path: Path) -> None:
    reported(tmp_path, Entry("llama", "model", "Llama", "reported"))
    built(tmp_path)
    before = (tmp_path / "edition.gz").read_bytes()
    path = tmp_path / "reported" / "mot.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FormatError):
        built(tmp_path)
    assert (tmp_path / "edition.gz").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"edition.gz", "reported"}


def test_only_some_entries_are_built_and_name_none_that_is_not_there() -> None:
    few = building.only(CATALOG, ["probe"])
    assert [(entry.id, entry.alternatives) for entry in few.entries] == [("probe", ())]
    assert building.only(CATALOG, []) is CATALOG
    with pytest.raises(AskedWrongly, match="the catalog has no entry none"):
        building.only(CATALOG, ["probe", "none"])


def test_two_builds_of_the_same_give_the_same_bytes(tmp_path: Path) -> None:
    vetted(tmp_path / "vetted", "probe@1.0")
    reported(tmp_path, Entry("llama", "model", "Llama", "reported"), claim("llama", "MIT"))
    built(tmp_path)
    before = (tmp_path / "edition.gz").read_bytes()
    built(tmp_path)
    assert (tmp_path / "edition.gz").read_bytes() == before


def test_an_import_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(tmp_path, Entry("llama", "model", "Llama", "reported"), reporter="helm")
    path = tmp_path / "reported" / "helm.jsonl.gz"
    before = path.read_bytes()
    (tmp_path / "mirror").mkdir()
    with pytest.raises(DataError, match=r"catalog/helm_metadata.* is in no mirror"):
        imports.take_in("helm", Mirror(tmp_path / "mirror"), names.Names(Table()), tmp_path, HEADER.made_at)
    assert path.read_bytes() == before
    with pytest.raises(AskedWrongly, match="there is no reporter nobody"):
        imports.take_in("nobody", Mirror(), names.Names(Table()), tmp_path, HEADER.made_at)


def test_a_reporters_word_is_kept_as_it_is_said(tmp_path: Path, mirror: Path) -> None:
    table = names.read(Path(__file__).parents[2] / "catalog")
    assert imports.take_in("mot", Mirror(mirror), table, tmp_path, HEADER.made_at) == (179, 3982)
    sources, entries, said = imports.kept(tmp_path)
    assert (len(sources), len(entries), len(said)) == (182, 179, 3982)


def test_the_mirror_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AskedWrongly, match="there is no mirror at"):
        find(None)
    with pytest.raises(AskedWrongly, match="there is no mirror at"):
        find(str(tmp_path / "none"))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "f").write_bytes(b"")
    file = leaves.load(imports.SHELF, "helm").FILE
    wrong = file._replace(path="f")
    with pytest.raises(DataError, match="two/f has other bytes"):
        find(f"{tmp_path / 'one'}:{tmp_path / 'two'}").read(wrong)


def test_what_a_vetting_leaves_is_what_a_series_reads(tmp_path: Path) -> None:
    vetted(tmp_path, "probe@1.0")
    assert series.read(tmp_path, "probe@1.0") == assessment("probe", "1.0")
