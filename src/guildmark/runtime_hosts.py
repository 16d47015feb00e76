"""What Python code fetches, and whom it tells, when it runs: calls by name, with the constants that they are given.

The tree is only looked at. What a compiled library does is told by the words in it, no more."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from guildmark import late, papers
from guildmark.check import passed, unknown
from guildmark.errors import ContentsError, FormatError
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    import ast

FILES, SOURCE = 20_000, 2 << 20
"""So many sources of so many bytes each are read."""

Act = Literal["downloads", "telemetry", "sends"]

_DOWNLOADS = {
    "from_pretrained": "a model from the Hugging Face Hub",
    "hf_hub_download": "a file from the Hugging Face Hub",
    "snapshot_download": "a repository from the Hugging Face Hub",
    "load_dataset": "a data set from the Hugging Face Hub",
    "cached_path": "a file by its address",
    "load_file_from_url": "a file by its address",
    "load_state_dict_from_url": "weights by their address",
    "download_url_to_file": "a file by its address",
    "urlretrieve": "a file by its address",
    "SentenceTransformer": "a model from the Hugging Face Hub",
    "CrossEncoder": "a model from the Hugging Face Hub",
    "pipeline": "a model from the Hugging Face Hub",
    "cached_download": "a file from the Hugging Face Hub",
}
_DOWNLOADS_OF = {
    ("nltk", "download"): "data of NLTK",
    ("gdown", "download"): "a file from Google Drive",
    ("gdown", "cached_download"): "a file from Google Drive",
    ("wget", "download"): "a file by its address",
    ("hub", "load"): "a model by torch.hub or TensorFlow Hub",
    ("pooch", "retrieve"): "a file by its address",
    ("cli", "download"): "a model of spaCy",
    ("stanza", "download"): "a model of Stanza",
    ("evaluate", "load"): "a metric's code from the Hugging Face Hub",
    ("whisper", "load_model"): "a model of Whisper",
}
_PYTHON = (".py", ".pyi")
_NOT_RUN = {"setup.py", "conftest.py", "noxfile.py"}
_READERS = {"csv", "json", "parquet", "text", "imagefolder", "audiofolder", "arrow", "pandas"}
_NEEDS_TEXT = {"pipeline", "SentenceTransformer", "CrossEncoder", "load_dataset"}
_FETCHES = {"get", "urlopen", "request", "stream", "Request"}
_FETCHERS = {"requests", "httpx", "urllib", "request", "urllib3", "session", "aiohttp", "client", "http"}
_TELEMETRY = {
    "posthog": "PostHog",
    "segment": "Segment",
    "analytics": "Segment",
    "sentry_sdk": "Sentry",
    "amplitude": "Amplitude",
    "mixpanel": "Mixpanel",
    "scarf": "Scarf",
    "rudderstack": "RudderStack",
    "statsig": "Statsig",
    "bugsnag": "Bugsnag",
    "rollbar": "Rollbar",
    "datadog": "Datadog",
    "ddtrace": "Datadog",
    "newrelic": "New Relic",
    "snowplow_tracker": "Snowplow",
    "applicationinsights": "Application Insights",
    "opencensus": "OpenCensus",
}
_TELEMETRY_HOST = late.compile(
    r"https?://(?!www\.|docs\.|app\.)([\w.-]*(posthog\.com|segment\.(io|com)|sentry\.io|amplitude\.com|mixpanel\.com|scarf\.sh"
    r"|google-analytics\.com|datadoghq\.(com|eu)|rudderstack\.com|statsig\.com|bugsnag\.com|honeycomb\.io)"
    r"|(telemetry|analytics|metrics|events|usage|stats)\.[\w.-]+)[\w./?=&%-]*",
    re.IGNORECASE,
)
_SENDS_HOST = late.compile(
    r"https?://([\w.-]*\b(api\.openai\.com|api\.anthropic\.com|api\.cohere\.(ai|com)|generativelanguage\.googleapis\.com"
    r"|api\.mistral\.ai|api\.groq\.com|openrouter\.ai|api\.together\.(ai|xyz)|api\.replicate\.com|api\.deepseek\.com"
    r"|api-inference\.huggingface\.co|router\.huggingface\.co|api\.perplexity\.ai|api\.x\.ai)"
    r"|api\.(?!github\.com|bitbucket\.org)[\w.-]+)[\w./{}-]*",
    re.IGNORECASE,
)
_CLIENTS = {
    ("openai", "OpenAI"): "OpenAI",
    ("openai", "AsyncOpenAI"): "OpenAI",
    ("anthropic", "Anthropic"): "Anthropic",
    ("anthropic", "AsyncAnthropic"): "Anthropic",
    ("cohere", "Client"): "Cohere",
    ("mistralai", "Mistral"): "Mistral",
    ("groq", "Groq"): "Groq",
    ("litellm", "completion"): "the provider that LiteLLM is told",
    ("litellm", "acompletion"): "the provider that LiteLLM is told",
}
_WORTH_READING = late.compile(
    rb"from_pretrained|hf_hub_download|snapshot_download|load_dataset|cached_path|_from_url|urlretrieve|Transformer\("
    rb"|CrossEncoder\(|pipeline\(|cached_download|\bnltk\b|gdown|wget|hub\.load|pooch|stanza|import evaluate|whisper"
    rb"|cli\.download|(get|urlopen|request|stream|Request)\(\s*f?[\"']https?:|to_file\("
    rb"|\b(posthog|segment|analytics|sentry_sdk|amplitude|mixpanel|scarf|rudderstack|statsig|bugsnag|rollbar|datadog|ddtrace"
    rb"|newrelic|snowplow_tracker|applicationinsights|opencensus|openai|anthropic|cohere|mistralai|groq|litellm)\b|OTLP"
    rb"|https?://[\w.-]*(api\.|api-inference|router\.|telemetry|analytics|metrics|events|usage|stats|openrouter|sentry)"
)
_SAID = late.compile(
    r"\b(models?|weights|checkpoints?|embedder|tokenizer|data ?sets?)\b"
    r"[^.\n]{0,60}\n?[^.\n]{0,60}\b"
    r"(is|are|will be|gets?)\s+(automatically |auto-)?downloaded\b|\bauto-?downloads?\b|\bdownloads?\s+(the|a)\s+"
    r"(\w+\s+){0,3}(model|weights|checkpoint)s?\b[^.\n]{0,40}\b(on|at|upon)\s+first\b",
    re.IGNORECASE,
)
_COMPILED_SAYS = late.compile(
    rb"download(?:ing|ed) [\x20-\x7e]{0,30}\b(?:model|weights|tokenizer)\b[\x20-\x7e]{0,60}", 2
)


class Reach(NamedTuple):
    """One act: what the code does, with what (a name or an address; empty where it is made up as it runs)."""

    act: Act
    says: str
    what: str
    seen: Evidence
    sure: bool = True


_known: dict[tuple[str, str], tuple[tuple[Reach, ...], str]] = {}
"""Several checks ask the same of a file; its path and digest are all that the answer depends on."""


def reaches(subject: Subject, *acts: Act) -> Iterator[Reach]:
    """The acts of the subject's own code, tests and samples aside, file by file."""
    for file, _ in zip(_sources(subject), range(FILES), strict=False):
        yield from (reach for reach in read(file)[0] if reach.act in acts)


def unread(subject: Subject) -> Iterator[tuple[File, str]]:
    """Code that was not read, and why."""
    for number, file in enumerate(_sources(subject)):
        why = "more source than is read" if number >= FILES else read(file)[1]
        if why:
            yield file, why


def nothing(subject: Subject, says: str, seen: str) -> Finding:
    """A check's answer where no act was found: passed, as it `says`, or unknown where not all code was read."""
    for file, why in unread(subject):
        return unknown(f"{file.path}: {why}", file.seen("", why))
    return passed(says, next(subject.files()).seen("", seen))


def read(file: File) -> tuple[tuple[Reach, ...], str]:
    """The acts of one file of code, and why not all of it was read (empty where it was)."""
    if file.sha256 is None:
        return _of_file(file)
    key = (file.path, file.sha256)
    if key not in _known:
        if len(_known) >= FILES:
            _known.clear()
        _known[key] = _of_file(file)
    return _known[key]


def _sources(subject: Subject) -> Iterator[File]:
    for file in subject.files():
        is_code = file.name.endswith((*_PYTHON, ".so", ".pyd", ".dylib"))
        if is_code and file.readable and not papers.is_aside(file.path) and file.name not in _NOT_RUN:
            yield file


def _of_file(file: File) -> tuple[tuple[Reach, ...], str]:
    from guildmark.python_code import grammar

    if not file.name.endswith(_PYTHON):
        return tuple(_of_library(file)), "a compiled library, of which only its messages were read"
    if file.size > SOURCE:
        return (), "more source than is read"
    found: list[Reach] = []
    try:
        data = file.contents.at(0, file.size)
        if b"ownload" in data:
            found.extend(_of_words(file, data.decode("utf-8", "replace")))
        if _WORTH_READING.search(data):
            found.extend(_of_tree(file, grammar.parsed(grammar.decoded(data))))
    except (FormatError, ContentsError) as error:
        return tuple(found), f"it could not be read: {error.says}"
    return tuple(found), ""


def _of_library(file: File) -> Iterator[Reach]:
    """What a compiled library's own messages say, in its first 64 MB."""
    step = 1 << 22
    for at in range(0, min(file.size, 64 << 20), step):
        if found := _COMPILED_SAYS.search(file.contents.at(at, step + 200)):
            said = found[0].decode("ascii", "replace")
            seen = file.seen(f"byte {at + found.start()}", said)
            yield Reach("downloads", "a message in a compiled library", "", seen)
            return


def _of_words(file: File, text: str) -> Iterator[Reach]:
    """What the source's own comments and docstrings say."""
    if found := _SAID.search(text):
        line = text.count("\n", 0, found.start()) + 1
        words = " ".join(found[0].split())
        yield Reach("downloads", "its own text says so", "", file.seen(f"line {line}", words), False)


def _of_tree(file: File, tree: "ast.Module") -> Iterator[Reach]:
    import ast

    nodes = list(ast.walk(tree))
    origins = _imported(nodes)
    alone = (node.value for node in nodes if isinstance(node, ast.Expr))
    docs = {id(value) for value in alone if isinstance(value, ast.Constant)}
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _of_call(file, node, origins)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _of_import(file, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield from _of_address(file, node.value[:2_000], node.lineno)


def _imported(nodes: "list[ast.AST]") -> dict[str, str]:
    """Where each imported name comes from, as a dotted path."""
    import ast

    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {(one.asname or one.name).partition(".")[0]: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module or ''}.{one.name}" for one in node.names}
    return found


def _dotted(node: "ast.expr", origins: dict[str, str]) -> list[str]:
    """`a.b.c` as its parts, with the first part replaced by what it was imported from; empty for anything else."""
    import ast

    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return origins.get(node.id, node.id).split(".") + parts[::-1]
    return ["", *parts[::-1]] if parts else []


def _of_call(file: File, node: "ast.Call", origins: dict[str, str]) -> Iterator[Reach]:
    parts = _dotted(node.func, origins)
    if not parts:
        return
    last, before = parts[-1], parts[-2] if len(parts) > 1 else ""
    text = _first_text(node)
    place = f"line {node.lineno}"
    shown = f"{'.'.join(filter(None, parts[-3:]))}({repr(text) if text else '…'})"
    kind = _DOWNLOADS_OF.get((before, last)) or (_DOWNLOADS.get(last) if last not in _NEEDS_TEXT or text else None)
    if last == "pipeline" or text in _READERS:
        text = ""  # a task, or a way to read files that are here
    if kind and not _is_local(text):
        sure = bool(text)
        yield Reach("downloads", kind, text, file.seen(place, shown), sure)
    elif (
        last in _FETCHES and (set(parts[:-1]) & _FETCHERS or last == "urlopen") and text.startswith(("http:", "https:"))
    ):
        yield Reach("downloads", "what an address gives", text, file.seen(place, shown), False)
    if client := _CLIENTS.get((parts[0], last)):
        yield Reach("sends", client, parts[0], file.seen(place, shown), False)
    if "OTLP" in last and last.endswith("Exporter"):
        yield Reach("telemetry", "OpenTelemetry", shown, file.seen(place, shown))


def _first_text(node: "ast.Call") -> str:
    """The first constant text among the arguments; a default that a name brings is not followed."""
    import ast

    wanted = ("repo_id", "pretrained_model_name_or_path", "url", "model", "model_name_or_path", "name", "id", "path")
    named = [keyword.value for keyword in node.keywords if keyword.arg in wanted]
    for value in [*node.args[:2], *named]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value[:300]
    return ""


def _is_local(text: str) -> bool:
    return text.startswith((".", "/", "~")) and not text.startswith("//")


def _of_import(file: File, node: "ast.Import | ast.ImportFrom") -> Iterator[Reach]:
    import ast

    if isinstance(node, ast.ImportFrom):
        names = [] if node.level else [node.module or ""]
    else:
        names = [one.name for one in node.names]
    for name in names:
        top = name.partition(".")[0]
        if top in _TELEMETRY:
            yield Reach("telemetry", _TELEMETRY[top], name, file.seen(f"line {node.lineno}", f"import {name}"))


def _of_address(file: File, text: str, line: int) -> Iterator[Reach]:
    if found := _TELEMETRY_HOST.search(text):
        yield Reach("telemetry", found[1], found[0], file.seen(f"line {line}", text))
    elif found := _SENDS_HOST.search(text):
        yield Reach("sends", found[1], found[0], file.seen(f"line {line}", text))
