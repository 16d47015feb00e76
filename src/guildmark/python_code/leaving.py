"""What a call leaves behind: commands for `setup`, files that are written, and lists that are filled."""

import ast
from typing import TYPE_CHECKING

from guildmark.python_code import words
from guildmark.python_code.values import (
    BLOB,
    DECODED,
    DROPPED,
    ENVIRONMENT,
    FETCHED,
    SECRET,
    THEIRS,
    TYPED,
    WRITTEN,
    Value,
    texts,
    union,
)

if TYPE_CHECKING:
    from guildmark.python_code.expressions import Expressions


def gathered(tracer: "Expressions", node: ast.Call, given: list[Value], base: Value) -> None:
    """A list that is given what the user types, or what others were given, holds it."""
    held = union(given) & {TYPED, THEIRS, SECRET, ENVIRONMENT}
    filled = isinstance(node.func, ast.Attribute) and node.func.attr in (
        "append",
        "extend",
        "add",
        "update",
        "put",
        "write",
        "writestr",
        "add_header",
        "add_field",
        "attach",
    )
    own = node.func.value if isinstance(node.func, ast.Attribute) else None
    for holder in {own if isinstance(own, ast.Name) else None, base.origin} if held and filled else ():
        for names in (tracer.globals, tracer.inner) if isinstance(holder, ast.Name) else ():
            if isinstance(holder, ast.Name) and holder.id in names:
                names[holder.id] = names[holder.id].tagged(*held)


def set_up(tracer: "Expressions", node: ast.Call) -> None:
    """The commands that `setup` names, and where it puts files."""
    for keyword in node.keywords:
        if keyword.arg == "cmdclass" and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value not in (
                    "test",
                    "upload",
                    "clean",
                    "lint",
                    "docs",
                    "sdist",
                    "publish",
                    "release",
                ):
                    tracer.commands.add(ast.unparse(value))
        elif keyword.arg == "data_files":
            for part in ast.walk(keyword.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _is_of_the_system(part.value):
                    tracer._note("data_files", f"setup puts files into {part.value[:80]}", seen=part.value[:160])


def _is_of_the_system(path: str) -> bool:
    startup = words.STARTUP.search(path) is not None and not path.startswith(("share/", "lib/"))
    return (
        startup
        or path.startswith(("/etc/", "/root", "/usr/lib/python", "/bin", "/usr/bin", "/lib", "/var/spool"))
        or "site-packages" in path
    )


def written(tracer: "Expressions", node: ast.Call, name: str, given: list[Value], base: Value) -> None:
    """A file that fetched bytes are written to is fetched itself: so is the variable, or the text, that names it."""
    last = name.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    place: Value | None = None
    if (last == "urlretrieve" and len(given) > 1) or (name == "wget.download" and len(given) > 1):
        place = given[1]
    elif last in ("write", "write_bytes", "write_text") and given and given[0].tags & {FETCHED, DECODED} and base.items:
        place = base.items[0]._replace(tags=base.items[0].tags)
    if place is None:
        return
    tag = DECODED if given and DECODED in given[0].tags and last != "urlretrieve" else FETCHED
    if tag == DECODED and FETCHED not in given[0].tags and BLOB not in given[0].tags:
        return
    if isinstance(place.origin, ast.Name):
        for names in (tracer.globals, tracer.inner):
            if place.origin.id in names:
                names[place.origin.id] = names[place.origin.id].tagged(
                    tag, *((DROPPED,) if tag == DECODED else (WRITTEN,))
                )
    for text in texts(place):
        tracer.fetched[text] = tag
