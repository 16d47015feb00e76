"""What a layered model may name: Keras' classes, TensorFlow's operations, judged by a reviewed list (`layers.toml`).

Sources: keras/src/saving/serialization_lib.py, keras/src/legacy/saving; CVE-2024-3660, CVE-2025-1550,
CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2025-12058, CVE-2025-12060."""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from guildmark import late
from guildmark.records import Outcome

DATA = os.path.join(os.path.dirname(__file__), "layers.toml")
MOST_PARTS = 2_000_000
KERAS = ("keras", "tf_keras")
_BESIDE_KERAS = ("keras_hub", "keras_nlp", "keras_cv")
_ROOMS = frozenset(
    [
        "layers",
        "initializers",
        "regularizers",
        "constraints",
        "optimizers",
        "losses",
        "metrics",
        "activations",
        "dtype_policies",
        "quantizers",
        "ops",
        "models",
        "engine",
        "random",
        "mixed_precision",
    ]
)
_PASSAGES = frozenset(
    ["src", "python", "api", "keras", "_v1", "_v2", "v1", "v2", "_tf_keras", "legacy", "legacy_tf_layers"]
)
_OF_INSTANCE = frozenset(["class_name", "module", "registered_name", "config", "function"])
_HIDDEN = late.compile(r"\\u00(?:5[fF]|6[1-9a-fA-F]|7[0-9aA])")
"""A letter that is written as an escape, which no writer of JSON does."""
_RUNS = late.compile(
    r"(?i:shell|popen|subprocess|py_?func|python|(?:exec|run|call)_?(?:cmd|command|script|code)|"
    r"(?:os|cmd|command)_?(?:system|exec)|system_?(?:exec|call|cmd|command))|^(?i:exec|system)$"
)
"""What the name of an operator says that runs a command or Python; none of TensorFlow's own is called so."""
_MODELS = frozenset(["Sequential", "Functional", "Model"])
_VOCABULARIES = frozenset(["StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"])
_CALLED = late.compile(r"(.*_)?(activation|initializer|regularizer|constraint)|loss|(weighted_)?metrics|optimizer|fn")
_WORD = late.compile(r"[\w.>\- /]*|<lambda>")
"""What may be the name of a function or class; a lambda is told by this one, and its code is not kept."""
_MODULES_OF_NUMBERS = frozenset(
    ["math", "nn", "linalg", "signal", "strings", "sets", "sparse", "ragged", "bitwise", "random", "__operators__"]
)
_HARMFUL_PLACES = frozenset(
    (
        *("io", "raw_ops", "data", "saved_model", "py_function", "numpy_function", "load_library", "load_op_library"),
        *("graph_util", "train", "summary", "profiler", "distribute", "lite", "tpu", "config", "autograph"),
    )
)
_OUTSIDE = late.compile(r"(/|~|\\|[A-Za-z]:|[A-Za-z][\w+.\-]*://|(.*[/\\])?\.\.([/\\]|$))")


class Judged(msgspec.Struct, frozen=True):
    """What of a configuration is not inert: how bad, where (a JSON path), why, and what was seen."""

    outcome: Outcome
    at: str
    says: str
    seen: str


@cache
def reviewed() -> dict[str, dict[str, str]]:
    """For each kind of name (`operation`, `harmful`, `class`, `code`, `function`, `module`, `builtin`), the
    names, each with why it is inert or what harm it does."""
    import tomllib  # where there is no layer, a start need not wait for it

    with open(DATA, "rb") as file:
        groups = tomllib.load(file)
    return {
        kind: {name: group.get("why") or group["harm"] for group in listed for name in group["names"].split()}
        for kind, listed in groups.items()
    }


def harm_of(operation: str) -> str:
    """What harm an operation of TensorFlow does, or what an unknown one says of itself; empty where none is known."""
    known = reviewed()["harmful"].get(operation, "")
    return known or ("runs commands or Python, by its own name" if says_it_runs(operation) else "")


def says_it_runs(operator: str) -> bool:
    """Whether the name of an operator says that it runs commands or Python."""
    return _RUNS.search(operator) is not None


def is_inert(operation: str) -> bool:
    """Whether an operation of TensorFlow is on the list."""
    return operation in reviewed()["operation"]


def leads_outside(path: str) -> bool:
    """Whether a file's name is absolute, an address, or leads up out of its folder."""
    return _OUTSIDE.match(path) is not None


def judge(text: str, *, revived: bool = False) -> Iterator[Judged]:
    """What is not inert in a configuration of Keras. `revived` where classes that Keras does not know are
    rebuilt from a SavedModel's graph, so that they need no code."""
    import json  # where there is no layer, a start need not wait for it

    twice: list[str] = []
    try:
        whole = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, twice))
    except (ValueError, RecursionError):
        yield Judged(Outcome.UNKNOWN, "", "its configuration is not JSON", text[:200])
        return
    for name in dict.fromkeys(twice):
        yield _failed("", f"says {name} twice, so that loaders differ in what they take", name)
    yield from judge_tree(whole, revived=revived)


def judge_tree(whole: Any, *, revived: bool = False) -> Iterator[Judged]:
    """As `judge`, of a configuration that is read already."""
    for found in _judge(whole):
        if not revived or found.outcome == Outcome.FAILED:
            yield found


def _once(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    """A mapping; what says a key of an instance twice, and not the same, is noted."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice.extend(key for key, value in pairs if key in _OF_INSTANCE and found[key] != value)
    return found


def _judge(whole: Any) -> Iterator[Judged]:
    waiting: list[tuple[str, Any, bool]] = [("$", whole, False)]
    parts = 0
    while waiting:
        at, value, called = waiting.pop()
        parts += 1
        if parts > MOST_PARTS:
            yield Judged(Outcome.UNKNOWN, at, "its configuration has more parts than are read", "")
            return
        if isinstance(value, str):
            yield from _of_text(at, value, called)
        elif isinstance(value, list):
            waiting.extend((f"{at}[{index}]", item, called) for index, item in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            has_class = "class_name" in value
            if has_class:
                yield from _of_object(at, value)
            if value.get("safe_mode") is False:
                yield _failed(at, "switches Keras' safe mode off", "safe_mode: false")
            is_named = has_class and isinstance(value.get("config"), str)
            waiting.extend(
                (f"{at}.{key}", item, (called and not has_class) or _CALLED.fullmatch(key) is not None)
                for key, item in reversed(value.items())
                if not (is_named and key == "config" and value["class_name"] == "function")
            )


def _failed(at: str, says: str, seen: str) -> Judged:
    return Judged(Outcome.FAILED, at, says, seen)


def _unknown(at: str, says: str, seen: str) -> Judged:
    return Judged(Outcome.UNKNOWN, at, says, seen)


def _of_text(at: str, value: str, called: bool) -> Iterator[Judged]:
    if _is_marshalled(value):
        yield _failed(at, "holds marshalled Python code", value[:100])
    elif called and value and value not in _called():
        if value.split(".")[0].split(">")[0] in reviewed()["module"] or value in reviewed()["builtin"]:
            yield _failed(at, f"calls {value[:100]}", value)
        elif _WORD.fullmatch(value):
            yield _unknown(at, f"calls {value[:100]}, which is not Keras' own", value)
        else:
            yield _failed(at, "calls what is no name", value)


def _is_marshalled(value: str) -> bool:
    """Whether it is base64 of a marshalled code object: type `c`, alone or with the flag of a reference."""
    if len(value) < 40 or value.lstrip()[:1] not in ("Y", "4"):
        return False
    import base64  # where there is no Lambda, a start need not wait for it

    try:
        data = base64.b64decode(value[:200].replace("\n", "")[: 4 * (min(len(value), 100) // 4)], validate=True)
    except ValueError:
        return False
    return data[:1] in (b"c", b"\xe3") and b"\0" in data


@cache
def _called() -> frozenset[str]:
    return frozenset(reviewed()["class"]) | frozenset(reviewed()["function"])


def _of_object(at: str, value: dict[str, Any]) -> Iterator[Judged]:
    """Something that Keras would build: `{module, class_name, registered_name, config}`."""
    name, module = value["class_name"], value.get("module")
    if not isinstance(name, str) or not isinstance(module, str | None):
        yield _unknown(at, "names what it builds by no word", repr(name)[:200])
        return
    config = value.get("config")
    where = f"{module}.{name}" if module else name
    if name == "__lambda__":
        yield _failed(at, "holds marshalled Python code", where)
    elif name == "function":
        target = config if isinstance(config, str) else ""
        yield from _of_name(at, module, target, value.get("registered_name"), is_function=True)
    elif name == "function_type":
        yield _failed(at, "holds Python code", where)
    elif name == "__typespec__":
        yield from _of_type(at, value)
    elif name == "Lambda":
        yield from _of_lambda(at, config, where)
    elif name in ("TFOpLambda", "SlicingOpLambda"):
        yield from _of_operation(at, config)
    elif name in ("InstanceProperty", "InstanceMethod", "ClassMethod") and not module:
        yield from _of_member(at, config)
    elif name == "TensorFlowOpLayer":
        yield from _of_node(at, config)
    else:
        yield from _of_name(at, module, name, value.get("registered_name"), is_function=False)
    if name in _VOCABULARIES and isinstance(config, dict) and isinstance(config.get("vocabulary"), str):
        path = config["vocabulary"]
        says = f"reads its vocabulary from {path[:100]}"
        yield _failed(at, says, path) if leads_outside(path) else _unknown(at, says, path)
    own = config.get("name") if isinstance(config, dict) else None
    if isinstance(own, str) and ".." in own.replace("\\", "/").split("/"):
        yield _failed(at, f"has its files written outside of their folder, for it is named {own[:100]}", own)


def _of_name(at: str, module: str | None, name: str, registered: Any, *, is_function: bool) -> Iterator[Judged]:
    """A class or function, by the module that Keras would look it up in."""
    where = f"{module}.{name}" if module else name
    root = (module or "").split(".")[0]
    kind = "function" if is_function else "class"
    if module and (root in KERAS or module.startswith(("tensorflow.keras", "tensorflow.python.keras"))):
        yield from _of_keras(at, module, name)
    elif root in _BESIDE_KERAS and name[:1].isupper():
        yield _unknown(at, f"builds {where}, which is not reviewed", where)
    elif not module or root in ("builtins", "__main__"):
        yield from _of_plain(at, name, kind)
    elif root not in reviewed()["module"] and root not in _BESIDE_KERAS and _is_registered(name, registered):
        yield _unknown(at, f"builds {where}, a {kind} of its maker's own", where)
    else:
        yield _failed(at, f"would import and call {where}", where)


def _of_plain(at: str, name: str, kind: str) -> Iterator[Judged]:
    if name in reviewed()["code"]:
        yield _failed(at, f"{reviewed()['code'][name]}: {name}", name)
    elif name in reviewed()["builtin"]:
        yield _failed(at, f"would call {name}", name)
    elif name not in _called():
        if not _WORD.fullmatch(name) or name.split(".")[0] in reviewed()["module"]:
            yield _failed(at, f"would call {name[:100]}", name)
        else:
            yield _unknown(at, f"builds {name[:100]}, a {kind} that is not Keras' own", name)


def _is_registered(name: str, registered: Any) -> bool:
    """Whether the maker registered a class of their own: `package>name`."""
    return isinstance(registered, str) and registered.partition(">")[1:] == (">", name)


def _of_keras(at: str, module: str, name: str) -> Iterator[Judged]:
    where = f"{module}.{name}"
    parts = [part for part in module.split(".")[1:] if part not in _PASSAGES]
    in_room = not parts or parts[0] in _ROOMS
    if name in reviewed()["code"]:
        yield _failed(at, f"{reviewed()['code'][name]}: {where}", where)
    elif in_room and name in _called():
        return
    elif in_room and re.fullmatch(r"[A-Z]\w*", name):
        yield _unknown(at, f"builds {where}, which is not reviewed", where)
    else:
        yield _failed(at, f"would call {where}, which is no layer", where)


def _of_type(at: str, value: dict[str, Any]) -> Iterator[Judged]:
    """A tensor's type: Keras looks `spec_name` up in `module`."""
    spec, module = value.get("spec_name"), value.get("module")
    known = isinstance(spec, str) and re.fullmatch(r"\w*TensorSpec|TensorShape|IndexedSlicesSpec|DatasetSpec", spec)
    if not known or not isinstance(module, str) or not module.startswith(("tensorflow.", "keras.")):
        yield _failed(at, f"would import and call {module}.{spec}", f"{module}.{spec}")


def _of_lambda(at: str, config: Any, where: str) -> Iterator[Judged]:
    """A Lambda layer: code, or the name of a function that its maker registered."""
    function = config.get("function") if isinstance(config, dict) else None
    if isinstance(function, dict) and function.get("class_name") == "function":
        name, module = function.get("config"), function.get("module")
        if isinstance(name, str) and isinstance(module, str | None):
            found = list(_of_name(at, module, name, function.get("registered_name"), is_function=True))
            if all(item.outcome == Outcome.UNKNOWN for item in found):
                yield from found
                return
    yield _failed(at, "is a Lambda layer, which runs code that the file holds", f"{where}: {str(function)[:200]}")


def _of_operation(at: str, config: Any) -> Iterator[Judged]:
    """A function of tensorflow that a TFOpLambda layer names."""
    name = config.get("function") if isinstance(config, dict) else None
    if not isinstance(name, str):
        yield _unknown(at, "is a TFOpLambda layer that names no function", str(name)[:200])
        return
    parts = [part for part in name.split(".") if part not in ("compat", "v1", "v2")]
    if parts[:1] == ["raw_ops"]:
        yield from _of_raw(at, parts[-1])
    elif parts[0] == "keras" and parts[1:2] != ["backend"]:
        yield from _of_keras(at, ".".join(parts[:-1]), parts[-1])
    elif parts[:1] == ["image"] or parts[0] in _MODULES_OF_NUMBERS or ".".join(parts) in _called():
        return
    elif parts[0] in _HARMFUL_PLACES or parts[0] in reviewed()["module"] or any(p in _HARMFUL_PLACES for p in parts):
        yield _failed(at, f"calls tensorflow.{name[:100]}", name)
    else:
        yield _unknown(at, f"calls tensorflow.{name[:100]}, which is not reviewed", name)


def _of_member(at: str, config: Any) -> Iterator[Judged]:
    """An attribute or method of a tensor, or of one of TensorFlow's own classes (`cls_ref`)."""
    said = config if isinstance(config, dict) else {}
    names = [said[key] for key in ("attr_name", "method_name") if key in said]
    if len(names) != 1 or not isinstance(names[0], str) or not re.fullmatch(r"[A-Za-z]\w*", names[0]):
        yield _failed(at, "takes an attribute of a tensor that is no plain word", str(names)[:200])
    if "cls_ref" in said:
        yield from _of_operation(at, {"function": said["cls_ref"]})


def _of_node(at: str, config: Any) -> Iterator[Judged]:
    """A TensorFlowOpLayer: a node as JSON or as protobuf's text."""
    node = config.get("node_def") if isinstance(config, dict) else None
    found = re.findall(r"\"?\bop\"?\s*:\s*\"([^\"]*)\"", node) if isinstance(node, str) else []
    if len(found) != 1:
        yield _unknown(at, "is a TensorFlowOpLayer whose operation cannot be told", str(node)[:200])
    else:
        yield from _of_raw(at, found[0])


def _of_raw(at: str, operation: str) -> Iterator[Judged]:
    if harm := harm_of(operation):
        yield _failed(at, f"{harm}: {operation}", operation)
    elif not is_inert(operation):
        yield _unknown(at, f"uses {operation[:100]}, which is not reviewed", operation)


def is_configuration(text: str) -> bool:
    """Whether a text is a model of Keras as JSON, as `model.to_json` and TensorFlow.js write it."""
    whole = parsed(text)
    whole = whole.get("modelTopology", whole) if isinstance(whole, dict) else None
    return is_model(whole.get("model_config", whole) if isinstance(whole, dict) else None)


def is_model(tree: Any) -> bool:
    """Whether a tree is a model of Keras: a class, its configuration, and a sign that it is Keras' own."""
    if not isinstance(tree, dict) or not isinstance(tree.get("class_name"), str) or "config" not in tree:
        return False
    return "module" in tree or "keras_version" in tree or tree["class_name"] in _MODELS


def is_of_keras(model: dict[str, Any]) -> bool:
    """Whether it says by itself that Keras is to build it, wherever it stands."""
    root = str(model.get("module") or "").partition(".")[0]
    return root in (*KERAS, "tensorflow") or "keras_version" in model or model["class_name"] in _MODELS


def parsed(text: str) -> Any:
    """JSON that may hold a model: None where it is none, or where the key stands nowhere and no escape hides it."""
    if '"class_name"' not in text and not _HIDDEN.search(text):
        return None
    import json  # as above

    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
