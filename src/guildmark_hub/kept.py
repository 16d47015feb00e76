"""What the site keeps beside its database: the folder, the secret key, the digest of its static files."""

import hashlib
import os
import secrets
from pathlib import Path

from guildmark.errors import AskedWrongly
from guildmark.version import VERSION

LENGTH = 64
"""Bytes of randomness in the secret key."""


def data_folder(named: str) -> Path:
    """Where the site keeps its things."""
    return (Path(named) if named else _user_data() / "guildmark" / "hub").absolute()


def make(folder: Path) -> None:
    """Make the folder where it is not there, for nobody but its owner; raises AskedWrongly."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AskedWrongly(
            f"the hub's folder {folder} cannot be made: {error.strerror}",
            "set GUILDMARK_HUB_DATA to a folder that you may write to",
        ) from error


def secret(path: Path) -> str:
    """The secret key, made once: the first process to come writes it whole, for nobody but its owner.

    Where its folder is not there, nothing is kept yet, and the key is this process's alone. Raises AskedWrongly
    where it cannot be read, or is too short to be one."""
    if not path.parent.is_dir():
        return secrets.token_urlsafe(LENGTH)
    try:
        if not path.exists():
            write_once(path, secrets.token_urlsafe(LENGTH).encode() + b"\n")
        found = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AskedWrongly(f"the secret key {path} cannot be read: {error}", "give the hub's user this file") from error
    if len(found) < LENGTH:
        raise AskedWrongly(f"the secret key {path} is broken", "delete the file, and a new key is made")
    return found


def write_once(path: Path, data: bytes) -> None:
    """Write a file whole, for nobody but its owner, unless it is there; of several at once the first wins."""
    own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(own, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        own.unlink()


def static_digest(root: Path, sheet: Path) -> str:
    """Twelve characters that change with any static file below `root`, any file of `sheet`, and with the release."""
    whole = hashlib.sha256(VERSION.encode())
    found = [(root, path) for path in root.glob("**/static/**/*")] + [(sheet, path) for path in sheet.glob("*")]
    for place, path in sorted(one for one in found if one[1].is_file()):
        whole.update(f"\0{path.relative_to(place)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:12]


def _user_data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
