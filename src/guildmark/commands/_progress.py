"""A bar on the terminal for long work: what is done, how fast, how long it will take."""

import sys
import time
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
        self._show(label, done, total, 1_000_000, "MB")

    def steps(self, label: str, done: int, total: int) -> None:
        """So many checks are asked; the last was `label`."""
        self._show(label, done, total, 1, "checks")

    def samples(self, label: str, done: int, total: int) -> None:
        """So many samples are completed; the label says how it stands."""
        self._show(label, done, total, 1, "samples")

    def files(self, label: str, done: int) -> None:
        """So many files are looked at, of nobody knows how many; the last was `label`."""
        self._show(label, done, 0, 1, "files")

    def subjects(self, label: str, done: int, total: int) -> None:
        """So many subjects have their answer; the last that something was heard of is `label`."""
        self._show(label, done, total, 1, "subjects")

    def _show(self, label: str, done: int, total: int, scale: int, unit: str) -> None:
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
        bar.update(task, amount=f"{done / scale:.0f} {unit}, {(bar.tasks[0].speed or 0) / scale:.1f} {unit}/s")
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
