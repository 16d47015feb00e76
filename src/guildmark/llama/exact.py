"""A model's weights in 32 bits, whatever they were packed in: what is computed then depends on no kernel's rounding."""

import hashlib
import os
from pathlib import Path
from typing import Any

from guildmark.contents import OnDisk
from guildmark.errors import AskedWrongly, ContentsError, FormatError, Refused
from guildmark.formats.gguf import metadata

KEPT = "exact"


def unpacked(path: Path, cache: str) -> Path:
    """The same model with every weight in 32 bits, made once and kept by the model's digest; raises Refused."""
    if not cache:
        raise AskedWrongly("the exact layout needs a place to keep the unpacked model", "set GUILDMARK_CACHE")
    target = Path(cache, KEPT, f"{sha256(path)}.gguf")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        made = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            _write(path, made)
            os.replace(made, target)
        finally:
            made.unlink(missing_ok=True)
    return target


def sha256(path: Path) -> str:
    """The file's sha256; raises AskedWrongly where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give the path of a GGUF file") from error


def quantisation(path: Path) -> str:
    """How the file says that most of its weights are packed, in llama.cpp's word; empty where it says nothing."""
    import gguf

    try:
        kind = metadata(OnDisk(str(path))).get("general.file_type")
        return gguf.LlamaFileType(kind).name.removeprefix("MOSTLY_") if isinstance(kind, int) else ""
    except (ContentsError, FormatError, ValueError):
        return ""


def _write(path: Path, made: Path) -> None:
    import gguf
    import numpy

    try:
        reader = gguf.GGUFReader(path)
    except (ValueError, OverflowError) as error:
        raise Refused(f"{path.name} cannot be read: {error}", "is it a GGUF file?") from error
    writer = gguf.GGUFWriter(made, arch=str(reader.fields["general.architecture"].contents()))
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in ("general.architecture", "general.file_type"):
            _copy(writer, name, field)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32, copy=False)
        writer.add_tensor(tensor.name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _copy(writer: Any, name: str, field: Any) -> None:
    """One value of the metadata, of its own type."""
    kind = field.types[0]
    inner = field.types[-1] if len(field.types) > 1 else None
    writer.add_key_value(name, field.contents(), kind, sub_type=inner)
