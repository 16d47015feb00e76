"""A folder served over HTTP on loopback, as any web server would."""

import functools
import http.server
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.loopback import running


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *given: object) -> None:
        """Say nothing."""


@contextmanager
def folder_served(folder: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    with running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"
