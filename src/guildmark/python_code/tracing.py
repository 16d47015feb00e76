"""Follows a module as it would be run, without running it: its statements, its functions where they are called.

Functions are followed with what they are given; then each that nothing called by itself, with nothing known."""

import ast
from collections.abc import Iterator, Sequence

from guildmark import late
from guildmark.python_code import calling, values, words
from guildmark.python_code.expressions import DEEPEST, LONG_BLOB, MOST_STEPS, Expressions, Scope, Stopped
from guildmark.python_code.signs import Read
from guildmark.python_code.values import BLOB, ENVIRONMENT, RECEIVED, SECRET, SOCKET, THEIRS, UNSEEN, Value, union


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BUILT = _set(
    "install develop egg_info build build_py build_ext build_clib build_scripts install_lib install_data "
    "install_scripts "
    "install_egg_info sdist bdist_wheel editable_wheel dist_info bdist_egg BuildHookInterface BuildExtension"
)
"""Commands of setuptools, and hooks, that an installation runs."""
_HOOKS = _set(
    "build_wheel build_sdist build_editable get_requires_for_build_wheel get_requires_for_build_sdist "
    "get_requires_for_build_editable prepare_metadata_for_build_wheel prepare_metadata_for_build_editable "
    "pdm_build_initialize pdm_build_update_files pdm_build_finalize pdm_build_hook_enabled build get_build_hook"
)
_CONNECTED = late.compile(r"socket|open_connection|create_connection|websocket|Session\(\)\.(ws_connect)")
_MADE_TO_RUN = late.compile(rb"\bchmod\s*\([^\n]*(0o?[0-7]*[1357][0-7]{2}\b|S_IX|S_IEXEC|S_IRWX)")
_LOGS = tuple(f"logging.handlers.{kind}Handler" for kind in ("HTTP", "Socket", "Datagram", "SysLog", "SMTP"))
_KEYS = ("private_key", "privkey", "priv_key", "mnemonic", "seed_phrase", "keypair", "secret_key_bytes", "wallet_key")


_TAKES_A_KEY = late.compile(r"mnemonic|private_?key|seed_?phrase|from_secret|from_seed$")
"""In the name of a function: its first argument is the key of a wallet."""


def _is_name(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _decorated(node: "ast.FunctionDef | ast.AsyncFunctionDef") -> ast.expr:
    """What decorators do, as the calls that they are."""
    made: ast.expr = ast.copy_location(ast.Name(node.name, ast.Load()), node)
    for decorator in reversed(node.decorator_list):
        made = ast.copy_location(ast.Call(decorator, [made], []), decorator)
    return made


def _functions(body: Sequence[ast.AST]) -> Iterator["ast.FunctionDef | ast.AsyncFunctionDef"]:
    """The functions that are defined in statements, at any depth."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            stack.extend(getattr(node, field, ()) if not isinstance(node, ast.Lambda | ast.IfExp | ast.Expr) else ())


class Tracer(Expressions):
    """One module, followed to its end."""

    def read(self, tree: ast.Module) -> Read:
        """Everything that is noted of a module."""
        text = ast.get_docstring(tree, clean=False)
        self.doc = Value(text=text, tags=frozenset((BLOB,)) if text and len(text) > LONG_BLOB else values.NONE)
        try:
            self.body(tree.body, self.globals)
            if self.hooks:
                self._hooks(tree)
            self.when = "later"
            self._rest(tree)
            self._replaced()
        except Stopped:
            self.cut = self.cut or f"it takes more than {MOST_STEPS} steps to follow"
        self._joined()
        if len(self.kinds) >= 3 and set(self.kinds) & {"browser", "wallet", "chat"}:
            kinds = ", ".join(sorted(self.kinds))
            self._note(
                "collected",
                f"credentials of {len(self.kinds)} kinds are sought ({kinds})",
                line=min(self.kinds.values()),
            )
        return Read(
            tuple(sorted(self.signs.values(), key=lambda sign: (sign.line, sign.act))),
            frozenset(self.imports),
            self.cut,
        )

    def _joined(self) -> None:
        """What two acts of one source are together: a shell that waits, and a connection that brings the orders."""
        consoles = [sign for sign in self.signs.values() if sign.act == "console"]
        connected = any(sign.act == "network" and _CONNECTED.search(sign.says) for sign in self.signs.values())
        for sign in consoles:
            self.signs.pop(("console", sign.line))
            if connected:
                says = "a shell that waits for orders is started beside a connection"
                self.signs["shell", sign.line] = sign._replace(act="shell", says=says)
        started = [sign for sign in self.signs.values() if sign.act == "process" and not sign.sure]
        if self.hooks and any(_MADE_TO_RUN.search(line) for line in self.lines):
            for sign in started:
                says = "it makes a file executable and starts a program"
                self.signs["process", sign.line] = sign._replace(sure=True, says=says)

    def _hooks(self, tree: ast.Module) -> None:
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases[:5]}
                if bases & _BUILT or node.name in self.commands:
                    for part in _functions(node.body):
                        if part not in self.followed:
                            self.function(part, [], {})
            elif isinstance(node, ast.FunctionDef) and node.name in _HOOKS and node not in self.followed:
                self.function(node, [], {})

    def _rest(self, tree: ast.Module) -> None:
        """Follow each function that nothing called, where its lines have a word that could act."""
        every = list(_functions(tree.body))
        lines = {node: b"\n".join(self.lines[node.lineno - 1 : node.end_lineno]) for node in every}
        found = {node: words.names(lines[node]) for node in every}
        acting = {node for node in every if words.may_act(lines[node], found[node])}
        aliases = {name for name, value in self.globals.items() if value.name and words.may_act(value.name.encode())}
        aliases |= {node.name for node in acting} | {"open"}
        named = {name.encode() for name in aliases}
        for node in every:
            if node not in self.followed and (node in acting or not named.isdisjoint(found[node])):
                self.function(node, [], {})

    def _replaced(self) -> None:
        """Follow what replaces functions of other packages, with what these would be given."""
        for own in self.patches.values():
            function = self.functions.get(own)
            if function is not None:
                given = [Value(tags=frozenset((THEIRS,)))] * len(function.args.args)
                self.function(function, given, {"*": Value(tags=frozenset((THEIRS,)))})

    # statements

    def body(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self.node = statement
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if handler:
                self.depth += 1
                if self.depth > DEEPEST:
                    self.cut = "it is nested too deeply to follow"
                else:
                    handler(statement, scope)
                self.depth -= 1

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        self._annotated(node.annotation, scope)
        if node.value is not None:
            self.bind(node.target, self.value(node.value, scope), scope)

    def _annotated(self, node: ast.expr | None, scope: Scope) -> None:
        """A hint of a type that is written as text is run by who asks for it (PEP 563): it is read as code."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "(" in node.value:
            self.source(node.value, scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        left, right = self.value(node.target, scope), self.value(node.value, scope)
        self.bind(
            node.target,
            values.added(left, right) if isinstance(node.op, ast.Add) else Value(tags=left.tags | right.tags),
            scope,
        )

    def _do_if(self, node: ast.If, scope: Scope) -> None:
        while True:
            self.value(node.test, scope)
            self.branches += 1
            if _is_name(node.test, "TYPE_CHECKING"):
                pass
            elif isinstance(node.test, ast.Compare) and _is_name(node.test.left, "__name__") and not self.hooks:
                before, self.when = self.when, "later"
                self.body(node.body, scope)
                self.when = before
            else:
                self.body(node.body, scope)
            self.branches -= 1
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]
                continue
            self._perhaps(node.orelse, scope)
            return

    def _perhaps(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        """Statements that may not be run: what they bind stays what it may have been before."""
        self.branches += 1
        self.body(statements, scope)
        self.branches -= 1

    def _do_for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        iterated = self.value(node.iter, scope)
        items = values.elements(iterated, 8)
        if items and len(items) <= 8:
            for item in items:
                self.bind(node.target, item, scope)
                self.body(node.body, scope)
        else:
            brought = frozenset((RECEIVED,)) if SOCKET in iterated.tags else values.NONE
            text = iterated.text if iterated.name == "paths" else None
            self.bind(node.target, Value(text=text, tags=iterated.tags | union(iterated.items or ()) | brought), scope)
            self.body(node.body, scope)
        self.body(node.orelse, scope)

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While, scope: Scope) -> None:
        self.value(node.test, scope)
        self.body(node.body, scope)
        self.body(node.orelse, scope)

    def _do_with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        self.body(node.body, scope)

    _do_asyncwith = _do_with

    def _do_try(self, node: ast.Try, scope: Scope) -> None:
        self.body(node.body, scope)
        for handler in node.handlers:
            self._perhaps(handler.body, scope)
        self.body(node.orelse, scope)
        self.body(node.finalbody, scope)

    _do_trystar = _do_try

    def _do_match(self, node: ast.Match, scope: Scope) -> None:
        self.value(node.subject, scope)
        for case in node.cases:
            self._perhaps(case.body, scope)

    def _do_return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None:
            value = self.value(node.value, scope)
            self.returned.append(value)
            if value.tags & {SECRET, ENVIRONMENT} and any(
                base.startswith(_LOGS) for bases in self.inherits.values() for base in bases
            ):
                self._note("sent", "a handler of the log is given what it took", seen=self.line(node.lineno)[:160])

    def _do_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            if self.when == "import":
                self.imports.add(alias.name)
            bound = alias.asname or alias.name.partition(".")[0]
            scope[bound] = Value(name=alias.name if alias.asname else bound)

    def _do_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if self.when == "import":
                self.imports.update((module, f"{module}.{alias.name}" if node.module else module + alias.name))
            scope[alias.asname or alias.name] = Value(name=f"{module}.{alias.name}")

    def _do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.value(part, scope)
        self.functions[node.name] = node
        scope[node.name] = Value(name=f"local:{node.name}")
        for each in (*node.args.args, *node.args.kwonlyargs):
            self._annotated(each.annotation, scope)
        self._annotated(node.returns, scope)
        decorators = [self.value(decorator, scope).name for decorator in node.decorator_list]
        if any(words.sort(name) == "code" for name in decorators):
            self.value(_decorated(node), scope)
        for name in decorators:
            if name == "atexit.register":
                self.function(node, [], {})
            elif name.startswith("local:"):
                calling.of_own(
                    self, name.removeprefix("local:").removesuffix("()"), [scope[node.name]], {}, scope, values.NONE
                )

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.value(part, scope)
        self.classes[node.name] = node
        scope[node.name] = Value(name=f"local:{node.name}")
        inside = Scope(scope)
        self.body(node.body, inside)
        inherited = tuple(self.value(base, scope).name for base in node.bases[:8])
        self.inherits[node.name] = inherited
        made_by = [self.value(keyword.value, scope).name for keyword in node.keywords if keyword.arg == "metaclass"]
        for name in inherited:
            self._as_made(name, "__init_subclass__")
        for name in made_by:
            for method in ("__prepare__", "__new__", "__init__"):
                self._as_made(name, method)
        for value in list(inside.values()):
            if value.name.endswith("()"):
                self._as_made(value.name.removesuffix("()"), "__set_name__")

    def _as_made(self, name: str, method: str) -> None:
        """Follow what a class of this module runs as another class is made."""
        held = self.classes.get(name.removeprefix("local:")) if name.startswith("local:") else None
        for part in held.body if held is not None else ():
            if isinstance(part, ast.FunctionDef) and part.name == method and part not in self.followed:
                self.function(part, [], {})

    def _do_assert(self, node: ast.Assert, scope: Scope) -> None:
        self.value(node.test, scope)

    def _do_raise(self, node: ast.Raise, scope: Scope) -> None:
        if node.exc is not None:
            self.value(node.exc, scope)

    # functions

    def function(
        self,
        node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda",
        given: Sequence[Value],
        keywords: dict[str, Value],
        within: Scope | None = None,
    ) -> Value:
        """What a function gives back, followed with these arguments."""
        self.followed.add(node)
        scope = Scope(within or {})
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        offset = 1 if names[:1] in (["self"], ["cls"]) else 0
        for number, name in enumerate(names + [argument.arg for argument in node.args.kwonlyargs]):
            known = number - offset < len(given) and number >= offset and number < len(names)
            value = given[number - offset] if known else keywords.get(name, UNSEEN)
            lent = name.lower() in _KEYS or (number == offset and _TAKES_A_KEY.search(getattr(node, "name", "")))
            scope[name] = value.tagged(SECRET) if lent else value
        for extra in filter(None, (node.args.vararg, node.args.kwarg)):
            scope[extra.arg] = Value(tags=union([*given, *keywords.values()]))
        if node.args.vararg is not None:
            rest = tuple(given[len(names) - offset :])
            scope[node.args.vararg.arg] = Value(tags=union(given), items=rest or None)
        before, self.returned, at, around = self.returned, [], self.node, self.inner
        self.calls, self.inner = self.calls + 1, scope
        if isinstance(node, ast.Lambda):
            result = self.value(node.body, scope)
        else:
            self.body(node.body, scope)
            plain = [value for value in self.returned if value != UNSEEN]
            result = (
                plain[0]
                if len(plain) == 1
                else Value(tags=union(plain), text=next((v.text for v in plain if v.text is not None), None))
            )
        self.calls -= 1
        self.returned, self.node, self.inner = before, at, around
        return result

    def source(self, text: str, scope: Scope) -> None:
        """Code that is given to exec as a constant: it is read as if it stood here."""
        from guildmark.python_code.grammar import Unparsed, parsed

        if self.nested >= 3 or len(text) < 4:
            return
        try:
            tree = parsed(text)
        except Unparsed:
            return
        for each in ast.walk(tree):
            if "lineno" in each._attributes:
                ast.copy_location(each, self.node)
        self.nested += 1
        fixed, at = self.node, self.shown
        self.body(tree.body, scope)
        self.node, self.shown = fixed, at
        self.nested -= 1

    def _of_call(self, node: ast.Call, scope: Scope) -> Value:
        return calling.call(self, node, scope)
