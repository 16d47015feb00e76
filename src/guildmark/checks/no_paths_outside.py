"""A file that names others can make its loader read or write anywhere on your disk, or on another machine."""

import posixpath
from collections.abc import Callable, Iterator

import msgspec

from guildmark import late, structured
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.file import File
from guildmark.formats import card, coreml, hdf5, onnx, onnx_text, openvino, paddle, prototext, safetensors, saved_model
from guildmark.manifest import printable
from guildmark.records import Finding
from guildmark.structured import shallow
from guildmark.subject import Subject

INDEX = late.compile(r"\.index(\.[\w-]+)?\.json$")
LARGEST_INDEX = 64 << 20
MOST_TOLD = 20
"""Paths that one file is told for; more are counted."""

LARGEST_CONFIGURATION = 1 << 20
LONGEST_PATH = 1000
_OF_SYSTEM = late.compile(
    r"(file:/{2,3})?(/+(etc|proc|sys|dev|boot)/+(?!localtime$|timezone$|null$|shm/|stdout$|stderr$)\w|(/root|/home/[^/]+|~|\$HOME)/+\.(ssh|aws|gnupg|netrc|"
    r"bash|profile|zsh|config/(gh|gcloud)|docker|kube|git-credentials)|[A-Za-z]:[\\/]+Windows[\\/])|"
    r"([\w.-]+[\\/])*(\.\.[\\/]+)+(etc|proc|root|home|usr|var|tmp|Windows)[\\/]"
)
"""Files of the system and keys of its user: no honest model names one."""
_OF_SYSTEM_MARK = late.compile(
    rb"/(etc|proc|sys|dev|boot)/|/\.(ssh|aws|gnupg|netrc|bash|profile|zsh|docker|kube|git)|\.\.[\\/]|Windows"
)
_EVERYWHERE = frozenset(("transformers_weights",))
_PROSE = frozenset(
    ("description", "text", "content", "prompt", "instructions", "examples", "default", "cmd", "command")
)
_OPENED = {
    "modules.json": frozenset(("path",)),
    "mlmodel": frozenset(
        ("model_path", "pickled_model", "model_data", "model_code_path", "python_model", "data", "path")
    ),
    "manifest.json": frozenset(("serializedFile", "modelFile", "extraFiles", "requirementsFile", "configFile")),
    "model.json": frozenset(("paths",)),
    "config.json": _EVERYWHERE,
}
"""By a file's name, the keys under which sentence-transformers, MLflow, TorchServe and TensorFlow.js open files."""
_OF_TRITON = late.compile(
    r"\b(?:default_model_filename|op_library_filename|input_data_file)\s*:\s*\[?\s*[\"']([^\"'\n]{1,1000})[\"']|"
    r"\bkey\s*:\s*[\"']EXECUTION_ENV_PATH[\"'][\s,]*+value\s*+:?\s*+\{\s*+string_value\s*+:\s*+[\"'](?:\$\$TRITON_MODEL_DIRECTORY/)?"
    r"([^\"'\n]{1,1000})[\"']|\bbackend\s*:\s*[\"']([^\"'\n]{0,999}[/\\][^\"'\n]{0,999})[\"']|"
    r"\bcc_model_filenames\s*\[?\s*\{[^{}]{0,1000}?\bvalue\s*:\s*[\"']([^\"'\n]{1,1000})[\"']"
)
"""Where Triton's configuration says which file its server opens."""
_KERNELS = late.compile(rb"<CustomLayer\s")
_KERNEL = late.compile(rb"<(?:Source|Define)\s[^>]{0,1000}?\bfilename\s*=\s*[\"']([^\"'<>]{1,1000})[\"']")
_CHECKPOINT = late.compile(r"\b(?:all_)?model_checkpoint_paths?\s*:\s*[\"']([^\"'\n]{1,1000})[\"']")
"""What TensorFlow's list of checkpoints names (checkpoint_state.proto)."""
_SCHEME = late.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = late.compile(r"[A-Za-z]:")
_NAME_OUT = late.compile(r"(^|[\\/])\.\.([\\/]|$)|\0|[A-Za-z]:\\")
"""A tensor's name that would be a place elsewhere; a slash before it alone is how ONNX names its own."""
_LEADS_OUT = late.compile(r"(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:")
_IN_MEMORY = "*/"
"""How ONNX Runtime marks a location that is an address in memory, which no file may give it."""


class Named(msgspec.Struct, frozen=True):
    """A path that a file names: where that stands, what it is for, whether it must be seen to be believed."""

    path: str
    at: str
    what: str
    must_be_here: bool = True


@check(
    applies_to="model dataset tool",
    remedy="Do not load or unpack it; ask its maker for files whose paths stay in their folder.",
    bears_on="load",
)
def no_paths_outside(subject: Subject) -> Iterator[Finding]:
    """Do all paths that files and archives name stay inside their folder?"""
    links = {file.path: file for file in subject.files() if (file.sha256 or "").startswith("link:")}
    here = frozenset(file.path for file in subject.files() if not (file.path in links and file.unread))
    looked = False
    for file in subject.files():
        readers = [_READERS[name] for name in file.formats if name in _READERS]
        if INDEX.search(file.name):
            readers.append(_of_index)
        elif file.name.lower().endswith(".xml") and file.readable and _KERNELS.search(file.contents.at(0, 1 << 12)):
            readers.append(_of_kernels)
        elif file.name == "config.pbtxt" and "text" in file.formats:
            readers.append(_of_triton)
        elif file.name == "checkpoint" and "text" in file.formats:
            readers.append(_of_checkpoints)
        elif _is_configuration(file) and subject.kind != "tool":
            readers.append(_of_configuration)
        if file.archive:
            looked = True
            yield from _of_member(file, links)
        if readers and file.readable:
            looked = True
            yield from _of_file(file, here, readers)
    if not looked:
        yield not_applicable("no file names others")
    else:
        yield passed("every other path that is named stays in its folder")


def _of_file(file: File, here: frozenset[str], readers: list[Callable[[File], Iterator[Named]]]) -> Iterator[Finding]:
    findings: dict[str, Finding] = {}
    broken = ""
    for read in readers:
        try:
            for named in read(file):
                if named.path not in findings and (found := _judged(file, named, here)):
                    findings[named.path] = found
        except GuildmarkError as error:
            broken = error.says
    yield from list(findings.values())[:MOST_TOLD]
    if len(findings) > MOST_TOLD:
        says = f"{len(findings) - MOST_TOLD} other paths"
        yield failed(f"{file.path} names {says}", file.seen("", says))
    if broken:
        yield unknown(f"{file.path} was not read to its end: {broken}", file.seen("", broken))
    elif not findings:
        yield passed(f"{file.path} names no path outside of its folder", file.seen("", "all paths stay inside"))


def _judged(file: File, named: Named, here: frozenset[str]) -> Finding | None:
    evidence = file.seen(named.at, named.path)
    if _leads_out(named.path):
        return failed(f"{file.path} names {named.path[:200]}, outside of its folder, for {named.what}", evidence)
    around, _, own = file.path.rpartition("!")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(own), printable(named.path)))
    if named.must_be_here and (f"{around}!{place}" if around else place) not in here:
        return unknown(f"{file.path} names {named.path[:200]} for {named.what}, which is not among the files", evidence)
    return None


def _leads_out(path: str) -> bool:
    """Whether a path may lead out of the folder that it is named in, on any system."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\", "~", _IN_MEMORY)) or _DRIVE.match(path) or _SCHEME.match(path) or "\0" in path:
        return True
    return ".." in parts or any(part.startswith(("$", "%")) and len(part) > 1 for part in parts[:1])


def _of_onnx(file: File) -> Iterator[Named]:
    read = onnx.model(file.contents)
    for name, path, at in read.files:
        yield Named(path, f"byte {at}", f"the attribute {name[:100]}", must_be_here=False)
    for tensor in read.tensors:
        location = (tensor.external or {}).get("location", "")
        if location:
            yield Named(location, f"byte {tensor.at}", f"the tensor {tensor.name[:100]}")
        base = (tensor.external or {}).get("basepath", "")
        if base:
            yield Named(base, f"byte {tensor.at}", f"the folder of {tensor.name[:100]}", must_be_here=False)


def _of_onnx_text(file: File) -> Iterator[Named]:
    for at, path in onnx_text.locations(file.contents):
        yield Named(path, f"character {at}", "a tensor")


def _of_prototext(file: File) -> Iterator[Named]:
    """Where ONNX as text says that a tensor's data lie, and what a layer of Caffe writes."""
    entries: dict[int, dict[str, str]] = {}
    for said in prototext.fields(file.contents):
        above, _, key = said.path.rpartition(".")
        if above.endswith("external_data") and key in ("key", "value"):
            entry = entries.setdefault(said.within, {})
            entry[key] = said.value
            if entry.get("key") == "location" and "value" in entry:
                yield Named(entry["value"], f"character {said.at}", "a tensor")
        elif said.path in ("layer.hdf5_output_param.file_name", "layers.hdf5_output_param.file_name"):
            yield Named(said.value, f"character {said.at}", "what it writes", must_be_here=False)


def _of_paddle(file: File) -> Iterator[Named]:
    for path, at in paddle.paths(file.contents):
        yield Named(path, f"byte {at}", "what an operator saves or loads", must_be_here=False)


def _of_coreml(file: File) -> Iterator[Named]:
    for found in coreml.named(file.contents):
        if found.kind == "weights":
            path = found.name.removeprefix("@model_path/")
            yield Named(path, f"byte {found.at}", "weights", must_be_here=False)
        elif found.kind == "model" and found.name:
            yield Named(found.name, f"byte {found.at}", "a linked model")


def _of_saved_model(file: File) -> Iterator[Named]:
    for at, path in saved_model.assets(file.contents):
        yield Named(path, f"byte {at}", "an asset", must_be_here=False)


def _of_hdf5(file: File) -> Iterator[Named]:
    for found in hdf5.walk(file.contents):
        for path in found.external:
            yield Named(path, found.path, "data that it keeps outside")


def _of_openvino(file: File) -> Iterator[Named]:
    for path in openvino.paths(file.contents):
        yield Named(path, "an attribute", "a part of the model", must_be_here=False)


def _of_tensors(file: File) -> Iterator[Named]:
    """Names of tensors, by which tools write them out as files."""
    for tensor in safetensors.header(file.contents).tensors:
        if _NAME_OUT.search(tensor.name) or _OF_SYSTEM.match(tensor.name):
            yield Named(tensor.name, f"the tensor {tensor.name[:100]}", "a tensor", must_be_here=False)


def _of_index(file: File) -> Iterator[Named]:
    """The shards that an index of weights names."""
    if file.size > LARGEST_INDEX:
        raise LimitPassed(f"it has {file.size} bytes")
    try:
        tree = msgspec.json.decode(shallow(file.contents.at(0, LARGEST_INDEX)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    weights = tree.get("weight_map") if isinstance(tree, dict) else None
    for tensor, shard in weights.items() if isinstance(weights, dict) else ():
        for path in shard if isinstance(shard, list) else [shard]:
            if isinstance(path, str):
                yield Named(path, f"weight_map.{tensor[:100]}", "a shard", must_be_here=False)


def _of_kernels(file: File) -> Iterator[Named]:
    """OpenVINO's own layers for a graphics processor: the sources that its plug-in compiles."""
    for found in _KERNEL.finditer(file.contents.at(0, LARGEST_CONFIGURATION)):
        yield Named(found[1].decode("utf-8", "replace"), f"byte {found.start()}", "a kernel", must_be_here=False)


def _of_triton(file: File) -> Iterator[Named]:
    for found in _OF_TRITON.finditer(file.text()):
        yield Named(next(filter(None, found.groups())), "config.pbtxt", "what its server opens", must_be_here=False)


def _of_checkpoints(file: File) -> Iterator[Named]:
    """The newest checkpoint of TensorFlow's and those before it; where it was trained, they lay at any place."""
    for found in _CHECKPOINT.finditer(file.text()):
        if _NAME_OUT.search(found[1]):
            yield Named(found[1], "checkpoint", "a checkpoint", must_be_here=False)


def _of_card(file: File) -> Iterator[Named]:
    """The files of data that a card names; an address is `no_network_on_load`'s question."""
    for place, path in card.data_files(card.read(file.contents)):
        if "://" not in path:
            yield Named(path, place, "a file of data", must_be_here=False)


def _is_configuration(file: File) -> bool:
    """Whether a text of JSON or YAML, or of a loader's own name, says a path by which its loader opens something."""
    name = file.name.lower()
    if not {"text", "card"} & set(file.formats) or not (name.endswith((".json", ".yaml", ".yml")) or name == "mlmodel"):
        return False
    if name in _OPENED:
        return file.size <= structured.LARGEST_JSON
    small = file.size <= LARGEST_CONFIGURATION
    return small and bool(_OF_SYSTEM_MARK.search(file.contents.at(0, LARGEST_CONFIGURATION)))


def _of_configuration(file: File) -> Iterator[Named]:
    """Paths of the machine's own files, at any key; and at the keys by which one loader opens files, any path."""
    name = file.name.lower()
    data = file.contents.at(0, structured.LARGEST_JSON + 1)
    opened = _OPENED.get(name, _EVERYWHERE)
    for tree in [structured.json(data)] if data.lstrip()[:1] in (b"{", b"[") else structured.yaml(data):
        for entry in structured.entries(tree):
            if _is_words(entry.value) and entry.key not in opened:
                continue
            row = structured.is_of_a_row(entry)
            yield from _of_templates(entry)
            for value in entry.value if isinstance(entry.value, list) else [entry.value]:
                path = structured.plain(value)
                if not isinstance(path, str) or not path or len(path) > LONGEST_PATH:
                    continue
                if entry.key in opened or (not (row or entry.key in _PROSE) and _OF_SYSTEM.match(path)):
                    yield Named(path, entry.place, "what its loader opens", must_be_here=False)


def _of_templates(entry: structured.Entry) -> Iterator[Named]:
    """Names of chat templates, under which transformers saves them, each in a file (CVE-2026-9856)."""
    if entry.key != "chat_template":
        return
    if isinstance(entry.value, structured.Mapping):
        names = [name for name, _ in entry.value]
    else:
        given = entry.value if isinstance(entry.value, list) else ()
        names = [name for each in given if isinstance(each, structured.Mapping) for name in each.all_of("name")]
    for name in names:
        if isinstance(name, str) and _LEADS_OUT.search(name):
            yield Named(name, entry.place, "a chat template's file", must_be_here=False)


def _is_words(value: object) -> bool:
    """Whether a list holds phrases: words that something looks for, and no files."""
    return isinstance(value, list) and any(isinstance(each, str) and " " in each.strip() for each in value)


def _of_member(file: File, links: dict[str, File]) -> Iterator[Finding]:
    """Names of an archive's members, and links, that unpack outside of the folder."""
    around, _, name = file.path.rpartition("!")
    if file.unread.endswith(" device, not read"):
        yield failed(
            f"{file.path} would be unpacked as {file.unread[: -len(', not read')]}", file.seen("", file.unread)
        )
    elif "%00" in name:
        yield failed(f"{file.path} has a name that ends early where C reads it", file.seen("its name", name))
    target = (file.sha256 or "")[5:] if file.path in links else ""
    if target and (target.startswith(("/", "../", "\\")) or target == ".." or _DRIVE.match(target)):
        yield failed(f"{file.path} is a link to {target[:200]}, out of the folder", file.seen("", f"link to {target}"))
    elif name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in name.replace("\\", "/").split("/"):
        yield failed(f"{file.path} would be unpacked out of the folder", file.seen("its name", name))
    elif links:
        place = posixpath.dirname(posixpath.normpath(name))
        while place and place != "/":
            if f"{around}!{place}" in links:
                yield failed(f"{file.path} would be unpacked through the link {place}", file.seen("its name", name))
                return
            place = posixpath.dirname(place)


_READERS: dict[str, Callable[[File], Iterator[Named]]] = {
    "card": _of_card,
    "onnx": _of_onnx,
    "onnx_text": _of_onnx_text,
    "safetensors": _of_tensors,
    "coreml": _of_coreml,
    "paddle": _of_paddle,
    "hdf5": _of_hdf5,
    "saved_model": _of_saved_model,
    "openvino": _of_openvino,
    "prototext": _of_prototext,
}
