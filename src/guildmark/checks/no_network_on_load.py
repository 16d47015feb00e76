"""A file can make its loader fetch from another machine: what then comes was never looked at, and who asks is seen.

Only fields that a known loader follows are judged. Where a model came from, who made it and what its weights were
trained on may well be addresses. Paths of a file's own parts (ONNX, HDF5, Core ML, shards) are `no_paths_outside`'s
question, and code in another repository (`auto_map`) is `no_remote_code`'s."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from guildmark import late, layers, structured
from guildmark.check import check, failed, not_applicable, passed, unknown, unread
from guildmark.contents import Contents
from guildmark.errors import FormatError, GuildmarkError
from guildmark.file import File
from guildmark.formats import card, graph_def, hdf5, keras, keras_metadata, onnx, saved_model
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:  # run where there is such a file, and not at every start
    from guildmark.formats.graph_def import Node

MOST_TOLD = 20
LARGEST_TEXT = 1 << 20
LONGEST_XML_HEAD = 1 << 16
QUICKLY_SEARCHED = 64 << 20


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ADDRESS = late.compile(
    r"(?!file:///|(?:bytes|local|asset|memory|ram)://)[A-Za-z][\w.+-]{1,20}://[^\s]|\\\\[\w.-]+\\[\w$.-]"
)
"""An address of any scheme, or a share on another machine."""
_MAY_BE_ADDRESS = late.compile(rb"://|\\\\")
_WEB = late.compile(r"(?:https?|ftp)://[^\s]|\\\\[\w.-]+\\[\w$.-]", re.I)
"""What transformers (`is_remote_url`) and the system's own calls follow without a library of their own."""
_DESCRIBES = _set(
    "name description doc docs documentation comment citation licence license homepage reference references"
)
_FOLLOWED = _set(
    "base_model_name_or_path pretrained_model_name_or_path tokenizer_name_or_path processor_name_or_path "
    "text_encoder_name_or_path vision_tower mm_vision_tower backbone vocab_file tokenizer_file merges_file spm_file "
    "sp_model_file assistant_model draft_model hf_model_name hf_tokenizer_name _BASE_ _base_ working_dir py_modules "
    "storageUri modelUri"
)
"""Keys by which transformers, peft, LLaVA, OpenCLIP, detectron2, Ray, KServe and Seldon open something else."""
_MAY_FOLLOW = late.compile(
    rb"(\w_(name_or_path|file|tower|model)|_(BASE|base)_|working_dir|py_modules|storageUri|modelUri)[\"']?\s*:\s*[^\n]{0,9}\w+:/"
)
_REFERENCES = late.compile(rb"\s*\{\s*\"version\"\s*:\s*1\s*,.{0,4000}?\"refs\"\s*:\s*\{", re.DOTALL)
"""How a file of kerchunk's begins: an array of Zarr whose chunks lie elsewhere."""
_CONFIGURATION = late.compile(r"(.*_)?config\.json")
_OPENS_FILES = _set(
    "Save SaveV2 SaveSlices Restore RestoreV2 RestoreSlice MergeV2Checkpoints InitializeTableFromTextFile "
    "InitializeTableFromTextFileV2 CacheDataset CacheDatasetV2"
)
"""Operations of TensorFlow that `no_code_in_layers` allows on a model's own files; the others are harmful there."""
_CALLS = late.compile(r"(Stateful|Remote|TPU)?PartitionedCall|(Stateless)?(If|While|Case)|SymbolicGradient|Remote\w*")
_SERVICE = late.compile(r"(Azure|OpenAI|Triton)[A-Z]\w*(Text|Audio|Invoker|Chat|Image)\w*|\w+Invoker")
"""Operators of ONNX Runtime's extensions (`--azure`) that send their inputs to a service."""
_DOCUMENT_TYPE = late.compile(
    r"<!DOCTYPE\s+[\w:.-]+\s+(?:PUBLIC\s+(?:\"[^\"]*\"|'[^']*')\s+|SYSTEM\s+)[\"']([^\"']*)[\"']"
)
_WIDE = {"utf-16-le": b"\xff\xfe<\0?\0", "utf-16-be": b"\xfe\xff\0<\0?"}
"""How XML in two bytes a letter begins: with a mark of their order, or with `<?`."""
_XML_MODEL = late.compile(r"<(?:\w+:)?(?:PMML|net)[\s>]")
_FROM_ELSEWHERE = late.compile(
    r"^[^\S\n]*(?:-e|--editable|-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b|"
    r"(?:git|hg|svn|bzr)\+\w+:|(?:^|@)\s*(?:https?|ftp|ssh)://",
    re.I,
)
_ENVIRONMENTS = _set("environment.yml environment.yaml conda.yml conda.yaml")
_OPEN_CHANNEL = late.compile(
    r"(?i)(?<![\w.])(?:(?:git|hg|svn|bzr)\+)?(?:http|ftp|git)://(?!localhost|127\.|\[::1\])[^\s/\"']+|"
    r"https://(?:[^\s/@]+@)?(?:\d{1,3}(?:\.\d{1,3}){3})(?=[:/])"
)
_KNOWN_INDEX = late.compile(
    r"https://(?:download\.pytorch\.org/|pypi\.org/simple|pypi\.nvidia\.com|data\.pyg\.org/whl)"
)
_LOADED_MODELS = late.compile(r"^[^\S\n]*load_models\s*=(.*)$", re.M)
_PARENT = late.compile(r"^[^\S\n]*(FROM|ADAPTER)\s+(\S+)", re.M | re.I)


class Fetch(msgspec.Struct, frozen=True):
    """What a loader would go for: where that stands, the address, in which loader's words, and whether it is bad."""

    at: str
    address: str
    what: str
    bad: bool = True


@check(
    applies_to="model dataset tool",
    remedy="Fetch what it names yourself, have it looked at, and put it beside the file in place of the address.",
    bears_on="load",
)
def no_network_on_load(subject: Subject) -> Iterator[Finding]:
    """Does everything load without fetching from an address that a file names?"""
    yield from unread(subject)
    asked = False
    files = {file.path: file for file in subject.files()}
    for file in subject.files():
        if file.raw or not file.readable:
            continue
        for read in _readers(file, files):
            asked = True
            yield from _of_file(file, read)
    if not asked:
        yield not_applicable("no file has fields by which a loader fetches something")


def _readers(file: File, files: dict[str, File]) -> Iterator[Callable[[File], Iterator[Fetch]]]:
    """How each face of a file says what its loader fetches."""
    for name in file.formats:
        if name in _BY_FORMAT:
            yield _BY_FORMAT[name]
    if not {"text", "card", "xml", "openvino"} & set(file.formats):
        return
    name, folder = file.name.lower(), file.path[: len(file.path) - len(file.name)]
    if "xml" in file.formats or "openvino" in file.formats:
        yield _in_xml
    if name.endswith(".json") and layers.is_configuration(file.text(structured.LARGEST_JSON)):
        around = files.get(file.archive)
        if around is None or "keras" not in around.formats:  # there it is told of the archive
            yield _in_topology
    if name.endswith(".json") and _REFERENCES.match(file.contents.at(0, 1 << 12)):
        yield _in_references
    if _CONFIGURATION.fullmatch(name):
        yield _in_configuration
    elif name in ("conda.yaml", "python_env.yaml"):
        if f"{folder}MLmodel" in files:
            yield _in_environment
    elif name.endswith(".txt") and file.archive and f"{folder}MAR-INF/MANIFEST.json" in files:
        yield _in_requirements
    elif name in _ENVIRONMENTS:
        yield _in_open_environment
    elif name.endswith((".yaml", ".yml")) and _MAY_FOLLOW.search(file.contents.at(0, LARGEST_TEXT)):
        yield _in_configuration
    elif name in _BY_NAME:
        yield _BY_NAME[name]


def _of_file(file: File, read: Callable[[File], Iterator[Fetch]]) -> Iterator[Finding]:
    told = 0
    named: list[Fetch] = []
    try:
        for fetch in dict.fromkeys(read(file)):
            if not fetch.bad:
                named.append(fetch)
                continue
            told += 1
            if told <= MOST_TOLD:
                says = f"{file.path} has its loader fetch {fetch.address[:200]}, {fetch.what}"
                yield failed(says, file.seen(fetch.at, fetch.address))
        if told > MOST_TOLD:
            says = f"{told - MOST_TOLD} more addresses"
            yield failed(f"{file.path} has its loader fetch {says}", file.seen("", says))
    except GuildmarkError as error:
        yield unknown(f"{file.path} was not read to its end: {error.says}", file.seen("", error.says))
        return
    if not told:
        goes = "".join(f"; it needs {fetch.address[:100]}, {fetch.what}" for fetch in named[:3])
        evidence = [file.seen(fetch.at, fetch.address) for fetch in named[:3]]
        evidence = evidence or [file.seen("", "no field that a loader follows holds an address")]
        yield passed(f"{file.path} has its loader fetch nothing by an address{goes}", *evidence)


def _strings(tree: Any, address: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """Every text with an address in a tree of JSON or YAML that does not describe: place, key, text."""
    for place, node in structured.nodes(tree):
        if isinstance(node, str) and address.match(node.strip()):
            key = re.sub(r"(\[\d+\])+$", "", place).rpartition(".")[2]
            if key not in _DESCRIBES:
                yield place, key, node.strip()


def _in_layers(at: str, text: str) -> Iterator[Fetch]:
    """A model of Keras: whatever of a layer's configuration is an address is a file, a handle or an origin of it."""
    try:
        tree = structured.json(text.encode())
    except FormatError:
        return  # `no_code_in_layers` tells it
    for place, key, address in _strings(tree, _ADDRESS):
        yield Fetch(f"{at} {place}".strip(), address, f"as {key} of a layer")


def _of_keras(file: File) -> Iterator[Fetch]:
    for text in keras.configurations(file.contents):
        yield from _in_layers("config.json", text)


def _of_hdf5(file: File) -> Iterator[Fetch]:
    for thing in hdf5.walk(file.contents):
        for key in ("model_config", "training_config", "layer_config"):
            value = thing.attributes.get(key)
            if isinstance(value, str | bytes):
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                yield from _in_layers(f"{thing.path}@{key}", text)


def _of_keras_metadata(file: File) -> Iterator[Fetch]:
    for at, text in keras_metadata.layers(file.contents):
        yield from _in_layers(f"byte {at}", text)


def _of_saved_model(file: File) -> Iterator[Fetch]:
    yield from _of_nodes(file, saved_model.nodes)
    for at, text in saved_model.layers(file.contents):
        yield from _in_layers(f"byte {at}", text)


def _of_graph_def(file: File) -> Iterator[Fetch]:
    return _of_nodes(file, graph_def.nodes)


def _of_nodes(file: File, nodes: Callable[[Contents], Iterator[Node]]) -> Iterator[Fetch]:
    """Constants that are addresses (`gs://`, `s3://`, `https://` …) and come to an operation that opens files."""
    small = file.size <= QUICKLY_SEARCHED
    if small and not _MAY_BE_ADDRESS.search(file.contents.at(0, QUICKLY_SEARCHED)):
        return
    addresses: dict[tuple[str, str], tuple[str, int]] = {}
    opens = False
    for node in nodes(file.contents):
        opens = opens or _opens(node.operation)
        found = next((text for text in node.constant if _ADDRESS.match(text)), "")
        if found:
            addresses[node.scope, node.name] = found, node.at
    if not addresses or not opens:
        return
    readers: dict[tuple[str, str], list[Node]] = {}
    for node in nodes(file.contents):
        for name in node.inputs:
            readers.setdefault((node.scope, name.partition(":")[0].lstrip("^")), []).append(node)
    for start, (address, at) in addresses.items():
        waiting, seen = [start], {start}
        while waiting:
            for node in readers.get(waiting.pop(), ()):
                if _opens(node.operation) or _CALLS.fullmatch(node.operation):
                    yield Fetch(f"byte {at}", address, f"which {node.operation} opens")
                    waiting.clear()
                    break
                if (node.scope, node.name) not in seen:
                    seen.add((node.scope, node.name))
                    waiting.append((node.scope, node.name))


def _opens(operation: str) -> bool:
    return operation in _OPENS_FILES or bool(layers.harm_of(operation))


def _of_onnx(file: File) -> Iterator[Fetch]:
    for domain, operator in sorted(onnx.model(file.contents).operators):
        if domain and _SERVICE.fullmatch(operator):
            yield Fetch("graph", f"{domain}.{operator}", "an operator that sends its inputs to a service")


def _in_xml(file: File) -> Iterator[Fetch]:
    """The document type that a reader of XML fetches; of models only, for plain documents name those of standards."""
    data = file.contents.at(0, LONGEST_XML_HEAD)
    wide = next((name for name, mark in _WIDE.items() if data[:2] == mark[:2] or data[:4] == mark[2:]), "utf-8-sig")
    head = data.decode(wide, "replace")
    if _XML_MODEL.search(head) and (found := _DOCUMENT_TYPE.search(head)) and _ADDRESS.match(found[1]):
        yield Fetch("DOCTYPE", found[1], "a document type")


def _tree(file: File) -> list[Any]:
    """The trees of a small JSON or YAML file; none where it is neither, which other checks tell."""
    data = file.contents.at(0, structured.LARGEST_JSON + 1)
    try:
        return [structured.json(data)] if data.lstrip()[:1] in (b"{", b"[") else structured.yaml(data)
    except FormatError:
        return []


def _in_configuration(file: File) -> Iterator[Fetch]:
    """A configuration from the Hub: its keys that name another model, tokenizer or file."""
    for tree in _tree(file):
        for entry in structured.entries(tree):
            if entry.key in _FOLLOWED and isinstance(entry.value, str) and entry.value.strip():
                bad = bool(_WEB.match(entry.value.strip()))
                if bad or entry.key == "base_model_name_or_path":
                    yield Fetch(entry.place, entry.value.strip(), f"by {entry.key}", bad)


def _in_references(file: File) -> Iterator[Fetch]:
    """kerchunk: each chunk's address, which fsspec's reference file system fetches."""
    for tree in _tree(file):
        for entry in structured.entries(tree):
            first = entry.value[0] if isinstance(entry.value, list) and entry.value else ""
            if entry.place.startswith("refs.") and isinstance(first, str) and _ADDRESS.match(first):
                yield Fetch(entry.place, first, "as a chunk of its data")


def _in_mlmodel(file: File) -> Iterator[Fetch]:
    """MLflow: what its flavors load from; the `uri` of an artifact is only where it was copied from."""
    for tree in _tree(file):
        for flavors in tree.all_of("flavors") if isinstance(tree, structured.Mapping) else ():
            for place, key, address in _strings(flavors, _ADDRESS):
                if key not in ("uri", "repo_url", "url"):
                    yield Fetch(f"flavors.{place}", address, f"by {key}")


def _in_environment(file: File) -> Iterator[Fetch]:
    """The environment that MLflow builds to load the model beside it."""
    for tree in _tree(file):
        for place, node in structured.nodes(tree):
            if isinstance(node, str) and "channels" not in place and _is_from_elsewhere(node):
                yield Fetch(place, node, "to install it")


def _in_open_environment(file: File) -> Iterator[Fetch]:
    """An environment that a person makes from a list: it may name places elsewhere, and no channel that others can
    change, nor a machine by its number."""
    for fetch in _in_environment(file):
        if open_ := _OPEN_CHANNEL.search(fetch.address):
            yield msgspec.structs.replace(fetch, what=f"to install it, over {open_[0]}")


def _in_requirements(file: File) -> Iterator[Fetch]:
    """What TorchServe installs before it loads an archive."""
    for number, line in enumerate(file.text(LARGEST_TEXT).splitlines(), 1):
        if _is_from_elsewhere(line):
            yield Fetch(f"line {number}", line.strip(), "to install it")


def _is_from_elsewhere(requirement: str) -> bool:
    said = requirement.partition(" #")[0]
    return bool(_FROM_ELSEWHERE.search(said)) and not _KNOWN_INDEX.search(said)


def _in_properties(file: File) -> Iterator[Fetch]:
    """TorchServe's `load_models`."""
    for found in _LOADED_MODELS.finditer(file.text(LARGEST_TEXT)):
        for each in found[1].split(","):
            address = each.rpartition("=")[2].strip()
            if _ADDRESS.match(address):
                yield Fetch("load_models", address, "a model that it serves")


def _in_modelfile(file: File) -> Iterator[Fetch]:
    """Ollama's FROM and ADAPTER; a name is one of its registry."""
    for keyword, source in _PARENT.findall(file.text(LARGEST_TEXT)):
        if _ADDRESS.match(source):
            yield Fetch(keyword, source, f"by {keyword}")


def _in_topology(file: File) -> Iterator[Fetch]:
    """A model of Keras as JSON."""
    return _in_layers("", file.text(structured.LARGEST_JSON))


def _in_card(file: File) -> Iterator[Fetch]:
    """The files that `datasets` loads, as a data set's card names them."""
    for place, path in card.data_files(card.read(file.contents)):
        if _WEB.match(path):
            yield Fetch(place, path, "a file of data")


_BY_FORMAT: dict[str, Callable[[File], Iterator[Fetch]]] = {
    "keras": _of_keras,
    "hdf5": _of_hdf5,
    "keras_metadata": _of_keras_metadata,
    "saved_model": _of_saved_model,
    "graph_def": _of_graph_def,
    "onnx": _of_onnx,
    "card": _in_card,
}
_BY_NAME: dict[str, Callable[[File], Iterator[Fetch]]] = {
    "mlmodel": _in_mlmodel,
    "config.properties": _in_properties,
    "modelfile": _in_modelfile,
}
