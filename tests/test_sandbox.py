"""A program that nobody has read does what it asks for, within its limits, and gets nothing else of this machine."""

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildmark import sandbox
from guildmark.errors import RunError
from guildmark.sandbox import Ending, Limits

SHORT = Limits(cpu_seconds=1, wall_seconds=4)


def _run(program: str, limits: Limits = SHORT) -> Ending:
    return asyncio.run(sandbox.run(program, limits))


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the folders of programs are made; whatever a program does, its own is removed."""
    place = tmp_path / "folders"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


@pytest.fixture
def shut_off() -> None:
    try:
        sandbox.ready()
    except RunError as error:
        pytest.skip(error.says)


@pytest.fixture
def refusing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that gives no namespaces: it is asked for one that there is none of."""
    source = Path(sandbox._INSIDE).read_text()
    asks = "NEW_USER | NEW_MOUNTS"
    assert asks in source
    changed = tmp_path / "inside.py"
    changed.write_text(source.replace(asks, "1 | NEW_MOUNTS"))
    monkeypatch.setattr(sandbox, "_INSIDE", str(changed))


HOSTILE = {
    "a fork bomb": ("import os\nwhile True: os.fork()", "forbidden", 2),
    "a fork bomb that goes on": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "time", 0,
    ),
    "an endless loop": ("while True: pass", "time", 0),
    "a long sleep": ("import time\ntime.sleep(60)", "time", 0),
    "ten gigabytes at once": ("x = bytearray(10 << 30)", "memory", 0),
    "ten gigabytes bit by bit": ("x = [bytes(1 << 24) for _ in range(640)]", "memory", 0),
    "writing outside": ("open('/tmp/guildmark-was-here', 'w')", "forbidden", 1),
    "writing above": ("open('../guildmark-was-here', 'w')", "forbidden", 1),
    "writing a library": ("import os\nopen(os.__file__, 'a')", "forbidden", 2),
    "a file too large": ("open('a', 'wb').write(bytes(1 << 28))", "forbidden", 1),
    "files without end": ("for n in range(10**6): open(str(n), 'wb').write(bytes(1 << 20))", "forbidden", 1),
    "the users": ("print(open('/etc/passwd').read())", "forbidden", 1),
    "the parent's environment": ("import os\nopen(f'/proc/{os.getppid()}/environ').read()", "forbidden", 2),
    "killing the parent": (f"import os\nos.kill({os.getpid()}, 9)", "forbidden", 2),
    "killing everything": ("import os\nos.kill(-1, 9)", "forbidden", 2),
    "a gigabyte printed": ("for _ in range(1024): print('x' * (1 << 20))", "output", 0),
    "an early end": ("import sys\nsys.exit(0)", "left", 2),
    "an early end of the process": ("import os\nos._exit(0)", "left", 0),
    "a crash": ("import ctypes\nctypes.string_at(0)", "died", 0),
    "threads without end": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()", "forbidden", 2,
    ),
    "rights of its own": (
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\n"
        "if c.unshare(0x10000000): raise OSError(ctypes.get_errno(), '')", "forbidden", 3,
    ),
}  # fmt: skip


@pytest.mark.usefixtures("shut_off")
@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_program_may_not_do_is_stopped_and_told(what: str) -> None:
    program, reason, line = HOSTILE[what]
    began = time.monotonic()
    ending = _run(program)
    assert (ending.reason, ending.line) == (reason, line), ending
    assert ending.says
    assert len(ending.output) <= SHORT.output_bytes
    assert time.monotonic() - began < SHORT.wall_seconds + 5
    assert not Path("/tmp/guildmark-was-here").exists()


@pytest.mark.usefixtures("shut_off")
def test_a_program_that_fills_its_memory_to_the_last_byte_is_told_so() -> None:
    """In pieces of every size that Python gives, so that nothing is left; to say so, there is still room."""
    fills = "x = None\nfor size in range(512, 0, -16):\n    try:\n        while True: x = x, bytes(size)\n"
    fills += "    except MemoryError: pass\nwhile True: x = x,"
    ending = _run(fills, Limits(cpu_seconds=20, memory=1 << 28))
    assert (ending.reason, ending.output) == ("memory", "")


@pytest.mark.usefixtures("shut_off")
def test_a_server_on_this_machine_is_out_of_reach() -> None:
    """The program's loopback is its own, where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        ending = _run(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)")
    assert (ending.reason, ending.line) == ("forbidden", 2)


@pytest.mark.usefixtures("shut_off")
def test_a_program_knows_no_secret_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    ending = _run("import os, sys\nprint(dict(os.environ), os.listdir('.'), os.listdir('/home'), sys.argv[1:])")
    assert (ending.reason, ending.output) == ("passed", "{} [] [] []\n")


@pytest.mark.usefixtures("shut_off")
def test_nothing_of_a_program_lives_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "of_this_test.py"
    kept.write_text(Path(sandbox._INSIDE).read_text())
    monkeypatch.setattr(sandbox, "_INSIDE", str(kept))
    program = "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)"
    assert _run(program).reason == "passed"
    deadline = time.monotonic() + 5
    while (left := _processes(str(kept))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def _processes(named: str) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if named.encode() in place.read_bytes():
                found.append(place.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.usefixtures("shut_off")
@pytest.mark.parametrize(
    ("program", "reason", "says", "line"),
    [
        ("print(6 * 7)", "passed", "", 0),
        ("open('a', 'w').write('b')\nassert open('a').read() == 'b'", "passed", "", 0),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int'\nassert A(1) == A(1)", "passed", "", 0),
        ("if __name__ == '__main__': input()", "passed", "", 0),
        ("x = 1\nassert x == 2, 'one'", "wrong", "AssertionError: one (line 2: assert x == 2, 'one')", 2),
        ("def f():\n    return [][0]\nf()", "error", "IndexError: list index out of range (line 2: return [][0])", 2),
        ("def f(:\n    pass", "error", "SyntaxError: invalid syntax (<program>, line 1) (line 1: def f(:)", 1),
        ("def f(): f()\nf()", "error", "RecursionError: maximum recursion depth exceeded (line 1: def f(): f())", 1),
    ],
)
def test_how_a_program_ended_is_told_with_its_line(program: str, reason: str, says: str, line: int) -> None:
    ending = _run(program)
    assert (ending.reason, ending.says, ending.line) == (reason, says, line)


@pytest.mark.usefixtures("shut_off")
def test_others_go_on_while_a_program_runs() -> None:
    async def ticks() -> int:
        running = asyncio.create_task(sandbox.run("import time\ntime.sleep(1)"))
        count = 0
        while not running.done():
            await asyncio.sleep(0.01)
            count += 1
        return count

    assert asyncio.run(ticks()) > 20


@pytest.mark.usefixtures("refusing")
def test_where_it_cannot_be_shut_off_a_program_is_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with pytest.raises(RunError, match="cannot be shut off on this machine") as raised:
        _run(f"open({str(trace)!r}, 'w')")
    assert not trace.exists()
    assert sandbox.LESS in raised.value.hint


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os\nassert not os.environ\nassert os.listdir() == []", "passed"),
        ("while True: pass", "time"),
        ("x = bytearray(10 << 30)", "memory"),
        ("open('a', 'wb').write(bytes(1 << 28))", "forbidden"),
        ("while True: print('x' * 1000)", "output"),
    ],
)
def test_less_is_done_only_where_it_was_accepted_and_limits_hold_still(program: str, reason: str) -> None:
    with sandbox.accepting_less():
        assert _run(program).reason == reason
    with pytest.raises(RunError):
        _run(program)
