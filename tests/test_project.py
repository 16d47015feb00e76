"""The project's own promises: small, clean, and told in full."""

import ast
import itertools
import re
import socket
import subprocess
import sys
from functools import cache
from importlib.metadata import requires
from pathlib import Path

import pytest
from docs.hooks import pages
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from guildmark import check, leaves, standard

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-hub.lock", "requirements-dev.lock")
MOST_PACKAGES = 20
HEAVY = {
    "detect_secrets",
    "huggingface_hub",
    "jinja2",
    "packaging",
    "requests",
    "rfc8785",
    "rich",
    "truststore",
    "yaml",
}
MOST_LINES = 400
# Letters in brackets, so that this file does not name what it looks for.
REGISTRY = re.compile(r"p[y]pi\.o[r]g|python[h]osted\.|npm[j]s\.(o[r]g|com)|deb\.[d]ebian\.", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_./-])/(work|farm|root)/", re.MULTILINE)


@cache
def tracked() -> tuple[Path, ...]:
    """The files that git knows or would add; outside a checkout there is nothing to say."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip("this is not a git checkout")
    return tuple(path for name in filter(None, asked.stdout.split("\0")) if (path := ROOT / name).is_file())


def holds(pattern: re.Pattern[str]) -> list[str]:
    """Where the project's text says what it must not."""
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    return found


def core() -> set[str]:
    """Guildmark and all that it needs without extras, on this machine."""
    needed, waiting = set(), ["guildmark"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in needed:
            continue
        needed.add(name)
        wanted = map(Requirement, requires(name) or [])
        environment = {**default_environment(), "extra": ""}
        waiting += [one.name for one in wanted if one.marker is None or one.marker.evaluate(environment)]
    return needed


def locked(lock: str) -> dict[str, str]:
    """What a lock pins: each requirement's lines, by name."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    return {entry.split("==")[0]: entry for entry in entries}


def test_the_core_install_is_small():
    """A new user gets at most twenty packages, Guildmark among them."""
    assert len(core()) <= MOST_PACKAGES, sorted(core())


def test_help_imports_no_heavy_package():
    """Whoever asks for help waits for none of the packages that only some work needs."""
    look = "import sys, guildmark.commands as c\ntry: c.main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert "usage: guildmark" in ran.stdout
    assert HEAVY & set(ran.stderr.split()) == set()


def test_the_lock_pins_all_that_the_core_needs():
    assert core() - {"guildmark"} <= set(locked("requirements.lock"))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_name_version_and_hash_and_nothing_else(lock):
    """No address and no path of the machine that made it: the reader's own index serves it."""
    line = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    broken = [name for name, entry in locked(lock).items() if not line.fullmatch(entry)]
    assert broken == []


def test_the_locks_agree():
    """Each has what the one before has, at the same version; the marker may say less where more asks for it."""
    pins = [{name: entry.split()[0] for name, entry in locked(lock).items()} for lock in LOCKS]
    for smaller, larger in itertools.pairwise(pins):
        assert {name: larger.get(name) for name in smaller} == smaller


def test_no_registry_is_named():
    """Which index is asked is the user's to say, so the project names none."""
    assert holds(REGISTRY) == []


def test_no_path_of_a_developers_machine_is_named():
    assert holds(MACHINE_PATH) == []


def test_files_can_be_read_in_a_sitting():
    """A file over four hundred lines hides a noun that waits for its name."""
    ours = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "src")]
    assert ours
    assert [path.name for path in ours if len(path.read_text().splitlines()) > MOST_LINES] == []


def test_a_module_says_what_it_holds():
    """Every module of the library opens with a sentence, save the shelves that only hold leaves."""
    silent = []
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        if text.strip() and ast.get_docstring(ast.parse(text)) is None:
            silent.append(path.name)
    assert silent == []


def test_the_reference_has_every_leaf():
    """What is not in the reference does not exist for its readers."""
    printed = pages()
    missing = [id for id in check.ids() if f"reference/checks/{id}.md" not in printed]
    missing += [id for id in standard.ids() if f"reference/standards/{id}.md" not in printed]
    for shelf in ("sources", "formats", "reports", "commands"):
        page = printed[f"reference/{shelf}.md"]
        missing += [f"{shelf}/{id}" for id in leaves.names(shelf) if not re.search(rf"^## {id}\n\n\w", page, re.M)]
    assert missing == []


@pytest.mark.parametrize("id", standard.ids())
def test_each_level_is_explained_in_words(id):
    """A reader who is no engineer learns what a level means, and what to do to reach it."""
    page = pages()[f"reference/standards/{id}.md"]
    for level in standard.load(id).level:
        assert level.means in page
        for asked in map(check.load, level.require):
            assert f"| [{asked.question}](../checks/{asked.id}.md) | {asked.remedy} |" in page


def test_the_changelog_has_room_for_the_next_change():
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text()


def test_the_workflow_only_calls_the_script():
    """What runs on a forge runs anywhere: there is one list of steps, and it is `.ci/run`."""
    for workflow in (ROOT / ".github" / "workflows").iterdir():
        assert re.findall(r"run: (.*)", workflow.read_text()) == ["bash .ci/run"]


def test_the_script_ends_with_the_tests():
    """Its last line is pytest's, which says how many tests ran."""
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make lint\nmake docs\nmake test")


def test_the_tests_ask_only_this_machine():
    """A test that would leave the machine fails there, and does not pass for a network that is down."""
    with pytest.raises(OSError, match=r"only this machine, not example\.invalid"):
        socket.getaddrinfo("example.invalid", 80)
