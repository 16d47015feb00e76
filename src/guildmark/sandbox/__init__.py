"""Runs a program that nobody has read, shut off from this machine: its network, its files, its other processes.

Linux: namespaces of its own, in which no capability is left, and the kernel's limits. Where the kernel does not allow
that, nothing is run, unless the caller accepts less (`accepting_less`). Also shut off, a program shares its interpreter
with the tests that judge it: one that seeks its report and forges it is not stopped from that."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

import msgspec

from guildmark.errors import RunError
from guildmark.records import Record

Reason = Literal["passed", "wrong", "error", "time", "memory", "forbidden", "output", "died", "left", "unconfined"]
"""How a program ended: at its end; at an `assert`; by an error; by its limits; by asking for what it may not have; by
a signal; by ending itself; or it was not run, since it could not be confined."""

LESS = (
    "a program could use the network, read and write whatever this user may, see and end this user's other processes, "
    "and start processes without end"
)
"""What is not kept from a program where the kernel gives no namespaces; limits on time, memory and files hold still."""
GRACE = 10.0
"""Seconds beyond a program's own in which its keeper must answer."""
_INSIDE = str(Path(__file__).with_name("inside.py"))


class Limits(Record, frozen=True):
    """What a program may take: seconds of the processor and of the clock, bytes, processes and threads."""

    cpu_seconds: int = 5
    wall_seconds: float = 20.0
    memory: int = 1 << 30
    file_bytes: int = 1 << 22
    folder_bytes: int = 1 << 24
    processes: int = 8
    output_bytes: int = 1 << 16


class Ending(Record, frozen=True):
    """How a program ended, in words, at which of its lines, and what it printed."""

    reason: Reason
    says: str = ""
    line: int = 0
    output: str = ""


_less: ContextVar[bool] = ContextVar("_less", default=False)
_turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = WeakKeyDictionary()


@contextlib.contextmanager
def accepting_less() -> Iterator[None]:
    """Within it programs are run also where they cannot be shut off: see LESS. For machines that hold nothing else."""
    token = _less.set(True)
    try:
        yield
    finally:
        _less.reset(token)


def ready() -> None:
    """Raises RunError where programs cannot be shut off here, and less was not accepted."""
    asyncio.run(run("pass"))


async def run(program: str, limits: Limits | None = None) -> Ending:
    """Run a program to its end or its limits; as many at once as there are processors.

    Raises RunError where it cannot be shut off, and less was not accepted."""
    async with _turn():
        found = await _run(program, limits or Limits(), weaker=False)
        if found.reason == "unconfined" and _less.get():
            found = await _run(program, limits or Limits(), weaker=True)
    if found.reason == "unconfined":
        raise RunError(
            f"programs cannot be shut off on this machine ({found.says})",
            f"allow user namespaces, or accept by --less-confined that {LESS}",
        )
    return found


async def _run(program: str, limits: Limits, *, weaker: bool) -> Ending:
    if sys.platform != "linux" and not weaker:
        return Ending("unconfined", f"{sys.platform} has no namespaces")
    with tempfile.TemporaryDirectory(prefix="guildmark-") as folder:
        told = {**msgspec.to_builtins(limits), "program": program, "folder": folder, "weaker": weaker}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-B", _INSIDE, cwd=folder, env={}, start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            asked = process.communicate(json.dumps(told).encode())
            said, _ = await asyncio.wait_for(asked, limits.wall_seconds + GRACE)
            return msgspec.json.decode(said, type=Ending)
        except TimeoutError:
            return Ending("time", "its keeper did not answer")
        except msgspec.MsgspecError:
            return Ending("died", "its keeper died")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _turn() -> asyncio.Semaphore:
    """Programs that run at once do not take each other's time."""
    loop = asyncio.get_running_loop()
    if loop not in _turns:
        _turns[loop] = asyncio.Semaphore(max(1, os.cpu_count() or 1))
    return _turns[loop]
