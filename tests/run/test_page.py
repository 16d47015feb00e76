"""A run's page holds its scores, what they depend on and its samples, and obeys nothing that an answer says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.run.questions import echo

from guildmark import run_page
from guildmark.benchmark import Benchmark, Sample, benchmark
from guildmark.commands import main
from guildmark.provider import open_model
from guildmark.run import Pace, Settings, go

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\x1b[31m {{ 7*7 }}"


def hostile() -> Benchmark:
    """Questions whose ids, categories and words would be markup, if they were let."""

    def attacked() -> Iterator[Sample]:
        """Does it stay text?"""
        for number in range(6):
            yield Sample(f"{HOSTILE}{number}", f"Say this {HOSTILE * (1 + 60 * number)}", "x", category=HOSTILE,
                         language=("en", "de")[number % 2])  # fmt: skip

    return benchmark(version="1", kind="text", scorer="exact")(attacked)


def ran(folder: Path, asked: Benchmark, says: str = "") -> Path:
    go(folder, asked, (), open_model(f"mock:{says}"), Settings(), {"processor": "p"}, Pace())
    return folder


def test_the_page_says_the_score_its_interval_and_what_it_depends_on(tmp_path: Path) -> None:
    shown = run_page.page([ran(tmp_path / "run", echo(40), "w3")])
    assert "2.5 %" in shown
    assert "0.4 % to 12.9 %" in shown
    assert "Digest of all scores" in shown
    assert "Wall time" in shown


def test_what_was_wanted_stands_beside_what_was_answered(tmp_path: Path) -> None:
    shown = run_page.page([ran(tmp_path / "run", echo(3), "w9")])
    assert shown.count('<p class="said-label">Wanted</p><pre dir="auto">w2</pre>') == 1


@pytest.mark.parametrize(
    ("answer", "options", "wanted"),
    [(1, (" a", " b"), "b"), ([0, 1], (" a", " b"), "a | b"), ("yes", (), "yes"), (["yes", "yeah"], (), "yes | yeah"),
     (None, (), ""), (3, (), "3")],
)  # fmt: skip
def test_the_right_answer_is_told_in_words(answer: object, options: tuple[str, ...], wanted: str) -> None:
    assert Sample("s", "?", answer, options).wanted() == wanted


def test_what_is_hostile_stands_as_text(tmp_path: Path) -> None:
    shown = run_page.page([ran(tmp_path / "run", hostile(), HOSTILE)])
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "\x1b" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "49" not in shown.partition("</pre>")[0].rpartition("<pre")[2]


def test_the_worst_stand_first_and_the_rest_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 40 samples one is right; on a page of 30 it is not, and ten more are said to be in the run."""
    monkeypatch.setattr(run_page, "SAMPLES", 30)
    shown = run_page.page([ran(tmp_path / "run", echo(40), "w3")])
    assert "30 of 40 samples are on this page, and 10 more in the run" in shown
    assert shown.count('class="card check sample failed"') == 30
    assert 'class="card check sample passed"' not in shown


def test_a_page_has_a_bounded_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many samples as there is room for, one at least; the others are counted."""
    folder = ran(tmp_path / "run", echo(40), "w3")
    for room, count in ((10_000, 9), (1, 1)):
        monkeypatch.setattr(run_page, "ROOM", room)
        shown = run_page.page([folder])
        assert shown.count('class="card check sample') == count
        assert f"{count} of 40 samples are on this page, and {40 - count} more in the run" in shown


def test_languages_are_shown_where_there_are_several(tmp_path: Path) -> None:
    assert "By language" in run_page.page([ran(tmp_path / "several", hostile())])
    assert "By language" not in run_page.page([ran(tmp_path / "one", echo(4))])


def test_the_program_writes_pages(tmp_path: Path, mirror: Path) -> None:
    first, second = (str(ran(tmp_path / name, echo(10), says)) for name, says in (("a", ""), ("b", "w3")))
    out = tmp_path / "page.html"
    assert main(["run", "show", first, "--format", "html", "-o", str(out)]) == 0
    assert "<title>echoed: Guildmark</title>" in out.read_text()
    assert main(["compare", first, second, "--format", "html", "-o", str(out)]) == 0
    assert "+90.0 points" in out.read_text()
    words = ["eval", "mock:", "guildmark_smoke", "--run", str(tmp_path / "c"), "--quiet", "--no-network"]
    assert main([*words, "--format", "html", "-o", str(out)]) == 0
    assert "By language" in out.read_text()
