"""Servers of models for tests, on loopback."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from races.loopback_server import Service, serve


@contextlib.contextmanager
def serving(service: Service) -> Iterator[str]:
    """A loopback server in a thread of its own; yields its address."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    found: list[Any] = []

    async def start() -> None:
        found.extend(await serve(service))
        ready.set()

    async def stop() -> None:
        found[0].close()
        service.hang_up()
        await asyncio.sleep(0.02)
        loop.stop()

    def work() -> None:
        loop.create_task(start())
        loop.run_forever()
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{found[1]}/v1"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop)
        thread.join(10)


@contextlib.contextmanager
def served(**how: Any) -> Iterator[tuple[str, Service]]:
    """The race's own server as a model to open, and what it counts."""
    service = Service(**how)
    with serving(service) as address:
        yield f"openai:loopback@{address}", service
