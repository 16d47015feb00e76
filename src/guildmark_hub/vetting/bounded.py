"""Runs a command that reads what nobody has seen: in an empty folder, a process group and an environment of its own.

Bounded in memory, processor time, files, output and time, and killed with all its children when it is done, when it
breaks a bound, and when this process dies."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

INSIDE = Path(__file__).with_name("inside.py")
LOOK = 0.5
"""Seconds between two looks at what it has taken so far."""
WAIT = 10.0
"""Seconds in which its keeper must end."""
CHUNK = 1 << 16
STDERR = 1 << 16
FOLDERS = {"HOME": "home", "TMPDIR": "tmp", "GUILDMARK_CACHE": "cache"}


class Bounds(NamedTuple):
    """What a command may take; bytes and seconds."""

    memory: int = 3_000_000_000
    """Of each of its processes, private (RLIMIT_DATA: Linux keeps it)."""
    processor: int = 1800
    file: int = 2_000_000_000
    folder: int = 6_000_000_000
    output: int = 64 << 20
    seconds: float = 1800.0


class Ran(NamedTuple):
    """How it ended: its exit code, negative by a signal; what it wrote; which bound it broke, if one."""

    code: int
    output: bytes
    errors: str
    broke: str = ""


Watch = Callable[[float, int], None]
"""Called now and then with the seconds and the bytes that are in its folder; may raise, and then it is killed."""


def run(words: Sequence[str], environment: Mapping[str, str], bounds: Bounds, watch: Watch) -> Ran:
    """Run a command to its end, or to a bound."""
    with tempfile.TemporaryDirectory(prefix="guildmark-vetting-", ignore_cleanup_errors=True) as folder:
        own = {name: os.path.join(folder, part) for name, part in FOLDERS.items()}
        for path in own.values():
            os.mkdir(path)
        keeper = _Keeper(words, {**environment, **own}, bounds, folder)
        try:
            found = keeper.listen(lambda passed: _look(folder, passed, bounds, watch))
        finally:
            keeper.end()
        return found._replace(errors=found.errors.replace(folder, "…"))


class _Keeper:
    """The process between this one and the command: while this one holds the pipe of its life, it lives."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], bounds: Bounds, folder: str) -> None:
        self._bounds = bounds
        life, self._hold = os.pipe()
        self._code, write = os.pipe()
        limits = {
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": bounds.processor,
            "RLIMIT_FSIZE": bounds.file,
            "RLIMIT_DATA": bounds.memory,
        }
        told = {"life": life, "code": write, "limits": limits, "words": list(words), "folder": folder}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(INSIDE), json.dumps(told)],
                cwd=environment["HOME"], env=dict(environment), start_new_session=True, pass_fds=(life, write),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError:
            os.close(self._hold)
            os.close(self._code)
            raise
        finally:
            os.close(life)
            os.close(write)

    def listen(self, look: Callable[[float], str]) -> Ran:
        """What it writes until it ends or breaks a bound; `look` is told the seconds, and says what is broken."""
        heard: dict[int, bytearray] = {}
        began, broke, looked = time.monotonic(), "", 0.0
        with selectors.DefaultSelector() as selector:
            for stream in (self._process.stdout, self._process.stderr):
                assert stream  # both are pipes
                selector.register(stream, selectors.EVENT_READ)
                heard[stream.fileno()] = bytearray()
            output, errors = heard.values()
            while selector.get_map() and not broke:
                for key, _ in selector.select(LOOK):
                    data = os.read(key.fd, CHUNK)
                    heard[key.fd] += data
                    if not data:
                        selector.unregister(key.fileobj)
                del errors[:-STDERR]
                passed = time.monotonic() - began
                if passed - looked >= LOOK:
                    looked, broke = passed, look(passed)
                if len(output) > self._bounds.output:
                    broke = "output"
        said = b"" if broke else os.read(self._code, 20)
        return Ran(int(said or -signal.SIGKILL), bytes(output), errors.decode(errors="replace"), broke)

    def end(self) -> None:
        """Let go of its life, upon which it ends with all that is below it."""
        os.close(self._hold)
        os.close(self._code)
        try:
            self._process.wait(WAIT)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()


def _look(folder: str, passed: float, bounds: Bounds, watch: Watch) -> str:
    """Which bound is broken, if one."""
    if passed > bounds.seconds:
        return "seconds"
    size = _size(folder)
    watch(passed, size)
    return "folder" if size > bounds.folder else ""


def _size(folder: str) -> int:
    """The bytes of all files below a folder."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # it comes and goes while we look
                total += os.lstat(os.path.join(where, name)).st_size
    return total
