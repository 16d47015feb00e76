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
DEEPEST_PIECES = 12
LONGEST_PIECES = 10_000
_ADDRESS = late.compile(r"(?i)\bhttps?://[\w.-]|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/")
_LOOKING = frozenset(("find", "rfind", "index", "count", "startswith", "endswith", "split", "partition"))
_EQUAL = frozenset(("in", "eq", "equalto", "==", "sameas"))
_KINDS = frozenset(
    (
        *("image", "image_url", "input_image", "video", "video_url", "audio", "audio_url", "input_audio", "text"),
        *("input_text", "content", "type", "role", "user", "system", "assistant", "tool", "function", "thinking"),
        *("reasoning", "none"),
    )
)
"""What a part of a message is called, which honest templates look for in a list of parts."""
_WORD = late.compile(r"[\w .,'’!?-]*[A-Za-z]{2}[\w .,'’!?-]*")


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


def joined(text: str) -> Iterator[tuple[int, str]]:
    """The words that a template puts together out of pieces of its own, each with its line; raises like `parse`."""
    found = list(every(parse(text)))
    bound = Bindings(found).of
    inner: set[int] = set()
    for node in found:
        if isinstance(node, (nodes.Concat, nodes.Add, nodes.Filter, nodes.Call)) and id(node) not in inner:
            inner.update(map(id, every(node)))
            if words := _put_together(node, bound, 0):
                yield node.lineno, words


def _put_together(node: nodes.Node | None, bound: dict[str, list[nodes.Node | None]], depth: int) -> str:
    """The text that an expression of a template's own words gives; empty where any of it is not known."""
    if depth > DEEPEST_PIECES or node is None:
        return ""
    if isinstance(node, nodes.Const):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, nodes.Name):
        values = bound.get(node.name, ())
        return _put_together(values[0], bound, depth + 1) if len(values) == 1 else ""
    if isinstance(node, nodes.Filter) and node.name == "reverse":
        return _put_together(node.node, bound, depth + 1)[::-1]
    between = ""
    if isinstance(node, nodes.Filter) and node.name == "join" and isinstance(node.node, (nodes.List, nodes.Tuple)):
        parts: list[nodes.Expr] = node.node.items
        between = _plain(node.args[0]) if node.args else ""
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "join":
        given = node.args[0] if len(node.args) == 1 else None
        parts = given.items if isinstance(given, (nodes.List, nodes.Tuple)) else []
        between = _plain(node.node.node)
    elif isinstance(node, (nodes.Concat, nodes.Add)):
        parts = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]
    else:
        return ""
    words = [_put_together(part, bound, depth + 1) for part in parts]
    return between.join(words)[:LONGEST_PIECES] if all(words) else ""


def triggered(text: str) -> Iterator[tuple[int, str]]:
    """Sentences that a template adds only where the conversation holds certain words, or on certain days; nothing
    where it is no template.

    Honest templates look for marks of the model's own (`</think>`, `/no_think`), not for words."""
    try:
        tree = parse(text)
    except FormatError:
        return
    found = list(every(tree))
    bindings = Bindings(found)
    asked = _Asked(found, bindings.of)
    for node in found:
        if isinstance(node, nodes.If) and asked.for_words(node.test):
            for each in node.body:
                yield from _prose(each, bindings.macros)
        elif isinstance(node, nodes.CondExpr) and asked.for_words(node.test):
            yield from _prose(node.expr1, bindings.macros)


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
        plain = len(words) == 2 and (all(map(_WORD.fullmatch, words)) or _ADDRESS.search(words[1]))
        if plain and _is_said(said, bound):
            exchanged.append((node.lineno, words[0], words[1]))
    own = "\n".join(_own_words(node) for node in found if id(node) not in given_words).lower() if exchanged else ""
    for line, old, new in exchanged:
        first, *rest = new.lower().split()
        is_name = bool(rest) and old.lower().split()[0] == first and new.lower() in own
        yield line, f"{new} for {old}", is_name


def _own_words(node: nodes.Node) -> str:
    return node.data if isinstance(node, nodes.TemplateData) else _plain(node) if isinstance(node, nodes.Const) else ""


def _prose(body: nodes.Node, macros: dict[str, nodes.Macro]) -> Iterator[tuple[int, str]]:
    """Sentences that are said in a part of a template, or in the macros that it calls."""
    refused: set[int] = set()
    called = dict.fromkeys(filter(None, map(_calls, every(body))))
    for part in (body, *(macros[name] for name in called if name in macros)):
        for node in every(part):
            if _calls(node) == "raise_exception":
                refused.update(map(id, every(node)))
            words = _own_words(node)
            if id(node) not in refused and _PROSE.search(words):
                yield node.lineno, words.strip()


def _calls(node: nodes.Node) -> str:
    """The name of the function or macro that is called; empty where none is."""
    return node.node.name if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) else ""


class _Asked:
    """Which conditions of a template ask for plain words of a conversation, or for the day, also by way of a name."""

    def __init__(self, found: list[nodes.Node], bound: dict[str, list[nodes.Node | None]]) -> None:
        self._bound = bound
        self._names: set[str] = set()
        for name, values in bound.items():
            if any(value is not None and not isinstance(value, nodes.Const) and self._asks(value) for value in values):
                self._names.add(name)
        for node in found:
            if isinstance(node, nodes.If) and self._asks(node.test):
                for each in node.body:
                    self._names.update(map(_target, each.find_all(nodes.Assign)))
                    if isinstance(each, nodes.Assign):
                        self._names.add(_target(each))
        self._names.discard("")

    def for_words(self, test: nodes.Node) -> bool:
        """Whether a condition asks, by itself or by a name that says yes or no."""
        asked = test.node if isinstance(test, nodes.Not) else test
        return self._asks(test) or any(_read(each) in self._names for each in _joined_by_and(asked))

    def _asks(self, test: nodes.Node) -> bool:
        return any(self._compares(node) or self._looks(node) for node in every(test))

    def _compares(self, node: nodes.Node) -> bool:
        if not isinstance(node, nodes.Compare):
            return False
        if any(self._is_date(each) for each in (node.expr, *(operand.expr for operand in node.ops))):
            return True
        for operand in node.ops:
            if operand.op in ("in", "notin", "eq") and _is_said(operand.expr, self._bound) and self._is_word(node.expr):
                return True
            if operand.op == "eq" and _is_said(node.expr, self._bound) and self._is_word(operand.expr):
                return True
        return False

    def _looks(self, node: nodes.Node) -> bool:
        """Whether a method or a test is asked for words in what was said."""
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr in _LOOKING:
            said, words = node.node.node, node.args[:1]
        elif isinstance(node, nodes.Test) and node.name in _EQUAL:
            said, words = node.node, _items(node.args[:1])
        elif isinstance(node, nodes.Filter) and node.name in ("selectattr", "rejectattr") and len(node.args) > 2:
            if _plain(node.args[0]) not in _CONTENT:
                return False
            return any(map(self._is_word, _items(node.args[2:])))
        else:
            return False
        return any(map(self._is_word, words)) and _is_said(said, self._bound)

    def _is_word(self, node: nodes.Expr) -> bool:
        """Whether it is a plain word, or a name that goes through a list of them."""
        values: list[nodes.Node | None] = [node]
        for _ in range(3):
            values = [each for value in values for each in self._of_name(value)]
        return any(_WORD.fullmatch(words) and words not in _KINDS for each in values if (words := _plain(each)))

    def _of_name(self, value: nodes.Node | None) -> list[nodes.Node | None]:
        if isinstance(value, nodes.Name):
            return list(self._bound.get(value.name, ()))
        return list(value.items) if isinstance(value, (nodes.List, nodes.Tuple)) else [value]

    def _is_date(self, node: nodes.Node) -> bool:
        """Whether a value is the day on which the template is used."""
        names = {each.name for each in every(node) if isinstance(each, nodes.Name)}
        bound = [value for name in names for value in self._bound.get(name, ()) if value is not None]
        found = names | {each.name for value in bound for each in every(value) if isinstance(each, nodes.Name)}
        return bool(found & {"strftime_now", "date_string"})


def _items(given: list[nodes.Expr]) -> list[nodes.Expr]:
    return [item for each in given for item in (each.items if isinstance(each, (nodes.List, nodes.Tuple)) else [each])]


def _target(assignment: nodes.Assign) -> str:
    """The name that an assignment gives a plain yes or no to; empty for any other."""
    if not (isinstance(assignment.node, nodes.Const) and isinstance(assignment.node.value, (bool, int))):
        return ""
    target = assignment.target
    return target.name if isinstance(target, nodes.Name) else _read(target)


def _read(node: nodes.Node) -> str:
    """The name that is read: a variable's, or a namespace's with its attribute."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.NSRef):
        return f"{node.name}.{node.attr}"
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return ""


def _joined_by_and(test: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [test]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (nodes.And, nodes.Or)):
            waiting.extend((node.left, node.right))


def _is_said(node: nodes.Node, bound: dict[str, list[nodes.Node | None]]) -> bool:
    """Whether a value is the content of a message, by itself or through names and filters."""
    waiting: list[nodes.Node | None] = [node]
    looked_at: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in looked_at:
            continue
        looked_at.add(id(each))
        if _is_whole(each):
            return True
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


def _is_whole(node: nodes.Node) -> bool:
    """Whether it is the content of a message by `get`, or of all messages at once."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get":
        return bool(node.args) and _plain(node.args[0]) in _CONTENT
    if not isinstance(node, nodes.Filter) or node.node is None:
        return False
    if node.name == "map":
        return any(each.key == "attribute" and _plain(each.value) in _CONTENT for each in node.kwargs)
    return node.name in ("tojson", "string") and isinstance(node.node, nodes.Name) and node.node.name == "messages"


def _plain(node: nodes.Node | None) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
