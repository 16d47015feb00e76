"""CONTRIBUTING.md walks through a check; this does what it says, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r'```(\w+)(?: title="([^"\n]*)")?\n(.*?)```\n', re.DOTALL)


def test_a_reader_can_add_a_check_by_pasting(tmp_path):
    """Every block of the walk is pasted in order; in the end each example gets the answer of its folder."""
    for folder in ("src", "races", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "checks").mkdir(parents=True)
    for file in ("pyproject.toml", "tests/conftest.py", "tests/checks/test_examples.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    walk = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add a check")[2].partition("\n## ")[0]
    said = ""
    for language, title, text in BLOCK.findall(walk):
        if language == "python":
            (tmp_path / title).write_text(text)
        else:
            said = _run(text, tmp_path)
    answered = set(re.findall(r"\[no_leftovers/(\w+)/\w+\] PASSED", said))
    assert answered == {"passed", "failed"}, said


def _run(text: str, folder: Path) -> str:
    here = text.replace(".venv/bin/python", sys.executable)
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = ["bash", "-euo", "pipefail", "-c", here]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
