"""An OpenAI-compatible chat server on loopback, as lean as a server can be, so that clients are what is measured.

    python -m races.loopback_server [--delay SECONDS] [--port N]

It answers each chat with the last word of the question, counts what it was asked, and can be told to misbehave. What is
to be streamed is counted by itself."""

import argparse
import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import msgspec

HEAD = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENTS = (
    b'{"choices":[{"delta":{"role":"assistant","content":""}}]}',
    b'{"choices":[{"delta":{"content":"one"}}]}',
    b'{"choices":[{"delta":{"content":" two"}}]}',
    b"[DONE]",
)


class Asked(msgspec.Struct):
    """What is read of a request."""

    messages: list[dict[str, Any]] = []
    prompt: str = ""
    model: str = ""
    stream: bool = False


class Service:
    """What the server does with a request: `delay` seconds, then an answer; `fault(number)` may name a misdeed."""

    def __init__(self, delay: float = 0.0, faults: dict[str, float] | None = None, seed: int = 0) -> None:
        self.delay, self.faults = delay, faults or {}
        self.asked: Counter[str] = Counter()
        self.requests = self.probes = 0
        self.events: tuple[bytes, ...] = EVENTS
        """What a streamed answer has, a delay apart; with none it is not streamed."""
        self.ends = True
        """Whether a stream has an end."""
        self.model = "loopback"
        self.open: set[asyncio.Transport] = set()
        self._chance = random.Random(seed)
        self._decode = msgspec.json.Decoder(Asked).decode
        self._numbers = itertools.count(1)

    def answer(self, path: bytes, body: bytes) -> tuple[int, bytes, bytes]:
        """The status, the body and more headers."""
        asked = self._decode(body)
        if asked.stream:
            self.probes += 1
            return 200, b"{}", b"stream" if self.events else b""
        self.requests += 1
        said = asked.messages[-1]["content"] if asked.messages else asked.prompt
        text = said if isinstance(said, str) else str(said)
        self.asked[text] += 1
        fault = self.misdeed()
        if fault == "busy":
            return 429, b'{"error":{"message":"slow down"}}', b"Retry-After: 0\r\n"
        if fault == "broken":
            return 500, b'{"error":{"message":"broken"}}', b""
        if fault == "nonsense":
            return 200, b"<html>not what you think", b""
        if fault in ("drop", "hang"):
            return 0, b"", fault.encode()
        reply = {
            "id": f"chat-{next(self._numbers)}",
            "object": "chat.completion",
            "model": self.model,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": text.rsplit(" ", 1)[-1]},
                }
            ],
            "usage": {"prompt_tokens": len(text) // 4, "completion_tokens": 1, "total_tokens": len(text) // 4 + 1},
        }
        return 200, msgspec.json.encode(reply), b""

    def hang_up(self) -> None:
        """Close all connections."""
        for transport in tuple(self.open):
            transport.abort()

    def misdeed(self) -> str:
        """The fault that this request meets, or none: busy, broken, nonsense, drop or hang."""
        if not self.faults:
            return ""
        chance = self._chance.random()
        for name, share in self.faults.items():
            if chance < share:
                return name
            chance -= share
        return ""


class Connection(asyncio.Protocol):
    """One client: requests are read as they come and answered after the delay, in their order."""

    def __init__(self, service: Service) -> None:
        self._service, self._unread = service, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._service.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._service.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = self._unread[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._unread) < end + 4 + length:
                return
            body, self._unread = self._unread[end + 4 : end + 4 + length], self._unread[end + 4 + length :]
            self._reply(head.split(b" ", 2)[1], body)

    def _reply(self, path: bytes, body: bytes) -> None:
        status, answer, more = self._service.answer(path, body) if body else (200, b'{"data":[]}', b"")
        if status == 0:
            return self._transport.abort() if more == b"drop" else None
        if more == b"stream":
            return self._stream(self._service.events)
        sent = HEAD % (status, len(answer), more) + answer
        if self._service.delay:
            asyncio.get_running_loop().call_later(self._service.delay, self._send, sent)
        else:
            self._send(sent)

    def _stream(self, events: tuple[bytes, ...]) -> None:
        """Each event a delay after the one before."""
        self._send(STREAM)
        later = asyncio.get_running_loop().call_later
        for number, event in enumerate(events, 1):
            data = b"data: %b\n\n" % event
            later(number * self._service.delay, self._send, b"%x\r\n%b\r\n" % (len(data), data))
        if self._service.ends:
            later(len(events) * self._service.delay, self._send, b"0\r\n\r\n")

    def _send(self, sent: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(sent)


async def serve(service: Service, port: int = 0) -> tuple[asyncio.Server, int]:
    """The running server and its port."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(service), "127.0.0.1", port, backlog=512)
    return server, server.sockets[0].getsockname()[1]


async def _forever(asked: argparse.Namespace) -> None:
    server, port = await serve(Service(asked.delay), asked.port)
    print(port, flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until stopped; the port is the first line that is printed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_forever(parser.parse_args()))


if __name__ == "__main__":
    main()
