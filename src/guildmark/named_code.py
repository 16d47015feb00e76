"""Which code a configuration names: rules over the entries of its tree, by the loader that would take it.

Hydra, Lightning, OmegaConf, HyperPyYAML, MONAI, jsonpickle, LangChain, skops, MLflow, TorchServe, BentoML,
diffusers, sentence-transformers, PEFT and transformers' kernels (CVE-2026-4372)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from guildmark import late, structured, targets
from guildmark.structured import Entry, Mapping, Tagged
from guildmark.targets import Standing

_NAMING = frozenset(("_target_", "class_path", "_cls_", "__target__", "_partial_target_", "_factory_"))
_KERNEL = late.compile(r"_?(attn|experts|attention|kernel)_implementation(_internal|_autoset)?")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KERNELS = _set("eager sdpa flash_attention_2 flash_attention_3 flex_attention xformers paged math")
_PYTHON_TAG = late.compile(r"(tag:yaml\.org,2002:|!)python/(?P<kind>[\w/]+):?(?P<name>.*)", re.DOTALL)
_PLAIN_TAGS = _set("none bool str unicode bytes int long float complex list tuple dict set")
_CORE_TAGS = _set("null bool int float str binary timestamp seq map set omap pairs merge value yaml")
_CORE = "tag:yaml.org,2002:"
_HYPER_TAG = late.compile(r"!(?P<kind>new|name|apply|module|include):(?P<name>.*)")
_FOREIGN_TAG = late.compile(
    r"!?(ruby|java|js|php|perl|object|net|clr|eval|exec|sh|shell|cmd|call|function)\b[/:.]?", re.I
)
_INCLUDED = _set("!include !import !load !inc !include_dir_list !include_dir_merge_list !base64file !file")
_RESOLVER = late.compile(r"\$\{\s*(eval|exec|python|py|import|call|shell|cmd|os\.system)\s*:")
_PICKLED = frozenset(("py/reduce", "py/repr", "py/function", "py/method", "py/newargs", "py/newargsex", "py/initargs"))
_SKOPS_LOADERS = _set(
    "ArrayNode BunchNode BytearrayNode BytesNode CachedNode COOMatrixNode DatetimeTimedeltaNode DefaultDictNode "
    "DictNode DTypeNode FrozenSetNode FunctionNode JsonNode ListNode LossNode MaskedArrayNode NdArrayNode "
    "NumpyGenericNode ObjectNode OrderedDictNode PartialNode QuantileForestNode RandomGeneratorNode RandomStateNode "
    "ReduceNode SetNode SliceNode SparseMatrixNode TreeNode TupleNode TypeNode RealArrayNode"
)
_SKOPS_MODULES = late.compile(
    r"(sklearn|numpy|scipy|pandas|quantile_forest|xgboost|lightgbm|catboost|imblearn|_loss|collections|datetime)(\.|$)"
)
_SKOPS_PLAIN = _set(
    "bool bytearray bytes complex dict float frozenset int list NoneType object range set slice str tuple type"
)
_HANDLERS = _set(
    "image_classifier image_segmenter object_detector text_classifier text_to_speech dali_image_classifier"
)
_MLFLOW_LOADER = late.compile(r"mlflow\.[a-z_.]+")
_PEFT_LIBRARY = late.compile(r"(transformers|diffusers|torch|timm|transformers_modules)(\.|$)")
_PROGRAM = late.compile(
    r"__import__\s*\(\s*[^\s)]|\bos\s*\.\s*(system|popen|exec[lv]\w*|spawn\w*)\s*\(\s*[^\s)]|"
    r"\bsubprocess\s*\.\s*\w+\s*\(\s*[^\s)]|"
    r"\b(eval|exec)\s*\(\s*(compile|base64|bytes|open|input|__import__|codecs|zlib|marshal)\s*[.(]|\bimport\s+os\s*;|"
    r"\brequire\s*\(\s*['\"](node:)?child_process['\"]\s*\)|\bjava\.lang\.(Runtime|ProcessBuilder)\b|\bjavax\.script\.|\bgetRuntime\s*\(\s*\)|\bObjectDataProvider\b"
)
_ARGUMENTS = _set("widgets_values architectures args _args_ arguments init_args params backbone head")
_EXPRESSION = late.compile(
    r"\$(?![A-Z][A-Z0-9_]*\.)[^{].*(__\w+__|\b(eval|exec|compile|open|getattr|globals|breakpoint)\s*\(|"
    r"\b(subprocess|shutil|socket|urllib|requests|pickle|marshal|ctypes|pty|runpy|importlib)\b|"
    r"\bos\s*\.\s*(system|popen|exec\w*|spawn\w*|remove|unlink|rmdir|kill)\b)",
    re.DOTALL,
)
"""A MONAI bundle's expression (`$...`) that does more than put paths and numbers together."""
_ACTING_ROOTS = late.compile(
    r"(os|posix|nt|subprocess|builtins|__builtin__|runpy|pty|importlib|ctypes|shutil|commands|_posixsubprocess|"
    r"webbrowser|code|codeop|timeit|pdb|cProfile)[.:][A-Za-z_][\w.]*"
)
_FILE_ENDING = late.compile(r"\.(py|json|ya?ml|toml|txt|csv|md|rst|bin|pt|pth|so|cfg|ini|html?|ipynb|path(\.\w+)?)$")
_PARTS_OF_DIFFUSERS = late.compile(
    r"diffusers|transformers|peft|optimum(\.\w+)*|onnxruntime(\.\w+)*|nunchaku|sentence_transformers|"
    r"(latent_diffusion|stable_diffusion|deepfloyd|kandinsky|audioldm|unclip|unidiffuser|wuerstchen|pixart|shap_e|flux|"
    r"hunyuan|cogv|musicldm|paint_by_example|semantic_stable_diffusion|versatile_diffusion|alt_diffusion|blip_diffusion|"
    r"spectrogram_diffusion|ltx|sana|lumina|allegro|mochi|consistency|ddpm|dit|amused|stable_audio|stable_cascade|wan|"
    r"qwenimage|chroma|hidream|easyanimate|aura_flow|omnigen|cogview|controlnet|text_to_video|if|pag|animatediff)\w*"
)
"""The libraries, and the pipelines' own modules, from which diffusers takes a pipeline's parts."""
DEEPEST_SWITCH = 2
"""How many names stand before a switch that is this configuration's own; a deeper one is what a catalogue tells."""


class Named(msgspec.Struct, frozen=True):
    """Code that a configuration names: where, what, and whether it acts, is some function, or a class left open."""

    place: str
    says: str
    standing: Standing


def named(tree: Any, name: str) -> Iterator[Named]:
    """The code that a tree of JSON or YAML names, in a file of this name."""
    words = _words(tree)
    for place, node in structured.nodes(tree):
        if isinstance(node, Tagged):
            yield from _in_tag(place, node)
        elif isinstance(node, str):
            yield from _in_text(place, node)
    special = _SPECIAL.get(name.lower())
    for found in structured.entries(tree):
        entry = msgspec.structs.replace(found, value=_resolved(found.value, words))
        for rule in (*_RULES, *([special] if special else ())):
            yield from rule(entry)


def _words(tree: Any) -> dict[str, str]:
    """What OmegaConf would put for `${place}`: the texts of a tree by their place."""
    return {place: node for place, node in structured.nodes(tree) if isinstance(node, str)}


def _resolved(value: Any, words: dict[str, str]) -> Any:
    """A value with what it refers to (`${a.b}`) in its place, as far as the same tree says it."""
    for _ in range(4):
        if not isinstance(value, str) or "${" not in value or len(value) > 1000:
            break
        value = re.sub(
            r"\$\{\s*(?:oc\.select:|oc\.env:\w+,|oc\.decode:)?\s*['\"]?([\w.]+)['\"]?\s*\}",
            lambda found: words.get(found[1], found[1] if ":" in found[0] else found[0]),
            value,
        )
    return value


def _in_tag(place: str, node: Tagged) -> Iterator[Named]:
    """YAML's core tags are values, and a few dialects' name code; a tag of someone's own is an open question."""
    tag = node.tag
    if python := _PYTHON_TAG.match(tag):
        if python["kind"] not in _PLAIN_TAGS:
            yield Named(place, f"the tag {tag[-100:]}", _of_import(python["kind"], python["name"]))
    elif hyper := _HYPER_TAG.match(tag):
        standing = targets.standing(hyper["name"])
        if hyper["kind"] != "include" and not hyper["name"].startswith("!") and standing != "inert":
            yield Named(place, f"the tag {tag[:100]}", standing)
    elif tag.startswith(_CORE):
        if (kind := tag.removeprefix(_CORE)) not in _CORE_TAGS:
            yield Named(place, f"the tag !!{kind[:100]}", "acts" if re.search(r"[./:]", kind) else "open")
    elif tag == "!function" and isinstance(node.value, str) and targets.is_name(node.value):
        yield Named(place, f"the tag {tag} {node.value[:100]}", _of_harness(node.value))
    elif _FOREIGN_TAG.match(tag):
        yield Named(place, f"the tag {tag[:100]}", "acts")
    elif tag in _INCLUDED and isinstance(node.value, str) and re.match(r"(/|~|\w+://|\\|\w:\\)", node.value):
        yield Named(place, f"the tag {tag[:100]}, which brings in {node.value[:100]}", "acts")


def _of_import(kind: str, name: str) -> Standing:
    """What a tag of Python's does: a name is imported and not called, so that it acts only where the module does."""
    if kind not in ("name", "module"):
        return "acts"
    standing = targets.standing(f"{name}.X" if kind == "module" else name)
    return standing if standing == "acts" or not targets.is_name(f"{name}.X") else "open"


def module_of(named: Named) -> str:
    """The first part of the name that a tag imports; empty for anything else."""
    found = re.search(r"python/(?:name|module):(\w+)", named.says)
    return found[1] if found else ""


def _of_harness(name: str) -> Standing:
    """What lm-eval's tag names: a function of a file beside the task, which is a question of its own, or what acts."""
    return "acts" if targets.standing(name) == "acts" else "open"


def _in_text(place: str, text: str) -> Iterator[Named]:
    if _RESOLVER.search(text):
        yield Named(place, f"the resolver {text[:100]}", "acts")
    elif text.startswith("$") and _EXPRESSION.match(text[:10_000]):
        yield Named(place, f"the expression {text[:160]}", "acts")


def _in_value(entry: Entry) -> Iterator[Named]:
    """A name of what acts, or a program, where a value is: no honest configuration holds either."""
    value = entry.value
    if not isinstance(value, str) or entry.key in _NAMING or entry.key.isdecimal() or structured.is_for_people(entry):
        return
    name = value.strip().removeprefix("ext://")  # how logging's configuration names an object (CVE-2026-35171)
    if len(name) <= 200 and _ACTING_ROOTS.fullmatch(name) and not _FILE_ENDING.search(name):
        if targets.standing(name) == "acts":
            yield Named(entry.place, f"{entry.key[:60]} {name}", "acts")
    elif not entry.key.endswith(("template", "cmd", "command")) and (found := _PROGRAM.search(value[:100_000])):
        yield Named(entry.place, f"a program: {value[max(0, found.start() - 20) :][:160]}", "acts")


def _in_arguments(entry: Entry) -> Iterator[Named]:
    """A program among a node's or a call's arguments (ComfyUI's `widgets_values`, Hydra's `_args_`, YOLO's layers)."""
    given: list[Any] = []
    if isinstance(entry.value, Mapping):
        given = [value for _, value in entry.value] if entry.within.all_of("class_type") else []
    elif isinstance(entry.value, list) and entry.key in _ARGUMENTS:
        given = _texts(entry.value)
    for each in given:
        if isinstance(each, str) and (found := _PROGRAM.search(each[:100_000])):
            yield Named(entry.place, f"a program: {each[max(0, found.start() - 20) :][:160]}", "acts")


def _in_user_directory(entry: Entry) -> Iterator[Named]:
    """fairseq imports every module of the folder that `common.user_dir` names."""
    if entry.place == "common.user_dir" and isinstance(entry.value, str) and entry.value not in ("", "null", "~"):
        yield Named(entry.place, f"user_dir {entry.value[:160]}, from which the loader imports", "open")


def _in_target(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key in _NAMING or (entry.key == "target" and _instantiates(entry)):
        if not isinstance(value, str):
            return
        standing: Standing = "open" if "${" in value else targets.standing(value)
        if standing != "inert":
            yield Named(entry.place, f"{entry.key} {value[:160]}", standing)


def _instantiates(entry: Entry) -> bool:
    """`target` is a common word: it names code beside `params`, or where it has a class's or an acting name."""
    if not targets.is_name(entry.value):
        return False
    beside = {key for key, _ in entry.within}
    return bool(beside & {"params", "init_args", "_args_"}) or (
        "." in entry.value and (targets.is_class(entry.value) or targets.standing(entry.value) == "acts")
    )


def _in_kernel(entry: Entry) -> Iterator[Named]:
    if entry.key == "kernel_mapping":
        values = _texts(entry.value)
    elif _KERNEL.fullmatch(entry.key):
        values = [each for each in _texts(entry.value) if "/" in each or "@" in each or "internal" in entry.key]
    else:
        return
    for value in values:
        if value and value not in _KERNELS:
            yield Named(entry.place, f"{entry.key} fetches the kernel {value[:160]}", "acts")


def _texts(value: Any) -> list[str]:
    return [plain for _, each in structured.nodes(value) if isinstance(plain := structured.plain(each), str)]


def _in_pickled(entry: Entry) -> Iterator[Named]:
    """jsonpickle's and LangChain's ways to write an instance."""
    if entry.key in _PICKLED:
        yield Named(entry.place, f"{entry.key} {str(entry.value)[:160]}", _reduced(entry))
    elif entry.key in ("py/object", "py/type", "py/class", "py/mod") and isinstance(entry.value, str):
        standing = targets.standing(entry.value)
        if standing != "inert":
            yield Named(entry.place, f"{entry.key} {entry.value[:160]}", standing)
    elif entry.key == "lc" and entry.within.all_of("type") == ["constructor"]:
        for path in entry.within.all_of("id"):
            name = ".".join(map(str, path)) if isinstance(path, list) else str(path)
            if not name.startswith("langchain") or re.search(r"(?i)shell|bash|python|repl|exec", name):
                yield Named(entry.place, f"the constructor {name[:160]}", "acts")


def _reduced(entry: Entry) -> Standing:
    """What `py/reduce` calls: a class that `py/type` names, with plain values, is as good as an instance of it."""
    value = entry.value
    if entry.key != "py/reduce" or not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
        return "acts"
    names = value[0].all_of("py/type")
    plain = all(_is_plain(each) for each in value[1:])
    if len(value[0]) != 1 or len(names) != 1 or not isinstance(names[0], str) or not plain:
        return "acts"
    standing = targets.standing(names[0])
    return standing if standing in ("inert", "open") else "acts"


def _is_plain(value: Any) -> bool:
    """Whether jsonpickle reads it as texts, numbers, and tuples of them."""
    if isinstance(value, Mapping):
        return all(key == "py/tuple" and _is_plain(inside) for key, inside in value)
    return all(map(_is_plain, value)) if isinstance(value, list) else not isinstance(value, Tagged)


def _is_of_another(place: str) -> bool:
    """Whether what stands there is a catalogue's word of something else: an item of a list, or many names deep.

    What open_clip gives a tower's tokenizer stands one deeper (`model_cfg.text_cfg.tokenizer_kwargs`)."""
    return "[" in place or place.count(".") > DEEPEST_SWITCH + place.startswith("model_cfg.")


def _in_pipeline(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "custom_pipeline" and value not in ("", None, "null", "~"):
        yield Named(entry.place, f"custom_pipeline {str(value)[:160]}", "acts")
    elif entry.key == "_class_name" and isinstance(value, list) and not isinstance(value, Mapping):
        yield Named(entry.place, f"_class_name {str(value)[:160]}", "acts")
    elif entry.key == "parent_library" and isinstance(value, str) and not _PEFT_LIBRARY.match(value):
        yield Named(entry.place, f"parent_library {value[:160]}", "acts")
    elif (
        entry.key.replace("-", "_") == "trust_remote_code"
        and str(value).lower() == "true"
        and not _is_of_another(entry.place)
    ):
        yield Named(entry.place, "trust_remote_code is switched on", "code")


def _in_diffusers(entry: Entry) -> Iterator[Named]:
    """A pipeline's part: the library that it is imported from, and its class."""
    value = entry.value
    if entry.key.startswith("_") or not isinstance(value, list) or isinstance(value, Mapping) or len(value) != 2:
        return
    library, name = value
    if not isinstance(library, str) or not isinstance(name, str) or _PARTS_OF_DIFFUSERS.fullmatch(library):
        return
    acts = not re.fullmatch(r"\w+", library) or targets.standing(f"{library}.{name}") == "acts"
    acts = acts or not targets.is_class(name)
    yield Named(entry.place, f"the part {library[:80]}.{name[:80]}", "acts" if acts else "code")


def _in_skops(entry: Entry) -> Iterator[Named]:
    """One node of a skops schema: which class a loader builds, by which of its ways."""
    if entry.key != "__loader__":
        return
    within, place = entry.within, entry.place.rpartition(".")[0]
    if entry.value not in _SKOPS_LOADERS:
        yield Named(place, f"the skops node {str(entry.value)[:80]}", "acts")
    for module, name in zip(within.all_of("__module__"), within.all_of("__class__"), strict=False):
        yield from _of_skops_type(place, str(module), str(name))
    for content in within.all_of("content"):
        if isinstance(content, Mapping):
            for key, other in (("module_path", "function"), ("__module__", "__class__")):
                for module, name in zip(content.all_of(key), content.all_of(other), strict=False):
                    yield from _of_skops_type(place, str(module), str(name))


def _of_skops_type(place: str, module: str, name: str) -> Iterator[Named]:
    inert = name in _SKOPS_PLAIN if module in ("builtins", "__builtin__") else bool(_SKOPS_MODULES.match(module))
    inert = inert or (module, name) in (("functools", "partial"), ("types", "NoneType"), ("builtins", "NoneType"))
    parts = f"{module}.{name}".split(".")
    if not inert or any(part.startswith("__") for part in parts) or targets.acts_by_name(f"{module}.{name}"):
        yield Named(place, f"the skops type {module[:80]}.{name[:80]}", "acts")


def _in_mlflow(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if not isinstance(value, str) or value in ("", "null", "~"):
        return
    if entry.key == "loader_module" and not _MLFLOW_LOADER.fullmatch(value):
        yield Named(entry.place, f"loader_module {value[:160]}", "acts")
    elif entry.key == "pickle_module_name" and value not in ("mlflow.pytorch.pickle_module", "pickle", "cloudpickle"):
        yield Named(entry.place, f"pickle_module_name {value[:160]}", "acts")
    elif entry.key in ("code", "model_code_path"):
        yield Named(entry.place, f"{entry.key} {value[:160]}, from which the loader imports", "acts")


def _in_archive_of_torchserve(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if not isinstance(value, str):
        return
    if entry.key == "handler" and value not in _HANDLERS:
        yield Named(entry.place, f"handler {value[:160]}", "acts")
    elif entry.key == "modelFile":
        yield Named(entry.place, f"modelFile {value[:160]}, which is imported", "acts")
    elif entry.key == "runtime" and value not in ("python", "python2", "python3", "LSP"):
        yield Named(entry.place, f"runtime {value[:160]}", "acts")


def _in_modules(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "type" and isinstance(value, str) and not value.startswith("sentence_transformers."):
        yield Named(entry.place, f"the module {value[:160]}", "acts")


def _in_router(entry: Entry) -> Iterator[Named]:
    if entry.key == "types":
        for value in _texts(entry.value):
            if "." in value and not value.startswith("sentence_transformers."):
                yield Named(entry.place, f"the module {value[:160]}", "acts")


def _in_bento(entry: Entry) -> Iterator[Named]:
    value = entry.value
    if entry.key == "service" and isinstance(value, str):
        yield Named(entry.place, f"service {value[:160]}", "acts")
    elif entry.key == "module" and isinstance(value, str) and not value.startswith("bentoml."):
        yield Named(entry.place, f"module {value[:160]}", "acts")


def _in_nemo(entry: Entry) -> Iterator[Named]:
    """NeMo imports the class of a model by the name at the top of its configuration."""
    if entry.place == "target" and targets.is_name(entry.value) and not targets.is_class(entry.value):
        yield Named(entry.place, f"target {entry.value[:160]}", targets.standing(entry.value))


_RULES = (_in_value, _in_arguments, _in_user_directory, _in_target, _in_kernel, _in_pickled, _in_pipeline)
_SPECIAL: dict[str, Callable[[Entry], Iterator[Named]]] = {
    "schema.json": _in_skops,
    "mlmodel": _in_mlflow,
    "manifest.json": _in_archive_of_torchserve,
    "modules.json": _in_modules,
    "router_config.json": _in_router,
    "model_index.json": _in_diffusers,
    "bento.yaml": _in_bento,
    "model_config.yaml": _in_nemo,
    "model.yaml": _in_bento,
}
SPECIAL = frozenset(_SPECIAL)
"""Names of files that one loader reads in its own way."""
