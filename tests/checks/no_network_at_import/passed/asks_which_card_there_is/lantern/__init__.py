import subprocess

try:
    CARD = subprocess.check_output(["nvidia-smi", "-L"])
except OSError:
    CARD = b""
