"""A command that reads what nobody has seen: what it may take, and that nothing of it is left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guildmark_hub.vetting.bounded import Bounds, run

SRC = Path(__file__).parents[2] / "src"


def ran(code, watch=lambda passed, size: None, environment=None, **bounds):
    return run([sys.executable, "-I", "-c", code], environment or {}, Bounds(**bounds), watch)


def dead(process):
    """Whether nothing lives under a number, waited for: who killed it does not wait for it."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_what_it_says_and_how_it_ends_is_told():
    found = ran("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert found == (3, b"out\n", "err\n", "")


def test_it_has_an_empty_folder_of_its_own_and_no_environment_but_what_is_given():
    names = "import os; print(os.listdir('.'), sorted(os.environ), os.getcwd() == os.environ['HOME'])"
    os.environ["GUILDMARK_HUB_SECRET"] = "secret"
    try:
        found = ran(names, environment={"PIP_INDEX_URL": "x"})
    finally:
        del os.environ["GUILDMARK_HUB_SECRET"]
    said = found.output.decode().replace("'LC_CTYPE', ", "")
    assert said == "[] ['GUILDMARK_CACHE', 'HOME', 'PIP_INDEX_URL', 'TMPDIR'] True\n"


def test_its_folder_is_gone_and_is_not_named_in_what_it_said(tmp_path):
    found = ran("import os, sys; print(os.environ['HOME'], file=sys.stderr); print(os.environ['HOME'])")
    assert found.errors == "…/home\n"
    assert not Path(found.output.decode().strip()).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA holds on Linux alone")
def test_memory_is_bounded():
    assert b"MemoryError" in ran("bytearray(1 << 30)", memory=300_000_000).errors.encode()


def test_a_file_is_bounded():
    found = ran(
        "import os; os.write(os.open('x', 1 | os.O_CREAT), bytes(2_000_000))\nos.write(3, b'x')", file=1_000_000
    )
    assert found.code != 0


@pytest.mark.parametrize(
    ("code", "bounds", "broke"),
    [
        ("import time; time.sleep(60)", {"seconds": 0.1}, "seconds"),
        ("while True: print('x' * 100_000)", {"output": 1_000_000}, "output"),
        ("import time; open('x', 'w').truncate(2_000_000); time.sleep(60)", {"folder": 1_000_000}, "folder"),
    ],
)
def test_a_bound_that_is_broken_is_named_and_ends_it(code, bounds, broke):
    assert ran(code, **bounds).broke == broke


def test_processor_time_is_bounded():
    assert ran("while True: pass", processor=1).code < 0


def test_who_watches_is_told_the_bytes_so_far_and_may_end_it():
    class Enough(Exception):
        pass

    seen = []

    def watch(passed, size):
        seen.append(size)
        if size:
            raise Enough

    with pytest.raises(Enough):
        ran("import time; open('x', 'w').write('x' * 1000); time.sleep(60)", watch)
    assert seen[-1] == 1000


ESCAPES = """
import os, subprocess, sys, time
for options in ({}, {"start_new_session": True}):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], **options)
    print(child.pid, flush=True)
told, tell = os.pipe()
if os.fork() == 0:  # and one whose parent is gone
    os.setsid()
    if os.fork() == 0:
        os.write(tell, b"%d" % os.getpid())
        time.sleep(60)
    os._exit(0)
print(int(os.read(told, 20)), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what leaves its group is found on Linux alone")
@pytest.mark.parametrize("more", ["", "time.sleep(60)"])
def test_nothing_that_it_started_is_left(more):
    found = ran(ESCAPES + more, seconds=5)
    processes = found.output.split()
    assert found.broke == ("seconds" if more else "")
    assert len(processes) == 3
    assert all(dead(int(process)) for process in processes)


@pytest.mark.skipif(sys.platform != "linux", reason="what leaves its group is found on Linux alone")
def test_nothing_is_left_when_the_worker_is_killed(tmp_path):
    worker = f"""
import sys
sys.path.insert(0, {str(SRC)!r})
from guildmark_hub.vetting.bounded import Bounds, run
run([sys.executable, "-I", "-c", sys.argv[1]], {{}}, Bounds(), lambda passed, size: None)
"""
    told = tmp_path / "told"
    code = ESCAPES.replace("print(", f"print(file=open({str(told)!r}, 'a'), *[").replace(", flush=True)", "])")
    code += "time.sleep(60)"
    folders = tmp_path / "folders"
    folders.mkdir()
    process = subprocess.Popen([sys.executable, "-I", "-c", worker, code], env={"TMPDIR": str(folders)})
    try:
        for _ in range(1000):
            if told.exists() and len(told.read_text().split()) == 3:
                break
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    found = told.read_text().split()
    assert len(found) == 3
    assert all(dead(int(one)) for one in found)
    for _ in range(500):
        if not list(folders.iterdir()):
            break
        time.sleep(0.02)
    assert not list(folders.iterdir())
