import os

os.system("")
