"""The bound on files that a browser sends: what is larger is not kept, and the form says so."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from guildmark_hub.catalog.taking import LARGEST

MOST = LARGEST + (1 << 16)
"""Bytes of a form with its file: no form of ours takes a larger file than a bundle."""


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep a file."""

    def handle_raw_input(self, *given: Any, **named: Any) -> None:
        """How long the whole is, by its own word; a server reads no more than that."""
        self._length = int(given[2])

    def new_file(self, *given: Any, **named: Any) -> None:
        """Raises StopUpload where the form is too long: then no file is in it."""
        super().new_file(*given, **named)
        if self._length > MOST:
            raise StopUpload

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """All of it, to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""
