"""Starts one command below itself, bounded, and ends with all that it started, also where the worker is killed.

Run by itself in a fresh interpreter (`-I -S`), never imported: told by its one argument, as JSON, which descriptor ends
with the worker (`life`), where the command's exit code is to be written (`code`), the `limits`, the `words`, and the
`folder` that is to be gone at the end.
Source: prctl(2), PR_SET_CHILD_SUBREAPER: what a child leaves behind becomes ours, whatever group it is in."""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

SUBREAPER = 36
PAUSE = 0.01
ENDING = threading.Lock()


def main() -> None:
    """Bound, start, wait; then end everything, this process last."""
    told = json.loads(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    threading.Thread(target=_end_with, args=(told["life"], told["folder"]), daemon=True).start()
    for name, most in told["limits"].items():
        limit = getattr(resource, name)
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    code = subprocess.Popen(told["words"]).wait()
    with contextlib.suppress(OSError):  # who asked is gone
        os.write(told["code"], str(code).encode())
    _end(told["folder"])


def _end_with(life: int, folder: str) -> None:
    """End everything when nobody holds the other end of the pipe."""
    os.read(life, 1)
    _end(folder)


def _end(folder: str) -> None:
    """Kill what lives below this process until nothing does, delete the folder, then end its own group."""
    ENDING.acquire()  # both threads may come here, and the first does it all
    while found := _below():
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(PAUSE)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _below() -> list[int]:
    """The living processes below this one, where the system lists processes as files."""
    parents = {}
    for name in filter(str.isdecimal, os.listdir("/proc") if os.path.isdir("/proc/self") else ()):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if state != b"Z":
            parents[int(name)] = int(parent)
    found, whole = [os.getpid()], []
    while found:
        found = [process for process, parent in parents.items() if parent in found]
        whole += found
    return whole


if __name__ == "__main__":
    main()
