"""Which package index pip is configured with, asked of pip itself; what the index says stays out."""

import os
import re
import subprocess
import sys
import sysconfig
from ast import literal_eval
from functools import cache
from pathlib import Path

from guildmark.errors import SubjectError

# Two of pip's own commands in one child. Without pip, the wheel that Python bundles for `ensurepip` does.
_ASK = """
import runpy, sys
sys.path += sys.argv[1:]
for words in (["config", "list"], ["download", "--help"]):
    sys.argv = ["pip", *words]
    try:
        runpy.run_module("pip", run_name="__main__", alter_sys=True)
    except SystemExit:
        pass
"""
_SETTING = re.compile(r"^(:env:|install|download|global)\.index-url=(.+)$", re.MULTILINE)
_DEFAULT = re.compile(r"--index-url <url>.*?\(default (\S+?)\)", re.DOTALL)
_ORDER = (":env:", "install", "download", "global")
_HINT = "set PIP_INDEX_URL to the address of a package index"


def url() -> str:
    """The address that `pip install` would ask, credentials included, without a `/` at its end.

    Raises SubjectError where there is no pip to ask and `PIP_INDEX_URL` is not set."""
    found = os.environ.get("PIP_INDEX_URL") or _configured()
    path = Path(found).expanduser()
    return (path.resolve().as_uri() if path.is_dir() else found).rstrip("/")


@cache
def _configured() -> str:
    answer = _ask_pip()
    settings = {place: literal_eval(value) for place, value in _SETTING.findall(answer)}
    for place in _ORDER:
        if settings.get(place):
            return str(settings[place])
    default = _DEFAULT.search(answer)
    if default is None:
        raise SubjectError("pip does not say which package index it asks", _HINT)
    return default[1]


def _ask_pip() -> str:
    # -I: a `pip.py` in the folder that is vetted must not run. COLUMNS: pip wraps its help.
    command = [sys.executable, "-I", "-c", _ASK, *map(str, _bundled())]
    environment = {**os.environ, "COLUMNS": "9999", "PIP_NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SubjectError(f"pip could not be asked for its package index: {error}", _HINT) from error
    return done.stdout.decode("utf-8", "replace")


def _bundled() -> list[Path]:
    """The wheels of pip that Python brings, also where a distribution keeps them elsewhere."""
    import ensurepip

    folders = [Path(ensurepip.__file__).parent / "_bundled", Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/-")]
    return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
