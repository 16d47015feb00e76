"""The words that a template says by itself, and which of them a user's own words set off."""

from collections.abc import Iterator

from jinja2 import nodes

from guildmark import late
from guildmark.errors import FormatError
from guildmark.templates import METHODS, Bindings, every, parse

_ELSEWHERE = late.compile(
    r"(?im)<!doctype html|<(?:html|head|body|div|span|table|link|script)\b[^<>]*>|"
    r"^(?:FROM|RUN|COPY|ENTRYPOINT|WORKDIR) "
)
_CONTENT = frozenset(("content", "text"))
_PROSE = late.compile(r"[A-Za-z][a-z]+(?:[ ,;:'’-]+[A-Za-z][a-z']*){3,}")
_WORD = late.compile(r"[\w .,'’!?-]*[A-Za-z]{3}[\w .,'’!?-]*")


def for_elsewhere(text: str) -> bool:
    """Whether it is the template of a web page or of a container's recipe, whose words go to no model."""
    return bool(_ELSEWHERE.search(text))


def literals(text: str) -> Iterator[tuple[int, str]]:
    """The words that a template says by itself, each with its line; raises like `parse`."""
    for node in every(parse(text)):
        if isinstance(node, nodes.TemplateData):
            yield node.lineno, node.data
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            yield node.lineno, node.value


def triggered(text: str) -> Iterator[tuple[int, str]]:
    """Sentences that a template adds only where the conversation holds certain words; nothing where it is no template.

    Honest templates look for marks of the model's own (`</think>`, `/no_think`), not for words."""
    try:
        tree = parse(text)
    except FormatError:
        return
    found = list(every(tree))
    bound = Bindings(found).of
    for node in found:
        if isinstance(node, nodes.If) and _asks_for_words(node.test, bound):
            for each in node.body:
                yield from _prose(each)
        elif isinstance(node, nodes.CondExpr) and _asks_for_words(node.test, bound):
            yield from _prose(node.expr1)


def replaced(text: str) -> Iterator[tuple[int, str, bool]]:
    """Plain words of a message for which a template puts others, so that the model reads what nobody said.

    Told with its line, and whether it is another name for a setting: the same first word, and the template says the
    new words by itself too."""
    try:
        found = list(every(parse(text)))
    except FormatError:
        return
    bound = Bindings(found).of
    given_words: dict[int, nodes.Node] = {}
    exchanged: list[tuple[int, str, str]] = []
    for node in found:
        if isinstance(node, nodes.Filter) and node.name == "replace" and node.node is not None:
            said, given = node.node, node.args
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "replace":
            said, given = node.node.node, node.args
        else:
            continue
        given_words.update((id(each), each) for each in given)
        words = [_plain(each) for each in given[:2]]
        if len(words) == 2 and all(_WORD.fullmatch(each) for each in words) and _is_said(said, bound):
            exchanged.append((node.lineno, words[0], words[1]))
    own = "\n".join(_own_words(node) for node in found if id(node) not in given_words).lower() if exchanged else ""
    for line, old, new in exchanged:
        first, *rest = new.lower().split()
        is_name = bool(rest) and old.lower().split()[0] == first and new.lower() in own
        yield line, f"{new} for {old}", is_name


def _own_words(node: nodes.Node) -> str:
    return node.data if isinstance(node, nodes.TemplateData) else _plain(node) if isinstance(node, nodes.Const) else ""


def _prose(body: nodes.Node) -> Iterator[tuple[int, str]]:
    refused: set[int] = set()
    for node in every(body):
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "raise_exception":
            refused.update(map(id, every(node)))
        words = _own_words(node)
        if id(node) not in refused and _PROSE.search(words):
            yield node.lineno, words.strip()


def _asks_for_words(test: nodes.Node, bound: dict[str, list[nodes.Node | None]]) -> bool:
    """Whether a condition looks for plain words in what somebody said."""
    for node in every(test):
        if isinstance(node, nodes.Compare):
            if any(map(_is_date, (node.expr, *(operand.expr for operand in node.ops)))):
                return True
            for operand in node.ops:
                if operand.op in ("in", "eq") and _is_said(operand.expr, bound) and _WORD.fullmatch(_plain(node.expr)):
                    return True
                if operand.op == "eq" and _is_said(node.expr, bound) and _WORD.fullmatch(_plain(operand.expr)):
                    return True
    return False


def _is_date(node: nodes.Node) -> bool:
    """Whether a value is the day on which the template is used."""
    return any(isinstance(each, nodes.Name) and each.name == "strftime_now" for each in every(node))


def _is_said(node: nodes.Node, bound: dict[str, list[nodes.Node | None]]) -> bool:
    """Whether a value is the content of a message, by itself or through names and filters."""
    waiting: list[nodes.Node | None] = [node]
    looked_at: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in looked_at:
            continue
        looked_at.add(id(each))
        if isinstance(each, nodes.Getattr):
            if each.attr in _CONTENT:
                return True
            waiting.append(each.node if each.attr in METHODS else None)
            waiting.extend(bound.get(f"{each.node.name}.{each.attr}", ()) if isinstance(each.node, nodes.Name) else ())
        elif isinstance(each, nodes.Getitem):
            if _plain(each.arg) in _CONTENT:
                return True
            waiting.append(each.node if isinstance(each.arg, nodes.Slice) else None)
        elif isinstance(each, nodes.Name):
            waiting.extend(bound.get(each.name, ()))
        elif isinstance(each, (nodes.Filter, nodes.Call, nodes.Concat, nodes.Add, nodes.CondExpr, nodes.Or)):
            waiting.extend(each.iter_child_nodes())
    return False


def _plain(node: nodes.Expr) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
