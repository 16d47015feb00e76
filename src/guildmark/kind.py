"""What a subject is: a model, a data set or a tool, told from its files."""

import re
from collections.abc import Iterable, Sequence

from guildmark import formats, late, pins
from guildmark.file import File
from guildmark.records import Kind

_DATASET_FIELDS = late.compile(
    r"^(dataset_info|task_categories|size_categories|annotations_creators|source_datasets|configs):", re.MULTILINE
)
_TABLES = (".csv", ".tsv", ".jsonl", ".parquet", ".arrow", ".ndjson")
PROJECT = {"pyproject.toml", "setup.py", "setup.cfg", "package.json", "Cargo.toml", "pyvenv.cfg"}
"""A file at the top of a folder that says: this is a project's source, or an environment of Python."""
PIPELINE = {"config.cfg", "meta.json", "tokenizer"}
"""What every spaCy pipeline holds, whose weights are in a format that is not read here."""
_PACKAGES = ("wheel", "sdist", "npm_package")
_BESIDES = late.compile(
    r"(^|/)(samples?|tests?|testing|examples?|fixtures?|demos?|tutorials?|docs?|benchmarks?)/"
    r"|/([^/]+[_-])?(samples?|tests?|examples?)([_-][^/]+)?/",
    re.IGNORECASE,
)
"""Folders of what is not the thing itself: weights there are something to try the code on."""
_CODE = (".py", ".pyi", ".js", ".ts", ".rs", ".go", ".c", ".cpp", ".java", ".sh")


def kind_of(files: Sequence[File]) -> Kind:
    """A package or a project is a model if weights are most of what it holds, else a tool; other files
    are a data set if a data card, Croissant or tables say so, a tool if there is only code, else a model."""
    for package in _PACKAGES:
        holders = [file.path for file in files if package in file.formats]
        if holders:
            return _of_package([file for file in files if file.archive in holders], files)
    if any(file.path in PROJECT for file in files) or all(map(_is_list, files)):
        return _of_package([file for file in files if not file.archive], files)
    return _of_folder(files)


def other_way(kind: Kind, files: Sequence[File]) -> tuple[tuple[str, str], ...]:
    """What was not asked where it may be of two kinds, and how to ask it: a package with weights inside."""
    weights = _holders_of_weights(files)
    own = [file for file in files if file.path in weights and _is_weights(file)]
    package = any(set(_PACKAGES) & set(file.formats) for file in files) or any(file.path in PROJECT for file in files)
    if not own or not package or kind == "dataset":
        return ()
    other, taken = ("model", "tool") if kind == "tool" else ("tool", "model")
    why = f"it holds weights ({own[0].path}) and was taken for a {taken}: `--kind {other}` asks it as a {other}"
    return ((f"what is asked of a {other}", why),)


def _is_list(file: File) -> bool:
    """Whether a file lists packages at exact versions; asked only where its name can be one of theirs."""
    return file.name.endswith((".txt", ".toml", ".lock", ".json")) and pins.is_list(file.name)


def _of_package(own: Sequence[File], files: Sequence[File]) -> Kind:
    """Half of the bytes: tools carry a few weights for their tests, models carry a little code."""
    if {file.name for file in own} >= PIPELINE:
        return "model"
    holders = _holders_of_weights(files)
    weights = sum(file.size for file in own if file.path in holders)
    return "model" if 2 * weights > sum(file.size for file in own if not _is_besides(file)) else "tool"


def _is_besides(file: File) -> bool:
    """Whether a file lies in a folder of samples, tests or documents."""
    return bool(_BESIDES.search(file.path.rpartition("!")[2]))


def _holders_of_weights(files: Sequence[File]) -> set[str]:
    """The paths of weights and of the archives that they lie in, in one pass: a release may hold very many files."""
    found: set[str] = set()
    for file in files:
        if _is_weights(file) and not _is_besides(file):
            parts = file.path.split("!")
            found.update("!".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return found


def _of_folder(files: Sequence[File]) -> Kind:
    if any("croissant" in file.formats or _is_dataset_card(file) for file in files):
        return "dataset"
    if any(_is_weights(file) or file.name == "config.json" for file in files):
        return "model"
    if any("card" in file.formats for file in files if file.name.lower() == "readme.md"):
        return "model"
    if _any_named(files, _TABLES):
        return "dataset"
    return "tool" if _any_named(files, _CODE) or _any_named(files, ("pyproject.toml", "package.json")) else "model"


def _is_weights(file: File) -> bool:
    return any(formats.load(name).HOLDS in ("weights", "objects") for name in file.formats)


def _is_dataset_card(file: File) -> bool:
    return "card" in file.formats and file.readable and bool(_DATASET_FIELDS.search(file.text(1 << 16)))


def _any_named(files: Iterable[File], endings: tuple[str, ...]) -> bool:
    return any(file.name.lower().endswith(endings) for file in files)
