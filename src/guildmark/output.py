"""Puts a file where it was asked for, whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from guildmark.errors import ReportError


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write to a temporary file in the same folder, then rename; raises ReportError, leaving no trace.

    Of pieces of data each is written as it comes."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ReportError(
            f"{path} cannot be written: {error.strerror}", "give a folder that you may write to"
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise ReportError(f"{path} was not written: {error.strerror}", "make room, or give another place") from error
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
