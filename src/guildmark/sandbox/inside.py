"""Runs one program, shut off from this machine; started by itself in a fresh interpreter (`-I -S`), never imported.

Of the processes the first writes the map of users, the second leaves the machine's namespaces, the third is the first
process of the new ones and watches the fourth, in which the program runs. Standard library only: nothing else is there.
Sources: namespaces(7), user_namespaces(7), pid_namespaces(7), pivot_root(2), mount_setattr(2), capabilities(7)."""

import contextlib
import ctypes
import errno
import json
import os
import resource
import select
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

NEW_USER, NEW_MOUNTS, NEW_PROCESSES, NEW_NETWORK, NEW_IPC, NEW_HOST = (
    0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000,
)  # fmt: skip
READ_ONLY, NO_SETUID, NO_DEVICES, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MOUNT_SETATTR, HERE, WITH_ALL_BELOW, LET_GO = 442, -100, 0x8000, 2
DIE_WITH_PARENT, DUMPABLE, NO_NEW_PRIVILEGES = 1, 4, 38
NOBODY = 65534
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
FORBIDDEN = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAGAIN,
    errno.EFBIG, errno.ENOSPC, errno.EMFILE, errno.ESRCH,
}  # fmt: skip
"""What the kernel answers to what is not allowed here."""
NAME = "<program>"
LONGEST = 400


class _Shut(Exception):
    """A step of shutting off did not succeed."""


def main() -> None:
    """Read what is to be run from standard input, run it, and write how it ended to standard output."""
    told = json.load(sys.stdin)
    _call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0) if sys.platform == "linux" else None
    if told["weaker"]:
        _end_with(_watched(told))
    try:
        _shut_off(told)
    except (_Shut, OSError, AttributeError) as error:
        _end_with({"reason": "unconfined", "says": str(error)[:LONGEST]})


def _shut_off(told: dict[str, Any]) -> None:
    """Let a child leave, and tell the kernel which user it then is."""
    left, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _guarded(lambda: _leave(told, left[1], mapped[0], mapped[1]))
    os.close(left[1])
    os.close(mapped[0])
    if os.read(left[0], 1):
        _map_users(child)
        os.write(mapped[1], b"+")
    os.close(mapped[1])
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _leave(told: dict[str, Any], left: int, mapped: int, other: int) -> NoReturn:
    """Leave the namespaces; the next child is the first process of the new ones."""
    os.close(other)
    _call("unshare", NEW_USER | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_IPC | NEW_HOST)
    os.write(left, b"+")
    if not os.read(mapped, 1):
        raise _Shut("the map of users cannot be written")
    _call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    child = os.fork()
    if child == 0:
        _guarded(lambda: _first(told))
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _first(told: dict[str, Any]) -> NoReturn:
    """Whatever runs here ends with this process."""
    _call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    _write("/proc/sys/user/max_user_namespaces", "0")  # no way to rights in namespaces of its own
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # of a namespace's first process such signals are then no one's
    _move_in(told["folder"], told["folder_bytes"])
    _end_with(_watched(told))


def _map_users(child: int) -> None:
    """Outside they stay who they are; where that is root, the program is nobody."""
    root = os.geteuid() == 0
    for kind, own in (("uid", os.geteuid()), ("gid", os.getegid())):
        if kind == "gid" and not root:
            _write(f"/proc/{child}/setgroups", "deny")
        _write(f"/proc/{child}/{kind}_map", f"0 0 1\n{NOBODY} {NOBODY} 1" if root else f"{own} {own} 1")


def _move_in(root: str, size: int) -> None:
    """Make a root of its own: the libraries, to be read, and an empty folder of bounded size, to be written."""
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _mount("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "size=1m,mode=755")
    here = os.path.dirname(os.path.dirname(os.path.abspath(os.__file__)))
    for folder in dict.fromkeys((*LIBRARIES, here)):
        inside = root + folder
        if os.path.islink(folder):
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            os.symlink(os.readlink(folder), inside)
        elif os.path.isdir(folder) and not any(folder.startswith(other + "/") for other in LIBRARIES):
            os.makedirs(inside, exist_ok=True)
            _mount(folder, inside, None, BIND | RECURSIVE)
            _read_only(inside)
    for packages in _packages(os.path.dirname(os.path.abspath(os.__file__))):
        _mount("tmpfs", root + packages, "tmpfs", READ_ONLY | NO_SETUID | NO_DEVICES, "size=0")
    os.mkdir(root + "/home")
    _mount("tmpfs", root + "/home", "tmpfs", NO_SETUID | NO_DEVICES, f"size={size},nr_inodes=1k,mode=777")
    _mount("tmpfs", root, None, REMOUNT | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", LET_GO)
    os.chdir("/home")


def _packages(library: str) -> Iterator[str]:
    """What was installed beside the standard library is not for programs to read."""
    for name in ("site-packages", "dist-packages"):
        if os.path.isdir(os.path.join(library, name)):
            yield os.path.join(library, name)


def _bound(told: dict[str, Any]) -> None:
    """The kernel's limits on this process and its children."""
    seconds = told["cpu_seconds"]
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_CPU, seconds, seconds + 1)
    _limit(resource.RLIMIT_FSIZE, told["file_bytes"], told["file_bytes"])
    _limit(resource.RLIMIT_NOFILE, 64, 64)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, told["memory"], told["memory"])
        if not told["weaker"]:  # elsewhere the user's other processes would count
            _limit(resource.RLIMIT_NPROC, told["processes"], told["processes"])


def _limit(kind: int, soft: int, hard: int) -> None:
    most = resource.getrlimit(kind)[1]
    top = hard if most == resource.RLIM_INFINITY else min(hard, most)
    resource.setrlimit(kind, (min(soft, top), top))


def _give_up_rights() -> None:
    """Be nobody, without any capability, for good."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _call("capset", head, (ctypes.c_uint32 * 6)())
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _watched(told: dict[str, Any]) -> dict[str, Any]:
    """Run the program in a child, and say how that ended: at the latest after so many seconds."""
    shown, said = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _guarded(lambda: _program(told, shown[1], said[1]))
    os.close(shown[1])
    os.close(said[1])
    if sys.platform == "linux":
        _call("prctl", DUMPABLE, 0, 0, 0, 0)  # the program cannot look in here
    os.set_blocking(said[0], False)
    output, why = _heard(child, shown[0], time.monotonic() + told["wall_seconds"], told["output_bytes"])
    try:
        reported = os.read(said[0], 1 << 16)
    except BlockingIOError:
        reported = b""
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found = why or _report(reported) or _ended(status)
    return {**found, "output": bytes(output).decode("utf-8", "replace")}


def _heard(child: int, shown: int, deadline: float, most: int) -> tuple[bytearray, dict[str, Any]]:
    """What the program printed until it ended, or was ended, and why it was."""
    output, waiting = bytearray(), [shown, _ending(child)]
    while True:
        ready, _, _ = select.select(waiting, [], [], max(0.0, deadline - time.monotonic()))
        if shown in ready:
            piece = os.read(shown, 1 << 16)
            output += piece[: most - len(output)]
            if len(output) >= most:
                os.kill(child, signal.SIGKILL)
                return output, {"reason": "output", "says": f"it printed {most} bytes and more"}
            if not piece:
                waiting.remove(shown)
        elif ready:
            return output, {}
        else:
            os.kill(child, signal.SIGKILL)
            return output, {"reason": "time", "says": "it took too long"}


def _ending(child: int) -> int:
    """A descriptor that is readable when the child has ended."""
    if sys.platform == "linux":
        return os.pidfd_open(child)
    import threading  # only where the kernel has no descriptor of a process

    ended, tell = os.pipe()

    def wait() -> None:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        os.close(tell)

    threading.Thread(target=wait, daemon=True).start()
    return ended


def _ended(status: int) -> dict[str, Any]:
    if -status in (signal.SIGXCPU, signal.SIGKILL):
        return {"reason": "time", "says": "it used up its processor time"}
    if status < 0:
        return {"reason": "died", "says": f"its process died of {signal.Signals(-status).name}"}
    return {"reason": "left", "says": "it ended its process before its end was reached"}


def _report(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
        return {"reason": str(found["reason"]), "says": str(found["says"])[:LONGEST], "line": int(found["line"])}
    except (ValueError, KeyError, TypeError):
        return {}


def _program(told: dict[str, Any], shown: int, said: int) -> NoReturn:
    nothing = os.pipe()
    os.close(nothing[1])
    for old, new in ((nothing[0], 0), (shown, 1), (shown, 2)):
        os.dup2(old, new)
    kept = os.dup2(said, 3, inheritable=False)
    os.closerange(4, 1 << 12)
    _bound(told)
    if not told["weaker"]:
        _give_up_rights()
    os.environ.clear()
    module, own = types.ModuleType("program"), os.getpid()
    sys.modules["program"] = module
    spare = bytes(1 << 20)  # room to say that there is none left
    try:
        exec(compile(told["program"], NAME, "exec"), module.__dict__)
        found = {"reason": "passed", "says": "", "line": 0}
    except MemoryError:
        del spare
        found = {"reason": "memory", "says": "it asked for more memory than it may have", "line": 0}
    except BaseException as error:  # whatever ends it is what is told of it
        found = _why(error, told["program"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
    if os.getpid() == own:  # of what it forked nobody asked
        os.write(kept, json.dumps(found).encode())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


def _why(error: BaseException, source: str) -> dict[str, Any]:
    """What is told of an error: its kind, its words, its line, and what stands there."""
    line = error.lineno or 0 if isinstance(error, SyntaxError) else _line(error)
    lines = source.splitlines()
    there = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    words = f"{type(error).__name__}: {error}".rstrip(": ")[: LONGEST // 2]
    says = f"{words} (line {line}: {there[: LONGEST // 3]})" if line else words
    return {"reason": _reason(error), "says": says, "line": line}


def _reason(error: BaseException) -> str:
    if isinstance(error, AssertionError):
        return "wrong"
    if isinstance(error, SystemExit):
        return "left"
    if isinstance(error, OSError):
        missing = error.errno == errno.ENOENT and str(error.filename or "").startswith("/")
        return "forbidden" if missing or error.errno in FORBIDDEN else "error"
    return "forbidden" if isinstance(error, RuntimeError) and "start new thread" in str(error) else "error"


def _line(error: BaseException) -> int:
    """The last line of the program that was under way."""
    found, at = 0, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == NAME:
            found = at.tb_lineno
        at = at.tb_next
    return found


def _mount(what: str, where: str, kind: str | None, flags: int, more: str = "") -> None:
    _call("mount", what.encode(), where.encode(), kind and kind.encode(), ctypes.c_ulong(flags), more.encode() or None)


def _read_only(where: str) -> None:
    """A mount and all below it; the kernel's flags may only be added to."""
    added = (ctypes.c_uint64 * 4)(READ_ONLY | NO_SETUID | NO_DEVICES, 0, 0, 0)
    _call("syscall", MOUNT_SETATTR, HERE, where.encode(), WITH_ALL_BELOW, added, ctypes.sizeof(added))


def _call(name: str, *given: Any) -> None:
    """One call of the C library; raises _Shut where the kernel refuses."""
    if getattr(_LIBRARY, name)(*given) < 0:
        raise _Shut(f"{name}: {os.strerror(ctypes.get_errno())}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _guarded(live: Callable[[], object]) -> NoReturn:
    """A child never runs on into its parent's code."""
    try:
        live()
    except BaseException as error:  # what fails before the program begins means that it cannot be confined
        _end_with({"reason": "unconfined", "says": f"{error}"[:LONGEST]})
    os._exit(1)


def _end_with(found: dict[str, Any]) -> NoReturn:
    os.write(1, json.dumps(found).encode() + b"\n")
    os._exit(0)


_LIBRARY = ctypes.CDLL(None, use_errno=True)

if __name__ == "__main__":
    main()
