"""The answers do not depend on the machine: on its Python, its locale, its settings or what else is installed."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from races import campaign, seeds

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HOSTILE = 1_000
HEAVY = ("torch", "numpy", "tensorflow", "h5py", "onnx", "safetensors", "joblib", "dill", "sklearn", "pandas", "keras")
TRAP = "import os, sys\nopen(os.environ['TRAPPED'], 'a').write(__name__)\nsys.exit('imported: ' + __name__)\n"
OTHER_SETTINGS = {
    "PYTHONHASHSEED": "4711",
    "PYTHONWARNINGS": "error",
    "PYTHONINTMAXSTRDIGITS": "0",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "LC_ALL": "C",
    "TZ": "Asia/Tokyo",
    "COLUMNS": "40",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The examples of the checks, the seeds of the formats, and mutated files."""
    top = tmp_path_factory.mktemp("machine")
    for name in ("seeds", "hostile"):
        (top / name).mkdir()
    for number, data in enumerate(seeds.made()):
        (top / "seeds" / f"{number}.bin").write_bytes(data)
    for number, case in enumerate(campaign.walks("machine", seeds.whole(), range(HOSTILE))):
        (top / "hostile" / f"{number:04} {case.name}").write_bytes(case.data)
    examples = (one for one in seeds.EXAMPLES.glob("*/*") if one.parent.name != "__pycache__")
    return [*map(str, sorted(examples)), str(top / "seeds"), str(top / "hostile")]


def answers(python, folders, path=(), **settings):
    """Every finding, and what a scan prints, from a process of its own."""
    paths = os.pathsep.join([*map(str, path), str(ROOT / "src")])
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "PYTHONPATH": paths, **settings}
    found = []
    for program in (
        [str(ROOT / "tests" / "every_finding.py")],
        ["-m", "guildmark", "scan", "--quiet", "--format", "jsonl"],
    ):
        child = subprocess.run([str(python), *program, *folders], capture_output=True, env=environment, check=False)
        assert child.returncode in (0, 1, 3), child.stderr.decode("utf-8", "replace")[-2000:]
        assert child.stderr == b""
        found += child.stdout.splitlines()
    return found


@pytest.fixture(scope="module")
def here(folders):
    return answers(sys.executable, folders, PYTHONHASHSEED="1")


def differing(ones, others):
    """The first lines that differ: enough to see why, and no diff of a hundred thousand lines."""
    pairs = [(one, other) for one, other in zip(ones, others, strict=False) if one != other]
    return pairs[:3] or [len(ones), len(others)][: 2 * (len(ones) != len(others))]


def test_there_are_answers_to_compare(here):
    assert len(here) > 20 * HOSTILE


def test_the_answers_are_those_of_another_setting_with_other_packages(here, folders, tmp_path):
    """Other hashes, another locale, warnings as errors; and heavy packages at hand, none of which is ever imported."""
    for name in HEAVY:
        (tmp_path / f"{name}.py").write_text(TRAP)
    trapped = tmp_path / "trapped"
    there = answers(sys.executable, folders, [tmp_path], **OTHER_SETTINGS, TRAPPED=str(trapped))
    assert not trapped.exists()
    assert differing(here, there) == []


def newer():
    """A program for each newer Python at hand, by its version; the newest release of each."""
    names = [shutil.which(f"python3.{minor}") for minor in range(sys.version_info.minor + 1, 20)]
    found = {}
    for python in sorted(
        [*filter(None, names), *map(str, (Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"))]
    ):
        child = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:3])"], capture_output=True, check=False
        )
        version = tuple(map(int, child.stdout.split())) if child.returncode == 0 else ()
        if version[:2] > sys.version_info[:2]:
            found[version] = python
    return {f"{version[0]}.{version[1]}": found[version] for version in sorted(found)}


NEWER = newer()


def with_packages(python, version):
    """That Python with our own packages at the versions of the lock, made once; None where they cannot be had."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".venv" / "machine" / f"{version}-{digest}"
    if not (folder / "here").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "-qq",
            "--no-input",
            "install",
            "--require-hashes",
            "-r",
            str(LOCK),
        ]
        for command in ([python, "-m", "venv", str(folder)], pip):
            if subprocess.run(command, capture_output=True, check=False, timeout=600).returncode:
                shutil.rmtree(folder, ignore_errors=True)
                return None
        (folder / "here").touch()
    return folder / "bin" / "python"


@pytest.mark.skipif(not NEWER, reason="no newer Python is at hand")
@pytest.mark.parametrize("version", NEWER)
def test_the_answers_are_those_of_a_newer_python(here, folders, version):
    python = with_packages(NEWER[version], version)
    if python is None:
        pytest.skip(f"the packages of requirements.lock could not be had for Python {version}")
    assert differing(here, answers(python, folders, PYTHONHASHSEED="2")) == []
