"""Judges Jinja templates by the constructs they use: parsed, never rendered, and only listed constructs are inert.

Chat templates are rendered by whoever loads a model, in a sandbox at best (CVE-2024-34359). What gives
code away is always a way to an object's inner attributes, so attributes, subscripts and calls are
held against short lists, and a subscript may not be pieced together."""

import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from guildmark import late, template_growth, template_keys
from guildmark.errors import FormatError, LimitPassed

LARGEST = 1 << 20
DEEPEST_BRACKETS = 24
DEEPEST_BLOCKS = 32
LONGEST_RUN = 32
MOST_NODES = 200_000


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FILTERS = _set(
    "abs batch bool capitalize center count d default dictsort e escape filesizeformat first float forceescape "
    "from_json fromjson indent int items join last length list lower max min pprint random replace reverse round safe "
    "select reject selectattr rejectattr slice sort groupby unique sum map string striptags title tojson trim truncate "
    "upper urlencode wordcount wordwrap format"
)
_BY_ATTRIBUTE = _set("map sort groupby unique sum min max join")
_BY_TEST = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
_NOT_MAPPED = _set("map select reject selectattr rejectattr sort groupby unique sum min max format")
TESTS = _set(
    "boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer "
    "iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper "
    "== != < <= > >="
)
CALLED = _set("raise_exception strftime_now range namespace dict joiner cycler caller")
METHODS = _set(
    "append capitalize changed copy count cycle endswith extend find get index insert isalnum isalpha isdigit islower "
    "isnumeric isspace isupper items join keys ljust lower lstrip partition pop remove removeprefix removesuffix "
    "replace reverse rfind rjust rpartition rsplit rstrip setdefault sort split splitlines startswith strip title "
    "update upper values zfill next"
)
_GLOBALS = CALLED - {"caller"} | {"lipsum", "self"}
_INNER = _set(
    "mro ag_await ag_code ag_frame co_code cr_await cr_code cr_frame cr_origin f_back f_builtins f_code f_globals "
    "f_locals f_trace func_code func_closure func_globals gi_code gi_frame gi_yieldfrom im_class im_func im_self "
    "tb_frame tb_next"
)
_PLAIN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.AssignBlock),
    *(nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.ExprStmt, nodes.Scope, nodes.Break, nodes.Continue),
    *(nodes.With, nodes.Name, nodes.NSRef, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
    *(nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem, nodes.Getattr, nodes.Slice),
    *(nodes.Concat, nodes.Compare, nodes.Operand, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Add, nodes.Sub),
    *(nodes.Mod, nodes.Not, nodes.And, nodes.Or, nodes.Neg, nodes.Pos),
)
_TEXTS = _set("__name__ __qualname__ __doc__ __repr__ __str__ _repr_html_")
"""What pages show of an object: texts, and methods that give one; what lies behind a method has other names."""
PRIVATE = "the private attribute"
_FILLED = late.compile(r"(?:[^{}]|\{\{|\}\}|\{\w{0,40}\})+")
"""A text for `format` whose fields take the arguments as they are, and none of their attributes."""
_DUNDER = late.compile(r"__\w*|\w*__")
_DUNDER_TEXT = late.compile(r"__[A-Za-z]+__|\\x5f\\x5f|\\u005f\\u005f", re.IGNORECASE)
_OPENS = _set("if for macro call filter with generation raw block")
_OF_PYTHON = _set(
    "__base__ __bases__ __builtins__ __call__ __class__ __code__ __dict__ __getattr__ __getattribute__ __globals__ "
    "__import__ __init__ __loader__ __module__ __mro__ __new__ __reduce__ __self__ __spec__ __subclasses__ breakpoint "
    "compile delattr dir eval exec getattr globals help import "
    "import_module input locals memoryview object open os popen setattr subprocess sys system type vars"
)
"""What reaches the machine wherever somebody hands it to a template."""
_OF_SERVERS = _set("config request session g url_for get_flashed_messages application app")
"""What web servers hand to their templates, and no loader of models does."""


class Construct(NamedTuple):
    """A construct outside the lists, and its line. `reaches`: it can lead to an object's inner attributes;
    `private`: it takes one that its maker keeps for itself, and which nobody here knows."""

    line: int
    says: str
    reaches: bool
    private: bool = False


class _Generation(Extension):
    """The tag with which transformers marks an assistant's words."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


@cache
def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", _Generation], autoescape=False)


@lru_cache(maxsize=1)
def parse(text: str) -> nodes.Template:
    """The tree of a template, which no caller changes: the checks ask for the same one in turn.

    Raises FormatError where it is none, LimitPassed beyond the bounds."""
    if len(text) > LARGEST:
        raise LimitPassed(f"a template of {len(text)} characters; {LARGEST} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python deprecates
            _bound(text)
            return _environment().parse(text)
    except TemplateSyntaxError as error:
        raise FormatError(f"line {error.lineno}: {error.message}") from error
    except (ValueError, SyntaxError, OverflowError, RecursionError, AssertionError) as error:
        raise FormatError(f"it is no template: {type(error).__name__}") from error


def names_inner_attributes(text: str) -> bool:
    """Whether a text, parsed or not, spells a name such as `__class__`."""
    return bool(_DUNDER_TEXT.search(text))


def outside(text: str) -> tuple[Construct, ...]:
    """Every construct of a template that is not on the lists; raises like `parse`."""
    tree = parse(text)
    return tuple(dict.fromkeys(_Judge(tree).constructs()))


def _bound(text: str) -> None:
    """Refuses what would nest the parser deeply; the bound is ours and not the interpreter's."""
    brackets = blocks = run = 0
    before = ""
    for line, kind, value in _environment().lexer.tokeniter(text, None):
        if kind == "whitespace":
            continue
        if kind == "operator":
            brackets += (value in "([{") - (value in ")]}")
        elif kind == "name" and before in ("block_begin",):
            blocks += (value in _OPENS) - value.startswith("end")
        if kind in ("block_begin", "variable_begin", "data"):
            run = 0
        elif value in ("not", "-", "+", "else"):
            run += 1
        if brackets > DEEPEST_BRACKETS or blocks > DEEPEST_BLOCKS or run > LONGEST_RUN * 4:
            raise LimitPassed(f"line {line}: the template nests too deeply")
        before = kind


def every(tree: nodes.Node) -> Iterator[nodes.Node]:
    """A node and all below it, in the order of the text; raises LimitPassed beyond a bound."""
    waiting, count = [tree], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > MOST_NODES:
            raise LimitPassed(f"a template of more than {MOST_NODES} constructs")
        yield node
        waiting.extend(reversed(list(node.iter_child_nodes())))


class Bindings:
    """What each name of a template may stand for: `of` holds the expressions by name, None for a block of text."""

    def __init__(self, found: list[nodes.Node]) -> None:
        self.macros = {node.name: node for node in found if isinstance(node, nodes.Macro)}
        self.of: dict[str, list[nodes.Node | None]] = {}
        for node in found:
            self._take(node)

    def _take(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Assign):
            self._note(node.target, node.node)
        elif isinstance(node, nodes.AssignBlock):
            self._note(node.target, None)
        elif isinstance(node, nodes.For):
            self._note(node.target, node.iter)
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                self._note(target, value)
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            for argument, value in zip(reversed(node.args), reversed(node.defaults), strict=False):
                self._note(argument, value)
            for argument in node.args:
                self.of.setdefault(argument.name, [])
        elif isinstance(node, nodes.Call):
            self._call(node)

    def _note(self, target: nodes.Node, value: nodes.Node | None) -> None:
        names = target.items if isinstance(target, nodes.Tuple) else [target]
        for each in names:
            if isinstance(each, nodes.Name):
                self.of.setdefault(each.name, []).append(value)
            elif isinstance(each, nodes.NSRef):
                self.of.setdefault(f"{each.name}.{each.attr}", []).append(value)

    def _call(self, call: nodes.Call) -> None:
        macro = self.macros.get(call.node.name) if isinstance(call.node, nodes.Name) else None
        if macro is not None:
            for argument, value in zip(macro.args, call.args, strict=False):
                self._note(argument, value)
            for keyword in call.kwargs:
                self.of.setdefault(keyword.key, []).append(keyword.value)


class _Judge:
    """One template: its names and what they are bound to, and each of its nodes against the lists."""

    def __init__(self, tree: nodes.Template) -> None:
        self._all = list(every(tree))
        bindings = Bindings(self._all)
        self._macros, self._bound = bindings.macros, bindings.of
        self._blocks = {node.name for node in self._all if isinstance(node, nodes.Block)}
        self._rules: dict[type, Callable[[Any], Iterator[tuple[str, bool]]]] = {
            nodes.Getattr: self._of_attribute,
            nodes.Getitem: self._of_item,
            nodes.Call: self._of_call,
            nodes.Filter: self._of_filter,
            nodes.Test: self._of_test,
            nodes.Const: self._of_const,
            nodes.For: template_growth.of_loop,
            nodes.Assign: template_growth.of_assignment,
            nodes.Keyword: lambda node: self._of_name(node.key),
            nodes.Name: self._of_variable,
            nodes.Macro: lambda node: self._of_name(node.name),
            nodes.NSRef: lambda node: self._of_inner(node.attr),
        }

    def constructs(self) -> Iterator[Construct]:
        for node in self._all:
            if not isinstance(node, _PLAIN):
                yield Construct(node.lineno, f"the construct {type(node).__name__}", False)
                continue
            rule = self._rules.get(type(node))
            if rule is not None:
                for says, reaches in rule(node):
                    yield Construct(node.lineno, says, reaches, not reaches and says.startswith(PRIVATE))

    def _of_name(self, name: str) -> Iterator[tuple[str, bool]]:
        if name.startswith("__"):
            yield f"the name {name}", name in _INNER or name in _OF_PYTHON

    def _of_inner(self, attribute: str) -> Iterator[tuple[str, bool]]:
        if attribute in _TEXTS:
            yield f"the text {attribute} of an object", False
        elif attribute.startswith("_") and "__" not in attribute:
            yield f"{PRIVATE} {attribute}", False
        elif attribute.startswith("_") or attribute in _INNER:
            yield f"the attribute {attribute}", True

    def _of_base(self, base: nodes.Node, what: str) -> Iterator[tuple[str, bool]]:
        if isinstance(base, nodes.Name) and base.name in _GLOBALS and base.name not in self._bound:
            is_block = base.name == "self" and what.startswith("the attribute ")  # those of Python are told by name
            yield f"{what} of the function {base.name}", not is_block

    def _of_attribute(self, node: nodes.Getattr) -> Iterator[tuple[str, bool]]:
        yield from self._of_inner(node.attr)
        if isinstance(node.node, nodes.Name) and node.node.name == "self" and node.attr in self._blocks:
            return  # a block of the template's own
        yield from self._of_base(node.node, f"the attribute {node.attr}")

    def _of_item(self, node: nodes.Getitem) -> Iterator[tuple[str, bool]]:
        yield from self._of_base(node.node, "an item")
        key = node.arg
        if isinstance(key, nodes.Const):
            if isinstance(key.value, str):
                yield from self._of_inner(key.value)
        elif not isinstance(key, nodes.Slice) and not template_keys.is_data(key, self._bound):
            yield "a subscript that is put together from pieces", True

    def _is_macro(self, called: nodes.Node) -> bool:
        """Whether it is an item of a list that holds nothing but the template's own macros."""
        waiting: list[nodes.Node | None] = [called.node if isinstance(called, nodes.Getitem) else None]
        looked_at: set[int] = set()
        while waiting:
            node = waiting.pop()
            if id(node) in looked_at:
                continue
            looked_at.add(id(node))
            if isinstance(node, nodes.Name) and node.name in self._macros:
                continue
            if isinstance(node, nodes.Name) and node.name in self._bound:
                waiting.extend(self._bound[node.name])
            elif isinstance(node, (nodes.Add, nodes.List)):
                waiting.extend(node.iter_child_nodes())
            else:
                return False
        return True

    def _of_call(self, node: nodes.Call) -> Iterator[tuple[str, bool]]:
        called = node.node
        own = isinstance(called, nodes.Name) and called.name in self._macros
        if isinstance(called, nodes.Name):
            if not own and called.name not in CALLED:
                yield f"a call of {called.name}", called.name not in self._bound and called.name in _OF_PYTHON
        elif isinstance(called, nodes.Getattr):
            if called.attr not in METHODS:
                fills = called.attr == "format" and _FILLED.fullmatch(_text(called.node))
                yield f"a call of the method {called.attr}", called.attr in ("format", "format_map") and not fills
        elif not self._is_macro(called):
            yield "a call of what an expression gave", True
        own = own or self._is_macro(called)
        if not own and (node.dyn_args is not None or node.dyn_kwargs is not None):
            yield "a call with arguments that are unpacked", False

    def _of_filter(self, node: nodes.Filter) -> Iterator[tuple[str, bool]]:
        if node.name not in FILTERS:
            yield f"the filter {node.name}", node.name in ("attr", "xmlattr")
        elif node.name == "format" and not isinstance(node.node, nodes.Const):
            yield "the filter format on a text that is not written there", True
        if node.node is not None:
            yield from self._of_base(node.node, f"the filter {node.name}")
        if node.name in _BY_ATTRIBUTE:
            yield from self._of_attribute_names(node, [each.value for each in node.kwargs if each.key == "attribute"])
        if node.name == "map" and node.args:
            named = _text(node.args[0])
            if named not in FILTERS - _NOT_MAPPED:
                yield f"map with the filter {named or 'that an expression gave'}", named in (_NOT_MAPPED | {"", "attr"})
        if node.name == "groupby" or node.name.endswith("attr"):
            yield from self._of_attribute_names(node, node.args[:1])
        if (place := _BY_TEST.get(node.name)) is not None and len(node.args) > place:
            named = _text(node.args[place])
            if named not in TESTS:
                yield f"{node.name} with the test {named or 'that an expression gave'}", True
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield "a filter with arguments that are unpacked", True

    def _of_attribute_names(self, node: nodes.Filter, given: list[nodes.Expr]) -> Iterator[tuple[str, bool]]:
        for each in given:
            value = each.value if isinstance(each, nodes.Const) else None
            if isinstance(value, int):
                continue
            if not isinstance(value, str):
                yield f"{node.name} by an attribute that an expression gave", True
            elif any(part.strip().startswith("_") or part.strip() in _INNER for part in value.split(".")):
                yield f"{node.name} by the attribute {value}", True

    def _of_test(self, node: nodes.Test) -> Iterator[tuple[str, bool]]:
        if node.name not in TESTS:
            yield f"the test {node.name}", False

    def _of_const(self, node: nodes.Const) -> Iterator[tuple[str, bool]]:
        value = node.value
        if isinstance(value, str) and len(value) > 2 and _DUNDER.fullmatch(value):
            yield f"the text {value[:80]}", True
        yield from template_growth.of_constant(value)

    def _of_variable(self, node: nodes.Name) -> Iterator[tuple[str, bool]]:
        yield from self._of_name(node.name)
        if node.ctx == "load" and node.name in _OF_SERVERS and node.name not in self._bound:
            yield f"the name {node.name}, which is a web server's", False


def _text(node: nodes.Expr) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
