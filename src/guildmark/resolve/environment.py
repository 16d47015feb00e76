"""For which machine a set is resolved: a Python on Linux, stated, and never the one that Guildmark runs on."""

from functools import cache
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags

PYTHONS = ("3.11", "3.12", "3.13", "3.10", "3.9")
"""Tried in this order: the first that a release allows."""
_PATCH = 9
_GLIBC = range(39, 4, -1)


class Environment(NamedTuple):
    """CPython of this minor version on Linux with glibc 2.39 on x86_64."""

    python: str = PYTHONS[0]

    @property
    def full(self) -> str:
        return f"{self.python}.{_PATCH}"

    def markers(self, extra: str = "") -> dict[str, str]:
        """The values of environment markers (PEP 508)."""
        return {
            "implementation_name": "cpython",
            "implementation_version": self.full,
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self.full,
            "python_version": self.python,
            "sys_platform": "linux",
            "extra": extra,
        }

    def allows(self, requires_python: str | None) -> bool:
        """Whether a Requires-Python lets this Python in; one that is no specifier lets in every one, as pip has it."""
        try:
            return SpecifierSet(requires_python or "").contains(self.full, prereleases=True)
        except InvalidSpecifier:
            return True

    def ranks(self) -> dict[Tag, int]:
        """The tags of wheels that can be installed, the best 0."""
        return _ranks(self.python)


def fitting(requires_python: str) -> Environment:
    """The first environment that a release allows; the first of all where it allows none."""
    known = [Environment(python) for python in PYTHONS]
    return next((one for one in known if one.allows(requires_python)), known[0])


@cache
def _ranks(python: str) -> dict[Tag, int]:
    number = (int(python.partition(".")[0]), int(python.partition(".")[2]))
    abi = f"cp{number[0]}{number[1]}"
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in _GLIBC]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    order = [*cpython_tags(number, [abi], platforms, warn=False), *compatible_tags(number, abi, platforms)]
    return {tag: rank for rank, tag in reversed(list(enumerate(order)))}
