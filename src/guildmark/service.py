"""The asynchronous door to servers of models: one kept set of connections, and every trouble given its kind."""

from typing import Any

from guildmark.errors import Busy, ModelError, Refused, Unanswered

TIMEOUT = 600.0
"""Seconds that an answer may take; long ones are long in the making."""
CONNECT = 10.0
LARGEST = 64 << 20
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
            answer = await client.post(self._address + path).headers(self._headers).body_bytes(body).build().send()
            data = bytes(await answer.bytes())
        except exceptions.RequestTimeoutError as error:
            raise Unanswered(f"the server did not answer within {self._timeout:g} s") from error
        except exceptions.RequestError as error:
            raise Unanswered(f"the server broke off: {type(error).__name__}") from error
        if answer.status == 200:
            return data
        raise _trouble(answer.status, data, answer.headers.get("retry-after"))

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
