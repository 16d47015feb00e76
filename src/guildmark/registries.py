"""Which code configurations name for frameworks that import by name: their keys say where a module or a library is.

OpenMMLab, AutoGen, Spark, Jackson, Intake, ONNX Runtime GenAI, axolotl, fairseq, ModelScope and mlx-lm; and any name
whose module lies beside the configuration (AllenNLP's `type`, kedro's, Haystack's), for that module is its maker's own
code. What becomes a command as it stands (MLflow, BentoML, MONAI) is here too."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from guildmark import late, structured, targets
from guildmark.named_code import Named
from guildmark.structured import Entry, Mapping
from guildmark.targets import Standing

KEYS = (
    rb"custom_imports|custom_ops_library\w*|custom_ops_lib|component_type|global_imports|paramMap|plugins|driver|"
    rb"plugin_path\w*|input_variables|env_set|sbert_ce_default_activation_function|@class|@type|model_file|"
    rb"allow_remote|build_dependencies|system_packages|base_image|envs|dataset_name_or_id|nnet|__module__|module_name"
)
"""The keys without which nothing of this is in a text, as a piece of a regular expression."""
ACTIVATION = rb"|\bactivation(_fn|_function)?[\"']?\s*:\s*[\"']?\w+\.\w"
CALLS = rb"|[\[,]\s*[\"'][^\"'\n(]{0,200}\w\(|\bdownload\s*:\s*bash\b|\bactivation\s*:[^\n(]{0,80}\("
"""Marks besides, of which the key is a common word: an activation by its name, and calls in a list of YAML's."""
_NAMING = late.compile(
    r"(?i)_?(type|class|class_?name|cls|module|modules|imports?|plugins?|provider|driver|factory|callable|function|"
    r"entry_?point|loader|processor|strategy|backend|handler|target|reader|architecture|tokenizer_class|model_class)"
)
"""Keys whose value a framework looks up: a name behind any of them is taken for one."""
_SPARK = late.compile(
    r"(org\.apache\.spark|pyspark|com\.johnsnowlabs|com\.microsoft|synapse|ml\.dmlc|xgboost\.spark|ai\.(catboost|h2o)|"
    r"ml\.combust|com\.databricks|org\.apache\.mahout|sparkdl|sparknlp|sparkxgb|com\.linkedin|graphframes|mmlspark)\."
)
_OF_JAVA = late.compile(
    r"(com\.(sun|mchange|zaxxer|mysql|alibaba|caucho|p6spy|pastdev|newrelic|nqadmin|rometools|teradata|ibm\.websphere)|"
    r"javax\.(swing|script|naming|management|sql|imageio|xml)|jdk|sun|"
    r"java\.(net|rmi|beans|io|nio|sql|security|lang\.(reflect|Runtime|Process|Thread|Class)|util\.(ServiceLoader|jar))|"
    r"org\.(apache\.(xalan|xbean|commons|tomcat|ibatis|shiro|log4j|logging|velocity|naming|openjpa|aries|cocoon|bcel|"
    r"catalina|axis2|drill|ignite)|springframework|hibernate|codehaus\.groovy|mozilla\.javascript|python|jboss|jdom2?|"
    r"eclipse\.jetty|quartz|docx4j|h2|jsecurity|slf4j)|ch\.qos|ognl|groovy|bsh|clojure|net\.sf\.ehcache|br\.com\.anteros|"
    r"oadd|oracle\.jdbc|org\.yaml|scala\.tools)(?=[.A-Z]|$)[\w.$]*(?<=[\w$])"
)
"""Java's classes that do something as they are made or as their fields are set, which readers of JSON with types
(Jackson in DL4J, fastjson) are misused for: the list that jackson-databind itself blocks, by their packages."""
_OF_AUTOGEN = late.compile(r"(autogen_\w+|autogen)\.")
_OF_INTAKE = late.compile(r"(intake|intake_\w+|hvplot|dask|xarray|pandas)\.")
_SHELL = late.compile(r"\{\{\s*(client_)?shell\s*\(")
_SHELL_ALONE = late.compile(r"(client_)?shell\(.+\)", re.DOTALL)
"""A default that Intake runs as it is (CVE-2026-33310)."""
_COMMAND = late.compile(
    r"[`|&\n]|\$[({]|;(?!\s*\(*\s*['\"]?(python_|sys_platform|platform_|os_name|implementation_|extra\b))", re.I
)
"""What ends a shell's command, or puts one in; not a semicolon before a condition of a requirement."""
_LAYER_CALL = late.compile(r"(torch\.)?(nn\.)?[A-Z]\w*\([\w\s=.,+-]*\)", re.ASCII)
"""A layer of torch's with plain arguments."""
_FIELD = late.compile(r"(?<!\{)(?:\{\{)*\{[A-Za-z_]\w*(?:\.[A-Za-z_]|\[)[^{}]{0,200}\}")
LOADING = frozenset(
    ("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "PYTHONSTARTUP", "BASH_ENV", "PERL5OPT", "PERL5DB", "RUBYOPT")
)
"""Variables by which programs load code before their own."""
_OF_MONTY = late.compile(r"(pymatgen|monty|matgl|emmet|maggma|atomate2?|jobflow|chgnet|smol|megnet|maml)\.")
_MODULE = late.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


def named(tree: Any) -> Iterator[Named]:
    """The code that a tree of JSON or YAML names."""
    for entry in structured.entries(tree):
        if rule := _RULES.get(entry.key):
            yield from rule(entry)
        elif isinstance(entry.value, str) and _is_command_of_intake(entry.key, entry.value):
            yield Named(entry.place, f"the command {entry.value[:160]}, which Intake runs", "acts")
    for place, node in structured.nodes(tree):
        is_pair = isinstance(node, list) and len(node) == 2 and not isinstance(node, Mapping)
        if is_pair and isinstance(node[1], list) and _is_of_java(node[0]):
            yield Named(place, f"the Java class {node[0][:160]}", "acts")


def _is_command_of_intake(key: str, value: str) -> bool:
    return bool(_SHELL.search(value) or (key == "default" and _SHELL_ALONE.match(value)))


def own_modules(paths: Iterable[str]) -> frozenset[str]:
    """The names by which Python would import the files of a folder, of its first two levels."""
    found = set()
    for path in paths:
        folder, name = posixpath.split(path)
        if name.endswith(".py") and folder.count("/") == 0 and "!" not in path:
            found.add(posixpath.basename(folder) if folder else name.removesuffix(".py"))
            found.add(name.removesuffix(".py"))
    return frozenset(name for name in found - {"__init__", "__main__", "setup", ""} if name.isidentifier())


def beside(tree: Any, own: frozenset[str]) -> Iterator[Named]:
    """Names of classes, or behind a key that names code, whose module is one of `own`; fairseq's folder of them."""
    for entry in structured.entries(tree):
        for value in entry.value if isinstance(entry.value, list) else (entry.value,):
            if entry.key == "user_dir" and isinstance(value, str) and value.strip("./") in own:
                yield Named(entry.place, f"user_dir {value[:160]}, whose modules are all imported", "code")
            if not targets.is_name(value) or value.replace(":", ".").partition(".")[0] not in own:
                continue
            if targets.is_class(value) or _NAMING.fullmatch(entry.key):
                yield Named(entry.place, f"{entry.key[:60]} {value[:160]}, whose module lies beside it", "code")


def _of_module(name: str) -> Standing:
    """What importing a module does: nothing where it is a known library's, else whatever its maker wrote."""
    standing = targets.standing(f"{name}.X") if _MODULE.fullmatch(name) else "acts"
    return "code" if standing == "open" else standing


def _in_custom_imports(entry: Entry) -> Iterator[Named]:
    """OpenMMLab imports these modules before it builds the model."""
    for wanted in entry.value.all_of("imports") if isinstance(entry.value, Mapping) else ():
        for name in wanted if isinstance(wanted, list) else (wanted,):
            if isinstance(name, str) and (standing := _of_module(name)) != "inert":
                yield Named(entry.place, f"the import of {name[:160]}", standing)


def _in_library(entry: Entry) -> Iterator[Named]:
    """ONNX Runtime GenAI loads a library of operators when it opens the model."""
    for value in entry.value if isinstance(entry.value, list) else (entry.value,):
        if isinstance(value, str) and value not in ("", "null", "~"):
            yield Named(entry.place, f"{entry.key} {value[:160]}, which is loaded as a library", "acts")


def _in_component(entry: Entry) -> Iterator[Named]:
    """AutoGen imports what `provider` names, and hands the configuration to its class."""
    for name in entry.within.all_of("provider"):
        if isinstance(name, str) and not _OF_AUTOGEN.match(name):
            standing = targets.standing(name)
            yield Named(entry.place, f"the provider {name[:160]}", "code" if standing == "inert" else standing)


def _in_function_tool(entry: Entry) -> Iterator[Named]:
    """AutoGen executes a tool's source when it loads it."""
    for source in entry.within.all_of("source_code"):
        if isinstance(source, str) and source.strip():
            yield Named(entry.place, f"the source {' '.join(source.split())[:160]}, which is executed", "code")


def _in_stage(entry: Entry) -> Iterator[Named]:
    """Spark makes an instance of the class that a stage's metadata name; in Python it imports its module."""
    for key in ("class", "pythonClass"):
        for name in entry.within.all_of(key):
            if isinstance(name, str) and not _SPARK.match(name):
                yield Named(entry.place, f"{key} {name[:160]}", "code")


def _in_class_of_java(entry: Entry) -> Iterator[Named]:
    """Jackson and fastjson make an instance of the class that the text names."""
    if _is_of_java(entry.value):
        yield Named(entry.place, f"{entry.key} {entry.value[:160]}", "acts")


def _is_of_java(name: Any) -> bool:
    return isinstance(name, str) and name.rpartition(".")[2][:1].isupper() and _OF_JAVA.fullmatch(name) is not None


def _in_driver(entry: Entry) -> Iterator[Named]:
    """Intake imports a driver that is named with its module."""
    name = entry.value
    if targets.is_name(name) and targets.is_class(name) and not _OF_INTAKE.match(name):
        yield Named(entry.place, f"driver {name[:160]}", targets.standing(name))


def _in_plugins(entry: Entry) -> Iterator[Named]:
    """axolotl imports a list of classes; Intake imports each `module`, and every file of each `dir`; see ModelScope."""
    if isinstance(entry.value, list) and not isinstance(entry.value, Mapping) and _is_of_modelscope(entry):
        names = " ".join(name for name in entry.value if isinstance(name, str))
        if names:
            yield Named(entry.place, f"the plugins {names[:160]}, which ModelScope installs and imports", "acts")
        return
    if isinstance(entry.value, list) and not isinstance(entry.value, Mapping):
        for name in entry.value:
            if targets.is_name(name) and targets.is_class(name) and not name.startswith("axolotl."):
                yield Named(entry.place, f"the plugin {name[:160]}", targets.standing(name))
    for source in entry.value.all_of("source") if isinstance(entry.value, Mapping) else ():
        for each in source if isinstance(source, list) else ():
            for key, value in each if isinstance(each, Mapping) else ():
                if key in ("module", "dir") and isinstance(value, str) and not _OF_INTAKE.match(f"{value}."):
                    yield Named(entry.place, f"{key} {value[:160]}, from which drivers are imported", "code")


def _is_of_modelscope(entry: Entry) -> bool:
    return bool(entry.within.all_of("framework") and entry.within.all_of("task"))


def _in_own_wrapper(entry: Entry) -> Iterator[Named]:
    """ModelScope imports `ms_wrapper.py` of the model's folder."""
    if _is_of_modelscope(entry) and str(entry.value).lower() == "true":
        yield Named(entry.place, "allow_remote is switched on, and ModelScope runs ms_wrapper.py", "acts")


def _in_model_file(entry: Entry) -> Iterator[Named]:
    """mlx-lm runs that Python file of the model's folder (CVE-2026-5843)."""
    if isinstance(entry.value, str) and entry.value.endswith(".py"):
        yield Named(entry.place, f"model_file {entry.value[:160]}, which is run", "code")


def _in_command(entry: Entry) -> Iterator[Named]:
    """What a program puts into a shell's command, or into a Dockerfile, as it is.

    MLflow's dependencies (CVE-2025-15379), BentoML's packages, image and names of variables (CVE-2026-33744, 44345,
    44346), MONAI's number of a data set for nnU-Net (GHSA-rghg-q7wp-9767)."""
    key = entry.key
    if key == "python":
        words = [word for each in ("build_dependencies", "dependencies") for word in _words(entry.within.all_of(each))]
    elif key == "envs":
        named = entry.value if isinstance(entry.value, list) else ()
        words = [name for each in named if isinstance(each, Mapping) for name in _words(each.all_of("name"))]
    else:
        words = _words([entry.value])
    for word in words:
        if _COMMAND.search(word):
            yield Named(f"{entry.place} {word[:60]}", f"{key} with the command {' '.join(word.split())[:160]}", "acts")


def _words(values: Iterable[Any]) -> list[str]:
    """The texts among values and lists of them."""
    flat = [each for value in values for each in (value if isinstance(value, list) else (value,))]
    return [each for each in flat if isinstance(each, str)]


def _in_object(entry: Entry) -> Iterator[Named]:
    """Decoders of JSON that import the module of an object's class, and call it (Qiskit, CVE-2024-29032; Great
    Expectations)."""
    key = "class_name" if entry.key == "module_name" else "__class__"
    for name in _words(entry.within.all_of(key)):
        if isinstance(entry.value, str) and targets.standing(f"{entry.value}.{name}") == "acts":
            yield Named(entry.place, f"the object {entry.value[:100]}.{name[:60]}", "acts")


def _in_network(entry: Entry) -> Iterator[Named]:
    """ModelScope imports the module of a network (CVE-2025-51427)."""
    for name in entry.value.all_of("module") if isinstance(entry.value, Mapping) else ():
        if isinstance(name, str) and not name.startswith("modelscope.") and _of_module(name) != "inert":
            yield Named(entry.place, f"the module {name[:160]} of a network, which ModelScope imports", "acts")


def _in_monty(entry: Entry) -> Iterator[Named]:
    """monty's way to write an instance: its decoder imports the module, and calls `from_dict` of the class."""
    if not isinstance(entry.value, str):
        return
    for kind in (*entry.within.all_of("@class"), *entry.within.all_of("@callable")):
        name = f"{entry.value}.{kind}"
        standing = targets.standing(name)
        if standing != "inert" and not (standing == "open" and _OF_MONTY.match(name)):
            yield Named(entry.place, f"@module {name[:160]}", standing)


def _in_activation(entry: Entry) -> Iterator[Named]:
    """sentence-transformers imports an activation by its name; YOLO's loader evaluates one that is a call."""
    name = entry.value
    if not isinstance(name, str):
        return
    if entry.key == "activation" and "(" in name and not _LAYER_CALL.fullmatch(name.strip()):
        yield Named(entry.place, f"activation {name[:160]}, which is evaluated", "acts")
    elif targets.is_name(name) and not name.startswith(("torch.nn.", "nn.", "keras.", "tf.", "jax.", "flax.")):
        standing = targets.standing(name)
        if entry.key != "activation" and standing != "inert":
            yield Named(entry.place, f"{entry.key} {name[:160]}, which is imported", standing)


def _in_layers(entry: Entry) -> Iterator[Named]:
    """YOLO's loaders evaluate the texts of a model's rows: a layer's name, and what it is given."""
    for place, text in structured.nodes(entry.value):
        if isinstance(text, str) and "(" in text and "[" in place and not _LAYER_CALL.fullmatch(text.strip()):
            yield Named(f"{entry.place}{place}", f"the expression {text[:160]}, which is evaluated", "acts")


def _in_download(entry: Entry) -> Iterator[Named]:
    """YOLO's loader of data runs a command that stands where its archive's address would."""
    beside = {key for key, _ in entry.within}
    if isinstance(entry.value, str) and entry.value.startswith("bash ") and beside & {"train", "val", "names"}:
        yield Named(entry.place, f"the command {entry.value[:160]}, which is run", "acts")


def _in_prompt(entry: Entry) -> Iterator[Named]:
    """LangChain formats a prompt with Python's own `format`, whose fields reach attributes (CVE-2025-65106)."""
    if entry.within.all_of("template_format") not in ([], ["f-string"]):
        return
    for text in entry.within.all_of("template"):
        if isinstance(text, str) and (field := _FIELD.search(text)):
            yield Named(entry.place, f"the field {field[0][:160]} of a prompt, which reaches attributes", "acts")


def _in_variables(entry: Entry) -> Iterator[Named]:
    """Hydra sets these before the program starts others: some have every program load code."""
    for key, value in entry.value if isinstance(entry.value, Mapping) else ():
        if key in LOADING and value not in ("", "null", "~"):
            yield Named(entry.place, f"the variable {key}, by which programs load {str(value)[:160]}", "acts")


_RULES: dict[str, Callable[[Entry], Iterator[Named]]] = {
    "custom_imports": _in_custom_imports,
    "custom_ops_library": _in_library,
    "custom_ops_lib": _in_library,
    "custom_ops_library_paths": _in_library,
    "component_type": _in_component,
    "global_imports": _in_function_tool,
    "paramMap": _in_stage,
    "driver": _in_driver,
    "@class": _in_class_of_java,
    "@type": _in_class_of_java,
    "plugins": _in_plugins,
    "allow_remote": _in_own_wrapper,
    "model_file": _in_model_file,
    "python": _in_command,
    "system_packages": _in_command,
    "base_image": _in_command,
    "envs": _in_command,
    "dataset_name_or_id": _in_command,
    "nnet": _in_network,
    "__module__": _in_object,
    "module_name": _in_object,
    "@module": _in_monty,
    "activation": _in_activation,
    "activation_fn": _in_activation,
    "activation_function": _in_activation,
    "sbert_ce_default_activation_function": _in_activation,
    "backbone": _in_layers,
    "head": _in_layers,
    "download": _in_download,
    "input_variables": _in_prompt,
    "env_set": _in_variables,
}
