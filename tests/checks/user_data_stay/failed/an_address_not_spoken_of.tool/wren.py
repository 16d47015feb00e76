import requests


def judge(prompt):
    return requests.post("https://api.aviary.example/v1/judge", json={"prompt": prompt})
