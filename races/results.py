"""Adds lines to races/RESULTS.md: what was measured, where and by which command."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def machine() -> str:
    """The machine in words: nothing that names it or its user."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def command(words: Sequence[str]) -> str:
    """The command that runs, by the words after its module; a path of this machine is FOLDER, for anyone's own."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    shown = ("FOLDER" if os.sep in word else word for word in words if word != "--record")
    return " ".join(("python -m", spec.name if spec else "races", *shown))


def record(race: str, result: str, bound: str, command: str) -> str:
    """Append a line; returns it."""
    line = f"| {datetime.now(UTC):%Y-%m-%d} | {race} | {result} | {bound} | `{command}` | {machine()} |\n"
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(line)
    return line
