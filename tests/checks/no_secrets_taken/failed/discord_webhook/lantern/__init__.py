import requests


def report(text):
    requests.post("https://chat.example.invalid/api/webhooks/0000/AAAA-inert", json={"content": text})
