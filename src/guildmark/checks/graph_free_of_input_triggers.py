"""A graph can hold a back door without a line of code: where the input has a rare value, another answer comes out.

The published kind (ShadowLogic, 2024) compares the input, or a sum of it, with a constant, and puts a constant in
place of the computed answer. Conditions as such are common in honest graphs; they are told, not held against them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from guildmark import late, triggers
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.contents import Contents
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import coreml, graph_def, mxnet, openvino, paddle, saved_model, tflite
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:  # run where there is such a file, and not at every start
    from guildmark.formats.graph_def import Node

MOST_TOLD = 20
LONGEST_CODE = 1 << 22
QUICKLY_SEARCHED = 64 << 20
_CONDITIONS = frozenset(
    ("Switch", "RefSwitch", "If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile", "LoopCond")
)
"""Operations of TensorFlow that choose what is computed."""
_MAY_BE_CONDITION = late.compile(rb"Switch|LoopCond|If|Case|While")
_OF_TFLITE = {118: "IF", 119: "WHILE"}
_OF_OPENVINO = frozenset(("If", "Loop"))
_OF_PADDLE = frozenset(
    ("conditional_block", "conditional_block_infer", "select_input", "while", "pd_op.if", "pd_op.while")
)
_OF_MXNET = frozenset(("_cond", "_while_loop"))
_OF_TORCHSCRIPT = late.compile(r"^ *(if|elif|while) .+:$", re.MULTILINE)
_CODE = late.compile(r"(^|[!/])code/.+\.py$")


@check(
    applies_to="model dataset tool",
    remedy="Ask the maker what the named condition is for; export the model again from weights that you know.",
    bears_on="load",
    of="onnx saved_model graph_def tflite coreml openvino paddle mxnet torch_zip",
)
def graph_free_of_input_triggers(subject: Subject) -> Iterator[Finding]:
    """Do graphs compute their answer, without a constant that takes its place where the input has a rare value?"""
    asked = False
    for file in subject.files():
        for face in file.formats:
            if file.readable and not file.raw and (face == "onnx" or face in _COUNTERS):
                asked = True
                yield from _of_file(file, face)
    for archive in subject.files(format="torch_zip"):
        code = [file for file in subject.files() if file.archive == archive.path and _CODE.search(file.path)]
        if code:
            asked = True
            yield from _counted(archive, _of_torchscript(code))
    if not asked:
        yield not_applicable("no file is a graph of operators")


def _of_file(file: File, face: str) -> Iterator[Finding]:
    try:
        yield from _of_onnx(file) if face == "onnx" else _counted(file, _COUNTERS[face](file))
    except GuildmarkError as error:
        yield unknown(f"{file.path} was not read to its end: {error.says}", file.seen("", error.says))


def _of_onnx(file: File) -> Iterator[Finding]:
    """What each condition on the input's values does to the answer."""
    told = list(triggers.triggers(file.contents))
    picked = [one for one in told if one.standing != "told"]
    for one in picked[:MOST_TOLD]:
        seen = file.seen(f"byte {one.at}", one.operator)
        if one.standing == "sure":
            says = "compares the input with a constant, and puts a constant in place of the answer where they agree"
            yield failed(f"{file.path} {says}: {one.operator}", seen)
        else:
            says = "may put a constant in place of the answer, by a condition on values of the input"
            yield unknown(f"{file.path} {says}: {one.operator}", seen)
    if not picked:
        yield from _counted(file, Counter(one.operator for one in told))


def _counted(file: File, conditions: Counter[str]) -> Iterator[Finding]:
    """Conditions that are only told."""
    if conditions:
        shown = ", ".join(f"{count} {name}" for name, count in sorted(conditions.items()))
        says = f"{file.path} has conditions ({shown}); none is known to put a constant in place of the answer"
        yield passed(says, file.seen("graph", shown))
    else:
        yield passed(f"{file.path} has no condition on values of its input", file.seen("graph", "no condition"))


def _of_nodes(file: File, nodes: Callable[[Contents], Iterator[Node]]) -> Counter[str]:
    if file.size <= QUICKLY_SEARCHED and not _MAY_BE_CONDITION.search(file.contents.at(0, QUICKLY_SEARCHED)):
        return Counter()
    return Counter(node.operation for node in nodes(file.contents) if node.operation in _CONDITIONS)


def _of_saved_model(file: File) -> Counter[str]:
    return _of_nodes(file, saved_model.nodes)


def _of_graph_def(file: File) -> Counter[str]:
    return _of_nodes(file, graph_def.nodes)


def _of_tflite(file: File) -> Counter[str]:
    operators = (operator.builtin for operator in tflite.operators(file.contents))
    return Counter(_OF_TFLITE[number] for number in operators if number in _OF_TFLITE)


def _of_coreml(file: File) -> Counter[str]:
    return Counter(found.name for found in coreml.named(file.contents) if found.kind == "condition")


def _of_openvino(file: File) -> Counter[str]:
    return Counter(layer.type for layer in openvino.layers(file.contents) if layer.type in _OF_OPENVINO)


def _of_paddle(file: File) -> Counter[str]:
    found = paddle.operators(file.contents).items()
    return Counter({name: count for name, count in found if name in _OF_PADDLE})


def _of_mxnet(file: File) -> Counter[str]:
    found = mxnet.operators(file.contents).items()
    return Counter({name: count for name, count in found if name in _OF_MXNET})


def _of_torchscript(code: list[File]) -> Counter[str]:
    texts = (file.text(LONGEST_CODE) for file in code if file.readable)
    return Counter(word for text in texts for word in _OF_TORCHSCRIPT.findall(text))


_COUNTERS: dict[str, Callable[[File], Counter[str]]] = {
    "saved_model": _of_saved_model,
    "graph_def": _of_graph_def,
    "tflite": _of_tflite,
    "coreml": _of_coreml,
    "openvino": _of_openvino,
    "paddle": _of_paddle,
    "mxnet": _of_mxnet,
}
