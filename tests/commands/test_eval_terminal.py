"""On a terminal an evaluation shows how it stands while it goes on: a person can stop it in time."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest
from tests.serving import served

from guildmark.commands._standing import Standing, price
from guildmark.provider import Reply
from guildmark.run.journal import Line


def _watched(words: list[str], columns: int, folder: Path) -> list[str]:
    """The lines that a terminal of so many columns was given, without colour."""
    child, screen = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "guildmark", *words],
                  {**os.environ, "TERM": "xterm", "GUILDMARK_CACHE": str(folder)})  # fmt: skip
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    shown = bytearray()
    try:
        while piece := os.read(screen, 65_536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()))


@pytest.mark.parametrize("columns", [80, 120])
def test_progress_shows_score_interval_rate_cost_and_time_left(tmp_path: Path, columns: int) -> None:
    with served(delay=0.2) as (model, _):
        words = ["eval", model, "guildmark_smoke", "--run", str(tmp_path / "run"), "--concurrency", "4",
                 "--price", "1000:2000", "--no-network"]  # fmt: skip
        lines = _watched(words, columns, tmp_path)
    standing = [line for line in lines if " of 44, " in line]
    whole = re.compile(
        r"guildmark_smoke \d+ % \(\d+ to \d+\) .* (\d+) of 44, \d+\.\d/s, cost (\d+\.\d{4}) +\d:\d\d:\d\d"
    )
    found = [match for line in standing if (match := whole.search(line))]
    assert len(found) >= 3
    counts, costs = ([float(match[group]) for match in found] for group in (1, 2))
    assert counts == sorted(counts)
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]
    assert max(map(len, standing)) <= columns
    assert any("tokens read and 44 written, cost" in line for line in lines)


def test_without_a_price_the_cost_is_told_in_tokens_and_the_cache_is_free() -> None:
    line = Line(0, "s", 0, None, Reply("x", prompt_tokens=900, tokens=100), values={"correct": 1.0})
    plain, priced = Standing("b" * 30, None), Standing("b", price("0.15:0.60"))
    assert plain.cost() == ""
    for standing in (plain, priced):
        standing.add(line)
        standing.add(Line(1, "t", 0, None, Reply("x", prompt_tokens=900, tokens=100), cached=True))
    assert plain.cost() == "1,000 tokens"
    assert plain.score().startswith(f"{'b' * 20} 50 % (")
    assert priced.cost() == f"cost {(900 * 0.15 + 100 * 0.60) / 1e6:.4f}"
    assert priced.cached == 1


def test_what_a_judge_reads_and_writes_is_counted_apart_and_has_a_price_of_its_own() -> None:
    verdict = Reply("yes", prompt_tokens=2_000, tokens=10)
    line = Line(0, "s", 0, None, Reply("x", prompt_tokens=900, tokens=100), judged=verdict, cached=True)
    plain, priced = Standing("b", None), Standing("b", None, price("3:15"))
    for standing in (plain, priced):
        standing.add(line)
    assert plain.cost() == "2,010 tokens"
    assert priced.cost() == f"cost {(2_000 * 3 + 10 * 15) / 1e6:.4f}"
    assert priced.tokens() == "0 tokens read and 0 written, 2,000 read and 10 written by the judge"
