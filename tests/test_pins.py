"""Lists of exact versions: what they pin, and what they leave open."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import pins
from guildmark.commands import main
from guildmark.errors import ContentsError, FormatError
from guildmark.pins import Ask, Pin, Pins

A, B = "a" * 64, "b" * 64
PYLOCK = f"""
lock-version = "1.0"
[[packages]]
name = "one"
version = "1.0"
wheels = [{{ name = "one.whl", hashes = {{ sha256 = "{A}" }} }}]
[[packages]]
name = "checkout"
vcs = {{ type = "git", url = "https://example.org/x.git" }}
"""
UV = f"""
version = 1
[[package]]
name = "one"
version = "1.0"
source = {{ registry = "https://example.org/simple" }}
wheels = [{{ url = "https://example.org/one.whl", hash = "sha256:{A}" }}]
[[package]]
name = "mine"
version = "0.1"
source = {{ editable = "." }}
[[package]]
name = "checkout"
version = "2.0"
source = {{ git = "https://example.org/x.git" }}
"""
POETRY = f"""
[[package]]
name = "one"
version = "1.0"
files = [{{ file = "one.whl", hash = "sha256:{A}" }}]
[[package]]
name = "checkout"
version = "2.0"
[package.source]
type = "git"
[metadata]
lock-version = "2.0"
"""
PIPFILE = json.dumps(
    {"_meta": {}, "default": {"one": {"version": "==1.0", "hashes": [f"sha256:{A}"]}, "checkout": {"git": "x"}}}
)
NPM = json.dumps(
    {
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "mine"},
            "node_modules/@scope/one": {"version": "1.0.0"},
            "node_modules/x/node_modules/two": {"version": "2.0.0"},
            "node_modules/linked": {"link": True},
        },
    }
)
NPM_1 = json.dumps({"dependencies": {"one": {"version": "1.0.0", "dependencies": {"two": {"version": "2.0.0"}}}}})
ONE = Pin("PyPI", "one", "1.0", (A,))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pylock.toml", PYLOCK),
        ("pylock.dev.toml", PYLOCK),
        ("uv.lock", UV),
        ("poetry.lock", POETRY),
        ("Pipfile.lock", PIPFILE),
    ],
)
def test_locks_of_python_give_their_pins_and_say_what_is_from_elsewhere(name: str, text: str) -> None:
    """The project itself is no pin of its own lock."""
    assert pins.read(name, text.encode()) == Pins((ONE,), ("checkout is from elsewhere, or has no exact version",))


def test_both_shapes_of_an_npm_lock_are_read() -> None:
    wanted = (Pin("npm", "@scope/one", "1.0.0"), Pin("npm", "two", "2.0.0"))
    assert pins.read("package-lock.json", NPM.encode()).pins == wanted
    assert [one.name for one in pins.read("package-lock.json", NPM_1.encode()).pins] == ["one", "two"]


def test_an_npm_lock_says_licences_and_what_is_from_elsewhere() -> None:
    """By where it was had: registries have `/-/` or the version in their addresses. An alias is another package."""
    had = {
        "a": "https://registry.example/a/-/a-1.0.0.tgz",
        "@x/b": "https://packages.example/download/@x/b/1.0.0/0123abcd",
        "c": "git+ssh://git@forge.example/c.git#0123abcd",
        "d": "https://forge.example/d/archive/main.tar.gz",
        "e": "file:../e",
        "f": "https://registry.example/other/-/other-1.0.0.tgz",
    }
    packages = {
        f"node_modules/{name}": {"version": "1.0.0", "license": "MIT", "resolved": resolved}
        for name, resolved in had.items()
    }
    read = pins.read("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": packages}).encode())
    assert read.pins == (Pin("npm", "a", "1.0.0", licence="MIT"), Pin("npm", "@x/b", "1.0.0", licence="MIT"))
    assert [one.partition(" ")[0] for one in read.open] == ["c", "d", "e", "f"]
    old = {"mine": {"version": "npm:@x/real@2.0.0"}, "gone": {"version": "git+https://forge.example/gone.git#1"}}
    read = pins.read("package-lock.json", json.dumps({"lockfileVersion": 1, "dependencies": old}).encode())
    assert read.pins == (Pin("npm", "@x/real", "2.0.0"),)
    assert [one.partition(" ")[0] for one in read.open] == ["gone"]


def test_a_requirements_file_gives_its_pins_and_says_which_lines_pin_nothing() -> None:
    text = f"""\
# a remark
--index-url https://example.org/simple
one==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
Two[extra] === 2.0 ; python_version < "4"  # why
three>=3
four==4.*
-r others.txt
five @ https://example.org/five.whl
./local
-e git+https://example.org/six.git
what is this
"""
    found = pins.read("requirements-dev.txt", text.encode())
    assert found.pins == (Pin("PyPI", "one", "1.0", (A, B)), Pin("PyPI", "Two", "2.0"))
    assert [said.partition(": ")[2] for said in found.open] == [
        "three>=3",
        "four==4.*",
        "others.txt",
        "five @ https://example.org/five.whl",
        "./local",
        "-e git+https://example.org/six.git",
        "what is this",
    ]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "dev-requirements.txt", "requirements_ci.txt", "constraints.txt", "uv.lock"]
)
def test_lists_are_known_by_their_names(name: str) -> None:
    assert pins.is_list(name)
    assert not pins.is_list(f"{name}.md")


@given(
    st.sampled_from(["requirements.txt", "pylock.toml", "uv.lock", "Pipfile.lock", "package-lock.json"]),
    st.binary(max_size=300),
)
def test_bytes_of_any_kind_are_read_or_refused(name: str, data: bytes) -> None:
    try:
        found = pins.read(name, data)
    except FormatError:
        return
    assert all(one.name and one.version for one in found.pins)


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda of: (
            st.lists(of, max_size=3)
            | st.dictionaries(
                st.sampled_from(["packages", "default", "dependencies", "version", "hashes", "node_modules/x", "x"]),
                of,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_json_of_any_shape_is_read_or_refused(tree: Any) -> None:
    for name in ("Pipfile.lock", "package-lock.json"):
        try:
            pins.read(name, json.dumps(tree).encode())
        except FormatError:
            assert not isinstance(tree, dict)


def snapshot(folder: Path) -> None:
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}
    affected = [{"package": {"ecosystem": "PyPI", "name": "one"}, "ranges": [span]}]
    data = folder / "osv.jsonl"
    data.write_text(json.dumps({"id": "PYSEC-0000-1", "modified": "2026-05-06T07:08:09Z", "affected": affected}))
    assert main(["advisories", "update", "--from", str(data), "--to", str(folder / "kept")]) == 0


def test_a_requirements_file_is_vetted_as_one_set(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """What it pins is looked up; what it does not pin stays unknown, and nothing is fetched."""
    snapshot(tmp_path)
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    listed = tmp_path / "requirements.txt"
    for text, code in (("one==1.0\n", 1), ("one==1.1\n", 0), ("one==1.1\ntwo\n", 3)):
        listed.write_text(text)
        capsys.readouterr()
        assert main(["vet", str(listed), "--check", "no_known_vulnerabilities", "--format", "json", "--quiet"]) == code
        said = json.loads(capsys.readouterr().out)["assessment"]
        assert said["subject"]["kind"] == "tool"
        assert sorted(one["name"] for one in said["listings"]) == ["advisories", "dependencies"]


def test_an_environment_is_vetted_as_one_set(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """By the metadata of what is installed in it, with their licences."""
    snapshot(tmp_path)
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    place = tmp_path / "venv" / "lib" / "python3.11" / "site-packages" / "one-1.0.dist-info"
    place.mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: one\nVersion: 1.0\nLicense-Expression: MIT\n\n")
    assert main(["vet", str(tmp_path / "venv"), "--check", "no_known_vulnerabilities", "--quiet"]) == 1
    assert "PYSEC-0000-1" in capsys.readouterr().out


LINUX = {"sys_platform": "linux", "python_version": "3.11", "python_full_version": "3.11.9", "extra": ""}
ASK = Ask(lambda _: LINUX)


def test_what_a_requirement_pins_for_other_machines_alone_is_told_apart() -> None:
    """A marker that asks for an extra, or that nobody can read, leaves nothing out."""
    text = """\
one==1 ; sys_platform == "linux"
two==2 ; sys_platform == "win32"
three==3 ; python_version < "3.10"
four==4 ; extra == "dev"
"""
    found = pins.read("requirements.txt", text.encode(), ASK)
    assert [one.name for one in found.pins] == ["one", "four"]
    assert [says.partition(":")[0] for says in found.elsewhere] == ["line 2", "line 3"]
    assert found.open == ()
    assert len(pins.read("requirements.txt", text.encode()).pins) == 4


def test_locks_leave_out_what_is_for_other_machines() -> None:
    """By the marker of a package (pylock, Pipfile, poetry), or by the system that npm is told."""
    locks = {
        "pylock.toml": '[[packages]]\nname = "a"\nversion = "1"\nmarker = "sys_platform == \'win32\'"\n',
        "poetry.lock": '[[package]]\nname = "a"\nversion = "1"\nmarkers = "sys_platform == \'win32\'"\n',
        "Pipfile.lock": json.dumps({"default": {"a": {"version": "==1", "markers": "sys_platform == 'win32'"}}}),
        "package-lock.json": json.dumps({"packages": {"node_modules/a": {"version": "1", "os": ["darwin"]}}}),
    }
    for name, text in locks.items():
        assert pins.read(name, text.encode(), ASK) == Pins((), (), ("a 1",)), name
        assert len(pins.read(name, text.replace("win32", "linux").replace("darwin", "linux").encode(), ASK).pins) == 1


def test_of_a_uv_lock_what_the_project_comes_to_counts() -> None:
    """Along edges whose markers hold, by version where an edge names one, through the extras that are asked for."""
    text = """
version = 1
[[package]]
name = "mine"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "a", version = "1", marker = "python_version >= '3.10'" },
    { name = "a", version = "0", marker = "python_version < '3.10'" },
    { name = "b", extra = ["x"] },
    { name = "win", marker = "sys_platform == 'win32'" },
]
[package.dev-dependencies]
dev = [{ name = "d" }]
"""
    for name, version, more in (
        ("a", "0", ""),
        ("a", "1", 'dependencies = [{ name = "mine" }]'),
        ("b", "1", '[package.optional-dependencies]\nx = [{ name = "c" }]\ny = [{ name = "e" }]'),
        *((name, "1", "") for name in ("c", "d", "e", "win")),
    ):
        source = 'source = { registry = "https://example.org/simple" }'
        text += f'[[package]]\nname = "{name}"\nversion = "{version}"\n{source}\n{more}\n'
    found = pins.read("uv.lock", text.encode(), ASK)
    assert [(one.name, one.version) for one in found.pins] == [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]
    assert found.elsewhere == ("a 0", "e 1", "win 1")
    assert len(pins.read("uv.lock", text.encode()).pins) == 7


def included(text: str, **files: str) -> Pins:
    """A requirements file with others beside it; `__` in a name stands for a folder."""

    def beside(path: str) -> bytes:
        for name, body in files.items():
            if path == name.replace("__", "/") + ".txt":
                return body.encode()
        raise ContentsError("it is not there")

    return pins.read("requirements.txt", text.encode(), Ask(beside=beside))


def test_requirements_that_are_included_count_and_are_named() -> None:
    """Below the folder of the file that includes them; each once, also where they include each other in a circle."""
    found = included("-r sub/base.txt\none==1\n", sub__base="-r ../other.txt\ntwo==2\n", other="-r sub/base.txt\nx\n")
    assert found.pins == (Pin("PyPI", "two", "2", (), "sub/base.txt"), Pin("PyPI", "one", "1"))
    assert found.open == ("other.txt: line 2 names no exact version: x",)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-r gone.txt", "line 1 includes gone.txt, which cannot be read: it is not there"),
        ("--requirement=../up.txt", "line 1 includes ../up.txt, which is outside the folder and was not read"),
        ("-r /etc/passwd", "line 1 includes /etc/passwd, which is outside the folder and was not read"),
        ("-r https://example.org/x.txt", "line 1 is not followed: https://example.org/x.txt"),
    ],
)
def test_what_cannot_be_included_is_told(line: str, says: str) -> None:
    assert included(line).open == (says,)


def test_a_chain_of_inclusions_has_an_end() -> None:
    files = {f"f{number}": f"-r f{number + 1}.txt\n" for number in range(300)}
    assert included("-r f0.txt", **files).open == (
        f"f{pins.FILES - 1}.txt: line 1 includes f{pins.FILES}.txt, which was not read: more than {pins.FILES} files",
    )


def test_a_constraint_gives_a_version_and_no_package() -> None:
    found = included("-c bounds.txt\nOne\ntwo>=1\n", bounds="one==1.5\nthree==3\n")
    assert found.pins == (Pin("PyPI", "One", "1.5", (), "bounds.txt"),)
    assert found.open == ("line 3 names no exact version: two>=1",)


def test_what_a_single_file_includes_is_looked_up_too(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """It enters as a listing; a link out of the folder is not followed."""
    snapshot(tmp_path)
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "out.txt").write_text("one==1.0\n")
    (place / "requirements.txt").write_text("-r base.txt\n")
    for text, code in (("one==1.0\n", 1), ("one==1.1\n", 0)):
        (place / "base.txt").write_text(text)
        assert main(["vet", str(place / "requirements.txt"), "--check", "no_known_vulnerabilities", "--quiet"]) == code
    (place / "base.txt").unlink()
    (place / "base.txt").symlink_to(tmp_path / "out.txt")
    capsys.readouterr()
    assert main(["vet", str(place / "requirements.txt"), "--check", "no_known_vulnerabilities", "--quiet"]) == 3
    assert "includes base.txt, which cannot be read" in capsys.readouterr().out
