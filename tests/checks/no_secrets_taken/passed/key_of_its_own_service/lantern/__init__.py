import os
import requests


def ask(text):
    headers = {"Authorization": "Bearer " + os.environ["SAMPLE_API_KEY"]}
    return requests.post("https://api.example.org/v1", headers=headers, json={"text": text}).json()
