"""Reads the operators of an MXNet symbol (`-symbol.json`), those of inner graphs included.

Source: https://mxnet.apache.org/versions/1.9/api/architecture/overview; nnvm/src/pass/saveload_json.cc."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Fault, Holds, _json

RANK = 85
HOLDS: Holds = "weights"
REFINES = "text"
BEGINS = (b"{",)

LARGEST = 64 << 20
_HEAD = 256
_TAIL = 1 << 12
_MARKS = (b'"arg_nodes"', b'"heads"')
_OPERATOR = late.compile(r"[\w.:-]{1,256}")


def recognises(contents: Contents) -> bool:
    """JSON that begins with nodes, each with an `op`, and ends with `arg_nodes` or `heads`."""
    head = contents.at(0, _HEAD)
    if head.lstrip()[:1] != b"{" or b'"nodes"' not in head or b'"op"' not in head:
        return False
    whole = contents.at(max(0, contents.size - _TAIL), _TAIL) if contents.size > _TAIL else contents.at(0, _TAIL)
    return any(mark in whole for mark in _MARKS) or contents.size > LARGEST


def operators(contents: Contents) -> dict[str, int]:
    """How often each operator stands in the graph; raises FormatError, LimitPassed."""
    tree = _json.tree(contents, LARGEST, "the graph")
    found: Counter[str] = Counter()
    waiting: list[Any] = [tree]
    while waiting:
        graph = waiting.pop()
        nodes = graph.get("nodes") if isinstance(graph, dict) else None
        for node in nodes if isinstance(nodes, list) else ():
            if isinstance(node, dict):
                found[str(node.get("op", ""))] += 1
                inner = node.get("subgraphs")
                waiting.extend(inner if isinstance(inner, list) else ())
    return dict(found)


def faults(contents: Contents) -> Iterator[Fault]:
    """It is JSON, and every operator's name is a word: others make MXNet search for ever (CVE-2022-24294)."""
    broken = list(_json.broken(operators, contents))
    yield from broken
    for operator in () if broken else operators(contents):
        if not _OPERATOR.fullmatch(operator):
            yield Fault("nodes", f"an operator is called {operator[:60]}, which is no name of one")
