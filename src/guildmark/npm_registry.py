"""Which registry npm is configured with, and the token for it; what the registry says stays out."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

from guildmark import late
from guildmark.errors import SubjectError

_HINT = "set NPM_CONFIG_REGISTRY to the address of a registry of npm packages, or `registry` in ~/.npmrc"
_LINE = late.compile(r"^[ \t]*([^#;=\s][^=\n]*?)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_VARIABLE = late.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LARGEST = 1 << 20


class Registry(NamedTuple):
    """An address without a `/` at its end, and the token that npm would send there; empty where there is none."""

    url: str
    token: str


def find(scope: str) -> Registry:
    """The registry of a scope (`@types`; empty: of all others), as npm takes it: the environment, the user's
    settings, then what npm itself says. A project's own settings are not read: a folder that is looked at
    would choose.

    Raises SubjectError where nothing says it."""
    settings = _settings()
    scoped = settings.get(f"{scope}:registry", "") if scope else ""
    url = scoped or _environment("registry") or settings.get("registry", "")
    url = (url or _asked()).rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise SubjectError(f"npm's registry is {url[:80]!r}, which is no address on the network", _HINT)
    return Registry(url, settings.get(f"//{url.partition('://')[2]}/:_authToken", ""))


def _environment(setting: str) -> str:
    """A setting of npm's in the environment, in which case does not count."""
    wanted = f"npm_config_{setting}"
    return next((value for name, value in os.environ.items() if name.lower() == wanted and value), "")


def _settings() -> dict[str, str]:
    """The user's .npmrc, with what it takes from the environment filled in."""
    path = _environment("userconfig") or "~/.npmrc"
    try:
        text = Path(path).expanduser().read_bytes()[:_LARGEST].decode("utf-8", "replace")
    except (OSError, RuntimeError):
        return {}
    pairs = ((name, value.strip("\"'")) for name, value in _LINE.findall(text))
    return {name: _VARIABLE.sub(lambda named: os.environ.get(named[1], named[0]), value) for name, value in pairs}


@cache
def _asked() -> str:
    """What npm says of itself, asked in the user's own folder: a project's settings must not count."""
    try:
        done = subprocess.run(
            ["npm", "config", "get", "registry"],
            cwd=Path.home(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=True,
        )
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise SubjectError("nothing says which registry of npm packages is to be asked", _HINT) from error
    return done.stdout.decode("utf-8", "replace").strip()
