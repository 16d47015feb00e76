import socket
import subprocess


def serve(port):
    with socket.create_server(("127.0.0.1", port)) as server:
        connection, _ = server.accept()
        connection.sendall(connection.recv(100))


def build():
    subprocess.run(["make"], check=True)
