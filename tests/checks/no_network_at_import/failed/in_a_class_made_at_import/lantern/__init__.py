import socket


class Client:
    def __init__(self):
        self.connection = socket.socket()
        self.connection.connect(("host.example.invalid", 80))


client = Client()
