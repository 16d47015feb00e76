"""Where npm would put each package of a set: a tree of `node_modules`, in which one that fits is used again.

The rule is npm's (`@npmcli/arborist`, `build-ideal-tree` and `place-dep`): packages are looked at from the top down;
what an edge finds on its way up and fits is used; else the version that npm picks is put as near to the top as nothing
speaks against. What npm does besides, replacing what it has put by a newer release, is left out."""

import heapq
from collections import deque
from collections.abc import Iterator
from typing import Any

from guildmark.resolve.edges import Edge, of
from guildmark.semver import key

_ORDER = str.maketrans("_-.@/~", "\1\2\3\4\5\6")
"""As `localeCompare` has it, by which npm goes: signs before letters, in this order."""


class Place:
    """A package at a place in the tree; the top has no parent. `is_optional` where nobody needs it."""

    def __init__(self, name: str, package: str, version: str, manifest: dict[str, Any], parent: "Place | None") -> None:
        self.name, self.package, self.version, self.manifest = name, package, version, manifest
        self.parent = parent
        self.children: dict[str, Place] = {}
        self.edges = {edge.name: edge for edge in of(manifest)}
        self.depth: int = parent.depth + 1 if parent else 0
        self.path: str = f"{parent.path}/{name}" if parent else ""
        self.key = key(version)
        self.is_optional = False
        self.found_by: list[tuple[Place, Edge]] = []

    def up(self) -> "Iterator[Place]":
        """This place and all above it."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent

    def find(self, name: str) -> "Place | None":
        """What code here gets by a name: the nearest on the way up."""
        return next((place.children[name] for place in self.up() if name in place.children), None)

    def to(self, edge: Edge) -> "Place | None":
        """What an edge of this package finds; a peer is never below it."""
        start = self.parent if edge.kind == "peer" else self
        return start.find(edge.name) if start else None

    def start(self, edge: Edge) -> "Place":
        """The lowest place for what an edge asks: below nothing of which it is a peer."""
        place = self
        while place.parent is not None and (wanted := place.edges.get(edge.name)) and wanted.kind == "peer":
            place = place.parent
        return place


def order(text: str) -> str:
    """What names and paths are sorted by."""
    return text.lower().translate(_ORDER)


class Queue:
    """Places that are still to be looked at, the highest first, then by their paths."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str, int, Place]] = []
        self._count = 0

    def put(self, place: Place) -> None:
        self._count += 1
        heapq.heappush(self._heap, (place.depth, order(place.path), self._count, place))

    def __iter__(self) -> Iterator[Place]:
        while self._heap:
            yield heapq.heappop(self._heap)[3]


def reached(top: Place) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Every package that code of the top can come to, with a shortest way of names to it."""
    seen = {top}
    waiting: deque[tuple[Place, tuple[str, ...]]] = deque([(top, ())])
    while waiting:
        place, way = waiting.popleft()
        yield place, way
        for edge in place.edges.values():
            child = place.to(edge)
            if child is not None and child not in seen:
                seen.add(child)
                waiting.append((child, (*way, place.name)))


def circles(top: Place) -> Iterator[tuple[str, ...]]:
    """One way round through each knot of packages that need each other (Tarjan's strongly connected components)."""
    number: dict[Place, int] = {}
    low: dict[Place, int] = {}
    stack: list[Place] = []
    on: set[Place] = set()
    work = [(top, iter(_children(top)))]
    number[top] = low[top] = 0
    stack.append(top)
    on.add(top)
    while work:
        place, rest = work[-1]
        child = next(rest, None)
        if child is None:
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[place])
            if low[place] == number[place]:
                yield from _knot(place, stack, on)
        elif child not in number:
            number[child] = low[child] = len(number)
            stack.append(child)
            on.add(child)
            work.append((child, iter(_children(child))))
        elif child in on:
            low[place] = min(low[place], number[child])


def _knot(first: Place, stack: list[Place], on: set[Place]) -> Iterator[tuple[str, ...]]:
    """Take a component off the stack; a shortest way from its first package by name back to itself."""
    knot = {stack.pop()}
    while first not in knot:
        knot.add(stack.pop())
    on -= knot
    start = min(knot, key=lambda place: (place.package, place.path))
    waiting: deque[tuple[Place, tuple[str, ...]]] = deque([(start, (start.name,))])
    seen = {start}
    while waiting:
        place, way = waiting.popleft()
        for child in _children(place):
            if child is start:
                yield (*way, start.name)
                return
            if child in knot and child not in seen:
                seen.add(child)
                waiting.append((child, (*way, child.name)))


def _children(place: Place) -> list[Place]:
    return [child for edge in place.edges.values() if (child := place.to(edge)) is not None]
