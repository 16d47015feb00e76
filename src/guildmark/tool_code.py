"""Which files of a release are run, and when: as it is installed, as Python starts, as it is imported."""

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from guildmark import javascript_code, late
from guildmark.check import failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.python_code import Read
    from guildmark.python_code.signs import Sign

Role = Literal["install", "start", "import"]
ENDINGS = (".py", ".pyw")
SCRIPTS = (".js", ".cjs", ".mjs")
LARGEST = 16 << 20
MOST_TOLD = 20
"""A check tells so many things of a release's code, and no more."""
_ASIDE = late.compile(
    r"(?:^|[/!])(?:tests?|testing|testsuite|_tests?|docs?|documentation|examples?|samples?|benchmarks?|demos?|tutorials?|recipes|"
    r"notebooks?|fixtures|test_?data|site|ci|\.ci|\.github|\.circleci|contrib|third_party|scripts?|tools|dev|asv_bench|fuzz\w*)/"
    r"|(?:^|[/!])(?:test_[^/!]*|[^/!]*_tests?|conftest|noxfile|tasks|fabfile|dodo)\.py$"
)
"""Folders and files that neither an installation nor an import of the package runs."""
_HOOK_FILES = frozenset(("setup.py", "hatch_build.py", "pdm_build.py", "_custom_build.py", "_build_backend.py"))
_START = frozenset(("sitecustomize.py", "usercustomize.py"))
_NAMED_HOOK = late.compile(r"^[^\S\n]*(?:backend-path|path|script|build-script|build)\s*=\s*(.+)$", 8)
_QUOTED = late.compile(r"[\"']([\w./-]+)[\"']")
_BACKEND = late.compile(r"^[^\S\n]*build-backend\s*=\s*[\"']([\w.]+)", 8)


class Code(NamedTuple):
    """A file of Python, and when it is run."""

    file: File
    role: Role


def code(subject: Subject) -> Iterator[Code]:
    """The files of Python that installing, starting or importing would run, and those that they import.

    What lies in folders of tests, examples and the like is left out unless a file that is run imports it."""
    files = [file for file in subject.files() if file.name.lower().endswith(ENDINGS) and not file.raw]
    hooks = {file.path for file in _hooks(subject, files)}
    packages = {file.path.rpartition("/")[0] for file in files if file.name == "__init__.py"}
    aside = [file for file in files if file.path not in hooks and _is_aside(file, packages)]
    if len(aside) + len(hooks) == len(files):
        aside = []
    set_aside = {file.path for file in aside}
    reached: set[str] = set()
    for file in files:
        if file.path in set_aside:
            continue
        role = role_of(file, hooks)
        yield Code(file, role)
        if file.readable and aside:
            reached.update(_absolute(file, read(file, role).imports))
    for file in aside:
        if module(file) in reached:
            yield Code(file, "import")


def read(file: File, role: Role) -> "Read":
    """What a file does; `unread` says why it was not told."""
    from guildmark import python_code

    if not file.readable:
        return python_code.Read(unread=file.unread or "it was not read")
    if file.size > LARGEST:
        return python_code.Read(unread=f"it has {file.size} bytes, more than {LARGEST}")
    try:
        return python_code.read(file, hooks=role == "install")
    except GuildmarkError as error:
        return python_code.Read(unread=error.says)


def _is_aside(file: File, packages: set[str]) -> bool:
    """Whether a file lies with the tests and examples, or inside a package in a folder that is none itself."""
    if _ASIDE.search(within(file)):
        return True
    folder = file.path.rpartition("/")[0]
    if (
        within(file).count("/")
        and folder not in packages
        and packages
        and file.readable
        and file.contents.at(0, 2) == b"#!"
    ):
        return True  # a program that lies outside of all packages
    above = folder
    while folder not in packages and "/" in above.rpartition("!")[2]:
        above = above.rpartition("/")[0]
        if above in packages:
            return True
    return False


def role_of(file: File, hooks: set[str]) -> Role:
    if file.path in hooks:
        return "install"
    return "start" if file.name in _START and within(file).count("/") == 0 else "import"


def within(file: File) -> str:
    """The path in its archive, without the folder that an sdist puts around everything."""
    path = file.path.rpartition("!")[2]
    if "!" in file.path and ".tar" in file.path:
        top, slash, rest = path.partition("/")
        return rest if slash else top
    return path


def module(file: File) -> str:
    """The dotted name under which a file is imported, as far as its path tells."""
    path = within(file).rsplit(".", 1)[0].removeprefix("src/")
    return path.removesuffix("/__init__").replace("/", ".")


def _absolute(file: File, imports: frozenset[str]) -> Iterator[str]:
    """The imported modules by their full names, and the packages on the way to them."""
    package = module(file) if file.name == "__init__.py" else module(file).rpartition(".")[0]
    for name in imports:
        dots = len(name) - len(name.lstrip("."))
        if dots:
            base = package.split(".")
            base = base[: len(base) - dots + 1]
            name = ".".join([*filter(None, base), *filter(None, [name[dots:]])])
        while name:
            yield name
            name = name.rpartition(".")[0]


def _hooks(subject: Subject, files: list[File]) -> Iterator[File]:
    """What an installation runs: setup.py, build hooks, backends in the tree and what these import beside them."""
    packaged = any(subject.files(format="wheel"))
    named = set(_HOOK_FILES)
    for file in subject.named("pyproject.toml"):
        if within(file) == "pyproject.toml":
            text = file.text()
            for line in _NAMED_HOOK.findall(text):
                named.update(_QUOTED.findall(line))
            named.update(f"{name.replace('.', '/')}.py" for name in _BACKEND.findall(text))
    folders = {name.strip("./") for name in named if not name.endswith(".py")}
    for file in files:
        place = within(file)
        if packaged and file.archive.endswith(".whl"):
            continue
        plain = place.removeprefix("./")
        beside = place.count("/") == 1 and any(place == f"{folder}/{name}" for folder in folders for name in named)
        if plain in named or posixpath.dirname(place) in folders - {"", "src"} or beside:
            yield file


def scripts(subject: Subject) -> Iterator[File]:
    """The scripts of npm packages: those that a package.json lies above, outside of a Python package."""
    if any(subject.files(format="wheel")) or any(subject.files(format="sdist")):
        return
    folders = tuple(each.path.removesuffix("package.json") for each in subject.named("package.json"))
    for file in subject.files():
        if file.name.endswith(SCRIPTS) and file.path.startswith(folders) and not _ASIDE.search(within(file)):
            yield file


def findings(subject: Subject, tells: "Callable[[Sign], bool]", acts: frozenset[str], good: str) -> Iterator[Finding]:
    """A check's answer on all code that is run: what `tells` picks of Python fails, and `acts` in scripts.

    What was not read is unknown; `good` is said where there is nothing to say."""
    asked = told = 0
    for finding in _found(subject, tells, acts):
        if finding is None:
            asked += 1
        elif told < MOST_TOLD:
            told += 1
            yield finding
    if not asked:
        yield not_applicable("there is no code that would be run")
    elif not told:
        yield passed(f"{good} ({asked} files)")


def _found(subject: Subject, tells: "Callable[[Sign], bool]", acts: frozenset[str]) -> Iterator[Finding | None]:
    """A None for each file that is looked at, and what it does."""
    for file, role in code(subject):
        yield None
        done = read(file, role)
        for sign in filter(tells, done.signs):
            yield failed(f"{file.path}: {sign.says}", file.seen(f"line {sign.line}", sign.seen))
        if done.unread:
            yield unknown(f"{file.path} was not read: {done.unread}", file.seen("", done.unread))
    for file in scripts(subject):
        yield None
        if not file.readable or file.size > javascript_code.LARGEST:
            yield unknown(f"{file.path} was not read", file.seen("", file.unread or f"{file.size} bytes"))
            continue
        for found in javascript_code.read(file.contents):
            if found.act in acts:
                yield failed(f"{file.path}: {found.says}", file.seen(f"line {found.line}", found.seen))


def names_programs(file: File) -> bool:
    """Whether a file says which programs an installation puts on the user's path."""
    top = within(file).count("/") == 0
    described = file.name == "entry_points.txt" and ".dist-info/" in file.path
    script = ".data/scripts/" in file.path
    return file.readable and (described or script or (top and file.name in _RECIPES))


def programs(file: File) -> Iterator[tuple[str, str, str]]:
    """Where a recipe names a program, the program's name, and the package's; raises FormatError where it is broken."""
    if ".data/scripts/" in file.path:
        yield "", file.name, _distribution(within(file))
    elif file.name == "package.json":
        yield from _of_package_json(file)
    elif file.name == "pyproject.toml":
        yield from _of_pyproject(file)
    elif file.name == "setup.py":
        yield from _of_setup(file.text())
    else:
        yield from _of_sections(file)


_RECIPES = frozenset(("package.json", "pyproject.toml", "setup.py", "setup.cfg"))
_SECTION = late.compile(r"\[([^\]]*)\]|([\w.-]+)\s*=\s*(.*)")
_SETUP_NAME = late.compile(r"\bname\s*=\s*[\"']([\w.-]+)[\"']")
_SETUP_SCRIPTS = late.compile(r"[\"'](?:console|gui)_scripts[\"']\s*:\s*\[([^\]]*)\]|console_scripts\]([^\"']*)")
_SETUP_SCRIPT = late.compile(r"[\"']?\s*([\w.-]+)\s*=\s*[\w.]+:")


def _distribution(path: str) -> str:
    return path.partition("/")[0].partition("-")[0]


def _of_package_json(file: File) -> Iterator[tuple[str, str, str]]:
    import msgspec

    from guildmark.errors import FormatError
    from guildmark.structured import shallow

    try:
        tree = msgspec.json.decode(shallow(file.contents.at(0, 1 << 20)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError("it is no JSON") from error
    package = str(tree.get("name", "")) if isinstance(tree, dict) else ""
    named = tree.get("bin") if isinstance(tree, dict) else None
    for name in named if isinstance(named, dict) else ():
        yield "bin", str(name), package


def _of_pyproject(file: File) -> Iterator[tuple[str, str, str]]:
    import tomllib

    from guildmark.errors import FormatError

    try:
        tree = tomllib.loads(file.text())
    except (ValueError, RecursionError) as error:
        raise FormatError("it is no TOML") from error
    project = tree.get("project", {})
    poetry = tree.get("tool", {}).get("poetry", {}) if isinstance(tree.get("tool"), dict) else {}
    for place, table in (("project", project), ("tool.poetry", poetry)):
        for key in ("scripts", "gui-scripts"):
            found = table.get(key) if isinstance(table, dict) else None
            for name in found if isinstance(found, dict) else ():
                yield f"{place}.{key}", name, str(table.get("name", ""))


def _of_setup(text: str) -> Iterator[tuple[str, str, str]]:
    package = _SETUP_NAME.search(text)
    for block in _SETUP_SCRIPTS.finditer(text):
        for name in _SETUP_SCRIPT.findall(block[1] or ""):
            yield "entry_points", name, package[1] if package else ""


def _of_sections(file: File) -> Iterator[tuple[str, str, str]]:
    """entry_points.txt and setup.cfg: `name = module:function` in the sections of programs."""
    section, inside, package = "", False, _distribution(within(file)) if file.name == "entry_points.txt" else ""
    for number, line in enumerate(file.text().splitlines(), 1):
        found = _SECTION.match(line.strip())
        if not found:
            continue
        if found[1] is not None:
            section, inside = found[1].strip(), found[1].strip() in ("console_scripts", "gui_scripts")
        elif section == "metadata" and found[2] == "name":
            package = found[3].strip()
        elif section == "options.entry_points" and not line[:1].isspace():
            inside = found[2] in ("console_scripts", "gui_scripts")
        elif inside:
            yield f"line {number}", found[2], package
