"""Prints the reference from the code, so that it cannot drift; `mkdocs.yml` names this file as a hook."""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from guildmark import check, leaves, standard
from guildmark.check import Check
from guildmark.standard import Level, Standard

BEARS_ON = {
    "load": "It bears on the report's line *may I load it*.",
    "origin": "A failure speaks against loading, in the report's line *may I load it*.",
    "ship": "It bears on the report's line *may I ship it*.",
    "": "",
}
SHELVES = {
    "sources": "Where a subject can come from. `guildmark vet` finds the source from the prefix, or the path.",
    "formats": "What Guildmark reads. The bytes decide, never the name of a file.",
    "reports": "The forms in which `guildmark vet --format` prints what was found.",
    "commands": "The commands of the `guildmark` program.",
}

ROOT = Path(__file__).resolve().parent.parent
FROM_THE_ROOT = ("CONTRIBUTING.md", "STYLE.md", "SECURITY.md", "CHANGELOG.md")


@cache
def pages() -> dict[str, str]:
    """Every page of the reference: its address within the docs, and its Markdown."""
    checks = [check.load(id) for id in check.ids()]
    standards = [standard.load(id) for id in standard.ids()]
    printed = {f"reference/checks/{one.id}.md": _check_page(one, standards) for one in checks}
    printed |= {f"reference/standards/{one.id}.md": _standard_page(one) for one in standards}
    printed["reference/checks.md"] = _index("checks", ((one.id, one.question) for one in checks))
    printed["reference/standards.md"] = _index("standards", ((one.id, one.title) for one in standards))
    for shelf, says in SHELVES.items():
        printed[f"reference/{shelf}.md"] = "".join(_shelf_page(shelf, says))
    return printed


def root_pages() -> dict[str, str]:
    """The pages that a forge shows at the repository's root, with their links turned to the site's."""
    turned = {"](docs/": "]("} | {f"]({name})": f"]({name.lower()})" for name in FROM_THE_ROOT}
    texts = {}
    for name in FROM_THE_ROOT:
        text = (ROOT / name).read_text(encoding="utf-8")
        for there, here in turned.items():
            text = text.replace(there, here)
        texts[name.lower()] = text
    return texts


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the printed pages to the navigation."""
    reference: list[dict[str, Any]] = [
        {"Checks": _under("checks", check.ids())},
        {"Standards": _under("standards", standard.ids())},
        *({shelf.capitalize(): f"reference/{shelf}.md"} for shelf in SHELVES),
    ]
    for entry in config.nav or []:
        if "Reference" in entry:
            entry["Reference"] = [*reference, *entry["Reference"]]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the printed pages to the site."""
    for address, text in (pages() | root_pages()).items():
        files.append(File.generated(config, address, content=text))
    return files


def _under(shelf: str, ids: Iterable[str]) -> list[Any]:
    return [f"reference/{shelf}.md", *({id: f"reference/{shelf}/{id}.md"} for id in ids)]


def _index(shelf: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = "\n".join(f"| [`{id}`]({shelf}/{id}.md) | {says} |" for id, says in rows)
    return f"# {shelf.capitalize()}\n\n| id | |\n|---|---|\n{lines}\n"


def _check_page(one: Check, standards: list[Standard]) -> str:
    required = [
        f"- [{ladder.title}](../standards/{ladder.id}.md), level *{level.id}*"
        for ladder in standards
        for level in ladder.level
        if one.id in level.require
    ]
    return "\n\n".join(
        [
            f"# {one.id}",
            f"**{one.question}**",
            one.why,
            f"What to do where it fails: {one.remedy}",
            f"Asked of: {', '.join(one.applies_to)}.",
            BEARS_ON[one.bears_on],
            "Required by:\n\n" + "\n".join(required) if required else "No standard requires it.",
            f"By itself: `guildmark vet SUBJECT --check {one.id}`",
            "",
        ]
    )


def _standard_page(newest: Standard) -> str:
    versions = ", ".join(standard.versions(newest.id))
    asks = f" Who names no level asks for *{newest.asks}*." if newest.asks else ""
    head = (
        f"# {newest.title}\n\n`{newest.id}`, version {newest.version} (published: {versions}), asked "
        f"of: {', '.join(newest.applies_to)}. Each level asks also for all that the levels before it ask.{asks}\n"
    )
    return head + "".join(_level(step, level) for step, level in enumerate(newest.level, 1))


def _level(step: int, level: Level) -> str:
    asked = [check.load(id) for id in level.require]
    rows = "\n".join(f"| [{one.question}](../checks/{one.id}.md) | {one.remedy} |" for one in asked)
    table = f"\n| the answer must be yes | where it is not |\n|---|---|\n{rows}\n" if asked else ""
    measures = "".join(f"\n- measured: {one.words()}{_conditions(one.conditions)}" for one in level.measure)
    people = "".join(f"\n- claims: {one.words()}" for one in level.people())
    return f"\n## {step}. {level.id}\n\n{level.means}\n{table}{measures}{people}\n"


def _conditions(conditions: dict[str, Any]) -> str:
    return f", under `{json.dumps(conditions)}`" if conditions else ""


def _shelf_page(shelf: str, says: str) -> Iterator[str]:
    yield f"# {shelf.capitalize()}\n\n{says}\n"
    for id in leaves.names(shelf):
        yield f"\n## {id}\n\n{inspect.cleandoc(leaves.load(shelf, id).__doc__ or '')}\n"
        if shelf == "commands":
            yield f"\n```text\n{_usage(id)}\n```\n"


def _usage(command: str) -> str:
    program = [sys.executable, "-m", "guildmark", command, "--help"]
    plain = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(program, env=plain, capture_output=True, text=True, check=True).stdout.strip()
