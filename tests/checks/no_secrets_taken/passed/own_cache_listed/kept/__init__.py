"""Walks its own cache to say how large it is, and fetches what is missing."""

import os
import urllib.request

CACHE = os.path.expanduser("~/.cache/kept")


def size() -> int:
    return sum(os.path.getsize(os.path.join(top, name)) for top, _, names in os.walk(CACHE) for name in names)


def fetch(name: str) -> None:
    urllib.request.urlretrieve(f"https://kept.example.org/{name}", os.path.join(CACHE, name))
