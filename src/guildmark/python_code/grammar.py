"""Parses Python of strangers into a tree, bounded, and the same on every interpreter: by the grammar of Python 3.11.

What only a newer grammar takes (PEP 695, 701, 750, 758) is refused on all of them, and so is what lies too deep."""

import codecs
import warnings
from typing import TYPE_CHECKING, Final

from guildmark import late
from guildmark.errors import FormatError

if TYPE_CHECKING:
    import ast

LARGEST: Final = 16 << 20
MOST_PIECES: Final = 400_000
DEEPEST_BRACKETS: Final = 60
DEEPEST_TREE: Final = 600
LONG_STATEMENT: Final = 2 * DEEPEST_TREE
_ENCODINGS = frozenset(
    ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "cp1251", "koi8-r", "shift_jis", "euc_jp", "gbk", "gb2312")
)
"""The encodings (by their names in Python's codecs) in which honest sources are; bytes below 128 mean themselves."""
_COOKIE = late.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_TOKEN = late.compile(
    r"(?P<string>(?<![^\W\d])(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\"))|(?P<comment>#[^\n]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
)
_ENDS = {
    "'": late.compile(r"(?:[^\\\n']|\\.)*+'", 16),
    '"': late.compile(r'(?:[^\\\n"]|\\.)*+"', 16),
    "'''": late.compile(r"(?:[^\\']|\\.|'(?!''))*+'''", 16),
    '"""': late.compile(r'(?:[^\\"]|\\.|"(?!""))*+"""', 16),
}
"""How a text goes on and ends, by the quote that it begins with."""


class Unparsed(FormatError):
    """A source that was not read, and why."""


def decoded(data: bytes) -> str:
    """The text of a source, by its declared encoding (PEP 263); raises Unparsed for one that hides its letters."""
    if len(data) > LARGEST:
        raise Unparsed(f"it has more than {LARGEST} bytes")
    if b"\0" in data:
        raise Unparsed("it holds a null byte")
    encoding = declared_encoding(data)
    if encoding not in _ENCODINGS:
        raise Unparsed(f"it is written in the encoding {encoding[:40]}")
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode(encoding)
    except UnicodeDecodeError as error:
        raise Unparsed(f"it is not the {encoding} that it says") from error


def declared_encoding(data: bytes) -> str:
    """The encoding that the first two lines declare, by the name that Python's codecs give it; else utf-8."""
    for line in data[:4096].removeprefix(codecs.BOM_UTF8).split(b"\n")[:2]:
        found = _COOKIE.match(line)
        if found:
            name = found[1].decode("ascii", "replace").lower().replace("_", "-")
            if name.startswith(("utf-8-", "utf8")) or name == "utf-8":
                return "utf-8"
            try:
                return codecs.lookup(name).name
            except LookupError:
                return name
        if line.strip() and not line.strip().startswith(b"#"):
            break
    return "utf-8"


def parsed(text: str) -> "ast.Module":
    """The tree; raises Unparsed where Python 3.11 does not take the text, or a bound is passed."""
    import ast  # only packages with code need it

    longest = _held_to_the_old_grammar(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, feature_version=(3, 11))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Unparsed(f"Python 3.11 does not take it{f' (line {line})' if line else ''}") from error
    except (RecursionError, MemoryError) as error:
        raise Unparsed("it is nested too deeply") from error
    if (longest > LONG_STATEMENT or text.count("elif") > DEEPEST_TREE // 2) and _depth(tree) > DEEPEST_TREE:
        raise Unparsed("it is nested too deeply")
    return tree


def _held_to_the_old_grammar(text: str) -> int:
    """The most signs in one statement; raises Unparsed for what newer grammars alone take, and past the bounds."""
    if len(text) > MOST_PIECES and sum(map(text.count, ",.+-*/%(=[:{\n")) > MOST_PIECES:
        raise Unparsed(f"it has more than {MOST_PIECES} pieces")
    place = depth = begin = longest = 0
    while found := _TOKEN.search(text, place):
        if not depth and (end := text.find("\n", place, found.start())) >= 0:
            longest, begin = _next_statement(text, end, found.start(), max(longest, end + 1 - begin))
        place = found.end()
        if found["quote"]:
            place = _end_of_string(text, found["prefix"].lower(), found["quote"], place)
            begin += place - found.start()
        elif found["open"]:
            depth += 1
            if depth > DEEPEST_BRACKETS:
                raise Unparsed("it is nested too deeply")
        elif found["close"]:
            depth = max(0, depth - 1)
    if not depth and (end := text.find("\n", place)) >= 0:
        longest, begin = _next_statement(text, end, len(text), max(longest, end + 1 - begin))
    return max(longest, len(text) - begin)


def _next_statement(text: str, end: int, before: int, longest: int) -> tuple[int, int]:
    """The most signs in a statement so far, and where the statement before a place begins; one ended at `end`."""
    last = text.rfind("\n", end, before)
    if last - end > LONG_STATEMENT:
        longest = max(longest, 1 + max(map(len, text[end + 1 : last].split("\n"))))
    return longest, last + 1


def _end_of_string(text: str, prefix: str, quote: str, place: int) -> int:
    if "t" in prefix:
        raise Unparsed("it holds a template string, which Python 3.11 does not take")
    found = _ENDS[quote].match(text, place)
    if not found:
        raise Unparsed("a text in it has no end by the grammar of Python 3.11")
    if "f" in prefix and "{" in found[0]:
        _held_to_old_fields(found[0].removesuffix(quote))
    return found.end()


def _held_to_old_fields(text: str) -> None:
    """Before PEP 701 a field of an f-string had no backslash, no comment and no quote of the string around it."""
    if not ("\\" in text or "#" in text or text.count("{") != text.count("}")):
        return
    depth, place, quoted, spec = 0, 0, "", False
    while place < len(text):
        sign, place = text[place], place + 1
        if not depth or spec:
            if text[place - 1 : place + 1] in ("{{", "}}") and not depth:
                place += 1
            elif sign == "{":
                depth, spec = depth + 1, False
            elif sign == "}":
                depth, spec = depth - 1, depth > 2
        elif sign == "\\":
            break
        elif quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign == "#":
            break
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == ":" and depth == 1 and text[place : place + 1] != "=":
            spec = True
    else:
        if not depth:
            return
    raise Unparsed("it holds an f-string that Python 3.11 does not take")


def _depth(tree: "ast.Module") -> int:
    """How many nodes lie above the deepest one; counted only as far as the bound."""
    import ast

    leaves = (ast.Constant, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop, ast.alias)
    depth, level = 0, list(ast.iter_child_nodes(tree))
    while level and depth <= DEEPEST_TREE:
        below: list[ast.AST] = []
        for node in level:
            for part in node.__dict__.values():
                if type(part) is list:
                    below += [each for each in part if isinstance(each, ast.AST) and not isinstance(each, leaves)]
                elif isinstance(part, ast.AST) and not isinstance(part, leaves):
                    below.append(part)
        depth, level = depth + 1, below
    return depth + 1
