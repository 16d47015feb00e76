"""Where a template's subscripts come from: the conversation as it is, or a text that the template builds."""

from collections.abc import Callable

from jinja2 import nodes

Bound = dict[str, list[nodes.Node | None]]
"""What each name of a template may stand for; None for a block of text."""

_FILTERS = frozenset(("first", "last", "list", "items", "dictsort", "trim", "lower", "upper", "default", "d", "string"))
_METHODS = frozenset(("keys", "items", "values", "get", "pop"))
_CUTS = frozenset(("split", "rsplit", "partition", "rpartition", "strip", "lstrip", "rstrip"))
"""Methods that give pieces of a text."""
_HOLDERS = frozenset(("namespace", "dict"))
_COUNTING = frozenset(("length", "count", "int", "float", "abs", "round", "wordcount"))
_ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.FloorDiv, nodes.Mod)


def is_data(key: nodes.Node, bound: Bound) -> bool:
    """Whether a value is taken from the conversation as it is, or counted: no text is built on the way to it."""
    return _is_all_of(key, lambda node: _parts(node, bound))


def _is_all_of(value: nodes.Node, parts_of: Callable[[nodes.Node], list[nodes.Node | None] | None]) -> bool:
    """Whether all that a value is taken from has parts again (None: it has not), down to what has none."""
    waiting: list[nodes.Node | None] = [value]
    looked_at: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in looked_at:
            continue
        looked_at.add(id(node))
        parts = None if node is None else parts_of(node)
        if parts is None:
            return False
        waiting.extend(parts)
    return True


def _parts(node: nodes.Node, bound: Bound) -> list[nodes.Node | None] | None:
    """What a value is taken from; None where it is built."""
    if isinstance(node, (nodes.Name, nodes.Getattr)):
        return _named_parts(node, bound)
    if isinstance(node, nodes.Getitem):
        if isinstance(node.arg, nodes.Slice):
            return [node.node] if _is_said(node.node, bound) else None
        return [node.node, node.arg]
    if isinstance(node, nodes.Const):
        return None if isinstance(node.value, str) and (node.value.startswith("_") or "__" in node.value) else []
    if isinstance(node, _ARITHMETIC):
        return None if _is_text(node.left) or _is_text(node.right) else [node.left, node.right]
    if isinstance(node, nodes.Filter):
        return [] if node.name in _COUNTING else [node.node] if node.name in _FILTERS else None
    if isinstance(node, nodes.Call):
        return _called_parts(node, bound)
    if isinstance(node, (nodes.Neg, nodes.Pos)):
        return [node.node]
    if isinstance(node, nodes.CondExpr):
        return [node.expr1, *([] if node.expr2 is None else [node.expr2])]
    if isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Or, nodes.And)):
        return list(node.iter_child_nodes())
    return [] if isinstance(node, (nodes.Compare, nodes.Not, nodes.Test)) else None


def _named_parts(node: nodes.Name | nodes.Getattr, bound: Bound) -> list[nodes.Node | None]:
    if isinstance(node, nodes.Name):
        return list(bound.get(node.name, ()))
    inside = f"{node.node.name}.{node.attr}" if isinstance(node.node, nodes.Name) else ""
    return [node.node, *bound.get(inside, ())]


def _called_parts(node: nodes.Call, bound: Bound) -> list[nodes.Node | None] | None:
    if isinstance(node.node, nodes.Name):
        if node.node.name == "range":
            return []
        return [*node.args, *(each.value for each in node.kwargs)] if node.node.name in _HOLDERS else None
    if not isinstance(node.node, nodes.Getattr):
        return None
    if node.node.attr in _CUTS:
        return [] if _is_said(node.node.node, bound) else None
    return [node.node.node] if node.node.attr in _METHODS else None


def _is_said(text: nodes.Node, bound: Bound) -> bool:
    """Whether a text is the conversation's own, and no word of the template can stand in its place: a piece of it
    is then as harmless as the whole, where a piece of a word of the template could be any word."""
    return _is_all_of(text, lambda node: _said_parts(node, bound))


def _said_parts(node: nodes.Node, bound: Bound) -> list[nodes.Node | None] | None:
    if isinstance(node, (nodes.Name, nodes.Getattr)):
        return _named_parts(node, bound)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, (nodes.Slice, nodes.Const)):
        return [node.node]
    if isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        return [node.expr1, node.expr2]
    return None


def _is_text(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str) and bool(node.value)
