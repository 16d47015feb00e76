import shutil
from pathlib import Path


def clear():
    shutil.rmtree(Path("~/.cache/sample").expanduser(), ignore_errors=True)
