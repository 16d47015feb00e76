"""What a package says of itself, whichever file it says it in."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Metadata(msgspec.Struct, frozen=True):
    """The fields of core metadata; empty where nothing is said. `lines` gives the first line of each.

    `unparsed` is what a metadata file says and nobody understands. A project's own file names its
    `readme` instead of holding a description, and may say nothing at all (`described`). `needs` are
    dependencies that are no requirements of Python's (`NAME@RANGE` of npm), for `ecosystem` npm."""

    name: str
    version: str
    summary: str
    author: str
    author_email: str
    maintainer: str
    maintainer_email: str
    license_expression: str
    license: str
    classifiers: tuple[str, ...]
    license_files: tuple[str, ...]
    requires_dist: tuple[str, ...]
    requires_python: str
    home_page: str
    project_urls: dict[str, str]
    dynamic: tuple[str, ...]
    lines: dict[str, int]
    description: str = ""
    description_line: int = 1
    metadata_version: str = ""
    unparsed: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    readme: str = ""
    described: bool = True
    ecosystem: str = "pypi"
    needs: tuple[str, ...] = ()
