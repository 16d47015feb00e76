"""What people do at a hub, as fast as it answers, and what it acknowledged: take-ins, vettings, sign-ups."""

import contextlib
import http.client
import itertools
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from tests.hub import bundles

from guildmark.download import now
from guildmark.keys import PrivateKey

TOKEN = "c" * 32
"""The same in the cookie and in the form, as Django asks it of who has no session yet."""
FORM = "application/x-www-form-urlencoded"
PASSWORD = "a long enough word 7"
TIMEOUT, LOST = 20.0, 0.05
"""Seconds for an answer, and until the next try where there was none."""
EXPECTED = (b"not done yet", b"very many just now")
"""What a page may answer to more than it takes: the same is asked again."""
_NUMBER = re.compile(r"/submissions/(\d+)/")


class Acknowledged(NamedTuple):
    """What the hub said is done: the statements taken in, the submissions' keys, the addresses of new people."""

    taken: list[str]
    submitted: list[int]
    signed_up: list[str]

    def __str__(self) -> str:
        return f"{len(self.taken)} take-ins, {len(self.submitted)} vettings, {len(self.signed_up)} sign-ups"


class Load:
    """Threads that ask, and ask the next when one was not answered."""

    def __init__(self, port: int, sessions: list[str], key: PrivateKey, packages: list[str]) -> None:
        self._port, self._sessions, self._key = port, sessions, key
        self._packages = iter(packages)
        self._stop = threading.Event()
        self.acknowledged = Acknowledged([], [], [])
        self.refused: list[str] = []
        """Answers that are neither a yes, nor a word that somebody asks too much."""
        self._threads = [
            threading.Thread(target=self._repeat, args=(act, pause, numbers), daemon=True)
            for act, pause, threads in ((self._take_in, 0.1, 3), (self._submit, 1.0, 2), (self._sign_up, 3.5, 1))
            for numbers in [itertools.count()]
            for _ in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, when what is asked now is answered."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, act: Callable[[int], None], pause: float, numbers: Iterator[int]) -> None:
        for number in numbers:
            wait = pause
            try:
                act(number)
            except (OSError, http.client.HTTPException):
                wait = LOST  # it was killed before it answered: nothing is acknowledged
            except StopIteration:
                return
            if self._stop.wait(wait):
                return

    def _take_in(self, number: int) -> None:
        with self._connected() as connection:
            digest = f"{uuid.uuid4().hex}{number:032x}"
            about = bundles.assessment(f"pkg:pypi/taken-{number % 20}@1.{number}", digest, now())
            data = bundles.signed(self._key, about)
            border = "b" * 40
            head = f'--{border}\r\nContent-Disposition: form-data; name="bundle"; filename="b"\r\n\r\n'
            body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
            if self._post(connection, "/submit/bundle/", body, f"multipart/form-data; boundary={border}", number):
                self.acknowledged.taken.append(f"sha256:{bundles.digest(data).removeprefix('sha256:')}")

    def _submit(self, number: int) -> None:
        with self._connected() as connection:
            body = urlencode({"purl": f"pypi:{next(self._packages)}"}).encode()
            found = _NUMBER.search(self._post(connection, "/submit/", body, FORM, number))
            if found:
                self.acknowledged.submitted.append(int(found[1]))

    def _sign_up(self, number: int) -> None:
        with self._connected() as connection:
            email = f"new-{number}@example.org"
            body = urlencode({"name": f"New {number}", "email": email, "password1": PASSWORD}).encode()
            if self._post(connection, "/account/signup/", body, FORM):
                self.acknowledged.signed_up.append(email)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection to who listens now; OSError where nobody does."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            connection.connect()
            yield connection
        finally:
            connection.close()

    def _post(
        self, connection: http.client.HTTPConnection, path: str, body: bytes, kind: str, number: int | None = None
    ) -> str:
        """Where the answer leads; empty where it says no."""
        session = "" if number is None else f"; sessionid={self._sessions[number % len(self._sessions)]}"
        headers = {"Content-Type": kind, "Cookie": f"csrftoken={TOKEN}{session}", "X-CSRFToken": TOKEN}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 302 and answer.status != 429 and not any(word in said for word in EXPECTED):
            self.refused.append(f"{path} {answer.status} {re.sub(rb'<[^>]*>', b' ', said)[-900:].decode()}")
        return str(answer.headers.get("Location", ""))
