"""Small valid archives, pickles and packages, made by code: one for each such format, and the pieces to make more."""

import base64
import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import zipfile
import zlib

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
INFORMATION = b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"


def seeds() -> dict[str, bytes]:
    """A small valid file by format."""
    return {
        "pickle": pickle.dumps({"weights": [1.0, 2.0], "name": "tiny"}, 4),
        "torch_zip": torch_zip(),
        "zip": zipped({"a.txt": b"one", "b/c.txt": b"two" * 100}),
        "tar": tarred({"a.txt": b"one", "b/c.txt": b"two" * 300}),
        "sevenzip": seven_zipped({"a.txt": b"one", "b/c.txt": b"two" * 100}),
        "compressed": gzip.compress(b"some text\n" * 20, mtime=0),
        "wheel": wheel(),
        "keras": keras(),
        "sdist": gzip.compress(tarred({"tiny-1.0/PKG-INFO": INFORMATION, "tiny-1.0/tiny.py": b"x = 1\n"}), mtime=0),
    }


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def seven_zipped(files: dict[str, bytes], coder: bytes = b"\x01\x00", pack: bytes | None = None) -> bytes:
    """A 7z of files by name in one folder, by a coder's bytes (flags, id, properties); stored where none is given."""
    whole = b"".join(files.values())
    packed = whole if pack is None else pack
    sizes = b"".join(_seven(len(data)) for data in list(files.values())[:-1])
    streams = b"\x06" + _seven(0) + b"\x01\x09" + _seven(len(packed)) + b"\0"
    streams += b"\x07\x0b\x01\0\x01" + coder + b"\x0c" + _seven(len(whole)) + b"\0"
    streams += b"\x08\x0d" + _seven(len(files)) + (b"\x09" + sizes if len(files) > 1 else b"") + b"\0"
    names = b"\0" + "".join(f"{name}\0" for name in files).encode("utf-16-le")
    header = b"\x01\x04" + streams + b"\0\x05" + _seven(len(files)) + b"\x11" + _seven(len(names)) + names + b"\0\0"
    start = struct.pack("<QQL", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start + packed + header


def _seven(value: int) -> bytes:
    """A number as 7z writes it, in the form that fits all."""
    return b"\xff" + value.to_bytes(8, "little")


def keras(config: str = '{"module": "keras", "class_name": "Sequential", "config": {"layers": []}}') -> bytes:
    """What Keras 3 writes, in small and without weights."""
    return zipped({"metadata.json": b'{"keras_version": "3.8.0"}', "config.json": config.encode()})


def tarred(files: dict[str, bytes], layout: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of files by name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=layout) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def torch_zip(root: str = "tiny/", code: bytes = b"") -> bytes:
    """What torch.save writes, in small; TorchScript where there is `code`."""
    files = {"data.pkl": pickle.dumps({}, 2), "version": b"3\n", "byteorder": b"little", "data/0": bytes(16)}
    if code:
        files |= {"code/__torch__.py": code, "constants.pkl": pickle.dumps((), 2)}
    return zipped({root + name: data for name, data in files.items()}, zipfile.ZIP_STORED)


def torch_legacy(keys: bytes = b"") -> bytes:
    """What torch.save wrote before 1.6: five pickles, then the storages' numbers."""
    first = [pickle.dumps(value, 2) for value in (TORCH_MAGIC, 1001, {"little_endian": True}, {"weight": 1.0})]
    return b"".join(first) + (keys or pickle.dumps(["0"], 2)) + (4).to_bytes(8, "little") + b"\xff" * 16


def wheel(**changes: bytes) -> bytes:
    """A wheel; `changes` replace a file's bytes after RECORD was written."""
    folder = "tiny-1.0.dist-info"
    files = {
        "tiny.py": b"x = 1\n",
        f"{folder}/METADATA": INFORMATION,
        f"{folder}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{name},sha256={_hash(data)},{len(data)}" for name, data in files.items()]
    files[f"{folder}/RECORD"] = "\n".join([*lines, f"{folder}/RECORD,,", ""]).encode()
    return zipped({**files, **{name.replace("__", "."): data for name, data in changes.items()}})


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
