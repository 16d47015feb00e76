"""A start makes only what it needs: patterns are compiled, and modules run, when they are first used."""

import pickle
import pkgutil
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import guildmark
from guildmark import late

LOADED = (
    "import sys; print(*sorted(name for name, module in sys.modules.items() if 'Lazy' not in type(module).__name__))"
)
SCAN = """
from guildmark.material import Opening
from guildmark.places import places
from guildmark.subject import take_in
from guildmark.scan import _ours
subject = take_in(next(places([{path!r}])).material(), Opening())
kinds = {{name for file in subject.files() for name in file.formats}}
[list(one.check.ask(subject)) for one in _ours() if one.is_about(kinds)]
"""
COMPILED = """
import re, sys
import msgspec
from guildmark import leaves
compiled, original = [], re.compile
def told(*arguments, **named):
    caller = sys._getframe(1).f_globals["__name__"]
    if caller.startswith("guildmark.") and caller != "guildmark.late":
        compiled.append(caller)
    return original(*arguments, **named)
re.compile = told
for shelf in ("formats", "checks"):
    for name in leaves.names(shelf):
        vars(leaves.load(shelf, name)).get("HOLDS")
print(*compiled)
"""
NOT_FOR_A_PICKLE = {"bz2", "csv", "html.parser", "jinja2", "json", "lzma", "pathlib", "pyexpat"} | {
    "shutil",
    "socket",
    "tempfile",
    "tomllib",
    "urllib.parse",
    "guildmark.formats.gguf",
    "guildmark.formats.index_page",
    "guildmark.formats.xml",
}


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


def patterns(of: object, depth: int = 2) -> Iterator[late._Pattern]:
    """The patterns that a module's names hold, also in a tuple or a mapping."""
    if isinstance(of, late._Pattern):
        yield of
    elif depth:
        inside = of.values() if isinstance(of, dict) else of if isinstance(of, (tuple, list)) else ()
        for each in inside:
            yield from patterns(each, depth - 1)


def test_a_pattern_is_compiled_at_its_first_use_and_answers_as_any_other():
    """A mistake in it shows only then."""
    found = late.compile(r"(a+)(b?)", re.IGNORECASE)
    assert found.fullmatch("AAb").groups() == ("AA", "b")
    assert (found.pattern, found.groups) == (r"(a+)(b?)", 2)
    assert found.sub("-", "xab") == "x-"
    with pytest.raises(AttributeError):
        found.no_such_method  # noqa: B018
    broken = late.compile("(")
    with pytest.raises(re.error):
        broken.match("")


def test_every_pattern_of_the_project_compiles():
    """Nobody would see a mistake in a pattern that no test uses."""
    count = 0
    for module in pkgutil.walk_packages(guildmark.__path__, "guildmark."):
        if module.name != "guildmark.__main__":
            for found in patterns(dict(vars(import_module(module.name)))):
                count += bool(found.pattern)
    assert count > 100


def test_no_pattern_that_begins_at_any_line_eats_the_lines_after_it():
    """On a file of empty lines it would look at each of them once for each: 28 kB of them took a check 14 seconds."""
    greedy = re.compile(r"\^(\(\?:|\()?\\s[*+]")
    for module in pkgutil.walk_packages(guildmark.__path__, "guildmark."):
        if module.name != "guildmark.__main__":
            for found in patterns(dict(vars(import_module(module.name)))):
                text = found.pattern if isinstance(found.pattern, str) else found.pattern.decode("latin-1")
                assert not (found.flags & re.MULTILINE and greedy.search(text)), (module.name, text)


def test_no_leaf_compiles_a_pattern_when_it_is_loaded():
    """`late.compile` does it when it is needed: a hundred patterns would cost as much as a whole scan."""
    assert printed(COMPILED) == []


def test_a_scan_of_a_pickle_loads_what_a_pickle_needs(tmp_path: Path):
    """A format or a check that loads more for itself says so in a function, and not at its top."""
    path = tmp_path / "plain.pkl"
    path.write_bytes(pickle.dumps({"a": [1, 2, 3]}, protocol=4))
    loaded = set(printed(SCAN.format(path=str(path)) + LOADED))
    assert loaded & NOT_FOR_A_PICKLE == set()
    assert "guildmark.formats.pickle" in loaded


def test_a_module_is_run_when_something_of_it_is_asked_for():
    """An outsider sees no difference, but for the time that it takes; a package is no exception."""
    late_places = late._Module("guildmark.places")
    late_places.set_through_it = 1
    assert vars(late_places) is vars(import_module("guildmark.places"))
    assert vars(import_module("guildmark.places")).pop("set_through_it") == 1
    for name in ("gguf", "onnx"):
        lazy = f"from guildmark.formats import {name}; import sys; print('guildmark.formats.{name}' in sys.modules)"
        assert printed(lazy) == ["False"]
        assert printed(f"from guildmark.formats import {name}; print({name}.HOLDS)") == ["weights"]
    with pytest.raises(ImportError):
        from guildmark import no_such_module  # type: ignore[attr-defined]  # noqa: F401


def test_a_module_that_another_thread_runs_just_now_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub answers in several threads, and the first two requests may need the same module."""
    (tmp_path / "slow_to_run.py").write_text("import time\ntime.sleep(0.3)\nlast = 7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module, together, found = late._Module("slow_to_run"), threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        found.append(getattr(module, "last", "nothing yet"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.modules.pop("slow_to_run")
    assert found == [7, 7, 7, 7]
