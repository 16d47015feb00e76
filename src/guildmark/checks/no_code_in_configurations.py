"""Configurations can name what their loader imports and calls: one line of YAML is then as good as a program.

Hydra's `_target_`, Lightning's `class_path`, YAML's Python tags, jsonpickle, skops, MLflow, TorchServe, and the
keys by which a loader fetches a kernel or a pipeline (CVE-2026-4372)."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from guildmark import structured, targets
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import safetensors
from guildmark.records import Finding
from guildmark.structured import Entry, Mapping, Tagged
from guildmark.subject import Subject

MOST_TOLD = 20
ENDINGS = (".json", ".yaml", ".yml", ".skops")
NAMES = frozenset(("mlmodel", "hparams", "config"))
_NAMING = frozenset(("_target_", "class_path", "_cls_", "__target__", "_partial_target_", "_factory_"))
_KERNEL = re.compile(r"_?(attn|experts|attention|kernel)_implementation(_internal|_autoset)?")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KERNELS = _set("eager sdpa flash_attention_2 flash_attention_3 flex_attention xformers paged math")
_PYTHON_TAG = re.compile(r"(tag:yaml\.org,2002:|!)python/(?P<kind>[\w/]+):?(?P<name>.*)")
_PLAIN_TAGS = _set("none bool str unicode bytes int long float complex list tuple dict set")
_HYPER_TAG = re.compile(r"!(?P<kind>new|name|apply|module|include):(?P<name>.*)")
_RESOLVER = re.compile(r"\$\{\s*(eval|exec|python|py|import|call|shell|cmd|os\.system)\s*:")
_PICKLED = frozenset(("py/reduce", "py/repr", "py/function", "py/method", "py/newargs", "py/newargsex", "py/initargs"))
_SKOPS_LOADERS = _set(
    "ArrayNode BunchNode BytearrayNode BytesNode CachedNode COOMatrixNode DatetimeTimedeltaNode DefaultDictNode "
    "DictNode "
    "DTypeNode FrozenSetNode FunctionNode JsonNode ListNode LossNode MaskedArrayNode NdArrayNode NumpyGenericNode "
    "ObjectNode OrderedDictNode PartialNode QuantileForestNode RandomGeneratorNode RandomStateNode ReduceNode "
    "SetNode SliceNode SparseMatrixNode TreeNode TupleNode TypeNode RealArrayNode"
)
_SKOPS_MODULES = re.compile(
    r"(sklearn|numpy|scipy|pandas|quantile_forest|xgboost|lightgbm|catboost|imblearn|_loss|collections|datetime)(\.|$)"
)
_SKOPS_PLAIN = _set(
    "bool bytearray bytes complex dict float frozenset int list NoneType object range set slice str tuple type"
)
_HANDLERS = _set(
    "image_classifier image_segmenter object_detector text_classifier text_to_speech dali_image_classifier"
)
_MLFLOW_LOADER = re.compile(r"mlflow\.[a-z_.]+")
_PROGRAM = re.compile(
    r"\bimport\s+\w+\s*;|^\s*(import\s+\w+|from\s+\w[\w.]*\s+import\s)|__import__\s*\(|\b(eval|exec|compile)\s*\(\s*\S|"
    r"\bos\s*\.\s*(system|popen|exec\w*)\s*\(|\bsubprocess\s*\.\s*\w+\s*\(|\bb64decode\s*\(|<script\b|^#!",
    re.MULTILINE,
)
_PEFT_LIBRARY = re.compile(r"(transformers|diffusers|torch|timm|transformers_modules)(\.|$)")


class Named(NamedTuple):
    """Code that a configuration names: where, what, and whether it surely acts."""

    place: str
    says: str
    acts: bool


@check(
    applies_to="model dataset tool",
    remedy="Load the weights alone, with an architecture that your own code names; do not instantiate this file.",
    bears_on="load",
)
def no_code_in_configurations(subject: Subject) -> Iterator[Finding]:
    """Does every configuration name only classes of known libraries?"""
    looked_at = False
    for file in subject.files(format="safetensors"):
        yield from _in_safetensors(file)
    for file in subject.files():
        if file.raw or not file.readable or not _is_configuration(file):
            continue
        looked_at = True
        yield from _of_file(file, subject)
    if not looked_at:
        yield not_applicable("no file is a configuration")


def _in_safetensors(file: File) -> Iterator[Finding]:
    """Metadata is text that no loader of safetensors runs; a program in it waits for one that does."""
    try:
        said = safetensors.header(file.contents).metadata
    except GuildmarkError:
        return  # that it is broken is told by formats_intact
    for key, value in said.items():
        if found := _PROGRAM.search(value):
            says = f"{file.path} holds a program in its metadata, which no loader known here runs"
            yield unknown(says, file.seen(f"__metadata__.{key[:80]}", value[max(0, found.start() - 40) :]))


def _is_configuration(file: File) -> bool:
    name = file.name.lower()
    return (name.endswith(ENDINGS) or name in NAMES) and ("text" in file.formats or "card" in file.formats)


def _of_file(file: File, subject: Subject) -> Iterator[Finding]:
    limit = structured.LARGEST_JSON
    data = file.contents.at(0, limit + 1)
    is_json = data.lstrip()[:1] in (b"{", b"[") and file.name.lower().endswith(".json")
    tool = subject.kind == "tool"
    if not _could_name_code(data, file):
        yield passed(f"{file.path} names no code", file.seen("", "none of the keys by which loaders take code"))
        return
    try:
        trees = [structured.json(data)] if is_json else structured.yaml(data)
    except GuildmarkError as error:
        if not tool:
            yield unknown(f"{file.path} was not read as a configuration: {error.says}", file.seen("", error.says))
        return
    found = list(dict.fromkeys(named for tree in trees for named in _named(tree, file)))
    wrong = [named for named in found if named.acts or not tool]
    for named in wrong[:MOST_TOLD]:
        yield failed(f"{file.path} names code to run: {named.says}", file.seen(named.place, named.says))
    if len(wrong) > MOST_TOLD:
        says = f"{len(wrong) - MOST_TOLD} more names of code"
        yield failed(f"{file.path} holds {says}", file.seen("", says))
    if not wrong:
        yield passed(f"{file.path} names only classes of known libraries", file.seen("", "every name is on the list"))


_MARKS = re.compile(
    rb"_target_|class_path|_cls_|__target__|_factory_|target|_implementation|custom_pipeline|!|py/|\$\{|__loader__|"
    rb"loader_module|handler|parent_library|trust_remote_code|python_function|model_code_path|\\u00|_class_name|<script"
)


def _could_name_code(data: bytes, file: File) -> bool:
    """Whether any of the keys stands there: most files hold none, and need no parser."""
    return bool(_MARKS.search(data)) or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]


def _named(tree: Any, file: File) -> Iterator[Named]:
    for place, node in structured.nodes(tree):
        if isinstance(node, Tagged):
            yield from _in_tag(place, node.tag)
        elif isinstance(node, str) and _RESOLVER.search(node):
            yield Named(place, f"the resolver {node[:100]}", True)
    special = _SPECIAL.get(file.name.lower())
    for entry in structured.entries(tree):
        for rule in (_in_target, _in_kernel, _in_jsonpickle, _in_pipeline, *([special] if special else ())):
            yield from rule(entry)


def _in_tag(place: str, tag: str) -> Iterator[Named]:
    if python := _PYTHON_TAG.match(tag):
        if python["kind"] not in _PLAIN_TAGS:
            yield Named(place, f"the tag {tag[-100:]}", python["kind"] not in ("name", "module"))
    elif hyper := _HYPER_TAG.match(tag):
        standing = targets.standing(hyper["name"])
        if hyper["kind"] == "include" or hyper["name"].startswith("!") or standing == "inert":
            return
        yield Named(place, f"the tag {tag[:100]}", standing == "acts")


def _in_target(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key in _NAMING or (entry.key == "target" and _instantiates(entry)):
        if not isinstance(value, str) or value.startswith("${"):
            return
        standing = targets.standing(value)
        if standing != "inert":
            yield Named(entry.place, f"{entry.key} {value[:160]}", standing == "acts")


def _instantiates(entry: Entry) -> bool:
    """`target` is a common word: it names code beside `params`, or where it has a class's or an acting name."""
    if not targets.is_name(entry.value):
        return False
    beside = {key for key, _ in entry.within}
    return bool(beside & {"params", "init_args", "_args_"}) or (
        "." in entry.value and (targets.is_class(entry.value) or targets.standing(entry.value) == "acts")
    )


def _in_kernel(entry: Entry) -> Iterator[Named]:
    if not _KERNEL.fullmatch(entry.key):
        return
    values = [plain for _, each in structured.nodes(entry.value) if isinstance(plain := structured.plain(each), str)]
    for value in values:
        if value and ("/" in value or "@" in value or ("internal" in entry.key and value not in _KERNELS)):
            yield Named(entry.place, f"{entry.key} fetches the kernel {value[:160]}", True)


def _in_jsonpickle(entry: Entry) -> Iterator[Named]:
    if entry.key in _PICKLED:
        yield Named(entry.place, f"{entry.key} {str(entry.value)[:160]}", True)
    elif entry.key in ("py/object", "py/type", "py/class") and isinstance(entry.value, str):
        standing = targets.standing(entry.value)
        if standing != "inert":
            yield Named(entry.place, f"{entry.key} {entry.value[:160]}", standing == "acts")


def _in_pipeline(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "custom_pipeline" and value not in ("", None, "null", "~"):
        yield Named(entry.place, f"custom_pipeline {str(value)[:160]}", True)
    elif entry.key == "_class_name" and isinstance(value, list) and not isinstance(value, Mapping):
        yield Named(entry.place, f"_class_name {str(value)[:160]}", True)
    elif entry.key == "parent_library" and isinstance(value, str) and not _PEFT_LIBRARY.match(value):
        yield Named(entry.place, f"parent_library {value[:160]}", True)
    elif entry.key == "trust_remote_code" and str(value).lower() == "true":
        yield Named(entry.place, "trust_remote_code is switched on", False)


def _in_skops(entry: Entry) -> Iterator[Named]:
    """One node of a skops schema: which class a loader builds, by which of its ways."""
    if entry.key != "__loader__":
        return
    within, place = entry.within, entry.place.rpartition(".")[0]
    if entry.value not in _SKOPS_LOADERS:
        yield Named(place, f"the skops node {str(entry.value)[:80]}", True)
    for module, name in zip(within.all_of("__module__"), within.all_of("__class__"), strict=False):
        yield from _of_skops_type(place, str(module), str(name))
    for content in within.all_of("content"):
        if isinstance(content, Mapping):
            for module, name in zip(content.all_of("module_path"), content.all_of("function"), strict=False):
                yield from _of_skops_type(place, str(module), str(name))


def _of_skops_type(place: str, module: str, name: str) -> Iterator[Named]:
    inert = name in _SKOPS_PLAIN if module in ("builtins", "__builtin__") else bool(_SKOPS_MODULES.match(module))
    inert = inert or (module, name) in (("functools", "partial"), ("types", "NoneType"), ("builtins", "NoneType"))
    parts = f"{module}.{name}".split(".")
    if not inert or any(part.startswith("__") for part in parts) or targets.acts_by_name(f"{module}.{name}"):
        yield Named(place, f"the skops type {module[:80]}.{name[:80]}", True)


def _in_mlflow(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if not isinstance(value, str) or value in ("", "null", "~"):
        return
    if entry.key == "loader_module" and not _MLFLOW_LOADER.fullmatch(value):
        yield Named(entry.place, f"loader_module {value[:160]}", True)
    elif entry.key in ("code", "model_code_path"):
        yield Named(entry.place, f"{entry.key} {value[:160]}, from which the loader imports", True)


def _in_archive_of_torchserve(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "handler" and isinstance(value, str) and value not in _HANDLERS:
        yield Named(entry.place, f"handler {value[:160]}", True)


def _in_modules(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "type" and isinstance(value, str) and not value.startswith("sentence_transformers."):
        yield Named(entry.place, f"the module {value[:160]}", True)


_SPECIAL: dict[str, Callable[[Entry], Iterator[Named]]] = {
    "schema.json": _in_skops,
    "mlmodel": _in_mlflow,
    "manifest.json": _in_archive_of_torchserve,
    "modules.json": _in_modules,
}
