"""Measure how fast a model answers: time to the first token, tokens read and written a second, load time, memory.

MODEL is PROVIDER:NAME, as for `guildmark eval`. A model on this machine is measured with this machine's load."""

import argparse
import asyncio
import os
from typing import Any

from guildmark import commands, hardware, plain, provider, speed
from guildmark.errors import AskedWrongly
from guildmark.records import Measurement, canonical


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--prompt-tokens", type=int, default=256, metavar="N", help="a prompt's length, about")
    parser.add_argument("--tokens", type=int, default=64, metavar="N", help="an answer's most tokens")
    parser.add_argument("--repeat", type=int, default=3, metavar="K", help="measure so often; the median is told")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Print the table."""
    for name, value in (("--prompt-tokens", asked.prompt_tokens), ("--tokens", asked.tokens - 1)):
        if not 1 <= value <= 1_000_000:
            raise AskedWrongly(f"{name} makes no sense", "ask for at least one token, and at least two of an answer")
    if not 1 <= asked.repeat <= 1000:
        raise AskedWrongly(f"--repeat {asked.repeat} makes no sense", "write a number from 1 to 1000")
    environment = {"GUILDMARK_CACHE": commands.cache_folder(), **os.environ}
    model = provider.open_model(asked.model, tuple(environment.items()))
    conditions: dict[str, Any] = {"model": model.describe(), "machine": hardware.machine()}
    found = asyncio.run(speed.measure(model, asked.prompt_tokens, asked.tokens, asked.repeat, conditions))
    if asked.format == "json":
        print(canonical(found).decode())
    else:
        print("\n".join(_table(found.measurements)))
        print(f"\n{_under(conditions)}")
    return 0


def _table(measured: tuple[Measurement, ...]) -> list[str]:
    rows = [("measure", "median", "from", "to", "times"), *map(_row, measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(each: Measurement) -> tuple[str, str, str, str, str]:
    bounds = each.interval
    low, high = (_shown(bounds.low, each.unit), _shown(bounds.high, each.unit)) if bounds else ("", "")
    return each.score.replace("_", " "), _shown(each.value, each.unit), low, high, str(each.n)


def _shown(value: float, unit: str) -> str:
    if unit == "bytes":
        return plain.size(int(value))
    return f"{value:,.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"


def _under(conditions: dict[str, Any]) -> str:
    model, machine = conditions["model"], conditions["machine"]
    keys = ("provider", "name", "engine", "quantisation", "layout")
    named = ", ".join(f"{key} {model[key]}" for key in keys if model.get(key))
    return f"{plain.sentence(named)}; {machine['processor'] or machine['machine']}, {machine['cpus']} processors"
