"""What every format on the shelf promises, whoever wrote it."""

from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import seeds

from guildmark import formats, leaves
from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError, GuildmarkError
from guildmark.limits import Budget, Limits

HOLDS = {"weights", "objects", "members", "program", "text", "data", "media"}
NAMES = leaves.names("formats")
SEEDS = seeds()
if find_spec("tests.formats.seeds_containers"):
    from tests.formats import seeds_containers

    SEEDS |= seeds_containers.seeds()
if find_spec("tests.formats.seeds_more"):
    from tests.formats import seeds_more

    SEEDS |= seeds_more.seeds()


def read_all(contents: Contents) -> None:
    """Ask every format everything that the shelf asks; only GuildmarkErrors may come of it."""
    budget = Budget(Limits(expansion=1 << 22))
    for name in NAMES:
        try:
            formats.load(name).recognises(contents)
        except FormatError as error:
            pytest.fail(f"{name}.recognises raised {error!r}; it should answer")
        for ask in (partial(formats.faults, name, contents), partial(formats.members, name, contents, budget)):
            with suppress(GuildmarkError):
                list(islice(ask() or (), 1000))


@pytest.mark.parametrize("name", NAMES)
def test_a_format_has_a_rank_and_holds_something_known(name):
    assert isinstance(formats.load(name).RANK, int)
    assert formats.load(name).HOLDS in HOLDS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "data", [b"", b"\0", bytes(4096), bytes(range(128, 256)) * 40], ids=["empty", "0", "0s", "high"]
)
def test_nothing_recognises_bytes_that_say_nothing(name, data):
    """Empty files are text; a run of zeros or of high bytes is of no format."""
    assert formats.load(name).recognises(InMemory(data)) is (name == "text" and not data)


@pytest.mark.parametrize("name", SEEDS)
def test_a_small_valid_file_is_recognised_as_what_it_is_and_has_no_faults(name):
    """And as nothing else, for no two formats here are two faces of such a file."""
    contents = InMemory(SEEDS[name])
    assert formats.recognise(contents)[0] == name
    assert list(formats.faults(name, contents) or ()) == []


@pytest.mark.parametrize("name", seeds())
def test_a_small_valid_model_or_plain_file_has_one_face(name):
    assert formats.recognise(InMemory(seeds()[name])) == (name,)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    read_all(InMemory(data))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid file with some bytes changed, put in or cut off."""
    data = bytearray(draw(st.sampled_from(sorted(SEEDS.values()))))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        removed = draw(st.integers(0, 4))
        data[place : place + removed] = draw(st.binary(max_size=8))
    return bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)


@given(mutated())
def test_damaged_files_raise_no_foreign_error(data):
    read_all(InMemory(data))
