"""The tree and its proofs, held against the definition in RFC 6962 and against each other."""

from hypothesis import given
from hypothesis import strategies as st

from guildmark.log import merkle, note, tiles
from guildmark.log.merkle import Tree


def defined(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash as RFC 6962, section 2.1, defines it."""
    if not hashes:
        return merkle.EMPTY
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node(defined(hashes[:split]), defined(hashes[split:]))


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def files(given: list[bytes]) -> dict[str, bytes]:
    """All tiles of a log of these entries, as it grows one by one."""
    growing = tiles.Growing(0, lambda level, number, width: [])
    found = {path: data for entry in given for path, data in growing.put(entry)}
    return found | dict(growing.rest())


def tree(given: list[bytes]) -> Tree:
    held = files(given)
    return Tree(len(given), lambda *tile: merkle.hashes(held[tiles.path(*tile)], tile[2]))


SIZES = st.integers(0, 700)


@given(SIZES)
def test_the_root_read_off_the_tiles_is_the_one_defined(size: int) -> None:
    given = entries(size)
    assert tree(given).root() == defined([merkle.leaf(entry) for entry in given])


@given(SIZES, st.data())
def test_a_tree_grown_from_any_size_has_the_same_root(size: int, data: st.DataObject) -> None:
    given, before = entries(size), data.draw(st.integers(0, size))
    small = files(given[:before])

    def edge(level: int, number: int, width: int) -> list[bytes]:
        return merkle.hashes(small[tiles.path(level, number, width)], width)

    growing = tiles.Growing(before, edge)
    for entry in given[before:]:
        list(growing.put(entry))
    assert growing.root() == tree(given).root()


@given(st.integers(1, 700), st.data())
def test_an_inclusion_proof_holds_for_its_entry_and_no_other(size: int, data: st.DataObject) -> None:
    given = entries(size)
    place, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    whole = tree(given)
    path, root = whole.inclusion(place), whole.root()
    assert merkle.proves_inclusion(path, place, size, merkle.leaf(given[place]), root)
    if other != place:
        assert not merkle.proves_inclusion(path, other, size, merkle.leaf(given[place]), root)
        assert not merkle.proves_inclusion(path, place, size, merkle.leaf(given[other]), root)
    assert not merkle.proves_inclusion([*path, root], place, size, merkle.leaf(given[place]), root)
    assert not merkle.proves_inclusion(path, place, size, merkle.leaf(given[place]), merkle.EMPTY)
    assert not merkle.proves_inclusion(path, -1, size, merkle.leaf(given[place]), root)


@given(st.integers(1, 700), st.data())
def test_a_consistency_proof_holds_for_the_tree_that_was_and_no_other(size: int, data: st.DataObject) -> None:
    given, old = entries(size), data.draw(st.integers(0, size))
    whole = tree(given)
    path, before, now = whole.consistency(old), whole.root(old), whole.root()
    assert before == defined([merkle.leaf(entry) for entry in given[:old]])
    assert merkle.proves_consistency(path, old, size, before, now)
    assert not merkle.proves_consistency(path, old, size, merkle.leaf(b"x"), now)
    assert not merkle.proves_consistency([*path, now], old, size, before, now)
    if old and path:
        assert not merkle.proves_consistency(path[1:], old, size, before, now)


def test_the_empty_tree_and_its_leaves_have_the_hashes_of_rfc_6962() -> None:
    """The first of the test vectors that Certificate Transparency's own implementations share."""
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_tiles_lie_where_the_specification_says() -> None:
    assert tiles.path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.path(2, 0, 1) == "tile/2/000.p/1"
    assert tiles.path(tiles.ENTRIES, 273, 112) == "tile/entries/273.p/112"


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    """273 full ones and one of 112 on level 0, one full and one of 17 on level 1, one of 1 on level 2."""
    counted = {level: [width for _, width in tiles.widths(70_000, level)] for level in tiles.levels(70_000)}
    assert counted == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}


def test_a_checkpoint_reads_as_it_was_written() -> None:
    checkpoint = note.Checkpoint("example.org/log", 7, merkle.EMPTY)
    assert note.checkpoint(note.Note(checkpoint.text(), ())) == checkpoint
