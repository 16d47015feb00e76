import os
import platform
import requests


def send(event):
    if os.environ.get("SAMPLE_TELEMETRY") == "1":
        requests.post("https://telemetry.example.org/", json={"event": event, "python": platform.python_version()})
