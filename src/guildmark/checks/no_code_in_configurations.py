"""Configurations can name what their loader imports and calls: one line of YAML is then as good as a program.

Hydra's `_target_`, Lightning's `class_path`, YAML's Python tags, jsonpickle, skops, MLflow, TorchServe, and the
keys by which a loader fetches a kernel or a pipeline (CVE-2026-4372)."""

import copy
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from guildmark import late, named_code, registries, structured, targets
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.file import File
from guildmark.formats import safetensors, xml
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20
MOST_MULTIPLIED = 1_000_000
"""Values that the aliases of a YAML text may stand for."""
ENDINGS = (".json", ".yaml", ".yml", ".toml", ".skops", "_metadata")
NAMES = frozenset(
    (
        "mlmodel",
        "hparams",
        "config",
        "config.pbtxt",
        "config.cfg",
        "pickle_module_info.txt",
        ".allennlp_plugins",
        "python_env.yaml",
    )
)
_STAGE = "part-00000"
"""Where Spark writes what a stage of a pipeline is; other files of that name are tables."""
_OF_SPARK = late.compile(rb"\s*\{\s*\"class\"\s*:")
_PICKLE_MODULES = frozenset(("mlflow.pytorch.pickle_module", "pickle", "cloudpickle"))
_NUMBERS = frozenset(("plain_weights", "msgpack"))
SEARCHED = 1 << 20
"""So many bytes at the start and at the end of such a file are searched."""
_HIDDEN = late.compile(
    rb"__import__\s*\(\s*[\"'](?:os|subprocess|socket|urllib|ctypes|pty|shutil|importlib|builtins)[\"'.]|"
    rb"\bimport (?:os|subprocess)\s*;|\bos\.(?:system|popen|exec[lv]\w*)\s*\(\s*[\"']|"
    rb"\bsubprocess\.(?:run|call|Popen|check_\w+|getoutput)\s*\(\s*[\[\"']|"
    rb"\b(?:eval|exec)\s*\(\s*(?:compile|base64|__import__|codecs|zlib|marshal)\b|"
    rb"\b(?:curl|wget)\s[^\n\0]{1,200}\|\s*(?:ba|z|da)?sh\b"
)
_PYTHON_BACKEND = late.compile(
    r"^[^\S\n]*backend\s*:\s*[\"'](?:python|[^\"'\n]*[/\\][^\"'\n]*)[\"']|^[^\S\n]*runtime\s*:\s*[\"'][^\"']*\.py[\"']|"
    r"\bop_library_filename\s*:\s*\[?\s*[\"'][^\"'\n]*[\"']",
    re.MULTILINE,
)
_PROGRAM = late.compile(
    r"\bimport\s+\w+\s*;|^[^\S\n]*(import\s+\w+|from\s+\w[\w.]*\s+import\s)|__import__\s*\(|\b(eval|exec|compile)\s*\(\s*\S|"
    r"\b(pickle|cloudpickle|dill|marshal)\s*\.\s*loads?\s*\(|<[a-z]+\s[^<>]*\bon(click|load|error|mouseover)\s*=|"
    r"\bos\s*\.\s*(system|popen|exec\w*)\s*\(|\bsubprocess\s*\.\s*\w+\s*\(|\bb64decode\s*\(|<script\b|^#!",
    re.MULTILINE,
)
_KEYS = (
    rb"_target_|class_path|_cls_|__target__|_partial_target_|_factory_|target|cls|\w*_implementation\w*|kernel_mapping|"
    rb"custom_pipeline|py/\w+|@module|__loader__|loader_module|handler|parent_library|trust[_-]remote[_-]code|model_code_path|"
    rb"_class_name|lc|user_dir|" + registries.KEYS
)
_ROOTS = (
    rb"(os|posix|nt|subprocess|builtins|__builtin__|runpy|pty|importlib|ctypes|shutil|commands|_posixsubprocess|"
    rb"webbrowser|code|codeop|timeit|pdb|cProfile)[.:]\w"
)
_PROGRAMS = (
    rb"|__import__\s*\(|(\b|\\[nrt])os\s*\.\s*(system|popen)\s*\(|"
    rb"(\b|\\[nrt])subprocess\s*\.\s*\w+\s*\(|import os;|java\.lang\.|"
    rb"child_process|javax\.script|getRuntime|ObjectDataProvider|"
    rb"(\b|\\[nrt])(eval|exec)\s*\(\s*(compile|base64|bytes|open|input|__import__|codecs|zlib|marshal)\b"
)
_WORKFLOW = late.compile(r"(^|[/!])\.(github|forgejo|gitea)/workflows/[^/!]+\.ya?ml$")
_STEP = late.compile(r"jobs\.[^.\[]+\.steps\[\d+\]\.run")
"""Where a workflow says what its runner is to do: a command, which no loader reads."""
LARGEST_PMML = 256 << 20
_PMML = late.compile(r"<(\w+:)?PMML[\s>]")
_JAVA_NAME = late.compile(r"[\w$]+(\.[\w$]+)+")
_JAVA_THAT_ACTS = late.compile(r"\bjava\.lang\.(Runtime|Proc)")
_MARKS_OF_TOML = late.compile(rb"(?m)^[^\S\n]*[\"']?(_target_|class_path|_partial_target_|__target__)[\"']?\s*=")
_LOGGING = late.compile(r"^\[handler_[^\]\n]{1,200}\]", re.MULTILINE)
_LOGGED = late.compile(r"^(args|kwargs|class)[^\S\n]*[=:][^\S\n]*(\S[^\n]{0,2000})", re.MULTILINE)
_CALLED = late.compile(
    r"__\w+__|\b(eval|exec|compile|open|getattr|globals|breakpoint)\s*\(|\blambda\b|\bos\.(?!path\b)"
)
"""What `logging.config.fileConfig` would evaluate that is more than values, streams and numbers of levels."""
_LARGEST_OF_LOGGING = 1 << 20
_OF_LOGGING = (".ini", ".conf", ".cfg")
_TRUSTED = late.compile(r"(?i)[\"']?trust_remote_code[\"']?\s*[:=]\s*true\b")
"""How a pipeline of spaCy lets the model that it names bring code."""
_ACTING_TAG = late.compile(rb"!!?python/(object|name|module)[\w/]*")
_MARKS_OF_JSON = late.compile(
    rb"\"(" + _KEYS + rb")\"\s*:\s*([\"{\[tT]|1\b)|[:\[,]\s*\"\$(import\b|@|[A-Za-z_][\w.]*\()|"
    rb"\[\s*\"(?:com|javax?|jdk|sun|org|ch|ognl|groovy|bsh|net|oracle)\.[\w.$]+\"\s*,\s*[{\[]|"
    rb"\"[^\"\n]{0,40}\\u00[2-7][^\"\n]{0,40}\"\s*:|:\s*\"\s*(ext://)?"
    + _ROOTS
    + _PROGRAMS
    + registries.ACTIVATION
    + rb"|\$\{\s*(eval|exec|python|py|import|call|shell|cmd|os\.system)\s*:"
)
_MARKS_OF_YAML = late.compile(
    rb"(?<!\w)_?(?:"
    + _KEYS
    + rb"|python_function)|(?<![\w.?!)])!|\$|\*\w|\\[xuU]|\b"
    + _ROOTS
    + _PROGRAMS
    + registries.ACTIVATION
    + registries.CALLS
)


class _Understood(NamedTuple):
    """What a configuration names, and how many values its aliases stand for; a wheel and an sdist hold the same."""

    names: list[named_code.Named]
    multiplied: int


@check(
    applies_to="model dataset tool",
    remedy="Load the weights alone, with an architecture that your own code names; do not instantiate this file.",
    bears_on="load",
)
def no_code_in_configurations(subject: Subject) -> Iterator[Finding]:
    """Does every configuration name only classes of known libraries?"""
    looked_at = False
    own = _own_modules(subject)
    known: dict[tuple[str | None, str], _Understood] = {}
    for file in subject.files(format="safetensors"):
        yield from _in_safetensors(file)
    for file in subject.files(holds="weights"):
        if file.readable and not file.raw and not _NUMBERS.isdisjoint(file.formats):
            yield from _in_numbers(file)
    for file in (*subject.files(), *_by_links(subject)):
        if "xml" in file.formats and file.readable and xml.is_of(file.contents, _PMML):
            looked_at = True
            yield from _of_pmml(file)
        if file.raw or not file.readable or not _is_configuration(file):
            continue
        looked_at = True
        yield from _of_file(file, subject, own, known)
    if not looked_at:
        yield not_applicable("no file is a configuration")


def _of_pmml(file: File) -> Iterator[Finding]:
    """PMML's own functions are plain words; JPMML takes one with dots for a class of Java, and calls it."""
    try:
        if file.size > LARGEST_PMML:
            raise LimitPassed(f"it has over {LARGEST_PMML} bytes")
        for element in xml.elements(file.contents):
            if words := _java(element):
                yield failed(f"{file.path} names code to run: {words[:160]}", file.seen(f"line {element.line}", words))
                return
    except GuildmarkError as error:
        yield unknown(f"{file.path} may name code: {error.says}", file.seen("", error.says))
    else:
        yield passed(f"{file.path} names no code", file.seen("", "every function is PMML's own"))


def _java(element: "xml.Element") -> str:
    """How an element of PMML names code of Java's; empty where it names none."""
    if element.name == "script":
        return "<script>"
    function = element.attributes.get("function", "")
    if element.name == "Apply" and _JAVA_NAME.fullmatch(function.strip()):
        return f"<Apply function={function}>"
    return next((value for value in element.attributes.values() if _JAVA_THAT_ACTS.search(value)), "")


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


def _in_numbers(file: File) -> Iterator[Finding]:
    """What holds numbers and their names alone (CatBoost, LightGBM, Flax) has no place for a program."""
    for start in sorted({0, max(0, file.size - SEARCHED)}):
        if found := _HIDDEN.search(data := file.contents.at(start, SEARCHED)):
            seen = data[max(0, found.start() - 40) : found.end() + 80].decode("utf-8", "replace")
            yield failed(
                f"{file.path} hides a program among its numbers", file.seen(f"byte {start + found.start()}", seen)
            )
            return


def _has_own_rules(name: str) -> bool:
    return name in NAMES or name in named_code.SPECIAL


def _by_links(subject: Subject) -> Iterator[File]:
    """Members of archives by the names that links in them give: a loader opens the link, and reads the member."""
    links = [file for file in subject.files() if "!" in file.path and (file.sha256 or "").startswith("link:")]
    by_path = {file.path: file for file in subject.files() if file.readable} if links else {}
    for link in links:
        target = by_path.get(f"{link.archive}!{(link.sha256 or '')[5:]}")
        if target is not None and target.name != link.name:
            named = copy.copy(target)
            named.path = link.path
            yield named


def _is_configuration(file: File) -> bool:
    name = file.name.lower()
    if name == _STAGE:
        return "text" in file.formats and bool(_OF_SPARK.match(file.contents.at(0, 40)))
    if _may_be_of_logging(name):
        return "text" in file.formats and file.size <= _LARGEST_OF_LOGGING and bool(_LOGGING.search(file.text()))
    return ("text" in file.formats or "card" in file.formats) and (name.endswith(ENDINGS) or _has_own_rules(name))


def _may_be_of_logging(name: str) -> bool:
    return name.endswith(_OF_LOGGING) and not _has_own_rules(name)


def _own_modules(subject: Subject) -> frozenset[str]:
    """The modules that lie beside a model's configurations; a tool's are its own business."""
    if subject.kind == "tool":
        return frozenset()
    return registries.own_modules(file.path for file in subject.files())


def _of_file(
    file: File, subject: Subject, own: frozenset[str], known: dict[tuple[str | None, str], _Understood]
) -> Iterator[Finding]:
    if _may_be_of_logging(file.name.lower()):
        yield from _of_logging(file)
        return
    data = file.contents.at(0, structured.LARGEST_JSON + 1)
    tool = subject.kind == "tool"
    if not _could_name_code(data, file) and not any(name.encode() in data for name in own):
        yield passed(f"{file.path} names no code", file.seen("", "none of the keys by which loaders take code"))
        return
    if file.name.lower() in _PLAIN_TEXTS:
        yield from _of_plain_text(file)
        return
    try:
        same = (file.sha256, file.name)
        understood = known.get(same) or _understood(data, file, own)
        if file.sha256:
            known[same] = understood
    except GuildmarkError as error:
        if acting := _ACTING_TAG.search(data):
            says = f"{file.path} cannot be read as a configuration and has the tag {acting.group().decode()}"
            yield failed(says, file.seen(f"byte {acting.start()}", error.says))
        elif not tool:
            yield unknown(f"{file.path} was not read as a configuration: {error.says}", file.seen("", error.says))
        return
    if understood.multiplied > MOST_MULTIPLIED:
        says = f"aliases that stand for over {MOST_MULTIPLIED} values"
        yield failed(f"{file.path} has {says}: it multiplies when it is loaded", file.seen("", says))
    found = understood.names
    if _WORKFLOW.search(file.path):
        found = [named for named in found if not _STEP.fullmatch(named.place)]
    wrong = [named for named in found if _is_wrong(named, subject)]
    for named in wrong[:MOST_TOLD]:
        yield failed(f"{file.path} names code to run: {named.says}", file.seen(named.place, named.says))
    if len(wrong) > MOST_TOLD:
        says = f"{len(wrong) - MOST_TOLD} more names of code"
        yield failed(f"{file.path} holds {says}", file.seen("", says))
    elif not wrong and not tool and (left := [named for named in found if named.standing == "open"]):
        says = ", ".join(named.says for named in left[:3])
        yield unknown(f"{file.path} names classes of no library known here: {says}", file.seen(left[0].place, says))
    elif not wrong:
        yield passed(f"{file.path} names only classes of known libraries", file.seen("", "every name is on the list"))


def _understood(data: bytes, file: File, own: frozenset[str]) -> _Understood:
    """What a configuration names; raises FormatError, LimitPassed."""
    if _is_json(data, file):
        trees, multiplied = [structured.json(data)], 0
    elif file.name.lower().endswith(".toml"):
        trees, multiplied = [structured.toml(data)], 0
    else:
        trees, multiplied = structured.yaml(data), structured.multiplied(data, MOST_MULTIPLIED)
    return _Understood(
        list(dict.fromkeys(named for tree in trees for named in _named(tree, file.name, own))), multiplied
    )


def _named(tree: Any, name: str, own: frozenset[str]) -> Iterator[named_code.Named]:
    yield from named_code.named(tree, name)
    yield from registries.named(tree)
    if own:
        yield from registries.beside(tree, own)


def _is_wrong(named: named_code.Named, subject: Subject) -> bool:
    """Whether it acts, or is code of a model's own: a function, or a name imported from a file that lies beside it."""
    if named.standing == "acts" or (named.standing == "code" and subject.kind != "tool"):
        return True
    own = named_code.module_of(named) if subject.kind != "tool" else ""
    return bool(own) and any({own, f"{own}.py"} & set(re.split(r"[/!]", file.path)) for file in subject.files())


_ASIDE = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
"""White space, marks of an encoding, and the zeros of letters of several bytes."""


def _is_json(data: bytes, file: File) -> bool:
    return data.lstrip(_ASIDE)[:1] in (b"{", b"[") and not file.name.lower().endswith((".yaml", ".yml", ".toml"))


def _could_name_code(data: bytes, file: File) -> bool:
    """Whether any of the keys stands there: most files hold none, and need no parser."""
    if _has_own_rules(file.name.lower()) or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return True
    if file.name.lower().endswith(".toml"):
        return bool(_MARKS_OF_TOML.search(data))
    return bool((_MARKS_OF_JSON if _is_json(data, file) else _MARKS_OF_YAML).search(data))


def _of_logging(file: File) -> Iterator[Finding]:
    """Python's `logging.config.fileConfig` evaluates what a handler is made of, and by which class."""
    for found in _LOGGED.finditer(text := file.text()):
        key, value = found[1], found[2].strip()
        acts = key == "class" and targets.is_name(value) and targets.standing(value) == "acts"
        if acts or _CALLED.search(value):
            seen = file.seen(f"line {text.count(chr(10), 0, found.start()) + 1}", found[0])
            yield failed(f"{file.path} names code to run: {found[0][:160]}, which Python's logging evaluates", seen)
            return
    yield passed(f"{file.path} names no code", file.seen("", "its handlers are made of plain values"))


_PLAIN_TEXTS = frozenset(("config.pbtxt", "config.cfg", "pickle_module_info.txt", ".allennlp_plugins"))


def _of_plain_text(file: File) -> Iterator[Finding]:
    """Triton's configuration, the module by which MLflow reads a PyTorch model's pickle, AllenNLP's plugins."""
    text = file.text()
    if file.name.lower() == "config.pbtxt":
        found = _PYTHON_BACKEND.search(text)
        says = f"what Triton runs: {found.group().strip()}" if found else ""
    elif file.name.lower() == "config.cfg":
        found = _TRUSTED.search(text)
        says = "trust_remote_code is switched on for the model that spaCy loads" if found else ""
    elif file.name.lower() == ".allennlp_plugins":
        words = [word for word in text.split() if not word.startswith("allennlp")]
        says = f"the module {words[0][:100]}, which AllenNLP imports when it starts in this folder" if words else ""
    else:
        says = "" if text.strip() in _PICKLE_MODULES else f"the module {text.strip()[:100]}, by which it is unpickled"
    if says:
        yield failed(f"{file.path} names code to run: {says}", file.seen("", says))
    else:
        yield passed(f"{file.path} names no code", file.seen("", "no Python of its own"))
