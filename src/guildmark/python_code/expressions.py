"""What the expressions of a module stand for: names, constants, and where values came from; its calls are judged."""

import ast
from collections.abc import Sequence
from typing import Final

from guildmark.python_code import values, words
from guildmark.python_code.signs import Act, Sign, When
from guildmark.python_code.values import (
    ASKED,
    BLOB,
    DECODED,
    ENVIRONMENT,
    EXECUTABLE,
    OTHERS,
    RECEIVED,
    UNSEEN,
    Value,
    union,
)

MOST_STEPS: Final = 400_000
MOST_SIGNS: Final = 200
DEEPEST: Final = 150
LONG_BLOB: Final = 40
MOST_ELEMENTS: Final = 20_000
_BUILTINS = ("builtins", "__builtins__", "__builtin__", "builtins.__builtins__")
_ASKED = ("flask.request.", "bottle.request.", "quart.request.")
_OF_REQUESTS = ("rfile", "path", "headers", "request")
_STARTED = ("threading.Thread", "multiprocessing.Process", "threading.Timer")
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def _is_walked_to(node: ast.expr) -> bool:
    """Whether an expression goes from a constant to its class and to what that is made of."""
    names: set[str] = set()
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    constant = isinstance(node, ast.Constant | ast.Tuple | ast.List | ast.Dict | ast.JoinedStr)
    return constant and not names.isdisjoint(("__base__", "__mro__", "__bases__", "mro"))


class Stopped(Exception):
    """The bound on steps is passed."""


class Scope(dict[str, Value]):
    """Names of one function or module."""


class Expressions:
    """What is known of one module while it is followed; `hooks` where an installation runs it."""

    def __init__(self, text: str, *, hooks: bool) -> None:
        self.hooks = hooks
        self.lines = text.encode("utf-8", "replace").split(b"\n")
        small = text.lower()
        self.sought = tuple(word for word in words.OF_SECRET_PLACES if word in small)
        self.signs: dict[tuple[str, int], Sign] = {}
        self.imports: set[str] = set()
        self.kinds: dict[str, int] = {}
        self.globals = Scope()
        self.attributes: dict[str, Value] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.followed: set[ast.AST] = set()
        self.steps = self.depth = self.calls = self.nested = self.branches = 0
        self.when: When = "import"
        self.cut = ""
        self.returned: list[Value] = []
        self.node: ast.AST = ast.Pass()
        self.shown = ""
        self.commands: set[str] = set()
        self.fetched: dict[str, str] = {}
        self.active: set[ast.AST] = set()
        self.inner: Scope = self.globals
        self.inherits: dict[str, tuple[str, ...]] = {}
        self.patches: dict[str, str] = {}
        self.seeks_wallets = False
        self.doc: Value = UNSEEN

    def line(self, number: int) -> str:
        """A line of the source as it stands, but for its indentation; its first 2,000 bytes."""
        return self.lines[number - 1][:2_000].decode("utf-8", "replace").strip()

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            before = scope.get(target.id)
            plain = before is not None and before.text is None and not before.name
            kept = before.tags if before is not None and (plain or self.branches) else values.NONE
            scope[target.id] = value.tagged(*kept) if self.branches or value.text is None else value
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            self.attributes[target.attr] = value
            if owner.name and not owner.name.startswith("local:") and value.name.startswith("local:"):
                self.attributes.pop(target.attr)
                self.patched(f"{owner.name}.{target.attr}", value)
        elif isinstance(target, ast.Subscript):
            held = self.value(target.value, scope)
            if isinstance(target.value, ast.Name) and value.tags:
                scope[target.value.id] = held._replace(tags=held.tags | value.tags)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            items = value.items if value.items is not None and len(value.items) == len(target.elts) else None
            for number, part in enumerate(target.elts):
                self.bind(part, items[number] if items else Value(tags=value.tags), scope)

    def patched(self, name: str, value: Value) -> None:
        """Note that a function of another package is replaced by one of this module."""
        roots = {each.partition(".")[0] for each in self.imports}
        if name.partition(".")[0] in roots - {""} and len(self.patches) < 50:
            self.patches[name] = value.name.removeprefix("local:")

    def named(self, name: str, scope: Scope) -> Value:
        found = scope.get(name)
        if found is None:
            found = self.globals.get(name)
        if found is not None:
            return found
        if name in ("__builtins__", "__builtin__"):
            return Value(name="builtins")
        if name == "__doc__":
            return self.doc
        return Value(name=f"builtins.{name}")

    def function(
        self, node: Function, given: Sequence[Value], keywords: dict[str, Value], within: Scope | None = None
    ) -> Value:
        """What a function gives back, followed with these arguments."""
        raise NotImplementedError

    def source(self, text: str, scope: Scope) -> None:
        """Code that is given to exec as a constant: it is read as if it stood here."""
        raise NotImplementedError

    def _note(self, act: Act, says: str, *, seen: str = "", sure: bool = True, line: int = 0) -> None:
        line = line or getattr(self.node, "lineno", 1)
        key = (act, line)
        if key not in self.signs and len(self.signs) < MOST_SIGNS:
            self.signs[key] = Sign(act, self.when, line, says, seen or self.shown, sure)

    def value(self, node: ast.expr, scope: Scope) -> Value:
        """What an expression stands for; the calls in it are judged."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Stopped
        if self.depth > DEEPEST:
            self.cut = "it is nested too deeply to follow"
            return UNSEEN
        handler = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        self.depth += 1
        value: Value = handler(node, scope) if handler else self._of_parts(node, scope)
        self.depth -= 1
        return value

    def _of_parts(self, node: ast.expr, scope: Scope) -> Value:
        parts = [self.value(part, scope) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return Value(tags=union(parts))

    def _of_constant(self, node: ast.Constant, scope: Scope) -> Value:
        text = node.value
        if isinstance(text, bool) or not isinstance(text, str | bytes | int):
            return UNSEEN
        if isinstance(text, str) and len(text) < 300 and words.WALLET_FORM.search(text):
            self.seeks_wallets = True
        if self.sought and isinstance(text, str) and 3 < len(text) < 2_000:
            self._seek(text)
        tags = frozenset((BLOB,)) if not isinstance(text, int) and len(text) >= LONG_BLOB else values.NONE
        return Value(text=text, tags=tags)

    def _seek(self, text: str) -> None:
        small = text.lower()
        found = words.SECRET_PLACE.search(text) if any(piece in small for piece in self.sought) else None
        if found and found.lastgroup:
            self.kinds.setdefault(found.lastgroup, getattr(self.node, "lineno", 1))

    def _of_name(self, node: ast.Name, scope: Scope) -> Value:
        value = self.named(node.id, scope)
        return value if value.origin is not None else value._replace(origin=node)

    def _of_attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        return self.attribute(self.value(node.value, scope), node.attr, node)

    def attribute(self, base: Value, name: str, node: ast.expr) -> Value:
        if name == "__subclasses__" and isinstance(node, ast.Attribute) and _is_walked_to(node.value):
            self._note("hidden", "it reaches classes by what a constant is made of", seen=self.line(node.lineno)[:160])
        if (
            not base.name
            or base.name == "local:self"
            or (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("self", "cls")
            )
        ):
            if name in _OF_REQUESTS and any(
                "RequestHandler" in each for held in self.inherits.values() for each in held
            ):
                return Value(tags=frozenset((ASKED,)))
            if name in ("text", "raw_text") and isinstance(node, ast.Attribute) and values.is_message(node.value):
                return Value(tags=frozenset((RECEIVED,)))
            known = self.attributes.get(name)
            if known is not None and not base.tags:
                return known
            if (
                name in self.functions
                and isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("self", "cls")
            ):
                return Value(name=f"local:{name}")
            return Value(tags=base.tags, items=(base,), origin=base.origin)
        if base.name == "builtins.self" or (
            base.name.startswith("local:") and base.name.endswith("()") and name in self.functions
        ):
            return Value(name=f"local:{name}", tags=base.tags)
        if base.name.startswith("local:"):
            own = self._of_own_class(base, name)
            if own is not None:
                return own
        if base.name in _BUILTINS and name == "__dict__":
            return Value(name="builtins.__dict__")
        dotted = f"{base.name}.{name}"[:200]
        if dotted in ("builtins.builtins", "os.environb"):
            dotted = "builtins" if dotted == "builtins.builtins" else "os.environ"
        tags = base.tags | ({ENVIRONMENT} if dotted == "os.environ" else values.NONE)
        if dotted.startswith(_ASKED):
            tags |= {ASKED}
        elif dotted == "mmap.PROT_EXEC":
            tags |= {EXECUTABLE}
        elif name in ("__file__", "__path__") and base.name.partition(".")[0] in self.imports:
            tags |= {OTHERS}
        return Value(name=dotted, tags=tags, items=base.items, origin=base.origin)

    def _of_own_class(self, base: Value, name: str) -> Value | None:
        """An attribute of a function or an instance of this module; None where nothing is known of it."""
        own = base.name.removeprefix("local:")
        if name == "__doc__" and own in self.functions:
            held = self.functions[own]
            text = None if isinstance(held, ast.Lambda) else ast.get_docstring(held, clean=False)
            return Value(text=text, tags=frozenset((BLOB,)) if text and len(text) >= LONG_BLOB else values.NONE)
        if not own.endswith("()"):
            return None
        for inherited in self.inherits.get(own.removesuffix("()"), ()):
            if name == "start" and inherited in _STARTED and "run" in self.functions:
                return Value(name="local:run", tags=base.tags)
            if not inherited.startswith(("local:", "builtins.")):
                return Value(name=f"{inherited}().{name}"[:200], tags=base.tags)
        return None

    def _of_joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = [self.value(part, scope) for part in node.values]
        text = "".join(str(part.text) if part.text is not None else "" for part in parts)
        return Value(text=text, tags=union(parts))

    def _of_formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        return Value(text=value.text, tags=value.tags)

    def _of_binop(self, node: ast.BinOp, scope: Scope) -> Value:
        spine: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        value = self.value(left, scope)
        for part in reversed(spine):
            value = values.combined(value, part.op, self.value(part.right, scope))
        return value

    def _of_list(self, node: "ast.List | ast.Tuple | ast.Set", scope: Scope) -> Value:
        items = tuple(self.value(part, scope) for part in node.elts)
        return Value(items=items, tags=union(items))

    _of_tuple = _of_set = _of_list

    def _of_dict(self, node: ast.Dict, scope: Scope) -> Value:
        keys = [self.value(key, scope) for key in node.keys if key is not None]
        items = [self.value(value, scope) for value in node.values]
        for key, item in zip(keys, items, strict=False):
            if key.text == "()" and isinstance(item.text, str) and words.sort(item.text) in ("process", "code"):
                self._note("hidden", f"a configuration names {item.text[:80]}, to be called", seen=item.text[:160])
        named = tuple(key.text for key in keys) if len(keys) == len(items) <= 1_000 else ()
        return Value(tags=union(items) | union(keys), items=tuple(items), keys=named)

    def _of_lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        name = f"<lambda {node.lineno}:{node.col_offset}>"
        self.functions[name] = node
        return Value(name=f"local:{name}")

    def _of_ifexp(self, node: ast.IfExp, scope: Scope) -> Value:
        self.value(node.test, scope)
        first, other = self.value(node.body, scope), self.value(node.orelse, scope)
        chosen = first if first.name or first.text is not None else other
        return chosen._replace(tags=first.tags | other.tags)

    def _of_boolop(self, node: ast.BoolOp, scope: Scope) -> Value:
        parts = [self.value(part, scope) for part in node.values]
        chosen = next((part for part in reversed(parts) if part.name or part.text is not None), UNSEEN)
        return chosen._replace(tags=union(parts))

    def _of_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _of_await(self, node: ast.Await, scope: Scope) -> Value:
        return self.value(node.value, scope)

    def _of_starred(self, node: ast.Starred, scope: Scope) -> Value:
        return self.value(node.value, scope)

    def _of_subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        base, place = self.value(node.value, scope), node.slice
        if isinstance(place, ast.Slice):
            step = self.value(place.step, scope).text if place.step is not None else None
            whole = place.lower is None and place.upper is None
            if isinstance(place.step, ast.UnaryOp):
                step = -1
            if whole and step == -1 and isinstance(base.text, str | bytes):
                return base._replace(text=base.text[::-1], tags=base.tags)
            return Value(tags=base.tags | union(base.items or ()), name=base.name)
        key = self.value(place, scope)
        if base.name == "site-packages":
            return base
        if base.name in (
            "builtins.__dict__",
            "builtins.globals()",
            "builtins.vars()",
            "builtins.locals()",
            "sys.modules",
        ) and isinstance(key.text, str):
            if base.name == "sys.modules":
                return Value(name=key.text)
            return self.named(key.text, scope)
        if base.name == "builtins" and isinstance(key.text, str):
            return Value(name=f"builtins.{key.text}")
        if base.name.endswith(".__dict__") and isinstance(key.text, str):
            return Value(name=f"{base.name.removesuffix('.__dict__')}.{key.text}")
        if base.keys and base.items is not None and key.text is not None and key.text in base.keys:
            return base.items[base.keys.index(key.text)]
        if isinstance(key.text, str) and key.text.startswith("HTTP_"):
            return Value(tags=frozenset((ASKED,)))
        if (
            base.items is not None
            and not base.keys
            and isinstance(key.text, int)
            and -len(base.items) <= key.text < len(base.items)
        ):
            return base.items[key.text]
        if isinstance(base.text, str) and isinstance(key.text, int) and -len(base.text) <= key.text < len(base.text):
            return Value(text=base.text[key.text], tags=base.tags)
        if base.name == "os.environ":
            return values.variable(key)
        return Value(tags=base.tags | union(base.items or ()))

    def _of_listcomp(self, node: "ast.ListComp | ast.GeneratorExp | ast.SetComp", scope: Scope) -> Value:
        inside = Scope(scope)
        for number, loop in enumerate(node.generators):
            iterated = self.value(loop.iter, inside)
            items = values.elements(iterated, MOST_ELEMENTS)
            if (
                number == 0
                and len(node.generators) == 1
                and items is not None
                and not loop.ifs
                and self.steps + 6 * len(items) < MOST_STEPS
            ):
                made = []
                for item in items:
                    self.bind(loop.target, item, inside)
                    made.append(self.value(node.elt, inside))
                return Value(items=tuple(made), tags=union(made) | iterated.tags | self._mixed(node.elt))
            self.bind(
                loop.target, Value(tags=iterated.tags | union(iterated.items or ()), name="builtins.element"), inside
            )
            for test in loop.ifs:
                self.value(test, inside)
        elt = self.value(node.elt, inside)
        return Value(tags=elt.tags | (self._mixed(node.elt) if values.packed(elt) else values.NONE))

    @staticmethod
    def _mixed(node: ast.expr) -> frozenset[str]:
        """The mark of what is computed sign by sign, as where every byte is combined with a key."""
        mixed = any(isinstance(part, ast.BitXor) for part in ast.walk(node))
        return frozenset((DECODED,)) if mixed else values.NONE

    _of_generatorexp = _of_setcomp = _of_listcomp

    def _of_dictcomp(self, node: ast.DictComp, scope: Scope) -> Value:
        inside = Scope(scope)
        parts = []
        for loop in node.generators:
            iterated = self.value(loop.iter, inside)
            self.bind(loop.target, Value(tags=iterated.tags), inside)
            parts.append(iterated)
        return Value(tags=union([*parts, self.value(node.key, inside), self.value(node.value, inside)]))
