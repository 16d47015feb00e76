"""A folder that transformers may load: weights in safetensors alone, and nothing in it that would bring code."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from guildmark.errors import AskedWrongly, Refused
from guildmark.structured import shallow

LARGEST = 16 << 20
"""Bytes of a configuration."""
WANTED = ("*.json", "*.safetensors", "*.model", "*.jinja", "*.txt")
"""What of a repository is fetched: configurations, weights, vocabularies and templates; no code and no pickles."""
CODE = "auto_map"
"""Where a configuration names code of its own."""


class Folder(NamedTuple):
    """A model's folder: what is read of it, where an answer ends, how long a text may be, in tokens (0: unknown)."""

    path: Path
    name: str
    files: tuple[Path, ...]
    ends: frozenset[int]
    context: int

    def digest(self) -> str:
        """`sha256:…` over a line a file that is read: its sha256, two spaces, its name."""
        lines = (f"{_sha256(file)}  {file.name}\n" for file in self.files)
        return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def opened(path: Path, named: str) -> Folder:
    """Looks at a folder before anything is loaded; raises AskedWrongly where it is no model, Refused where it is one
    that would bring code, pickles or weights that are not plain numbers."""
    config = _json(path / "config.json")
    if config is None:
        raise AskedWrongly(f"{path} has no config.json", "give the folder of a model that transformers can load")
    tensors = sorted(path.glob("*.safetensors"))
    if not tensors:
        others = ", ".join(each.name for each in sorted((*path.glob("*.bin"), *path.glob("*.pt"), *path.glob("*.pth"))))
        raise Refused(
            f"{path} has no weights in safetensors{f' ({others} is a pickle)' if others else ''}",
            "pickles are not loaded: have the weights converted to safetensors by who published them",
        )
    _plain_parts(path, config)
    tokens = _json(path / "tokenizer_config.json") or {}
    for file, held in (("config.json", config), ("tokenizer_config.json", tokens)):
        if CODE in held:
            raise Refused(f"{file} names code of the model's own ({CODE})", "no code of a model's is run: ask another")
    if (path / "adapter_config.json").exists():
        raise Refused("this is an adapter to another model", "merge it with its model, and save that as safetensors")
    if "quantization_config" in config:
        raise Refused("these weights are quantised", "ask the model that was quantised, or a gguf: model")
    ends = _ends(config, _json(path / "generation_config.json") or {})
    files = sorted({each for pattern in WANTED for each in path.glob(pattern) if each.is_file()})
    context = config.get("max_position_embeddings") or config.get("n_positions") or 0
    return Folder(path, named, tuple(files), ends, context if isinstance(context, int) else 0)


def _plain_parts(path: Path, config: dict[str, Any]) -> None:
    """Raises Refused where an index or the configuration names weights that are not safetensors in this folder."""
    index = (_json(path / "model.safetensors.index.json") or {}).get("weight_map", {})
    named = [*index.values()] if isinstance(index, dict) else [index]
    named += [config["transformers_weights"]] if "transformers_weights" in config else []
    for name in named:
        if not isinstance(name, str) or not name.endswith(".safetensors") or Path(name).name != name:
            raise Refused(
                f"the model names {str(name)[:80]} as its weights, which is no safetensors in its folder",
                "nothing else is loaded: ask another model",
            )


@contextmanager
def _no_pickles() -> Iterator[None]:
    """Whatever way transformers may take, torch unpickles nothing meanwhile."""
    import torch

    def refuse(*given: Any, **named: Any) -> None:
        raise Refused("the model would be unpickled", "pickles are not loaded: ask another model")

    unpickle, torch.load = torch.load, refuse
    try:
        yield
    finally:
        torch.load = unpickle


def load(folder: Folder, device: str, threads: int) -> tuple[Any, Any]:
    """The tokenizer and the model, in 32 bits; raises Refused where transformers has no code of its own for it."""
    import torch
    import transformers

    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    careful: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with _no_pickles():
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder.path, **careful)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                folder.path, use_safetensors=True, dtype=torch.float32, attn_implementation="eager", **careful
            )
    except Exception as error:  # whatever a stranger's files bring about in the packages that read them
        raise Refused(f"transformers cannot load {folder.name}: {str(error).strip()[:300]}") from error
    return tokenizer, model.to(device).eval()


def fetched(named: str, environment: dict[str, str]) -> Path:
    """The folder of a repository on the hub, with what is read of it; raises AskedWrongly, Refused."""
    repository, _, revision = named.partition("@")
    if repository.count("/") != 1 or repository.startswith((".", "/", "~")):
        raise AskedWrongly(f"there is no folder {named}", "give a model's folder, or OWNER/NAME@REVISION of the hub")
    import huggingface_hub

    try:
        return Path(
            huggingface_hub.snapshot_download(
                repository,
                revision=revision or None,
                allow_patterns=list(WANTED),
                token=environment.get("HF_TOKEN") or False,
                endpoint=environment.get("HF_ENDPOINT") or None,
            )
        )
    except Exception as error:  # its own errors and those of two HTTP stacks
        raise Refused(f"{named} cannot be fetched: {str(error).strip()[:300]}", "see its name and revision") from error


def _json(path: Path) -> dict[str, Any] | None:
    """A configuration; none where there is no such file. Raises Refused."""
    if not path.is_file():
        return None
    if path.stat().st_size > LARGEST:
        raise Refused(f"{path.name} is larger than {LARGEST >> 20} MB")
    try:
        held = json.loads(shallow(path.read_bytes()))
    except (ValueError, RecursionError, OSError) as error:
        raise Refused(f"{path.name} cannot be read: {error}") from error
    if not isinstance(held, dict):
        raise Refused(f"{path.name} is no mapping")
    return held


def _ends(*configs: dict[str, Any]) -> frozenset[int]:
    """The tokens that end an answer, as the configurations name them."""
    named = [config.get("eos_token_id") for config in configs]
    each = [token for value in named for token in (value if isinstance(value, list) else [value])]
    return frozenset(token for token in each if isinstance(token, int))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
