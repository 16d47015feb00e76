import requests

VERSION = requests.get("https://collect.example.invalid/version").text
