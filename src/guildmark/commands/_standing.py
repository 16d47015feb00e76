"""How a run stands while it goes on: its score so far with the interval, and what it has cost."""

import argparse
from typing import NamedTuple

from guildmark.provider import Reply
from guildmark.run.journal import Line
from guildmark.statistics import Standing as Mean


class Price(NamedTuple):
    """What a million tokens cost that are read, and that are written, in whatever money the user thinks in."""

    read: float
    written: float


class Standing:
    """Counts the lines of one benchmark's run as they are completed, and what a judge says of them.

    Answers of the cache cost nothing; verdicts are never of it."""

    def __init__(self, benchmark: str, price: Price | None, judge: Price | None = None) -> None:
        self._benchmark, self._price, self._judge = benchmark, price, judge
        self._mean = Mean()
        self.read = self.written = self.judge_read = self.judge_written = self.cached = 0

    def add(self, line: Line) -> None:
        """One line more."""
        self._mean.add(next(iter(line.values.values()), 0.0))
        self.cached += line.cached
        if not line.cached and isinstance(line.reply, Reply):
            for reply in (*line.reply.before, line.reply):
                self.read += reply.prompt_tokens or 0
                self.written += reply.tokens or 0
        if line.judged:
            self.judge_read += line.judged.prompt_tokens or 0
            self.judge_written += line.judged.tokens or 0

    def score(self) -> str:
        """`gsm8k 45 % (41 to 49)`, the benchmark's name cut where it is long."""
        return f"{self._benchmark[:20]} {self._mean}"

    def cost(self) -> str:
        """In money where a price is known, else in tokens; empty where nothing is counted."""
        if self._price or self._judge:
            model, judge = self._price or Price(0, 0), self._judge or Price(0, 0)
            money = self.read * model.read + self.written * model.written
            money = (money + self.judge_read * judge.read + self.judge_written * judge.written) / 1e6
            return f"cost {money:.2f}" if money >= 100 else f"cost {money:.4f}"
        count = self.read + self.written + self.judge_read + self.judge_written
        return f"{_short(count)} tokens" if count else ""

    def tokens(self) -> str:
        """`900 tokens read and 100 written`, and the judge's."""
        mine = f"{self.read:,} tokens read and {self.written:,} written"
        judge = f"{self.judge_read:,} read and {self.judge_written:,} written by the judge"
        return f"{mine}, {judge}" if self.judge_read + self.judge_written else mine


def price(text: str) -> Price:
    """`READ:WRITTEN`, for a million tokens each."""
    try:
        read, written = map(float, text.split(":"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no price: write READ:WRITTEN, such as 0.15:0.60") from None
    if not (0 <= read < 1e9 and 0 <= written < 1e9):
        raise argparse.ArgumentTypeError(f"{text} is no price: write two numbers of zero or more")
    return Price(read, written)


def _short(count: int) -> str:
    thousands = f"{count / 1e3:,.0f}k" if count < 10_000_000 else f"{count / 1e6:,.0f}M"
    return thousands if count >= 100_000 else f"{count:,}"
