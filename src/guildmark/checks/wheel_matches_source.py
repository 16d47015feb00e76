"""The source is what people read and the wheel is what runs: what is only in the wheel nobody has reviewed."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

SHOWN = 20
_GENERATED = late.compile(r"(_?version|__version__|_version_info|__about__|_build_?info|_commit|git_version)\.py")
_ASIDE = late.compile(r"[^/]+\.dist-info/|[^/]+\.data/(scripts|headers|data)/")
_NATIVE = (".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".exe", ".o")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".cu", ".pyx", ".rs", ".f90", ".f", ".go", ".zig", ".swift", ".m", ".mm")
_TEMPLATES = {"_pb2.py": ".proto", "_pb2_grpc.py": ".proto", "_pb2.pyi": ".proto", ".c": ".pyx", ".cpp": ".pyx"}
_HOOK = late.compile(
    r"^[^\S\n]*\[+tool\.(hatch\.(build\.)?.*hooks|pdm\.build|maturin|scikit-build|cython|poetry\.build|setuptools\.cmdclass)"
    r"|\bcmdclass\s*=|\bforce-include\b|\bbuild_py\b|\bbackend-path\b|\bpackage_dir\b",
    re.MULTILINE,
)
_CODE = (".py", ".pth", ".sh", ".bat", ".ps1", ".js", ".rb", ".pl")


@check(
    applies_to="tool",
    remedy="Build the wheel from the sdist (`python -m build` does), and publish both from the same run.",
    bears_on="origin",
)
def wheel_matches_source(subject: Subject) -> Iterator[Finding]:
    """Is every file of the wheel in the source distribution, or made from it by its build recipe?"""
    wheels = [file for file in subject.own_files() if "wheel" in file.formats]
    sdists = [file for file in subject.own_files() if "sdist" in file.formats]
    if not wheels:
        yield not_applicable("there is no wheel here")
        return
    if not sdists:
        yield unknown("there is no source distribution beside the wheel", wheels[0].seen("", "alone"))
        return
    members = _members(subject)
    yield from _unread([*wheels, *sdists])
    for wheel in wheels:
        yield from _compared(wheel, members.get(wheel.path, []), members.get(sdists[0].path, []))


def _members(subject: Subject) -> dict[str, list[File]]:
    """The files of each archive, by its path; not those of archives within."""
    found: dict[str, list[File]] = {}
    for file in subject.files():
        if file.path.count("!") == 1:
            found.setdefault(file.archive, []).append(file)
    return found


def _unread(archives: list[File]) -> Iterator[Finding]:
    for file in archives:
        if file.unread:
            yield unknown(f"{file.path} was not read whole: {file.unread}", file.seen("", file.unread))


def _compared(wheel: File, built: list[File], source: list[File]) -> Iterator[Finding]:
    digests = {file.sha256 for file in source if file.sha256}
    names = {path for file in source for path in _tails(papers.inside(file.path))}
    plain = {_plain(file) for file in source if file.name.endswith(_CODE) and file.size < 1 << 20 and file.readable}
    recipe = _has_hook(source)
    bad: list[tuple[File, str]] = []
    open_questions: list[tuple[File, str]] = []
    count = 0
    for file in built:
        inside = papers.inside(file.path)
        if _ASIDE.match(inside) or not file.size or file.sha256 is None:
            continue
        count += 1
        if file.sha256 in digests or _GENERATED.fullmatch(file.name):
            continue
        if file.name.endswith(_CODE) and file.readable and file.size < 1 << 20 and _plain(file) in plain:
            continue
        says = _unexplained(file, inside in names, source)
        if says:
            (open_questions if recipe or not file.name.endswith(_CODE) else bad).append((file, says))
    for file, says in bad[:SHOWN]:
        yield failed(f"{file.path} {says}", file.seen("", says))
    if open_questions:
        file, says = open_questions[0]
        more = f" (and {len(open_questions) - 1} more)" if len(open_questions) > 1 else ""
        yield unknown(f"{file.path} {says}{more}", *(one.seen("", said) for one, said in open_questions[:SHOWN]))
    if not bad and not open_questions:
        yield passed(
            f"all {count} files of {wheel.path} are in the source, or made from it", wheel.seen("", "compared")
        )


def _unexplained(file: File, same_name: bool, source: list[File]) -> str:
    """What is wrong with a file of the wheel whose bytes the source does not have; empty where its kind explains it."""
    if file.name.endswith(_NATIVE):
        compiled = any(one.name.endswith(_SOURCES) for one in source)
        return "" if compiled else "is compiled, and the source holds nothing that compiles to it"
    if file.name.endswith(".pyc"):
        return "is compiled Python, which hides what it does"
    for ending, origin in _TEMPLATES.items():
        if file.name.endswith(ending) and any(one.name.endswith(origin) for one in source):
            return ""
    return "differs from that in the source" if same_name else "is not in the source"


def _tails(path: str) -> Iterator[str]:
    """A path of the source without its first one, two or three folders: NAME-VERSION/, src/, python/src/."""
    for _ in range(4):
        _, slash, path = path.partition("/")
        if not slash:
            return
        yield path


def _plain(file: File) -> str:
    """A text without what tools change on the way: ends of lines, and the first line of a script."""
    return re.sub(r"^#![^\n]*", "", file.text().replace("\r\n", "\n")).strip()


def _has_hook(source: list[File]) -> bool:
    """Whether the source's recipe runs code of its own, or moves files, as it builds."""
    recipes = [file for file in source if file.name in ("pyproject.toml", "setup.py", "setup.cfg", "hatch.toml")]
    top = [file for file in recipes if papers.inside(file.path).count("/") <= 1 and file.readable]
    return any(_HOOK.search(file.text(1 << 18)) for file in top)
