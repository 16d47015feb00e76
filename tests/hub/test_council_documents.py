"""Documents of proposals are read strictly: what is taken is what was written, and nothing else gets out."""

import tomllib
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("django", reason="the hub's packages are not installed")

from guildmark import standard
from guildmark.errors import AskedWrongly

PIECES = (
    *('id = "a"\n', 'id = "b"\n', "id = 1\n", '"""\n', "'''\n", "x = '''\n", "[[level]]\n", "[id]\n", "id.a = 1\n"),
    *('title = "T"\n', 'version = "1.1"\n', 'applies_to = ["tool"]\n', 'means = "M"\n', "#\n", "[" * 3000, "\n"),
)
LEVEL = '[[level]]\nid = "b"\nmeans = "M"\n'
TODAY = date(2026, 11, 22)
SHELF = [(id, version) for id in standard.ids() for version in standard.versions(id)]
pytestmark = pytest.mark.usefixtures("empty")


def read_standard(document: str):
    from guildmark_hub.council import documents

    return documents.read_standard(document)


def told(**given: object) -> str:
    row = {
        "slug": '"content"',
        "name": '"Content"',
        "unit": '"organisation"',
        "hours": 72,
        "open_hours": 72,
        "approvals": 3,
        "quorum": [1, 3],
        "threshold": [1, 2],
        "cap": 0,
        "lazy": "false",
    }
    return "[class]\n" + "".join(f"{key} = {value}\n" for key, value in (row | given).items())


@given(st.sampled_from(SHELF), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_standard_is_published_as_it_was_proposed_without_its_id(which: tuple[str, str], at: int) -> None:
    """Wherever that line stands above the first table, what is left is the TOML of the shelf, byte for byte."""
    id, version = which
    toml = (standard.SHELF / id / f"{version}.toml").read_text()
    above = toml[: toml.index("[[level]]")].splitlines(keepends=True)
    keys = [place for place, line in enumerate(above) if "=" in line or not line.strip()]
    at = keys[at % len(keys)]
    draft = read_standard("".join([*above[:at], f'id = "{id}"\n', *above[at:], toml[toml.index("[[level]]") :]]))
    assert (draft.id, draft.toml.decode(), draft.standard) == (id, toml, standard.load(id, version))


@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=14,
    ).map("".join)
    | st.text(max_size=60)
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_proposed_as_a_standard_is_read_or_refused(document: str) -> None:
    try:
        draft = read_standard(document)
    except AskedWrongly:
        return
    whole = tomllib.loads(document)
    assert whole == tomllib.loads(draft.toml.decode()) | {"id": draft.id}
    assert standard.read(draft.toml, draft.id) == draft.standard


@pytest.mark.parametrize(
    "document",
    [
        'title = "T"\n[[level]]\nid = "a"\nmeans = "M"\n',
        'title = """\nid = "a"\n"""\nversion = "1.1"\napplies_to = ["tool"]\n' + LEVEL,
        'title = """\nid = "a"\n"""\nid = "a"\nversion = "1.1"\napplies_to = ["tool"]\n' + LEVEL,
        'id = "a"\nid = "a"\n',
        "id = 'a'\n",
        'id = "A B"\n',
        f"id = {'9' * 5000}\n",
    ],
    ids=[
        "a level's id",
        "within a text",
        "within a text and below it",
        "twice",
        "in other quotes",
        "no word",
        "a long number",
    ],
)
def test_an_id_that_cannot_be_taken_out_is_refused(document: str) -> None:
    with pytest.raises(AskedWrongly):
        read_standard(document)


def test_a_class_of_decisions_is_read_with_its_fractions() -> None:
    from guildmark_hub.council import documents

    found = documents.read_class(told(quorum=[2, 6], lazy="true", unit='"person"', cap=2))
    assert found is not None
    assert (found.quorum, found.threshold, found.lazy, found.cap) == (Fraction(1, 3), Fraction(1, 2), True, 2)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hours": 23}, "hours is a number from 24"),
        ({"hours": "true"}, "hours is a number"),
        ({"open_hours": 2161}, "open_hours is a number"),
        ({"approvals": 0}, "approvals is a number"),
        ({"cap": 1}, "cap is 0"),
        ({"quorum": [0, 3]}, "quorum is a fraction"),
        ({"quorum": [1, 11]}, "quorum is from 1/10 to 1"),
        ({"quorum": [4, 3]}, "quorum is from 1/10 to 1"),
        ({"threshold": [1.0, 2]}, "threshold is a fraction"),
        ({"threshold": [49, 100]}, "threshold is from 1/2 to 1"),
        ({"unit": '"vote"'}, "its unit is"),
        ({"lazy": 1}, "lazy is true or false"),
        ({"slug": '"Content"'}, "its slug is no word"),
        ({"name": '" "'}, "its name has"),
        ({"more": 1}, "and nothing else"),
    ],
)
def test_a_class_beyond_its_bounds_is_refused(given: dict[str, object], says: str) -> None:
    from guildmark_hub.council import documents

    with pytest.raises(AskedWrongly, match=says):
        documents.read_class(told(**given))


@pytest.mark.parametrize("document", ["We speak plainly.", "title = 1\n", "The [class] is large."])
def test_a_policy_without_that_table_is_words(document: str) -> None:
    from guildmark_hub.council import documents

    assert documents.read_class(document) is None


def test_a_broken_table_is_no_words() -> None:
    from guildmark_hub.council import documents

    with pytest.raises(AskedWrongly, match="cannot be read"):
        documents.read_class("[class]\nslug = \n")


@given(st.integers(-800, 800))
@settings(max_examples=100, deadline=None)
def test_a_waiver_ends_within_a_year(days: int) -> None:
    from guildmark_hub.council import documents

    until = TODAY + timedelta(days=days)
    try:
        found = documents.read_waiver(f'person = 3\nentry = "guard"\nuntil = {until}\n', TODAY)
    except AskedWrongly:
        assert not 0 < days <= 366
    else:
        assert (found.person, found.entry, found.until, 0 < days <= 366) == (3, "guard", until, True)


@pytest.mark.parametrize(
    "document",
    [
        'person = true\nentry = "guard"\nuntil = 2027-01-01\n',
        'person = 3\nentry = ""\nuntil = 2027-01-01\n',
        'person = 3\nentry = "guard"\nuntil = 2027-01-01T00:00:00Z\n',
        'person = 3\nentry = "guard"\nuntil = 2027-01-01\nmore = 1\n',
    ],
)
def test_a_waiver_names_a_person_an_entry_and_a_day(document: str) -> None:
    from guildmark_hub.council import documents

    with pytest.raises(AskedWrongly):
        documents.read_waiver(document, TODAY)
