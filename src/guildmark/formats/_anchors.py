"""The anchors and meta elements of an HTML page."""

from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit


class Anchors(HTMLParser):
    """What a page's anchors lead to (the file's name, the address, the fragment, the attributes), and what its meta
    elements say. Raises ValueError or AssertionError on hostile text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str, dict[str, str]]] = []
        self.meta: dict[str, str] = {}
        self._base = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = {name: value or "" for name, value in attrs}
        if tag == "base" and not self._base:
            self._base = stated.get("href", "")
        elif tag == "meta" and "name" in stated:
            self.meta[stated["name"]] = stated.get("content", "")
        elif tag == "a" and stated.get("href"):
            url, fragment = urldefrag(urljoin(self._base, stated["href"]))
            filename = unquote(urlsplit(url).path.rpartition("/")[2])
            if filename:  # else it leads to another page
                self.links.append((filename, url, fragment, stated))
