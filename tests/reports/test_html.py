"""The page for people: self-contained, bounded, in order."""

import base64
import hashlib
import itertools
import re

from tests.reports import sample

from guildmark.look import Look
from guildmark.reports import html


def test_the_page_may_load_nothing_and_only_its_own_style_applies():
    page = html.render(sample.REPORT, sample.LOOK)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert not re.search(r"<script|<link|<img|url\(|@import|src=", page)


def test_headings_leave_no_level_out():
    levels = [int(level) for level in re.findall(r"<h([1-6])", html.render(sample.REPORT, sample.LOOK))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


OPEN = {"no_code_in_pickles", "card_states_use_and_limits"}


def test_failed_and_unknown_checks_are_open_and_the_others_closed():
    page = html.render(sample.REPORT, sample.LOOK)
    opened = dict(re.findall(r'<details class="card check \w+" id="check-(\w+)"( open)?>', page))
    assert {check for check, is_open in opened.items() if is_open} == OPEN
    assert len(opened) == len(sample.CHECKS)


def test_every_anchor_leads_somewhere_and_is_there_once():
    for report in (sample.REPORT, sample.told_by("<x>"), sample.huge()):
        page = html.render(report, sample.LOOK)
        ids = re.findall(r' id="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_a_huge_report_makes_a_page_of_at_most_two_megabytes():
    """And says how much more there is."""
    page = html.render(sample.huge(), sample.LOOK)
    assert len(page.encode()) <= 2_000_000
    assert "and 19,500 more files" in page
    assert "more findings, in the JSON report" in page


def test_what_the_shelf_sets_in_backticks_is_code_and_nothing_else():
    page = html.render(sample.REPORT, sample.LOOK)
    assert "another wheel of the same release; <code>--all-files</code> takes all" in page
    look = Look(aside=(("x", "`<b>`"),))
    assert "<code>&lt;b&gt;</code>" in html.render(sample.REPORT, look)


def test_commands_to_copy_are_quoted_for_a_shell():
    page = html.render(sample.told_by("pkg:x/$(rm -rf ~)'"), Look())
    assert "guildmark vet &#39;pkg:x/$(rm -rf ~)&#39;&#34;&#39;&#34;&#39;&#39;" in page
