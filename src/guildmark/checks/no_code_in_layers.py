"""A model of layers is a program: its layers and operations can run code, read and write files, call other machines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from guildmark import late, layers, structured
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.contents import Contents
from guildmark.errors import FormatError, GuildmarkError
from guildmark.file import File
from guildmark.formats import graph_def, hdf5, keras, keras_metadata, prototext, saved_model, tflite
from guildmark.records import Finding, Outcome
from guildmark.subject import Subject

if TYPE_CHECKING:  # run where there is such a file, and not at every start
    from guildmark.formats.graph_def import Node
    from guildmark.layers import Judged

MOST_FINDINGS = 20
"""Findings told of one file; the rest are counted."""
MOST_ANCESTORS = 10_000
LONGEST_TEXT = 64 << 20
HEAD = 1 << 12
PIECE = 1 << 20
_OVERLAP = 32

_CONFIGURATIONS = ("model_config", "training_config", "layer_config")
_KERAS_ATTRIBUTES = frozenset(["model_config", "keras_version", "layer_names"])
_PRINTS_TO = frozenset(["stdout", "stderr", "log(info)", "log(warning)", "log(error)", "log(fatal)"]) | {""}
_KERAS_YAML = late.compile(r"^class_name\s*:\s*['\"]?(Sequential|Functional|Model)\b", re.MULTILINE)
_MAY_BE_MODEL = late.compile(rb"\"class_name\"|\"modelTopology\"|\\u00(?:5[fF]|6[1-9a-fA-F]|7[0-9aA])")
_MAY_BE_YAML = late.compile(r"(?:\s|#[^\n]*\n|---)*\{?\s*[\"']?(?:class_name|config|backend|keras_version)[\"']?\s*:")
"""How a model as YAML begins, whatever its file is called."""
_DEBUGS_INSIDE = frozenset(["DebugGradientIdentity", "DebugGradientRefIdentity"])
_NAMES_A_FILE = frozenset(
    [
        "Save",
        "SaveV2",
        "SaveSlices",
        "Restore",
        "RestoreV2",
        "RestoreSlice",
        "MergeV2Checkpoints",
        "InitializeTableFromTextFile",
        "InitializeTableFromTextFileV2",
        "CacheDataset",
        "CacheDatasetV2",
        "DTensorRestoreV2",
    ]
)
"""Operations that honest models use on files of their own, named by a constant or by who loads them."""


_DECODES = frozenset(["DecodeBase64", "DecodeCompressed", "DecodeRaw", "UnicodeEncode", "Bitcast"])
"""Operations that an honest name of a file does not come from."""


class _Graph(NamedTuple):
    """How to read the nodes and the functions' names of a file; which constants an asset's path takes the place of."""

    nodes: Callable[[Contents], Iterator[Node]]
    functions: Callable[[Contents], frozenset[str]]
    fed: Callable[[Contents], frozenset[str]] = lambda _: frozenset()


@check(
    applies_to="model dataset tool",
    remedy="Ask for the weights alone (safetensors), or for a model of plain layers, without Lambda and custom code.",
    bears_on="load",
    of="keras hdf5 keras_metadata saved_model graph_def tflite prototext text",
)
def no_code_in_layers(subject: Subject) -> Iterator[Finding]:
    """Does every model of layers (Keras, HDF5, SavedModel, TensorFlow, TFLite) hold only layers that run no code?"""
    found = False
    for file in subject.files():
        if not file.readable or file.raw:
            continue
        for name in (*_READERS, "text"):
            if name in file.formats:
                findings = list(_of_file(file, name, subject))
                found = found or bool(findings)
                yield from findings
    if not found:
        yield not_applicable("no file is a model of layers")


def _of_file(file: File, name: str, subject: Subject) -> Iterator[Finding]:
    """What a file would do as one of its faces; nothing for a text that is no model."""
    told = failures = 0
    worst: list[Finding] = []
    try:
        judged = _of_text(file, subject) if name == "text" else _READERS[name](file)
        if judged is None:
            return
        for item in judged:
            told += 1
            is_failure = item.outcome == Outcome.FAILED
            failures += is_failure
            if len(worst) < MOST_FINDINGS or (is_failure and failures == 1):
                worst.append(_finding(file, item))
    except GuildmarkError as error:
        worst.append(unknown(f"{file.path} was not read to its end: {error.says}", file.seen("", error.says)))
    yield from worst
    if told > len(worst):
        yield unknown(f"{file.path} has {told - len(worst)} more such parts", file.seen("", f"{told} in all"))
    if not worst:
        yield passed(f"{file.path} has only layers that run no code", file.seen("", f"every name in it, as {name}"))


def _finding(file: File, item: Judged) -> Finding:
    make = failed if item.outcome == Outcome.FAILED else unknown
    return make(f"{file.path} {item.says}", file.seen(item.at, item.seen))


def _of_keras(file: File) -> Iterator[Judged]:
    for text in keras.configurations(file.contents):
        yield from layers.judge(text)


def _of_hdf5(file: File) -> Iterator[Judged]:
    """Configurations in its attributes, and files outside (Keras writes none)."""
    of_keras = file.name.endswith(".weights.h5") or ".keras!" in file.path
    for thing in hdf5.walk(file.contents):
        of_keras = of_keras or not _KERAS_ATTRIBUTES.isdisjoint(thing.attributes)
        for key, value in thing.attributes.items():
            at = f"{thing.path}@{key}"
            values = value if isinstance(value, tuple) else (value,)
            for item in values:
                if isinstance(item, str | bytes):
                    yield from _of_attribute(at, key, item)
        if thing.unread:
            yield layers.Judged(
                Outcome.UNKNOWN, thing.path, f"has a part that cannot be read: {thing.unread}", thing.path
            )
        for outside in thing.external:
            is_stored = thing.layout is not None and thing.layout.kind != "virtual"
            bad = is_stored or of_keras or layers.leads_outside(outside)
            says = f"has {thing.path[:100]}, or what is in it, in another file, {outside[:100]}"
            yield layers.Judged(Outcome.FAILED if bad else Outcome.UNKNOWN, thing.path, says, outside)


def _of_attribute(at: str, key: str, value: str | bytes) -> Iterator[Judged]:
    data = value.encode() if isinstance(value, str) else value
    if key in _CONFIGURATIONS:
        text = data.decode("utf-8", "replace")
        yield from (msgspec.structs.replace(item, at=f"{at} {item.at}") for item in layers.judge(text))


def _of_metadata(file: File) -> Iterator[Judged]:
    for at, text in keras_metadata.layers(file.contents):
        yield from _revived(at, text)


def _revived(at: int, text: str) -> Iterator[Judged]:
    for item in layers.judge(text, revived=True):
        yield msgspec.structs.replace(item, at=f"byte {at} {item.at}")


def _of_saved_model(file: File) -> Iterator[Judged]:
    yield from _of_graph(file, _Graph(saved_model.nodes, saved_model.functions, saved_model.fed))
    for at, text in saved_model.layers(file.contents):
        yield from _revived(at, text)


def _of_graph_def(file: File) -> Iterator[Judged]:
    return _of_graph(file, _Graph(graph_def.nodes, graph_def.functions))


def _of_graph(file: File, graph: _Graph) -> Iterator[Judged]:
    functions = graph.functions(file.contents)
    seen: set[str] = set()
    on_files: list[Node] = []
    for node in graph.nodes(file.contents):
        if node.operation in _NAMES_A_FILE:
            on_files.append(node)
            continue
        if node.operation in seen:
            continue
        judged = _of_node(node)
        if judged is None:
            continue
        if node.operation in functions and judged.outcome != Outcome.FAILED:
            continue
        seen.add(node.operation)
        yield judged
    if on_files:
        yield from _of_files_named(file, graph, on_files)


def _of_node(node: Node) -> Judged | None:
    """What a node would do; None where it is inert."""
    if node.operation == "PrintV2":
        outputs = node.words.get("output_stream", ())
        harm = "" if _PRINTS_TO.issuperset(outputs) else f"writes to {outputs[0][:100]}"
    elif node.operation.startswith("Debug") and node.operation not in ("DebugGradientIdentity",):
        urls = node.words.get("debug_urls", ())
        harm = f"sends what it computes to {urls[0][:100]}" if urls else ""
    elif node.operation in ("DecodeProtoV2", "EncodeProto"):
        sources = node.words.get("descriptor_source", ())
        harm = "" if all(s == "local://" or s.startswith("bytes://") for s in sources) else f"reads {sources[0][:100]}"
    elif node.operation == "FixedUnigramCandidateSampler":
        files = [word for word in node.words.get("vocab_file", ()) if word]
        harm = f"reads {files[0][:100]}" if files else ""
    else:
        return None if _is_inert(node.operation) else _of_operation(node.operation, f"byte {node.at}")
    return layers.Judged(Outcome.FAILED, f"byte {node.at}", f"{harm}: {node.operation}", node.name) if harm else None


@lru_cache(4096)
def _is_inert(operation: str) -> bool:
    """A graph has the same few operations again and again."""
    return _of_operation(operation, "") is None


def _of_operation(operation: str, at: str) -> Judged | None:
    if harm := layers.harm_of(operation):
        return layers.Judged(Outcome.FAILED, at, f"{harm}: {operation}", operation)
    if layers.is_inert(operation) or operation in _NAMES_A_FILE:
        return None
    says = f"uses {operation[:100]}, which is not reviewed" if operation else "has a node without an operation"
    return layers.Judged(Outcome.UNKNOWN, at, says, operation)


def _of_files_named(file: File, graph: _Graph, on_files: list[Node]) -> Iterator[Judged]:
    """Saving, restoring and reading a vocabulary: harmless, unless a constant leads outside of the model."""
    scopes = {node.scope for node in on_files}
    by_name: dict[tuple[str, str], Node] = {
        (node.scope, node.name): node for node in graph.nodes(file.contents) if node.scope in scopes
    }
    fed = graph.fed(file.contents)
    for node in on_files:
        given = fed if node.operation.startswith("InitializeTable") else frozenset()
        for source in _sources(node, by_name):
            paths = [path for path in source.constant if layers.leads_outside(path)]
            if source.operation in _DECODES:
                says, seen = f"makes a file's name from what it decodes: {node.operation}", source.operation
            elif paths and source.name not in given:
                says, seen = f"uses a file outside of the model, {paths[0][:100]}: {node.operation}", paths[0]
            else:
                continue
            yield layers.Judged(Outcome.FAILED, f"byte {node.at}", says, seen)
            break


def _sources(node: Node, by_name: dict[tuple[str, str], Node]) -> Iterator[Node]:
    """The nodes that the name of its file may come from: those behind its first two inputs."""
    named = node.inputs[:2] if node.operation.startswith(("MergeV2", "InitializeTable", "Cache")) else node.inputs[:1]
    waiting, seen = list(named), set[str]()
    while waiting and len(seen) < MOST_ANCESTORS:
        name = waiting.pop().partition(":")[0].lstrip("^")
        found = by_name.get((node.scope, name))
        if found is None or name in seen:
            continue
        seen.add(name)
        yield found
        waiting.extend(found.inputs)


def _of_tflite(file: File) -> Iterator[Judged]:
    for index, operator in enumerate(tflite.operators(file.contents)):
        at = f"operator {index}"
        if operator.builtin > tflite.NEWEST or operator.builtin in (tflite.DELEGATE, tflite.STABLEHLO_CUSTOM_CALL):
            yield layers.Judged(Outcome.UNKNOWN, at, f"uses the operator {operator.builtin}, which is not reviewed", "")
        elif operator.custom.startswith(tflite.FLEX):
            for name in sorted({operator.custom.removeprefix(tflite.FLEX), *operator.flex}):
                judged = _of_operation(name, at)
                if judged is not None:
                    yield judged
                elif name in _NAMES_A_FILE or name == "PrintV2":
                    yield layers.Judged(Outcome.UNKNOWN, at, f"may use files: {name}", name)
        elif operator.builtin == tflite.CUSTOM and (harm := layers.harm_of(operator.custom)):
            yield layers.Judged(Outcome.FAILED, at, f"{harm}: {operator.custom[:100]}", operator.custom)
        elif operator.builtin == tflite.CUSTOM and not layers.is_inert(operator.custom):
            says = f"uses the custom operator {operator.custom[:100]}, which is not reviewed"
            yield layers.Judged(Outcome.UNKNOWN, at, says, operator.custom)


def _of_text(file: File, subject: Subject) -> Iterator[Judged] | None:
    """A model as JSON or YAML (Keras, TensorFlow.js), whatever its file is called; None for any other text."""
    if file.contents.size > LONGEST_TEXT:
        return None
    if file.name == keras.CONFIG and any(other.path == file.archive for other in subject.files(format="keras")):
        return None  # it is told of the archive
    head = file.text(HEAD).lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")) and not file.name.lower().endswith((".yaml", ".yml")):
        if not _mentions_a_class(file):
            return None
        text = file.text(LONGEST_TEXT)
        if "modelTopology" in text and not layers.is_configuration(text):
            return _of_graph_as_json(file, text)
        return layers.judge(text) if layers.is_configuration(text) else _of_models_inside(layers.parsed(text))
    return _of_yaml(file, head)


def _mentions_a_class(file: File) -> bool:
    """Whether JSON may be a model: few are, and this needs neither the text nor the tree."""
    places = range(0, file.size, PIECE)
    return any(_MAY_BE_MODEL.search(file.contents.at(place, PIECE + _OVERLAP)) for place in places)


def _of_models_inside(whole: Any) -> Iterator[Judged] | None:
    """What would run in the models that stand inside other JSON; None where there is no model."""
    models, waiting = list[Any](), [whole]
    while waiting:
        tree = waiting.pop()
        if layers.is_model(tree) and layers.is_of_keras(tree):
            models.append(tree)
        elif isinstance(tree, dict | list):
            waiting.extend(tree.values() if isinstance(tree, dict) else tree)
    return (found for model in models for found in layers.judge_tree(model, revived=True)) if models else None


def _of_prototext(file: File) -> Iterator[Judged] | None:
    """A graph of TensorFlow as protobuf's text; None for what other libraries write so."""
    return _of_operations_as_text(file) if prototext.kind(file.contents) == "TensorFlow" else None


def _of_operations_as_text(file: File) -> Iterator[Judged]:
    """The operations of a graph as text; those that use files, by any text in it that leads outside."""
    found: dict[str, int] = {}
    outside: list[str] = []
    for said in prototext.fields(file.contents):
        above, _, key = said.path.rpartition(".")
        if key == "op" and above.endswith(("node", "node_def")):
            found.setdefault(said.value, said.at)
        elif key in ("s", "string_val") and layers.leads_outside(said.value) and not said.value.startswith("\\"):
            outside.append(said.value)
    addresses = [path for path in outside if "://" in path]
    for name, at in found.items():
        says_address = name == "PrintV2" or (name.startswith("Debug") and name not in _DEBUGS_INSIDE)
        if name in _NAMES_A_FILE or says_address:
            for path in (addresses if says_address else outside)[:1]:
                says = f"uses a file outside of the model, {path[:100]}: {name}"
                yield layers.Judged(Outcome.FAILED, f"character {at}", says, path)
        elif (judged := _of_operation(name, f"character {at}")) is not None:
            yield judged


def _of_graph_as_json(file: File, text: str) -> Iterator[Judged]:
    """A graph of TensorFlow.js, and the functions in its library."""
    for entry in structured.entries(structured.json(text.encode())):
        if entry.key == "op" and isinstance(entry.value, str):
            judged = _of_operation(entry.value, entry.place)
            if judged is not None and judged.outcome == Outcome.FAILED:
                yield judged


def _of_yaml(file: File, head: str) -> Iterator[Judged] | None:
    """A model of Keras as YAML; None for any other text."""
    is_named = file.name.lower().endswith((".yaml", ".yml"))
    text = file.text(structured.LARGEST_YAML) if is_named or _MAY_BE_YAML.match(head) else ""
    if "class_name" not in text or "config" not in text:
        return None
    is_plain = _KERAS_YAML.search(text) is not None
    try:
        trees = [structured.as_mappings(tree) for tree in structured.yaml(_whole(file))]
    except FormatError:
        if is_plain:
            raise
        return None
    models = [tree for tree in trees if is_plain or layers.is_model(tree)]
    return (item for tree in models for item in layers.judge_tree(tree)) if models else None


def _whole(file: File) -> bytes:
    return file.contents.at(0, structured.LARGEST_YAML + 1)


_READERS: dict[str, Callable[[File], Iterator[Judged] | None]] = {
    "keras": _of_keras,
    "hdf5": _of_hdf5,
    "keras_metadata": _of_metadata,
    "saved_model": _of_saved_model,
    "graph_def": _of_graph_def,
    "tflite": _of_tflite,
    "prototext": _of_prototext,
}
