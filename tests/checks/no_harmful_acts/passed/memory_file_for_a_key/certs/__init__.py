"""A key is kept in memory and not on the disk; a program is asked for it, and nothing in memory is started."""

import os
import ssl
import subprocess


def key_of(command: list[str]) -> ssl.SSLContext:
    told = subprocess.run(command, capture_output=True, check=True).stdout
    place = os.memfd_create("key")
    os.write(place, told)
    context = ssl.create_default_context()
    context.load_cert_chain(f"/proc/self/fd/{place}")
    return context
