"""The report for a pull request: rendered by the code host's own dialect, it pings and links nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports import sample

from guildmark.look import Look
from guildmark.reports import markdown

cmarkgfm = pytest.importorskip("cmarkgfm", reason="needs cmarkgfm, the reader of GitHub's Markdown")
PING = re.compile(r"(?<![\w])@\w|(?<![\w&])#\d|\bGH-\d")


def read(text: str) -> str:
    return cmarkgfm.github_flavored_markdown_to_html(text, options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)


def page(text: str) -> str:
    return read(markdown.render(sample.told_by(text), sample.look_by(text)))


def outside_code(html: str) -> str:
    return re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_no_link_picture_element_or_mention_comes_from_others(text):
    html = page(text)
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= {
        *("h2", "h3", "h4", "p", "br", "code", "table", "thead", "tbody", "tr", "th", "td"),
        *("strong", "ul", "li", "details", "summary"),
    }
    assert not PING.search(outside_code(html).replace("&quot;", '"'))


@settings(max_examples=60, deadline=None)
@given(st.text("\\`|*_<>&[]()!@#:~$^{}-+=1a. /", max_size=40))
def test_text_of_others_is_shown_as_it_is_in_one_cell(text):
    """Whatever marks it holds: the cell shows the text, and the table keeps its columns."""
    html = read(f"| a | b |\n| - | - |\n| {markdown.escaped(text)} | end |\n")
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert len(cells) == 2
    shown = cells[0].replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == re.sub(r"^ +| +$", "", text)


def test_it_fits_a_comment_and_says_when_something_is_left_out():
    text = markdown.render(sample.huge(), sample.LOOK)
    assert len(text) <= 60_000
    assert "longer than a comment may be" in text
    assert "longer than a comment may be" not in markdown.render(sample.REPORT, Look())


def test_what_the_shelf_sets_in_backticks_is_code():
    html = read(markdown.render(sample.REPORT, sample.LOOK))
    assert "another wheel of the same release; <code>--all-files</code> takes all" in html


def test_passed_checks_are_folded():
    text = markdown.render(sample.REPORT, sample.LOOK)
    assert text.index("<details><summary>✅ Passed (3)") < text.index("`formats_intact`")
