"""A graph whose operators are not its runtime's own makes it load a library, or run Python, to have them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from guildmark import late, layers
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import (
    caffe,
    coreml,
    mxnet,
    onnx,
    onnx_runtime,
    onnx_text,
    openvino,
    paddle,
    prototext,
    torch_zip,
)
from guildmark.records import Finding
from guildmark.subject import Subject

STANDARD = frozenset(("", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training"))
"""Domains of the ONNX standard: https://github.com/onnx/onnx/blob/main/docs/Operators.md and its neighbours."""
OF_RUNTIME = frozenset(("com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "com.microsoft.experimental"))
"""Built into ONNX Runtime, in C++: its docs/ContribOperators.md. Reviewed: they compute on their inputs, but for
those of RUNS_PYTHON and COMPILED."""
TORCH = "org.pytorch.aten"
"""The domain of ATen nodes, which hand on to an operator of torch's that an attribute names."""
RUNS_PYTHON = late.compile(r"(?i:py(thon)?_?(custom|stateless)?_?(op|func|call|script)|triton_?op)")
"""Operators that call Python: of ONNX Runtime's training and extensions, and of its old language interop."""
PYTHON_DOMAINS = late.compile(r"ai\.onnx\.contrib|pyop.*|.*\bpython\b.*", re.I)
"""Domains whose operators a Python function may stand behind (onnxruntime-extensions' @onnx_op, PyOp)."""
COMPILED = frozenset(("EPContext",))
"""Operators that hold a program compiled for one chip, or name the file that does."""
PADDLE = late.compile(r"py_?func\w*|py_?layer\w*|python\w*", re.I)
"""Paddle's operators that call Python: `py_func` by an index of what is registered, a PyLayer by its class."""
PADDLE_REACHES = late.compile(
    r"(heter_)?listen_and_serv|(distributed_)?(send|recv)(_v2)?|(send|fetch)_barrier|checkpoint_notify"
)
"""Paddle's operators of parameter servers: they wait for other machines, or send to them."""
MXNET = {
    **dict.fromkeys(("Custom", "_Native", "_NDArray", "_CustomFunction", "_CrossDeviceCustom"), "Python"),
    **dict.fromkeys(("TorchModule", "TorchCriterion"), "Lua"),
    **dict.fromkeys(("CaffeOp", "CaffeLoss"), "a layer of Caffe"),
}
"""MXNet's operators that call Python (by an address in memory, or by a name), and what its plug-ins run."""
CAFFE = late.compile(r"(?i:python)(DLPack)?(Gradient)?")
"""Caffe's layer and Caffe2's operators that import a module and call it."""
CAFFE_FILES = frozenset(("Save", "Load", "Checkpoint", "Snapshot", "CreateDB", "FileStoreHandlerCreate"))
"""Caffe2's operators that open a file which an argument names."""
OPENVINO = late.compile(r"|opset\d{1,2}|experimental|ie_internal_opset")
"""The operation sets that OpenVINO itself brings; old models name none."""
MOST_TOLD = 20


@check(
    applies_to="model dataset tool",
    remedy="Export the model again with the standard's own operators; or look at the code that it needs before.",
    bears_on="load",
    of="onnx onnx_runtime onnx_text coreml openvino paddle mxnet caffe prototext",
)
def no_code_in_graphs(subject: Subject) -> Iterator[Finding]:
    """Do graphs run with the operators of their runtime alone, without code of someone's own?"""
    asked = False
    for file in subject.files():
        for name in file.formats:
            if name in _READERS and file.readable and not _is_of_tensorflow(name, file):
                asked = True
                yield from _of_file(file, _READERS[name])
    if not asked:
        yield not_applicable(
            "no file is a graph of operators that is read here (ONNX, Core ML, OpenVINO, Paddle, MXNet, Caffe)"
        )


def _of_file(file: File, read: Callable[[File], Iterator[Finding]]) -> Iterator[Finding]:
    told = 0
    try:
        for finding in read(file):
            told += 1
            if told <= MOST_TOLD:
                yield finding
        if told > MOST_TOLD:
            says = f"{told - MOST_TOLD} other operators of someone's own"
            yield failed(f"{file.path} has {says}", file.seen("", says))
    except GuildmarkError as error:
        yield unknown(f"{file.path} was not read to its end: {error.says}", file.seen("", error.says))
        return
    if not told:
        yield passed(f"{file.path} needs no code of its own", file.seen("", "every operator is the runtime's own"))


def _is_of_tensorflow(name: str, file: File) -> bool:
    """Whether `no_code_in_layers` judges it."""
    return name == "prototext" and prototext.kind(file.contents) == "TensorFlow"


def _of_onnx(file: File) -> Iterator[Finding]:
    model = onnx.model(file.contents)
    yield from _of_operators(file, model.operators, model.functions, model.of_torch)
    for name, path, at in model.files:
        if name != "ep_cache_context":
            yield failed(f"{file.path} names the library {path[:200]}, as {name[:100]}", file.seen(f"byte {at}", path))


def _of_onnx_runtime(file: File) -> Iterator[Finding]:
    yield from _of_operators(file, onnx_runtime.operators(file.contents), frozenset())


def _of_onnx_text(file: File) -> Iterator[Finding]:
    yield from _of_operators(file, onnx_text.operators(file.contents), onnx_text.functions(file.contents))


def _of_operators(
    file: File,
    operators: Mapping[tuple[str, str], int],
    functions: frozenset[tuple[str, str]],
    of_torch: frozenset[str] = frozenset(("",)),
) -> Iterator[Finding]:
    """Operators of ONNX, by domain and name; `of_torch` are those that torch is asked for, where that was read."""
    for (domain, operator), count in sorted(operators.items()):
        called = f"{domain}.{operator}" if domain else operator
        seen = file.seen("graph", f"{called[:300]}, {count} times")
        if (domain, operator) in functions:
            continue
        if operator in onnx.OF_TORCH and domain in STANDARD | OF_RUNTIME | {TORCH}:
            yield from _of_torch(file, of_torch)
            continue
        if RUNS_PYTHON.match(operator) or (PYTHON_DOMAINS.fullmatch(domain)):
            yield failed(f"{file.path} has the operator {called[:200]}, which runs Python", seen)
        elif operator in COMPILED and domain in OF_RUNTIME:
            yield unknown(f"{file.path} has {called[:200]}: a program that was compiled elsewhere", seen)
        elif domain not in STANDARD | OF_RUNTIME and layers.says_it_runs(operator):
            yield failed(f"{file.path} has the operator {called[:200]}, which says that it runs commands", seen)
        elif domain not in STANDARD | OF_RUNTIME:
            yield unknown(f"{file.path} has the operator {called[:200]}, which is in no runtime's own domain", seen)


def _of_torch(file: File, of_torch: frozenset[str]) -> Iterator[Finding]:
    """Operators that an ONNX model has torch run."""
    for name in sorted(of_torch):
        library, _, operator = name.rpartition("::")
        seen = file.seen("graph", f"ATen, which asks for {name[:300]}")
        if operator in torch_zip.REACHING.get(library or "aten", ()):
            yield failed(f"{file.path} asks torch for {name[:200]}, which opens files or connections", seen)
        elif not operator or not torch_zip.COMPUTING.fullmatch(library or "aten"):
            asked = f"the operator {name[:200]}, which is not its own" if operator else "an operator that is not named"
            yield unknown(f"{file.path} asks torch for {asked}", seen)


def _of_prototext(file: File) -> Iterator[Finding]:
    """Operators of ONNX as text, layers of Caffe, operators of Caffe2."""
    said: dict[int, dict[str, str]] = {}
    functions: dict[int, list[str]] = {}
    for each in prototext.fields(file.contents):
        above, _, key = each.path.rpartition(".")
        if above.endswith("node") and key in ("op_type", "domain"):
            said.setdefault(each.within, {})[key] = each.value
        elif above in ("layer", "layers", "op") and key == "type":
            yield from _of_type(file, each.value, (), f"character {each.at}")
        elif above == "functions" and key in ("name", "domain"):
            functions.setdefault(each.within, ["", ""])[key == "name"] = each.value
    operators = Counter((node.get("domain", ""), node["op_type"]) for node in said.values() if "op_type" in node)
    yield from _of_operators(file, operators, frozenset((domain, name) for domain, name in functions.values()))


def _of_caffe(file: File) -> Iterator[Finding]:
    for layer in caffe.layers(file.contents):
        yield from _of_type(file, layer.type, layer.texts, f"byte {layer.at}")


def _of_type(file: File, kind: str, texts: tuple[str, ...], at: str) -> Iterator[Finding]:
    """A layer of Caffe or an operator of Caffe2, by its type and what it is given."""
    if CAFFE.fullmatch(kind):
        seen = file.seen(at, " ".join((kind, *texts)))
        yield failed(f"{file.path} has a layer of the type {kind}, which runs Python", seen)
    elif kind in CAFFE_FILES:
        for path in texts:
            if layers.leads_outside(path):
                yield failed(f"{file.path} has {kind} use {path[:200]}, outside of the model", file.seen(at, path))


def _of_coreml(file: File) -> Iterator[Finding]:
    classes = Counter(found.name for found in coreml.named(file.contents) if found.kind == "class")
    for name, count in sorted(classes.items()):
        seen = file.seen("model", f"{name[:300]}, {count} times")
        yield failed(f"{file.path} has its loader make an instance of the class {name[:200]}", seen)


def _of_paddle(file: File) -> Iterator[Finding]:
    for operator, count in sorted(paddle.operators(file.contents).items()):
        if PADDLE.fullmatch(operator):
            seen = file.seen("program", f"{operator[:300]}, {count} times")
            yield failed(f"{file.path} has the operator {operator[:200]}, which runs Python", seen)
        elif PADDLE_REACHES.fullmatch(operator):
            seen = file.seen("program", f"{operator[:300]}, {count} times")
            yield failed(f"{file.path} has the operator {operator[:200]}, which reaches other machines", seen)


def _of_mxnet(file: File) -> Iterator[Finding]:
    for operator, count in sorted(mxnet.operators(file.contents).items()):
        seen = file.seen("nodes", f"{operator[:300]}, {count} times")
        if runs := MXNET.get(operator):
            yield failed(f"{file.path} has the operator {operator[:200]}, which runs {runs}", seen)
        elif layers.says_it_runs(operator):
            yield failed(f"{file.path} has the operator {operator[:200]}, which says that it runs commands", seen)


def _of_openvino(file: File) -> Iterator[Finding]:
    for program in openvino.programs(file.contents):
        yield failed(f"{file.path} names the program {program[:200]}", file.seen("an attribute", program))
    for layer in sorted(openvino.layers(file.contents)):
        seen = file.seen("layers", f"{layer.type[:200]} of {layer.version[:100]}")
        own = not OPENVINO.fullmatch(layer.version)
        if "python" in f"{layer.type} {layer.version}".lower() or (own and RUNS_PYTHON.match(layer.type)):
            yield failed(f"{file.path} has the layer {layer.type[:200]}, which runs Python", seen)
        elif own and layers.says_it_runs(layer.type):
            yield failed(f"{file.path} has the layer {layer.type[:200]}, which says that it runs commands", seen)
        elif own:
            yield unknown(f"{file.path} has the layer {layer.type[:200]}, which is an extension of someone's own", seen)


_READERS: dict[str, Callable[[File], Iterator[Finding]]] = {
    "onnx": _of_onnx,
    "onnx_runtime": _of_onnx_runtime,
    "onnx_text": _of_onnx_text,
    "caffe": _of_caffe,
    "prototext": _of_prototext,
    "coreml": _of_coreml,
    "openvino": _of_openvino,
    "paddle": _of_paddle,
    "mxnet": _of_mxnet,
}
