"""The asynchronous door to servers of models: one kept set of connections, and every trouble given its kind."""

import time
from collections.abc import Callable
from typing import Any

from guildmark.errors import Busy, ModelError, Refused, Unanswered

TIMEOUT = 600.0
"""Seconds that an answer may take; long ones are long in the making."""
CONNECT = 10.0
LARGEST, PIECE = 64 << 20, 1 << 20
"""Bytes of an answer, and those that are taken at once."""
LARGEST_STREAM = 1 << 20
BUSY = (408, 409, 425, 429, 503, 529)


class Service:
    """Posts JSON to one address. `headers` may hold a key; nothing that is raised shows it."""

    def __init__(self, address: str, headers: dict[str, str], timeout: float = TIMEOUT) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Content-Type": "application/json", **headers}
        self._timeout = timeout
        self._client: Any = None

    async def post(self, path: str, body: bytes) -> bytes:
        """The body of the answer; raises Busy, Unanswered or Refused."""
        from pyreqwest import exceptions

        client = self._client or self._open()
        try:
            asked = client.post(self._address + path).headers(self._headers).body_bytes(body).build_streamed()
            async with asked as answer:
                data = await _whole(answer.body_reader)
        except exceptions.RequestTimeoutError as error:
            raise Unanswered(f"the server did not answer within {self._timeout:g} s") from error
        except exceptions.RequestError as error:
            raise Unanswered(f"the server broke off: {type(error).__name__}") from error
        if answer.status == 200:
            return data
        raise _trouble(answer.status, data, answer.headers.get("retry-after"))

    async def first(self, path: str, body: bytes, holds: Callable[[bytes], bool]) -> float:
        """Seconds until the first event of a streamed answer that `holds` a token; raises as `post` does."""
        from pyreqwest import exceptions

        client, start = self._client or self._open(), time.perf_counter()
        asking = client.post(self._address + path).headers(self._headers).body_bytes(body)
        asked = asking.streamed_read_buffer_limit(0).build_streamed()  # else it reads on before it hands over
        try:
            async with asked as answer:
                if answer.status != 200:
                    said = bytes(await answer.body_reader.read(200) or b"")
                    raise _trouble(answer.status, said, answer.headers.get("retry-after"))
                if not str(answer.headers.get("content-type", "")).startswith("text/event-stream"):
                    raise Refused("the server does not stream its answers")
                if await _reached(answer.body_reader, holds):
                    return time.perf_counter() - start
        except exceptions.RequestError as error:
            raise Unanswered(f"the server broke off: {type(error).__name__}") from error
        raise Unanswered("the server's stream has no token in it")

    async def close(self) -> None:
        """Let go of all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _open(self) -> Any:
        from datetime import timedelta

        from pyreqwest.client import ClientBuilder

        building = ClientBuilder().timeout(timedelta(seconds=self._timeout)).connect_timeout(timedelta(seconds=CONNECT))
        self._client = building.build()
        return self._client


async def _whole(reader: Any) -> bytes:
    """All that is answered; raises Refused where that is more than any answer needs."""
    data = bytearray()
    while piece := await reader.read(PIECE):
        data += piece
        if len(data) > LARGEST:
            raise Refused(f"the server answers with more than {LARGEST >> 20} MB", "see that it is a server of models")
    return bytes(data)


async def _reached(reader: Any, holds: Callable[[bytes], bool]) -> bool:
    """Whether a stream of events (HTML, section 9.2) has come to one whose data hold a token, before its end."""
    held, taken = b"", 0
    while taken < LARGEST_STREAM and (piece := await reader.read_chunk()):
        taken += len(piece)
        *lines, held = (held + bytes(piece)).split(b"\n")
        if any(line.startswith(b"data:") and holds(line.removeprefix(b"data:").strip()) for line in lines):
            return True
    return False


def _trouble(status: int, data: bytes, after: str | None) -> ModelError:
    """What an answer means that is none."""
    said = data[:200].decode("utf-8", "replace").strip()
    if status in BUSY:
        wait = float(after) if after and after.replace(".", "", 1).isdigit() else None
        return Busy(f"the server is busy ({status})", wait=wait)
    if status >= 500:
        return Unanswered(f"the server broke ({status}): {said}")
    if status in (401, 403):
        return Refused(f"the server refuses the key ({status})", "set the provider's key in the environment")
    return Refused(
        f"the server refuses the request ({status}): {said}", "see that the address and the model's name are right"
    )
