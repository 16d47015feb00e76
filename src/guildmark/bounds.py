"""Bounds that the kernel keeps on a worker process: its memory, its life."""

import fcntl
import os
import resource
import select
import signal
import sys


def bind_to_parent(life: int) -> None:
    """End this process when nobody holds the other end of the pipe `life`, even after a SIGKILL.

    Linux: the kernel sends SIGIO, whose default action ends a process. Elsewhere a thread waits
    for the end, which is weaker: a process that is busy outside Python notices late."""
    if sys.platform == "linux":
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([life], [], [], 0)[0]:  # it was gone before the kernel was asked to tell
            os._exit(1)
    else:
        import threading  # not needed on Linux

        threading.Thread(target=_exit_at_end, args=(life,), daemon=True).start()


def bound_memory(memory: int, cpu_seconds: int) -> None:
    """Let this process take at most `memory` bytes and `cpu_seconds` more, and leave no core file.

    The memory bound counts private pages (RLIMIT_DATA) and holds on Linux; macOS does not keep it."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu_seconds + int(sum(os.times()[:2])) + 1)
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as sizes:
            pages = int(sizes.read().split()[5])
        _lower(resource.RLIMIT_DATA, memory + pages * resource.getpagesize())


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (wanted, hard))


def _exit_at_end(life: int) -> None:
    os.read(life, 1)
    os._exit(1)
