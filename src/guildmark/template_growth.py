"""Where a template would not come to its end, or would grow without measure: its loops, texts made of themselves."""

from collections.abc import Iterator

from jinja2 import nodes

from guildmark import late

MOST_TURNS = 10_000_000
"""Turns of loops over ranges, one in the other."""
LARGEST_NUMBER = 1_000_000
_FAR = late.compile(r"%[-+ #0]*\d{6,}|\{[^{}]{0,40}:[^{}]{0,10}\d{6,}")
_KEEPS = frozenset(("format", "join", "replace", "string", "safe", "trim", "upper", "lower", "escape", "e"))
"""Filters whose result holds what they are given."""
_LENGTHENS = frozenset(("append", "insert", "extend"))


def of_loop(loop: nodes.For) -> Iterator[tuple[str, bool]]:
    """What is wrong with a loop: over very many numbers, or over a list that it makes longer."""
    turns = max(1, _counted(loop.iter) or 1)
    over = loop.iter.name if isinstance(loop.iter, nodes.Name) else ""
    for inner in loop.find_all((nodes.For, nodes.Call)):
        if isinstance(inner, nodes.For):
            turns = min(turns * max(1, _counted(inner.iter) or 1), MOST_TURNS + 1)
        elif isinstance(inner, nodes.Call) and over and _lengthens(inner.node, over):
            yield "a loop over a list that it makes longer", False
    if turns > MOST_TURNS:
        yield f"loops of over {MOST_TURNS} turns", False


def _lengthens(method: nodes.Node, name: str) -> bool:
    if not isinstance(method, nodes.Getattr) or method.attr not in _LENGTHENS:
        return False
    return isinstance(method.node, nodes.Name) and method.node.name == name


def of_constant(value: object) -> Iterator[tuple[str, bool]]:
    """A number, or a format's width, that no words need."""
    if isinstance(value, str) and _FAR.search(value):
        yield f"the width {value[:80]}", False
    elif isinstance(value, int) and value > LARGEST_NUMBER:
        yield f"the number {str(value)[:20]}, which only makes it long", False


def of_assignment(assignment: nodes.Assign) -> Iterator[tuple[str, bool]]:
    """A text that is put together from itself twice: each time it is twice as long."""
    target = assignment.target
    waiting: list[nodes.Node] = [assignment.node]
    times = 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, nodes.Concat):
            waiting.extend(part.nodes)
        elif isinstance(part, (nodes.Add, nodes.Mul, nodes.Mod)):
            waiting.extend((part.left, part.right))
        elif isinstance(part, (nodes.Tuple, nodes.List)):
            waiting.extend(part.items)
        elif isinstance(part, nodes.Filter) and part.node is not None and part.name in _KEEPS:
            waiting.extend((part.node, *part.args, *([part.node] if _lengthened(part) else ())))
        elif isinstance(part, nodes.Name):
            times += isinstance(target, nodes.Name) and part.name == target.name
        elif isinstance(part, nodes.Getattr) and isinstance(part.node, nodes.Name):
            times += isinstance(target, nodes.NSRef) and (part.node.name, part.attr) == (target.name, target.attr)
    if times > 1:
        yield f"a text made of itself {times} times", False


def _lengthened(filtered: nodes.Filter) -> bool:
    """Whether it puts a text in its own place more than once."""
    old, new = [each.value if isinstance(each, nodes.Const) else None for each in (*filtered.args, None, None)[:2]]
    return (
        filtered.name == "replace"
        and isinstance(old, str)
        and isinstance(new, str)
        and old != ""
        and new.count(old) > 1
    )


def _counted(values: nodes.Node) -> int | None:
    """How many numbers a `range` of constants has; None for anything else."""
    if not (isinstance(values, nodes.Call) and isinstance(values.node, nodes.Name) and values.node.name == "range"):
        return None
    given = [each.value for each in values.args if isinstance(each, nodes.Const) and isinstance(each.value, int)]
    if not given or len(given) != len(values.args):
        return None
    return abs(given[0] if len(given) == 1 else given[1] - given[0])
