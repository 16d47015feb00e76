"""Some loaders fetch and run Python files that a model's configuration names."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from guildmark.check import check, failed, passed, unknown, unread
from guildmark.errors import ContentsError
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

CONFIGURATIONS = re.compile(r"^(.*_)?(config|index|configuration)\.json$")
CODE_KEYS = ("auto_map", "custom_pipelines", "custom_generate")
CUSTOM_CODE = re.compile(
    r"^(modeling|configuration|tokenization|processing|image_processing|feature_extraction)_\w+\.py$"
)
DATASET_SCRIPT = re.compile(r"\b(GeneratorBasedBuilder|ArrowBasedBuilder|DatasetBuilder)\b")
LARGEST = 8 << 20
DEEPEST = 64


@check(
    applies_to="model dataset tool",
    remedy="Use a model whose architecture its library already has; else read the named files before you trust them.",
    bears_on="load",
)
def no_remote_code(subject: Subject) -> Iterator[Finding]:
    """Does everything load without Python code that the configuration names or the repository brings?"""
    yield from unread(subject)
    bad = 0
    for file in subject.files():
        if not file.readable:
            continue
        for finding in (*_in_configuration(file), *_in_code(file, subject)):
            bad += 1
            yield finding
    if not bad:
        yield passed("no configuration names code, and no file is custom loading code")


def _in_configuration(file: File) -> Iterator[Finding]:
    if not CONFIGURATIONS.match(file.name):
        return
    try:
        if file.contents.size > LARGEST:
            yield unknown(f"{file.path} is too large to be a configuration", file.seen("", f"{file.size} bytes"))
            return
        tree = msgspec.json.decode(file.contents.at(0, LARGEST))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ContentsError) as error:
        yield unknown(f"{file.path} cannot be read as JSON: {error}", file.seen("", str(error)))
        return
    for place, value in _named_code(tree, "", 0):
        yield failed(f"{file.path} lets its loader run {value}", file.seen(place, value))


def _named_code(tree: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """Each place in a configuration that names code, and what it names."""
    if depth > DEEPEST:
        return
    if isinstance(tree, dict):
        for key, value in tree.items():
            inside = f"{place}.{key}" if place else key
            if key in CODE_KEYS and value:
                yield inside, ", ".join(_leaves(value)) or str(value)
            else:
                yield from _named_code(value, inside, depth + 1)
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _named_code(value, f"{place}[{number}]", depth + 1)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value


def _in_code(file: File, subject: Subject) -> Iterator[Finding]:
    """Code that a hub's loader takes from the repository; in an installed package it is plain code."""
    if not file.name.endswith(".py") or file.archive or subject.kind == "tool":
        return
    if CUSTOM_CODE.match(file.name):
        yield failed(f"{file.path} is custom modelling code", file.seen("line 1", file.name))
    elif subject.kind == "dataset" and (found := DATASET_SCRIPT.search(text := file.text())):
        line = text.count("\n", 0, found.start()) + 1
        yield failed(f"{file.path} is a loading script", file.seen(f"line {line}", found.group()))
