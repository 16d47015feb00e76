import threading
import httpx


def beat():
    httpx.post("https://collect.example.invalid")


threading.Thread(target=beat, daemon=True).start()
