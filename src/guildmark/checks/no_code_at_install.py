"""`pip install` and `npm install` run what a package's recipe says, as the user, before anybody could have looked."""

from collections.abc import Iterator

import msgspec

from guildmark import command_lines, javascript_code, late, tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.records import Finding
from guildmark.structured import shallow
from guildmark.subject import Subject
from guildmark.tool_code import MOST_TOLD, within

LARGEST = 4 << 20
_HARMLESS_START = late.compile(
    r"import _?\w+(\.\w+)*(;\s*\w+(\.\w+)*\(\))?|import sys, types, os;\s*(has_mfs|p) = .*|"
    r"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os\.environ\.get\(var, '(local|"
    r"stdlib)'\) == 'local'; enabled and "
    r"__import__\('_distutils_hack'\)(\.add_shim\(\))?;?\s*|import os(, sys)?;exec\('''.*"
)
"""Lines of `.pth` files that load a module of the release by its name, as namespaces, coverage and editables do."""
_DOWNLOADED = late.compile(r"(?i)\bfile\s*\(\s*DOWNLOAD\s+\S+\s+[\"']?(/[^\s\"')]+)")
_GYP_COMMAND = late.compile(r"<!@?\(([^\"'\n]{1,2000})\)")
_REMOTE = late.compile(r"http://(?!localhost\b|127\.)\S+")
_SHELL_ENDINGS = (".sh", ".bat", ".cmd", ".ps1")
_COMMIT = late.compile(r"^(?:github:|git\+|git:|[\w.-]+/[\w.-]+#)\S*#?[0-9a-f]{40}$")
_BUILD_SCRIPTS = (
    "configure",
    "autogen.sh",
    "bootstrap.sh",
    "Makefile",
    "makefile",
    "configure.ac",
    "Makefile.am",
    "build.sh",
    "CMakeLists.txt",
    "build.rs",
    "meson.build",
    "wscript",
    "binding.gyp",
)


@check(
    applies_to="model dataset tool",
    remedy="Build from declared metadata alone (pyproject.toml); fetch, start and write nothing while installing.",
    bears_on="origin",
)
def no_code_at_install(subject: Subject) -> Iterator[Finding]:
    """Does installing it, and starting Python after that, run nothing beyond what building needs?"""
    asked, told = 0, 0
    for finding in _all(subject):
        if finding is None:
            asked += 1
        elif told < MOST_TOLD:
            told += 1
            yield finding
    if not asked:
        yield not_applicable("nothing here is run by an installation")
    elif not told:
        yield passed(f"what an installation runs builds, and does nothing else ({asked} files were read)")


def _all(subject: Subject) -> Iterator[Finding | None]:
    """A None for each file that is looked at, and what it does beyond building."""
    for file, role in tool_code.code(subject):
        if role == "import":
            if within(file).count("/") == 0 and file.archive.endswith(".whl"):
                yield None
            continue
        yield None
        if role == "start":
            yield failed(f"{file.path} is run whenever Python starts", file.seen("line 1", file.name))
        yield from _of_python(file, role)
    for file in subject.files():
        if not file.readable or file.raw:
            continue
        if file.name.endswith(".pth"):
            yield None
            yield from _of_paths(file)
        elif file.name == "package.json" and "node_modules/" not in file.path:
            yield None
            yield from _of_npm(file, subject)
        elif file.name in _BUILD_SCRIPTS or file.name.endswith(".m4"):
            yield None
            yield from _of_shell(file)
            yield from _of_gyp(file, subject) if file.name == "binding.gyp" else ()
        elif file.path.endswith(".vscode/tasks.json"):
            yield None
            yield from _of_editor(file)


def _of_python(file: File, role: tool_code.Role) -> Iterator[Finding]:
    read = tool_code.read(file, role)
    for sign in read.signs:
        at = f"line {sign.line}"
        if sign.when == "later" and sign.act in ("network", "process", "startup", "fetched", "data_files"):
            continue
        if sign.act == "process" and not sign.sure:
            yield unknown(f"{file.path} starts a program that could not be told", file.seen(at, sign.seen))
        elif sign.act != "hidden" or sign.when == "import":
            yield failed(f"{file.path}, which an installation runs: {sign.says}", file.seen(at, sign.seen))
    if read.unread:
        yield unknown(
            f"{file.path} is run by an installation and was not read: {read.unread}", file.seen("", read.unread)
        )


def _of_paths(file: File) -> Iterator[Finding]:
    """A `.pth` file: its lines that begin with `import` are run whenever Python starts (site.py)."""
    from guildmark import python_code  # only where there is a .pth

    for number, line in enumerate(file.text().splitlines(), 1):
        if not line.startswith(("import ", "import\t")):
            continue
        read = python_code.of_source(line.encode())
        where = file.seen(f"line {number}", line)
        acts = [sign for sign in read.signs if sign.when == "import"]
        if acts:
            yield failed(f"{file.path} is run whenever Python starts: {acts[0].says}", where)
        elif read.unread:
            yield unknown(f"{file.path} is run whenever Python starts, and was not read: {read.unread}", where)
        elif not _HARMLESS_START.fullmatch(line.strip()) and "exec(" in line and "open(" in line:
            yield failed(f"{file.path} runs a file of code whenever Python starts", where)
        elif not _HARMLESS_START.fullmatch(line.strip()) and any(word in line for word in ("exec(", "eval(", "open(")):
            yield unknown(f"{file.path} runs code whenever Python starts", where)


def _of_npm(file: File, subject: Subject) -> Iterator[Finding]:
    try:
        tree = msgspec.json.decode(shallow(file.contents.at(0, LARGEST).removeprefix(b"\xef\xbb\xbf")))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield unknown(f"{file.path} could not be read as JSON", file.seen("", file.text(80)))
        return
    folder = file.path.removesuffix("package.json")
    beside = {each.path.removeprefix(folder): each for each in subject.files() if each.path.startswith(folder)}
    yield from _of_dependencies(file, tree)
    for name, line in javascript_code.hooks(tree):
        if name in ("prepare", "preprepare", "postprepare") and not any(command_lines.acts(line)):
            continue
        at = file.seen(f"scripts.{name}", line)
        acts = list(command_lines.acts(line))
        if acts:
            yield failed(f"{file.path}: {name} {command_lines.SAYS[acts[0].kind]}", at)
        elif javascript_code.is_inline(line) and not javascript_code.only_calls(line):
            yield failed(f"{file.path}: {name} runs a program of its own", at)
        elif javascript_code.builds_only(line):
            continue
        else:
            yield from _of_started(file, name, line, beside)


def _of_started(file: File, name: str, line: str, beside: dict[str, File]) -> Iterator[Finding]:
    at = file.seen(f"scripts.{name}", line)
    scripts = javascript_code.only_calls(line) or javascript_code.started(line)
    for path in scripts:
        script = beside.get(path) or beside.get(path.removesuffix(".js") + "/index.js")
        if script is None or not script.readable or script.size > javascript_code.LARGEST:
            yield unknown(f"{file.path}: {name} runs {path}, which was not read", at)
            continue
        for sign in javascript_code.read(script.contents):
            evidence = script.seen(f"line {sign.line}", sign.seen)
            yield failed(f"{script.path}, which {name} runs: {sign.says}", at, evidence)
    shell = beside.get(line.split()[-1].removeprefix("./")) if line.split() else None
    if shell is not None and shell.readable and shell.name.endswith(_SHELL_ENDINGS):
        for act in command_lines.acts(shell.text(command_lines.LONGEST)):
            says = f"{shell.path}, which {name} runs, {command_lines.SAYS[act.kind]}"
            yield failed(says, at, shell.seen("", act.seen))
    if not scripts:
        told = any(word in line for word in ("http", "curl", "wget", "$(", "`", "/dev/", "powershell"))
        yield (failed if told else unknown)(f"{file.path}: {name} runs {line[:80]}", at)


def _of_dependencies(file: File, tree: object) -> Iterator[Finding]:
    """What npm would install from an address that anybody on the way can change, and that no registry keeps."""
    for key in ("dependencies", "optionalDependencies"):
        named = tree.get(key) if isinstance(tree, dict) else None
        for name, wanted in named.items() if isinstance(named, dict) else ():
            if isinstance(wanted, str) and key == "optionalDependencies" and _COMMIT.search(wanted):
                says = f"{file.path}: {name} is taken from a commit, which runs what it prepares, and may fail unseen"
                yield failed(says, file.seen(f"{key}.{name}", wanted))
            elif isinstance(wanted, str) and _REMOTE.match(wanted):
                yield failed(f"{file.path}: {name} is fetched from {wanted[:80]}", file.seen(f"{key}.{name}", wanted))


def _of_gyp(file: File, subject: Subject) -> Iterator[Finding]:
    """What node-gyp runs as it reads the recipe, which npm has it do where a binding.gyp lies there."""
    folder = file.path.removesuffix("binding.gyp")
    beside = {each.path.removeprefix(folder): each for each in subject.files() if each.path.startswith(folder)}
    for line in _GYP_COMMAND.findall(file.text(command_lines.LONGEST)):
        for path in javascript_code.started(line):
            script = beside.get(path)
            for sign in javascript_code.read(script.contents) if script is not None and script.readable else ():
                if sign.act != "process":
                    evidence = script.seen(f"line {sign.line}", sign.seen) if script else file.seen("", line)
                    yield failed(f"{path}, which {file.path} runs: {sign.says}", evidence)


def _of_editor(file: File) -> Iterator[Finding]:
    """A task that an editor runs as the folder is opened."""
    text = file.text(command_lines.LONGEST)
    if "folderOpen" in text:
        for act in command_lines.acts(text):
            yield failed(
                f"{file.path} is run as an editor opens the folder: it {command_lines.SAYS[act.kind]}",
                file.seen("", act.seen),
            )


def _of_shell(file: File) -> Iterator[Finding]:
    text = file.text(command_lines.LONGEST)
    for found in _DOWNLOADED.finditer(text) if file.name == "CMakeLists.txt" else ():
        if text.find(found[1], found.end()) > 0:
            yield failed(f"{file.path}, which builds it, runs what it fetches", file.seen("", found[0]))
    for act in command_lines.acts(text):
        if act.kind in ("hidden", "shell", "sent", "miner") or (act.kind == "fetched" and file.name != "Makefile"):
            yield failed(f"{file.path}, which builds it, {command_lines.SAYS[act.kind]}", file.seen("", act.seen))
