import requests


def latest():
    return requests.get("https://index.example.org/sample/json", timeout=5).json()["version"]
