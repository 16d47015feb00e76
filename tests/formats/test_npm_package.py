"""A package of npm, told from other packed tars."""

import gzip
import io
import tarfile

import pytest
from tests.formats.seeds_more import npm_package

from guildmark.contents import InMemory
from guildmark.formats import faults, members, recognise
from guildmark.limits import Budget, Limits


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    return gzip.compress(out.getvalue(), mtime=0)


def test_a_package_of_npm_is_recognised_and_unpacked() -> None:
    contents = InMemory(npm_package())
    assert recognise(contents)[0] == "npm_package"
    assert list(faults("npm_package", contents) or ()) == []
    found = members("npm_package", contents, Budget(Limits())) or ()
    assert [member.name for member in found] == ["package/index.js", "package/package.json"]


@pytest.mark.parametrize(
    ("names", "is_one"),
    [
        (["package/package.json"], True),
        (["./package/index.js", "./package/package.json"], True),
        (["node/index.d.ts", "node/package.json"], True),
        (["package/index.js"], False),
        (["package/lib/package.json"], False),
        (["a/package.json", "b/index.js"], False),
        (["a-1.0/PKG-INFO", "a-1.0/package.json"], False),
        (["package.json"], False),
    ],
)
def test_the_one_folder_with_its_manifest_makes_it_one(names: list[str], is_one: bool) -> None:
    """npm strips the first folder, whatever it is called."""
    assert (recognise(InMemory(packed(*names)))[0] == "npm_package") is is_one
