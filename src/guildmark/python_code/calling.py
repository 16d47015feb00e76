"""What a call gives: a module, an attribute, an unpacked text, what was fetched, or what a function here gives back."""

import ast
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from guildmark.python_code import leaving, making, origins, values, words
from guildmark.python_code.judging import command, judge
from guildmark.python_code.signs import Act
from guildmark.python_code.values import (
    ENVIRONMENT,
    EVERY,
    FETCHED,
    FILE,
    IDENTITY,
    OTHERS,
    RECEIVED,
    SECRET,
    SHIPPED,
    SOCKET,
    THEIRS,
    TOKEN,
    TYPED,
    UNSEEN,
    WALKED,
    Value,
    texts,
    union,
)

if TYPE_CHECKING:
    from guildmark.python_code.expressions import Expressions, Scope

DEEPEST_CALLS: Final = 4
_IMPORTERS = ("builtins.__import__", "importlib.import_module", "importlib.__import__", "imp.load_module")
_RECEIVES = (
    "recv",
    "recvfrom",
    "readline",
    "readuntil",
    "readexactly",
    "read",
    "receive",
    "receive_text",
    "getpeercert",
)
_OPENS = ("open", "read_text", "read_bytes")
_LISTENS = ("pynput.keyboard.Listener", "keyboard.on_press", "keyboard.on_release", "keyboard.hook")
_WATCHES = ("sys.addaudithook", "sys.settrace", "sys.setprofile", "threading.settrace", "threading.setprofile")
"""What is told of all that other code does."""
_CLIPBOARD = ("pyperclip.copy", "clipboard.copy", "win32clipboard.SetClipboardText", "win32clipboard.SetClipboardData")
_SHIPPED = (
    *("pkgutil.get_data", "importlib.resources.read_binary", "importlib.resources.read_text"),
    *("importlib.resources.files().joinpath().read_bytes", "pkg_resources.resource_string"),
)
_CALLERS = (
    "inspect.stack",
    "inspect.currentframe",
    "sys._getframe",
    "inspect.getouterframes",
    "traceback.extract_stack",
)
_FOLLOWED = (
    "threading.Thread",
    "threading.Timer",
    "multiprocessing.Process",
    "atexit.register",
    "asyncio.run",
    "concurrent.futures.ThreadPoolExecutor().submit",
    "builtins.map",
    "builtins.filter",
    "functools.reduce",
    "asyncio.create_task",
    "signal.signal",
)
"""What calls the functions that it is given."""


_CONNECTIONS = (
    *("socket.socket", "socket.create", "paramiko", "ftplib", "smtplib", "http.client"),
    *("asyncio.open_connection", "websockets.", "websocket."),
)
"""What gives a connection, not an answer."""


def call(tracer: "Expressions", node: ast.Call, scope: "Scope") -> Value:
    """The value of a call; what the call does is noted."""
    base = tracer.value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else UNSEEN
    func = (
        tracer.attribute(base, node.func.attr, node.func)
        if isinstance(node.func, ast.Attribute)
        else tracer.value(node.func, scope)
    )
    given = _arguments(tracer, node, scope)
    keywords = {
        keyword.arg or f"*{number}": tracer.value(keyword.value, scope) for number, keyword in enumerate(node.keywords)
    }
    name = func.name
    before, shown = tracer.node, tracer.shown
    if not tracer.nested:
        tracer.node, tracer.shown = node, ""
    _judged(tracer, node, name, given, keywords, base)
    if WALKED in func.tags and given and not name:
        tracer._note(
            "hidden", "it calls what it finds by walking through the builtins", seen=tracer.line(node.lineno)[:160]
        )
    result = _given_back(tracer, node, name, given, keywords, base, scope)
    tracer.node, tracer.shown = before, shown
    return result


def _arguments(tracer: "Expressions", node: ast.Call, scope: "Scope") -> list[Value]:
    """What a call is given, by place: a starred list that is known gives its items."""
    given: list[Value] = []
    for argument in node.args:
        value = tracer.value(argument, scope)
        known = isinstance(argument, ast.Starred) and value.items is not None and len(value.items) < 100
        given += value.items if known and value.items else (value,)
    return given


def _judged(
    tracer: "Expressions", node: ast.Call, name: str, given: list[Value], keywords: dict[str, Value], base: Value
) -> None:
    def note(act: Act, says: str, *, seen: str = "", sure: bool = True) -> None:
        if not seen:  # the line as it stands: `ast.unparse` quotes as its Python does
            seen = tracer.line(node.lineno)[:160] or name
        tracer._note(act, says, seen=seen, sure=sure)

    if name and not name.startswith("local:"):
        judge(name, given, keywords, base, note)
    elif isinstance(node.func, ast.Attribute) and node.func.attr in (
        "write",
        "write_text",
        "write_bytes",
        "writelines",
        "unlink",
        "open",
    ):
        judge(f"file.{node.func.attr}", given, keywords, base, note)
    if name.rpartition(".")[2] in ("setup",) and tracer.hooks:
        leaving.set_up(tracer, node)
    if name in _CLIPBOARD and tracer.seeks_wallets:
        note("collected", f"{name} puts another text in the clipboard, where addresses of wallets are sought")
    leaving.written(tracer, node, name, given, base)
    leaving.gathered(tracer, node, given, base)


def _given_back(
    tracer: "Expressions",
    node: ast.Call,
    name: str,
    given: list[Value],
    keywords: dict[str, Value],
    base: Value,
    scope: "Scope",
) -> Value:
    first = given[0] if given else UNSEEN
    everything = union([*given, *keywords.values()])
    if name.startswith("local:"):
        return of_own(tracer, name.removeprefix("local:").removesuffix("()"), given, keywords, scope, everything)
    found = _looked_up(tracer, node, name, given, keywords)
    if found is not None:
        return found
    if words.sort(name) == "code" or name == "builtins.compile":
        return _of_code(tracer, name, first, scope)
    if name in ("functools.partial",):
        return first
    if words.sort(name) == "process":
        if first.items is not None:
            _of_interpreter(tracer, first.items, scope)
        if words.TELLS_A_TOKEN.search(command(first, given)[0]):
            return Value(name=f"{name}()", tags=frozenset((TOKEN,)))
    _follow(tracer, name, given, keywords, scope)
    found = _of_method(tracer, node, name, given, base, everything)
    if found is not None:
        return found
    source = origins.of(tracer, name, given, keywords, base)
    if source is None:
        source = _of_source(tracer, name, given, keywords, everything, base)
    if source is not None:
        return source
    return making.of_text(node, name, given, keywords, base, everything)


def _looked_up(
    tracer: "Expressions", node: ast.Call, name: str, given: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """A module or an attribute that is named by a text, or a scope as a mapping."""
    first = given[0] if given else UNSEEN
    if name in _IMPORTERS and isinstance(first.text, str):
        return Value(
            name=first.text
            if name != "builtins.__import__" or any(k == "fromlist" for k in keywords)
            else first.text.partition(".")[0]
        )
    if (
        name in ("builtins.getattr", "builtins.object.__getattribute__")
        and len(given) > 1
        and isinstance(given[1].text, str)
    ):
        return tracer.attribute(first, given[1].text, node)
    if name in ("builtins.staticmethod", "builtins.classmethod", "builtins.property", "functools.update_wrapper"):
        return first
    if name == "builtins.setattr" and len(given) > 2 and first.name and given[2].name.startswith("local:"):
        tracer.patched(f"{first.name}.{given[1].text if isinstance(given[1].text, str) else '*'}", given[2])
    if name == "functools.reduce" and len(given) > 1 and _takes_attributes(tracer, first):
        return _chained(tracer, node, given)
    if name == "sys.modules.__getitem__" and isinstance(first.text, str):
        return Value(name=first.text)
    if name in _CALLERS:
        return Value(tags=frozenset((OTHERS,)))
    if name == "operator.attrgetter" and isinstance(first.text, str):
        return Value(name=f"attrgetter:{first.text}")
    if name.startswith("attrgetter:"):
        return tracer.attribute(first, name.removeprefix("attrgetter:"), node)
    if name in ("builtins.globals", "builtins.locals", "builtins.vars"):
        return Value(name=f"{first.name}.__dict__" if first.name else f"{name}()")
    if name.endswith(".__dict__.get") and isinstance(first.text, str):
        return Value(name=f"{name.removesuffix('.__dict__.get')}.{first.text}")
    return None


def _takes_attributes(tracer: "Expressions", value: Value) -> bool:
    """Whether a function is `getattr`, or one of this module that calls it at once."""
    held = tracer.functions.get(value.name.removeprefix("local:"))
    body = held.body if isinstance(held, ast.Lambda) else None
    called = body.func if isinstance(body, ast.Call) else None
    return value.name == "builtins.getattr" or (isinstance(called, ast.Name) and called.id == "getattr")


def _chained(tracer: "Expressions", node: ast.Call, given: list[Value]) -> Value:
    """What a walk from attribute to attribute, by their names in a list, comes to."""
    items = list(given[1].items or ())[:50]
    value = given[2] if len(given) > 2 else items.pop(0) if items else UNSEEN
    for item in items:
        value = tracer.attribute(value, item.text, node) if isinstance(item.text, str) else UNSEEN
    return value


def _follow(tracer: "Expressions", name: str, given: list[Value], keywords: dict[str, Value], scope: "Scope") -> None:
    """The functions of this module that a call is given to be called are followed."""
    if name in _FOLLOWED or name in _LISTENS or name in _WATCHES:
        passed = list(keywords.get("args", UNSEEN).items or ())
        passed = [Value(tags=frozenset((TYPED,)))] if name in _LISTENS else passed
        passed = [Value(tags=frozenset((THEIRS,)))] * 3 if name in _WATCHES else passed
        for value in (*given, *keywords.values()):
            if value.name.startswith("local:"):
                of_own(tracer, value.name.removeprefix("local:"), passed, {}, scope, values.NONE)


def _of_method(
    tracer: "Expressions", node: ast.Call, name: str, given: list[Value], base: Value, tags: frozenset[str]
) -> Value | None:
    """What is received from a connection, read of a file, or a path that is put together."""
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in _RECEIVES and SOCKET in base.tags:
            return Value(tags=frozenset((RECEIVED,)))
        if not name and node.func.attr in _OPENS and isinstance(base.text, str):
            return origins.opened(tracer, base)
        if node.func.attr == "joinpath" and isinstance(base.text, str):
            return Value(text="/".join([base.text, *(text for each in given for text in texts(each))]), tags=tags)
    return None


def of_own(
    tracer: "Expressions",
    name: str,
    given: list[Value],
    keywords: dict[str, Value],
    scope: "Scope",
    tags: frozenset[str],
) -> Value:
    function = tracer.functions.get(name)
    if function is None and name in tracer.classes:
        for part in tracer.classes[name].body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__" and tracer.calls < DEEPEST_CALLS:
                tracer.function(part, given, keywords)
        return Value(name=f"local:{name}()", tags=tags)
    if function is None or tracer.calls >= DEEPEST_CALLS or function in tracer.active:
        return Value(tags=tags)
    tracer.active.add(function)
    try:
        return tracer.function(function, given, keywords, scope if isinstance(function, ast.Lambda) else None)
    finally:
        tracer.active.discard(function)


def _of_code(tracer: "Expressions", name: str, first: Value, scope: "Scope") -> Value:
    """The text that is run, read as if it stood here; `compile` hands it on."""
    text = first.text.decode("utf-8", "replace") if isinstance(first.text, bytes) else first.text
    if name == "builtins.compile":
        return Value(text=text, tags=first.tags)
    if isinstance(text, str) and len(text) < 1 << 20:
        if name == "builtins.eval":
            text = text.strip()
            if text.isidentifier():
                return tracer.named(text, scope)
        tracer.source(text, scope)
    return Value(tags=first.tags)


def _of_interpreter(tracer: "Expressions", items: tuple[Value, ...], scope: "Scope") -> None:
    """Code that another Python is given on its command line: it is read as if it stood here."""
    for option, code in pairwise(items):
        if option.text == "-c" and isinstance(code.text, str) and items[0].name == "sys.executable":
            tracer.source(code.text, scope)


def _of_source(
    tracer: "Expressions", name: str, given: list[Value], keywords: dict[str, Value], tags: frozenset[str], base: Value
) -> Value | None:
    """Where a value comes from the network, a file, the environment, or a description of the machine."""
    if words.sort(name) == "network":
        connection = name.startswith(_CONNECTIONS)
        return Value(name=f"{name}()", tags=frozenset((SOCKET,)) if connection else frozenset((FETCHED,)))
    last = name.rpartition(".")[2]
    if name.startswith("dns.resolver.") or (last == "getresponse" and name.startswith("http.client.")):
        return Value(name=f"{name}()", tags=frozenset((FETCHED,)))
    if name in origins.PLACES_OF_PACKAGES:
        return Value(name="site-packages", text="site-packages")
    if name == "pathlib.Path.home":
        return Value(name="home", text="~")
    if name == "builtins.str.maketrans":
        return Value(name=f"{name}()", items=tuple(given))
    if name in _SHIPPED:
        return Value(tags=frozenset((FILE, SHIPPED)))
    if name == "home.rglob":
        return Value(tags=frozenset((EVERY,)))
    if name == "socket.socket":
        return Value(name="socket.socket()", tags=frozenset((SOCKET,)))
    if last in ("recv", "recvfrom") and SOCKET in base.tags | tags:
        return Value(tags=frozenset((RECEIVED,)))
    if words.sort(name) == "info":
        return Value(tags=frozenset((IDENTITY,)))
    if name in ("os.environ.copy", "os.environ.items", "os.environ.values", "builtins.dict") and (
        ENVIRONMENT in tags or name.startswith("os.")
    ):
        return Value(tags=frozenset((ENVIRONMENT,)))
    if name in ("os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"):
        return values.variable(given[0] if given else UNSEEN)
    if name in (
        "builtins.open",
        "io.open",
        "codecs.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "pathlib.Path().open",
        "pathlib.Path().read_text",
        "pathlib.Path().read_bytes",
        "os.open",
        "sqlite3.connect",
        "shutil.copy2",
        "shutil.copyfile",
        "shutil.copy",
    ):
        place = base if name.startswith("pathlib") else given[0] if given else UNSEEN
        return origins.opened(tracer, place)
    if name in (
        "keyring.get_password",
        "win32crypt.CryptUnprotectData",
        "browser_cookie3.load",
        "browser_cookie3.chrome",
        "pyperclip.paste",
    ):
        return Value(tags=frozenset((SECRET,)))
    return None
