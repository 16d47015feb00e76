"""A bar on the terminal for long work: what is done, how fast, how long it will take."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

SECONDS_BETWEEN = 0.1


class Progress:
    """Shows nothing where it is quiet or nobody watches. It draws only when it is told of progress,
    so that no thread runs while a worker is forked."""

    def __init__(self, *, quiet: bool) -> None:
        self._silent = quiet or not sys.stderr.isatty()
        self._bar: Bar | None = None
        self._drawn = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def bytes(self, label: str, done: int, total: int) -> None:
        """So many bytes of a file are here; a total of 0 means that nobody knows how many there are."""
        self._show(label, done, total, lambda rate: f"{done / 1e6:.0f} MB, {rate / 1e6:.1f} MB/s")

    def steps(self, label: str, done: int, total: int) -> None:
        """So many checks are asked; the last was `label`."""
        self._show(label, done, total, lambda rate: f"{done} checks, {rate:.1f} checks/s")

    def samples(self, label: str, done: int, total: int, cost: str) -> None:
        """So many samples are completed; the label says how it stands, `cost` what it has cost."""
        self._show(label, done, total, lambda rate: f"{done} of {total}, {rate:.1f}/s" + (f", {cost}" if cost else ""))

    def files(self, label: str, done: int) -> None:
        """So many files are looked at, of nobody knows how many; the last was `label`."""
        self._show(label, done, 0, lambda rate: f"{done} files, {rate:.1f} files/s")

    def subjects(self, label: str, done: int, total: int) -> None:
        """So many subjects have their answer; the last that something was heard of is `label`."""
        self._show(label, done, total, lambda rate: f"{done} subjects, {rate:.1f} subjects/s")

    def _show(self, label: str, done: int, total: int, amount: Callable[[float], str]) -> None:
        """Draw it, if that is not too soon; `amount` says how much it is, by how much comes a second."""
        now = time.monotonic()
        if self._silent or now - self._drawn < SECONDS_BETWEEN:
            return
        self._drawn = now
        bar = self._bar or _bar()
        if self._bar is None:
            self._bar = bar
            bar.start()
        task = bar.task_ids[0]
        if total != bar.tasks[0].total:
            bar.reset(task, total=total or None)
        bar.update(task, description=_short(label), completed=done, total=total or None)
        bar.update(task, amount=amount(bar.tasks[0].speed or 0))
        bar.refresh()


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
    bar.add_task("", total=None, amount="")
    return bar


def _short(label: str) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in label)
    return shown if len(shown) <= 40 else f"…{shown[-39:]}"
