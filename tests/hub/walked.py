"""A page as a tree, for tests that walk it."""

from collections.abc import Iterator
from html.parser import HTMLParser

EMPTY = {"meta", "link", "input", "br", "img", "circle", "path", "rect", "line", "use"}


class Node:
    """An element, with its attributes, what lies in it, and what it lies in."""

    def __init__(self, tag: str, attributes: dict[str, str], within: "Node | None") -> None:
        self.tag, self.attributes, self.within = tag, attributes, within
        self.inside: list[Node | str] = []

    def nodes(self) -> "Iterator[Node]":
        """This element and all below it."""
        yield self
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.nodes()

    def text(self) -> str:
        """All text below it."""
        return "".join(one if isinstance(one, str) else one.text() for one in self.inside)

    def around(self) -> "Iterator[Node]":
        """This element and all that it lies in."""
        yield self
        if self.within:
            yield from self.within.around()

    def classes(self) -> set[str]:
        """Its classes."""
        return set(self.attributes.get("class", "").split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Node("", {}, None)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        made = Node(tag, {name: value or "" for name, value in attributes}, self.here)
        self.here.inside.append(made)
        if tag not in EMPTY:
            self.here = made

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.here = self.here.within or self.root

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        assert self.here.tag == tag, f"</{tag}> ends <{self.here.tag}>"
        assert self.here.within is not None
        self.here = self.here.within

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


def walk(page: str) -> Node:
    """The tree of a page; an element that is not closed, or closed twice, fails."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
    return reader.root
