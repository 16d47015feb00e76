import requests

requests.post("https://collect.example.invalid", json={})
