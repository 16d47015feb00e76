"""The catalog's folder: an error names the file and the key, and all files that are wrong are named at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guildmark.edition import entries
from guildmark.errors import AskedWrongly

TAXONOMY = """
version = "1"
[[category]]
id = "red-teaming"
name = "Red teaming"
says = "Attacks."
kinds = ["tool"]
[[category]]
id = "speech"
name = "Speech"
says = "Voices."
kinds = ["model"]
"""
TOOL = """
kind = "tool"
name = "Probe"
purl = "pkg:pypi/probe"
releases = ["1.0", "1.1"]
category = "red-teaming"
says = "Probes a model."
"""
MODEL = TOOL.replace('"tool"', '"model"').replace("red-teaming", "speech").replace("probe", "voice")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "taxonomy.toml").write_text(TAXONOMY, "utf-8")
    for shelf, name, text in (("tools", "probe", TOOL), ("models", "voice", MODEL)):
        (tmp_path / shelf).mkdir()
        (tmp_path / shelf / f"{name}.toml").write_text(text, "utf-8")
    return tmp_path


def test_a_folder_is_read_sorted_and_the_file_names_are_the_ids(folder: Path) -> None:
    catalog = entries.read(folder)
    assert [entry.id for entry in catalog.entries] == ["probe", "voice"]
    assert [category.id for category in catalog.categories] == ["red-teaming", "speech"]
    assert catalog.version == "1"
    assert catalog.entries[0].releases == ("1.0", "1.1")


def changed(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "tools" / "probe.toml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return change


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "Probe"', "", "tools/probe.toml: Object missing required field `name`"),
        ('name = "Probe"', "name = 3", r"tools/probe.toml: Expected `str`, got `int` - at `\$.name`"),
        ('kind = "tool"', 'kind = "model"', "`kind` must be 'tool' in the folder tools"),
        ('kind = "tool"', 'kind = "tool"\nid = "x"', "`id` is the file's name and does not stand in it"),
        ('kind = "tool"', 'kind = "tool"\nstars = 5', "tools/probe.toml: Object contains unknown field `stars`"),
        ("red-teaming", "speech", "probe: `category` 'speech' is none of taxonomy.toml for a tool"),
        ("pkg:pypi/probe", "probe", "`purl` 'probe' is no purl"),
        ("pkg:pypi/probe", "pkg:pypi/probe@1.0", "`purl` must be without a version"),
        ('["1.0", "1.1"]', "[]", "`releases` names none"),
        ('["1.0", "1.1"]', '["1.0", "1.0"]', "a release stands twice"),
        ("Probes a model.", "x" * 401, "`says` must have 1 to 400 characters"),
        ("Probes a model.", "", "`says` must have 1 to 400 characters"),
        (
            'kind = "tool"',
            'kind = "tool"\nalternatives = ["none"]',
            "`alternatives` names none, which is no other entry",
        ),
        ('kind = "tool"', 'kind = "tool"\nalternatives = ["probe"]', "`alternatives` names probe, which is no other"),
        ('kind = "tool"', "kind = ", "tools/probe.toml: Invalid value"),
    ],
)
def test_what_does_not_fit_is_told_with_file_and_key(folder: Path, old: str, new: str, says: str) -> None:
    changed(old, new)(folder)
    with pytest.raises(AskedWrongly, match=says):
        entries.read(folder)


def test_all_files_that_are_wrong_are_named_at_once(folder: Path) -> None:
    changed('kind = "tool"', "")(folder)
    (folder / "models" / "voice.toml").write_bytes(b"\xff")
    (folder / "models" / "Upper.toml").write_text(MODEL, "utf-8")
    with pytest.raises(AskedWrongly) as caught:
        entries.read(folder)
    assert all(name in caught.value.says for name in ("tools/probe.toml", "models/voice.toml", "models/Upper.toml"))


def test_a_tool_and_a_model_have_two_ids(folder: Path) -> None:
    (folder / "models" / "probe.toml").write_text(MODEL, "utf-8")
    with pytest.raises(AskedWrongly, match="the id probe is used by a tool and by a model"):
        entries.read(folder)


def test_a_category_stands_once_in_the_taxonomy(folder: Path) -> None:
    path = folder / "taxonomy.toml"
    path.write_text(path.read_text("utf-8") + TAXONOMY[TAXONOMY.index("[[") :], "utf-8")
    with pytest.raises(AskedWrongly, match="the category speech stands twice"):
        entries.read(folder)


def test_a_file_that_is_no_entry_by_its_size_is_not_parsed(folder: Path) -> None:
    (folder / "tools" / "large.toml").write_text("#" * (entries.LARGEST + 1), "utf-8")
    with pytest.raises(AskedWrongly, match=r"tools/large\.toml is larger than"):
        entries.read(folder)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match="there is no folder"):
        entries.read(tmp_path / "none")
    with pytest.raises(AskedWrongly, match=r"taxonomy\.toml cannot be read"):
        entries.read(tmp_path)
