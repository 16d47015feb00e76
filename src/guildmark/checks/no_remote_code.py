"""Some loaders fetch and run Python files that a model's configuration names."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from guildmark import late, structured
from guildmark.check import check, failed, passed, unknown, unread
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.structured import shallow
from guildmark.subject import Subject

CONFIGURATIONS = late.compile(r"^(.*_)?(config|index|configuration)\.json$")
CODE_KEYS = ("auto_map", "custom_pipelines", "custom_generate")
_KEYS = late.compile(rb"auto_map|custom_pipelines|custom_generate")
_ESCAPE = late.compile(rb"\\u00[2-7]")
CUSTOM_CODE = late.compile(
    r"^((modeling|configuration|tokenization|processing|image_processing|feature_extraction|modular|pipeline|"
    r"video_processing|generation|quantization)_\w+|hubconf|None|handler|custom_st|pipeline|model_loader)\.py$"
)
"""Names under which the hub's loaders, torch.hub and an endpoint take code from a repository."""
CODE_FOLDERS = late.compile(r"(^|/)(custom_generate/generate|MAR-INF/.+|code/inference)\.py$")
AT_START = late.compile(r"^[^\S\n]*import[ \t].+", re.MULTILINE)
REPOSITORY = frozenset(("config.json", "model_index.json", "adapter_config.json", "tokenizer_config.json"))
MODEL_KEYS = late.compile(rb'"(model_type|architectures|_class_name|peft_type|tokenizer_class|auto_map)"')
STARTUP = frozenset(("sitecustomize.py", "usercustomize.py"))
REQUIREMENTS = late.compile(r"^(.*[-_.])?requirements([-_.].*)?\.(txt|in)$")
_URL = r"(?:git|hg|svn|bzr)\+|https?://|ftp://|file:|ssh://"
ELSEWHERE = late.compile(
    rf"^[^\S\n]*(?:(?:-e|--editable)[ =]+)?(?:{_URL})|^[^\S\n]*[\w.\[\],-]+\s*@\s*(?:{_URL})|"
    rf"^[^\S\n]*(?:-[if](?:\b|(?=[\"']?{_URL}))|--(?:in|ex|py|f|t)[\w-]*\b)|"
    rf"^[^\S\n]*(?:-[rc]|--(?:req|con)[\w-]*)[\s=]*[\"']?(?:{_URL})",
    re.IGNORECASE,
)
"""A requirement at an address, and pip's options for another index, another list; it takes their beginnings too."""
DIRECT = late.compile(rf"^[^\S\n]*(?:[\w.\[\],-]+\s*@\s*)?(?:{_URL})", re.IGNORECASE)
"""A requirement at an address alone."""
WELL_KNOWN = late.compile(
    r"https://(?:download\.pytorch\.org/whl/|pypi\.org/simple|pypi\.nvidia\.com|data\.pyg\.org/whl|"
    r"storage\.googleapis\.com/jax-releases/|github\.com/huggingface/|github\.com/openai/)"
)
_LISTS = late.compile(r"pyproject\.toml|uv\.toml|pipfile|(?:environment|conda)[\w.-]*\.ya?ml")
_ADDRESSED = frozenset(("url", "git", "index-url", "default-index", "extra-index-url", "find-links", "index_url"))
_OF_TOOLS = late.compile(
    r"tool\.(?:uv|poetry|pdm|hatch|pixi)\b|source\b|(?:extra-)?index\b|find-links\b|(?:dev-)?packages\b"
)
"""The tables whose addresses a package manager fetches from; a project's own pages stand elsewhere."""
_ADDRESS = late.compile(_URL, re.IGNORECASE)
_ANYONES = late.compile(r"http://(?!localhost|127\.)", re.IGNORECASE)
"""A channel that anyone on the way can change."""
_ACTS = (
    r"\b(?:os\.(?:system|popen|exec\w*|spawn\w*)|subprocess\.\w+|socket\.socket|pty\.spawn)\s*\(|"
    r"(?<![\w.])(?:builtins\.)?(?:eval|exec|__import__)\s*\("
)
ACTS = late.compile(_ACTS)
SETUP_ACTS = late.compile(_ACTS + r"|\b(?:urlopen|urlretrieve|requests\.(?:get|post))\s*\(")
ACTS_AT_ONCE = late.compile(rf"(?m)^(?:\w+\s*=\s*)?(?:{_ACTS})")
"""What is done as the file is imported, and not in a function of it."""
DATASET_SCRIPT = late.compile(r"\b(GeneratorBasedBuilder|ArrowBasedBuilder|DatasetBuilder)\b")
DATASET_CLASS = late.compile(
    r"^class\s+\w+\s*\([^)\n]*\b(GeneratorBasedBuilder|ArrowBasedBuilder|DatasetBuilder|BeamBasedBuilder)\b", re.M
)
SHADOWS = frozenset(
    f"{name}{ending}"
    for name in (
        "torch",
        "transformers",
        "diffusers",
        "numpy",
        "safetensors",
        "tokenizers",
        "datasets",
        "peft",
        "sklearn",
        *("accelerate", "huggingface_hub", "sentence_transformers", "onnxruntime", "tensorflow", "pandas", "scipy"),
        *("PIL", "requests", "tqdm", "yaml", "packaging", "filelock", "json", "pickle", "random", "typing"),
        *("tempfile", "pathlib"),
    )
    for ending in (".py", "/__init__.py")
)
"""Files that Python would import in a library's place, where it is started in their folder."""
PACKAGES = ("wheel", "sdist", "npm_package")
LARGEST = 8 << 20


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
        for finding in (*_in_configuration(file), *_in_code(file, subject), *_in_requirements(file, subject)):
            bad += 1
            yield finding
    if not bad:
        yield passed("no configuration names code, and no file is custom loading code")


def _in_configuration(file: File) -> Iterator[Finding]:
    if not CONFIGURATIONS.match(file.name):
        return
    if file.contents.size > LARGEST:
        yield unknown(f"{file.path} is too large to be a configuration", file.seen("", f"{file.size} bytes"))
        return
    try:
        data = file.contents.at(0, LARGEST)
        tree = None if _is_plain(data) else structured.json(data)
    except GuildmarkError as error:
        yield unknown(f"{file.path} cannot be read as JSON: {error.says}", file.seen("", error.says))
        return
    for entry in structured.entries(tree):
        outer = re.split(r"\.|\[", entry.place.removesuffix(entry.key))
        if entry.key in CODE_KEYS and entry.value and not set(outer) & set(CODE_KEYS):
            value = ", ".join(_leaves(entry.value)) or str(entry.value)
            yield failed(f"{file.path} lets its loader run {value}", file.seen(entry.place, value))


def _is_plain(data: bytes) -> bool:
    """Whether it is a JSON text that holds none of the keys, which costs less than to read it; raises ContentsError."""
    try:
        msgspec.json.decode(shallow(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False  # what Python's reader takes besides (NaN, two bytes a letter) is for the other reader
    return not (_KEYS.search(data) or _ESCAPE.search(data))


def _leaves(value: Any) -> Iterator[str]:
    return (node for _, node in structured.nodes(value) if isinstance(node, str))


def _is_repository(subject: Subject) -> bool:
    """Whether a loader would take this for a model's repository; one with a `setup.py` looks like a tool's."""
    if subject.kind != "tool":
        return True
    return any(
        file.path in REPOSITORY and file.readable and MODEL_KEYS.search(file.contents.at(0, 1 << 16))
        for file in subject.own_files()
    )


def _in_code(file: File, subject: Subject) -> Iterator[Finding]:
    """Code that a hub's loader takes from the repository; in an installed package it is plain code."""
    if not file.name.endswith(".py"):
        return
    if file.archive:
        yield from _in_bundle(file, subject)
        return
    alone = len(list(subject.own_files())) == 1
    if (alone or subject.kind != "tool") and (found := DATASET_CLASS.search(text := file.text())):
        yield failed(f"{file.path} is a loading script", _where(file, text, found))
        return
    if file.path == "hubconf.py" and (found := SETUP_ACTS.search(text := file.text())):
        yield failed(f"{file.path} acts when torch.hub loads it", _where(file, text, found))
        return
    if not _is_repository(subject):
        return
    if CUSTOM_CODE.match(file.name) or CODE_FOLDERS.search(file.path):
        yield failed(f"{file.path} is custom modelling code", file.seen("line 1", file.name))
    elif file.path in SHADOWS:
        yield failed(f"{file.path} takes the place of the library of that name", file.seen("its name", file.name))
    elif file.name in STARTUP:
        yield failed(f"{file.path} runs whenever Python starts beside it", file.seen("line 1", file.name))
    elif file.name == "setup.py" and (found := SETUP_ACTS.search(text := file.text())):
        yield failed(f"{file.path} acts when it is installed", _where(file, text, found))
    elif file.name == "conftest.py" and (found := ACTS_AT_ONCE.search(text := file.text())):
        yield failed(f"{file.path} acts when tests are looked for", _where(file, text, found))
    elif subject.kind == "dataset" and (found := DATASET_SCRIPT.search(text := file.text())):
        yield failed(f"{file.path} is a loading script", _where(file, text, found))


def _in_bundle(file: File, subject: Subject) -> Iterator[Finding]:
    """Code in an archive of a model, which is run by the server that unpacks it; in a package it is plain code."""
    inside = file.path.rpartition("!")[2]
    is_run = bool(CODE_FOLDERS.search(inside)) and not inside.startswith("MAR-INF/")
    if not (is_run or CUSTOM_CODE.match(file.name)) or not _is_repository(subject):
        return
    if any(file.path.startswith(f"{other.path}!") for kind in PACKAGES for other in subject.files(format=kind)):
        return
    acts = ACTS.search(text := file.text())
    if is_run:
        yield failed(f"{file.path} is run by the server that unpacks the model", file.seen("line 1", file.name))
    elif acts:
        yield failed(f"{file.path} is custom code that acts", _where(file, text, acts))


def _in_requirements(file: File, subject: Subject) -> Iterator[Finding]:
    """What a model's user would install from elsewhere than the index; in a package it is ordinary."""
    if not {"text", "pyproject"} & set(file.formats) or file.archive or not _is_repository(subject):
        return
    name = file.name.lower()
    if REQUIREMENTS.match(name) or name == "setup.cfg":
        elsewhere = DIRECT if name == "setup.cfg" else ELSEWHERE
        for number, line in _lines(file.text()):
            if elsewhere.match(line) and not WELL_KNOWN.search(line):
                yield failed(f"{file.path} installs from elsewhere: {line.strip()[:160]}", _at(file, number, line))
    elif _LISTS.fullmatch(name):
        yield from _in_lists(file, subject)
    elif name.endswith(".pth") and (found := AT_START.search(text := file.text())):
        number = text.count("\n", 0, found.start()) + 1
        yield failed(f"{file.path} is run line by line whenever Python starts", _at(file, number, found.group()))


def _in_lists(file: File, subject: Subject) -> Iterator[Finding]:
    """What a project's or an environment's own list has a package manager fetch from elsewhere, or run as it builds."""
    data = file.contents.at(0, structured.LARGEST_YAML + 1)
    try:
        is_yaml = file.name.lower().endswith((".yaml", ".yml"))
        trees = structured.yaml(data) if is_yaml else [structured.toml(data)]
    except GuildmarkError as error:
        yield unknown(f"{file.path} was not read: {error.says}", file.seen("", error.says))
        return
    for entry in (entry for tree in trees for entry in structured.entries(tree)):
        for given in entry.value if isinstance(entry.value, list) else [entry.value]:
            if isinstance(given, str) and _is_elsewhere(entry, given) and not WELL_KNOWN.search(given):
                says = f"{file.path} installs from elsewhere: {given.strip()[:160]}"
                yield failed(says, file.seen(entry.place, given.strip()))
        if entry.place == "build-system.backend-path":
            yield from _in_backend(_leaves(entry.within.all_of("build-backend")), subject)


def _is_elsewhere(entry: structured.Entry, given: str) -> bool:
    """Whether an entry of a list is a requirement, an index or a channel at another address."""
    if entry.key == "channels":
        return _ANYONES.match(given) is not None
    if entry.key in _ADDRESSED:
        return bool(_OF_TOOLS.match(entry.place) and _ADDRESS.match(given))
    return isinstance(entry.value, list) and "@" in given and DIRECT.match(given) is not None


def _in_backend(names: Iterator[str], subject: Subject) -> Iterator[Finding]:
    """A project's own code that builds it."""
    modules = {name.partition(":")[0].partition(".")[0] for name in names}
    for file in subject.own_files():
        is_one = file.name.endswith(".py") and file.path.removesuffix(".py").removesuffix("/__init__") in modules
        if is_one and (found := SETUP_ACTS.search(text := file.text())):
            yield failed(f"{file.path} acts when it is built", _where(file, text, found))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a list of requirements as pip joins them, each with the number of its first."""
    begins, parts = 1, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        begins = begins if parts else number
        parts.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            yield begins, "".join(parts)
            parts = []
    if parts:
        yield begins, "".join(parts)


def _where(file: File, text: str, found: re.Match[str]) -> Evidence:
    return _at(file, text.count("\n", 0, found.start()) + 1, found.group())


def _at(file: File, number: int, line: str) -> Evidence:
    return file.seen(f"line {number}", line.strip())
