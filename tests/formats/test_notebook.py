"""Notebooks: cells, their sources and their active outputs are read, of the old format too."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import html, notebook

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError, GuildmarkError
from guildmark.formats import notebook as format
from guildmark.formats.notebook import Cell


def test_a_cell_has_its_source_and_its_active_outputs():
    data = notebook("a = 1\nb = 2", "code", (html("<b>a</b>"), {"output_type": "stream", "text": "2"}), tags=["x"])
    assert formats.recognise(InMemory(data)) == ("notebook", "text")
    (cell,) = format.cells(InMemory(data))
    assert cell == Cell(1, "code", "a = 1\nb = 2", (("text/html", "<b>a</b>"),), {"tags": ["x"]})


def test_cells_of_the_old_format_are_read():
    sheet = {
        "cells": [{"cell_type": "code", "input": ["a"], "outputs": [{"output_type": "display_data", "html": "<b>"}]}]
    }
    data = json.dumps({"worksheets": [sheet], "nbformat": 3, "metadata": {"name": "a"}}).encode()
    assert list(format.cells(InMemory(data))) == [Cell(1, "code", "a", (("html", "<b>"),), {})]
    assert format.metadata(InMemory(data)) == {"name": "a"}


def test_a_notebook_that_is_cut_is_a_fault():
    contents = InMemory(notebook("a")[:-3])
    assert list(format.faults(contents))
    with pytest.raises(FormatError):
        list(format.cells(contents))


@pytest.mark.parametrize("data", [b'{"cells": []}', b'["nbformat"]', b'a "nbformat"'])
def test_others_are_none(data):
    assert not format.recognises(InMemory(data))


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["cells", "outputs", "data", "source", "worksheets", "attachments"]), inner)
    ),
)


@given(VALUES)
def test_any_tree_raises_no_foreign_error(tree):
    with suppress(GuildmarkError):
        list(format.cells(InMemory(json.dumps({"nbformat": 4, "cells": [tree], "worksheets": tree}).encode())))
