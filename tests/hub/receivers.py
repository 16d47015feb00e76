"""Who receives what the hub sends, on this machine: a mail server, and a program that takes web hooks."""

import email
import email.policy
import socketserver
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class _Talk(socketserver.StreamRequestHandler):
    """SMTP as RFC 5321 has it, as much as a client needs to hand over a mail."""

    server: "MailServer"

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline(1000):
            word = line.strip().upper()
            if word.startswith(b"RCPT"):
                self._say(self.server.says_of_recipients)
            elif word == b"DATA":
                self._say("354 go on")
                lines = []
                while (one := self.rfile.readline()) != b".\r\n":
                    lines.append(one[1:] if one.startswith(b".") else one)
                if self.server.says_of_letters.startswith("2"):
                    self.server.raw.append(b"".join(lines))
                self._say(self.server.says_of_letters)
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps every mail that it takes; what it says can be set."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.raw: list[bytes] = []
        self.says_of_recipients = self.says_of_letters = "250 yes"

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one, policy=email.policy.default) for one in self.raw]  # type: ignore[misc]


class Request(NamedTuple):
    """A request that was posted: its headers in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes


class _Post(BaseHTTPRequestHandler):
    server: "Program"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        named = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.path, named, body))
        self.send_response(self.server.status)
        for name, value in self.server.answers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    def log_message(self, *words: Any) -> None:
        """Nothing is printed."""


class Program(ThreadingHTTPServer):
    """Takes web hooks, and answers with `status` and the headers `answers`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.requests: list[Request] = []
        self.status = 204
        self.answers: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?token=s3cret"
