"""The report for the terminal."""

import re

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from tests.reports import sample

from guildmark.reports import text

SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")


def rendered(report=sample.REPORT, **look):
    return text.render(report, replace(sample.LOOK, **look))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_asked(width):
    for report in (sample.REPORT, *map(sample.told_by, sample.HOSTILE)):
        assert max(map(cell_len, rendered(report, width=width).splitlines())) <= width


def test_without_colour_there_is_no_escape_sequence_and_no_trailing_blank():
    assert "\x1b" not in rendered()
    assert not [line for line in rendered().splitlines() if line != line.rstrip()]


def test_colour_adds_nothing_but_colour():
    coloured = rendered(colour=True)
    assert SEQUENCE.search(coloured)
    assert SEQUENCE.sub("", coloured) == rendered()


def test_markup_of_others_is_shown_as_it_is():
    assert "[bold red]rich[/]" in rendered(sample.told_by("[bold red]rich[/] :warning:"), width=200)


def test_at_most_five_pieces_of_evidence_a_check_are_shown():
    shown = rendered(sample.huge())
    failed = shown[shown.index("✗ check_0") : shown.index("✗ check_4\n")]
    assert failed.count("byte ") == 5
    assert "more places" in failed
    assert "more findings" in failed
