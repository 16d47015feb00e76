"""A shell is fed with lines that its user gave to the function; no connection is in sight."""

import subprocess


def lines(script: str) -> str:
    shell = subprocess.Popen(["/bin/sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return shell.communicate(script)[0]
