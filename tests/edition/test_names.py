"""Which names mean one model: writing apart, a version, a size or a variant that differs is another model."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.edition import names
from guildmark.edition.names import About, Names, Table, merge, slug
from guildmark.edition.records import Entry
from guildmark.errors import AskedWrongly

TABLE = """
endings = ["hf"]
[families]
meta-llama = "llama"
[makers]
meta-llama = "Meta"
[models.llama-2-70b-chat]
name = "Llama 2 70B Chat"
maker = "Meta"
also = ["Llama-2-chat-70B"]
[models.other-llama]
name = "Llama of another"
also = ["other/Llama-3-8B"]
"""


@pytest.fixture
def table(tmp_path: Path) -> Names:
    (tmp_path / names.FILE).write_text(TABLE, "utf-8")
    return names.read(tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meta-llama/Meta-Llama-3-8B", "meta/llama-3-8b"),
        ("Llama 3 8B", "llama_3.8b"),
        ("meta-llama/Llama-2-70b-chat-hf", "Llama-2-chat-70B"),
        ("google/text-bison@001", "text-bison-001"),
        ("Café", "cafe"),
    ],
)
def test_names_that_mean_one_model(table: Names, one: str, other: str) -> None:
    assert table.id(one) == table.id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Llama 2 70B Chat", "Llama 3 70B Chat"),
        ("Llama 2 70B Chat", "Llama 2 7B Chat"),
        ("Llama 2 70B Chat", "Llama 2 70B"),
        ("CodeT5+", "CodeT5"),
        ("Command-R+", "Command-R"),
        ("other/Llama-3-8B", "meta-llama/Llama-3-8B"),
        ("metal-8b", "meta-llama-8b"),
    ],
)
def test_names_that_mean_two_models(table: Names, one: str, other: str) -> None:
    assert table.id(one) != table.id(other)


def test_the_table_says_how_a_model_and_its_maker_are_written(table: Names) -> None:
    entry = table.entry(About("Llama-2-70b-chat-hf", maker="someone", shown="Llama 2 (70B)", modalities=("text",)))
    assert (entry.id, entry.name, entry.maker) == ("llama-2-70b-chat", "Llama 2 70B Chat", "Meta")
    entry = table.entry(About("meta-llama/Llama-9", maker="meta-llama"))
    assert (entry.id, entry.name, entry.maker, entry.category) == ("llama-9", "Llama-9", "Meta", "reported")


def test_what_one_report_leaves_open_another_fills_in() -> None:
    first = Entry("a", "model", "A", "reported", maker="One")
    other = Entry("a", "model", "a", "reported", says="Two", maker="Two", modalities=("text",))
    assert merge(first, other) == Entry("a", "model", "A", "reported", says="Two", maker="One", modalities=("text",))


@given(st.text(max_size=60))
def test_an_id_is_its_own_id(name: str) -> None:
    table = Names(Table())
    try:
        id = table.id(name)
    except AskedWrongly:
        return
    assert table.id(id) == id == slug(id)


@pytest.mark.parametrize("name", ["", "/", "…", "名前", "x" * 101])
def test_what_cannot_be_a_name_is_told(table: Names, name: str) -> None:
    with pytest.raises(AskedWrongly, match="cannot be the name of an entry"):
        table.id(name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("models = 3", r"Expected `object`, got `int` - at `\$.models`"),
        ("[models.a]\n", "missing required field `name`"),
        ('[models."A b"]\nname = "x"', r"\$\.models"),
        ('[models.a]\nname="x"\nalso=["c"]\n[models.b]\nname="y"\nalso=["C"]', "'C' is said of a and of b"),
        ("families = ", "names.toml"),
    ],
)
def test_a_broken_table_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / names.FILE).write_text(text, "utf-8")
    with pytest.raises(AskedWrongly, match=says):
        names.read(tmp_path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match="cannot be read"):
        names.read(tmp_path)
