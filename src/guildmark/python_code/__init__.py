"""Facts of Python's source, read from its tree and never run: what it does as it is imported, and later."""

import gc
import hashlib
import sys
from typing import TYPE_CHECKING, Final

from guildmark import encoded, late
from guildmark.file import File
from guildmark.javascript_code import INVISIBLE
from guildmark.python_code.signs import Read, Sign

if TYPE_CHECKING:
    import ast

KEPT: Final = 20_000
"""So many sources are remembered, for several checks ask for the same."""
_HIDDEN_RIGHT = late.compile(
    rb"(?:[;:][ \t]{60,}+|(?<![ \t])[ \t]{100,}+;)[^\s#\\][^\n]{0,100}|^[ \t]{300,}(?=import|from|exec|eval|"
    rb"__import__)",
    8,
)
_PYARMOR = late.compile(
    rb"^[^\S\n]*(__pyarmor__|pyarmor\w*|__pyconcrete__|__armor_\w+__)\s*\(|^from pyarmor_runtime\w* import|"
    rb"^from pytransform import",
    8,
)
_LOOKALIKE = late.compile(rb"\b(?=[Il1]*[Il])[Il1]{8,}\b|\b[O0]*O[O0]{8,}\b")
_INVISIBLE = late.compile(f"[{INVISIBLE}]{{10,}}")
_SHELL_IN_C = late.compile(
    rb"\bconnect\s*\([^\x00]{0,600}?\bdup2\s*\([^\x00]{0,300}?\bexec[lv]\w*\s*\(\s*\\?\"/bin/\w*sh"
)
_BIDI = late.compile("[\u202a-\u202e\u2066-\u2069]")
_COMMENT_OR_TEXT = late.compile(r"#[^\n]*|'[^'\n]*'|\"[^\"\n]*\"")
_known: dict[tuple[str, bool], Read] = {}

__all__ = ["Read", "Sign", "read"]


def read(file: File, *, hooks: bool = False) -> Read:
    """What a file of Python does; `hooks` where an installation runs it. Every check that asks gets the same."""
    data = file.contents.at(0, file.size)
    key = (file.sha256 or hashlib.sha256(data).hexdigest(), hooks)
    if key not in _known:
        if len(_known) >= KEPT:
            _known.clear()
        _known[key] = of_source(data, hooks=hooks)
    return _known[key]


def of_source(data: bytes, *, hooks: bool = False) -> Read:
    """What a source of Python does, by its bytes."""
    collects = gc.isenabled()
    gc.disable()  # a tree has no circles, and looking for them takes a third of the time
    try:
        return _of_source(data, hooks=hooks)
    finally:
        if collects:
            gc.enable()


def _of_source(data: bytes, *, hooks: bool) -> Read:
    from guildmark.python_code import grammar, words

    signs = list(_seen_in_bytes(data))
    if not (hooks or signs) and data.isascii() and b"coding" not in data[:300] and not words.may_act(data):
        return Read(imports=frozenset(_imports(data)))
    try:
        text = grammar.decoded(data)
        signs += _seen_in_text(text)
        tree = grammar.parsed(text)
        signs += [] if text.isascii() else _disguised(text, tree)
    except grammar.Unparsed as error:
        encoding = grammar.declared_encoding(data)
        if encoding.replace("_", "-") in (
            "utf-7",
            "unicode-escape",
            "raw-unicode-escape",
            "rot13",
            "utf-16",
            "punycode",
        ):
            signs.append(Sign("hidden", "import", 1, f"its letters are hidden in the encoding {encoding}", encoding))
        return Read(tuple(signs), unread=error.says)
    from guildmark.python_code.tracing import Tracer

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20_000))
    try:
        found = Tracer(text, hooks=hooks).read(tree)
    finally:
        sys.setrecursionlimit(limit)
    return found._replace(signs=(*signs, *found.signs))


_IMPORT = late.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w ,]*)|import[ \t]+([\w., ]+))", 8)


def _imports(data: bytes) -> set[str]:
    """The modules that a source without other acts imports, without a tree: what is left out is only followed less."""
    found: set[str] = set()
    for each in _IMPORT.finditer(data):
        module = (each[1] or b"").decode()
        found.update(name.split()[0] for name in (each[3] or b"").decode().split(",") if name.split())
        if module:
            joint = "" if module.endswith(".") else "."
            found.add(module)
            found.update(
                f"{module}{joint}{name.split()[0]}" for name in (each[2] or b"").decode().split(",") if name.split()
            )
    return found


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _seen_in_bytes(data: bytes) -> list[Sign]:
    signs: list[Sign] = []
    wide = b" " * 60 in data or b"\t" * 60 in data
    found = _HIDDEN_RIGHT.search(data) if wide else None
    if found and b" " * 60 in found[0].expandtabs(1):
        seen = b" ".join(found[0].split())[:160].decode("latin-1")
        says = "code stands far to the right, out of sight"
        signs.append(Sign("hidden", "import", _line(data, found.start()), says, seen))
    if b"dup2" in data and (found := _SHELL_IN_C.search(data)):
        says = "a program in C ties a shell to a connection"
        signs.append(Sign("shell", "import", _line(data, found.start()), says, found[0][-80:].decode("latin-1")))
    for text in encoded.texts(data.decode("latin-1")):
        signs.append(
            Sign("hidden", "import", _line(data, text.at), f"{text.says}: {text.plain[:80]}", text.plain[:160])
        )
    if found := _PYARMOR.search(data):
        signs.append(
            Sign(
                "hidden",
                "import",
                _line(data, found.start()),
                "the code is packed by an obfuscator",
                found[0].decode("latin-1").strip(),
            )
        )
    disguised = set(_LOOKALIKE.findall(data)) if b"IlI" in data or b"lIl" in data or b"O0O" in data else set()
    if len(disguised) >= 5:
        says = f"{len(disguised)} names are made of letters that look alike"
        signs.append(Sign("hidden", "import", 1, says, min(disguised).decode()))
    return signs


def _seen_in_text(text: str) -> list[Sign]:
    signs: list[Sign] = []
    if text.isascii():
        return signs
    if found := _INVISIBLE.search(text):
        says = "signs that nobody sees carry data"
        signs.append(Sign("hidden", "import", text.count("\n", 0, found.start()) + 1, says, ascii(found[0])[:80]))
    if _BIDI.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if any(len(part) > 4 and _is_turned(part) for part in _COMMENT_OR_TEXT.findall(line)):
                signs.append(
                    Sign(
                        "hidden",
                        "import",
                        number,
                        "signs that turn the direction of writing hide code",
                        ascii(line)[:160],
                    )
                )
                break
    return signs


def _is_turned(part: str) -> bool:
    """Whether a comment or text turns the direction of writing and does not turn it back (CVE-2021-42574)."""
    opened = sum(part.count(sign) for sign in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    return opened > sum(part.count(sign) for sign in "\u202c\u2069") and any(
        sign.isalpha() and sign.isascii() for sign in part
    )


def _disguised(text: str, tree: "ast.Module") -> list[Sign]:
    """Names of letters that look like others (CVE-2021-42694): Python takes them for a common name, or beside one."""
    import ast
    import unicodedata

    if not any(_looks_like_another(name) for name in set(_FOREIGN.findall(text))):
        return []
    lines = text.encode("utf-8", "replace").split(b"\n")
    names: dict[str, int] = {}
    for node in ast.walk(tree):
        name = (
            getattr(node, "id", None)
            or getattr(node, "attr", None)
            or getattr(node, "arg", None)
            or getattr(node, "name", None)
        )
        if not isinstance(name, str) or not hasattr(node, "lineno"):
            continue
        names.setdefault(name, node.lineno)
        if isinstance(node, ast.Name | ast.Attribute) and name.isascii() and node.end_lineno and node.end_col_offset:
            line = lines[node.end_lineno - 1] if node.end_lineno <= len(lines) else b""
            written = line[: node.end_col_offset]
            if len(name) > 2 and not written.endswith(name.encode()) and not written.isascii():
                seen = ascii(written.decode("utf-8", "replace")[-len(name) :])
                return [
                    Sign(
                        "hidden", "import", node.end_lineno, "a name is written in letters that look like others", seen
                    )
                ]
    plain = {name for name in names if name.isascii()}
    for name, line_number in names.items():
        scripts = {unicodedata.name(sign, "?").split()[0] for sign in name if sign.isalpha()}
        if len(scripts) > 1 and name.translate(_TWINS) in plain:
            says = "two names differ only by letters that look alike"
            return [Sign("hidden", "import", line_number, says, ascii(name)[:80])]
    return []


def _looks_like_another(name: str) -> bool:
    import unicodedata

    return unicodedata.normalize("NFKC", name).isascii() or name.translate(_TWINS).isascii()


_FOREIGN = late.compile(r"(?<!\w)[A-Za-z0-9_]*+[^\W\x00-\x7f]\w*")
_TWINS = str.maketrans("аеорсухіјѕАВЕКМНОРСТХοα", "aeopcyxijsABEKMHOPCTXoa")
