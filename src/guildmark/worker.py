"""A child process that is bounded, answers in frames, and dies with its parent; what it is asked is the caller's."""

import contextlib
import gc
import os
import select
import signal
import struct
import time
import weakref
from collections.abc import Callable, Iterator
from typing import ClassVar

from guildmark.bounds import bind_to_parent, bound_memory

_LENGTH = struct.Struct(">I")
_LONGEST_ANSWER = 64 << 20
BETWEEN_COLLECTIONS = 50_000
"""So many more objects are made than are let go of before cycles are looked for: what is read holds next to none."""


class Connection:
    """One end of the connection between parent and child, two pipes: frames of bytes."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming, self._outgoing = incoming, outgoing

    def fileno(self) -> int:
        """For `select`: readable when the other end has said something, or is gone."""
        return self._incoming

    def send(self, body: bytes) -> None:
        """Give the other end a frame; raises OSError where it is gone."""
        left = memoryview(_LENGTH.pack(len(body)) + body)
        while left:
            left = left[os.write(self._outgoing, left) :]

    def frames(self) -> Iterator[bytes]:
        """What the other end sends, until it closes."""
        while head := self._read(_LENGTH.size):
            yield self._read(_LENGTH.unpack(head)[0])

    def piece(self, most: int) -> bytes:
        """What is there to be read; empty where the other end is gone."""
        return os.read(self._incoming, most)

    def close(self) -> None:
        """Let go of it, once or more often."""
        for descriptor in (self._incoming, self._outgoing):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._incoming = self._outgoing = -1

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length and (piece := self.piece(length - len(data))):
            data += piece
        return bytes(data)


class Worker:
    """A child process that runs `live`, and a way to hear from it with a deadline.

    The child may take `memory` bytes and `cpu_seconds`; an interrupt from the terminal is its parent's to handle."""

    _living: ClassVar["weakref.WeakSet[Worker]"] = weakref.WeakSet()

    def __init__(self, live: Callable[[Connection], None], memory: int, cpu_seconds: int) -> None:
        answers, asks = os.pipe(), os.pipe()
        self._ours, theirs = Connection(answers[0], asks[1]), Connection(asks[0], answers[1])
        life, self._hold = os.pipe()
        if not gc.isenabled():  # the program has just started: what it made stays, and is not gone through again
            gc.freeze()
        self._pid = os.fork()
        gc.enable()
        if self._pid == 0:
            status = 1
            try:
                for other in (*self._living, self):  # another worker's life must hang on our parent alone
                    other._close()
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                bind_to_parent(life)
                bound_memory(memory, cpu_seconds)
                gc.set_threshold(BETWEEN_COLLECTIONS)
                live(theirs)
                status = 0
            finally:
                os._exit(status)  # without running what the parent would run at its own end
        theirs.close()
        os.close(life)
        self._living.add(self)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def fileno(self) -> int:
        """For `select`: readable when the worker has said something, or died."""
        return self._ours.fileno()

    def send(self, body: bytes) -> bool:
        """Give the worker a frame; False where it is gone."""
        try:
            self._ours.send(body)
        except OSError:
            return False
        return True

    def receive(self, seconds: float) -> tuple[bytes, str]:
        """The worker's next frame, or none and why it is lost."""
        deadline = time.monotonic() + seconds
        head = self._receive(_LENGTH.size, deadline)
        length = _LENGTH.unpack(head)[0] if head else 0
        body = self._receive(length, deadline) if 0 < length <= _LONGEST_ANSWER else b""
        if body:
            return body, ""
        if time.monotonic() >= deadline:
            return b"", f"took more than {seconds:g} seconds"
        return b"", f"the worker that asked it died ({self._kill()})"

    def end(self) -> None:
        """Kill the worker if it lives, and let go of it."""
        self._living.discard(self)
        self._close()
        self._kill()

    def _close(self) -> None:
        self._ours.close()
        with contextlib.suppress(OSError):
            os.close(self._hold)
        self._hold = -1

    def _receive(self, length: int, deadline: float) -> bytes:
        """Exactly `length` bytes, or none if the worker is silent until the deadline, or gone."""
        data = bytearray()
        while len(data) < length:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
            piece = self._ours.piece(min(length - len(data), 1 << 20)) if ready else b""
            if not piece:
                return b""
            data += piece
        return bytes(data)

    def _kill(self) -> str:
        """Kill the worker if it lives, and say how it ended."""
        if not self._pid:
            return "it had ended"
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        code = os.waitstatus_to_exitcode(status)
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
