"""Zarr: the codec that unpickles is told, one that no library has as well; compressors are plain."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import ARRAY

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.formats import zarr

V3 = {"zarr_format": 3, "node_type": "array", "codecs": [{"name": "bytes"}, {"name": "zstd", "configuration": {}}]}


def told(tree: object) -> list[tuple[str, bool]]:
    return [(built.name, built.acts) for built in zarr.builds(InMemory(json.dumps(tree).encode()))]


@pytest.mark.parametrize(
    "tree",
    [ARRAY, V3, {"zarr_format": 2}, {"metadata": {"a/.zarray": {}}}, {**ARRAY, "filters": [{"id": "vlen-utf8"}]}],
)
def test_arrays_of_numbers_and_texts_are_plain(tree):
    assert formats.recognise(InMemory(json.dumps(tree).encode())) == ("zarr",)
    assert told(tree) == []


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({**ARRAY, "filters": [{"id": "pickle", "protocol": 5}]}, [("pickle", True)]),
        ({"zarr_consolidated_format": 1, "metadata": {"a/.zarray": {**ARRAY, "compressor": {"id": "pickle"}}}}, None),
        ({**V3, "codecs": [{"name": "numcodecs.pickle"}]}, [("numcodecs.pickle", True)]),
        ({**V3, "codecs": ["sharding_indexed", {"name": "a", "configuration": {"codecs": ["pickle"]}}]}, None),
        ({**ARRAY, "filters": [{"id": "mine"}]}, [("mine", False)]),
    ],
)
def test_other_codecs_are_told(tree, names):
    found = told(tree)
    assert found == names if names else ("pickle", True) in found


def test_a_users_own_words_name_no_codec():
    assert told({**V3, "attributes": {"codecs": ["pickle"]}}) == []


@given(st.recursive(st.none() | st.text("a"), lambda inner: st.lists(inner) | st.dictionaries(st.text("a"), inner)))
def test_any_tree_raises_no_foreign_error(tree):
    with suppress(GuildmarkError):
        told({"zarr_format": 2, "filters": tree, "codecs": tree})
