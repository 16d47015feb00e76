"""A package index in a folder of this machine, with packages of a few lines: what is vetted without a network."""

import hashlib
import io
import tarfile
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: MIT\nSummary: {name}\n"
PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "{name}"\nversion = "{version}"\n'


def write(folder: Path, *names: str, version: str = "1.0") -> str:
    """An index with these projects, one release each; its address, for PIP_INDEX_URL."""
    for name in names:
        page = folder / "simple" / name
        page.mkdir(parents=True)
        data = _sdist(name, version)
        filename = f"{name}-{version}.tar.gz"
        (page / filename).write_bytes(data)
        link = f'<a href="{filename}#sha256={hashlib.sha256(data).hexdigest()}">{filename}</a>'
        (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>")
    return (folder / "simple").as_uri()


def _sdist(name: str, version: str) -> bytes:
    files = {
        "PKG-INFO": METADATA.format(name=name, version=version),
        "pyproject.toml": PROJECT.format(name=name, version=version),
        "LICENSE": "MIT License\n",
        f"{name}.py": f'"""The tool {name}."""\n\n\ndef answer() -> int:\n    return 42\n',
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()
