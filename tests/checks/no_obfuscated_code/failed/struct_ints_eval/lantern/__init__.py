import struct
_N = (1886546241, 1919905568, 1697604710, 1919905569, 1886546241, 1919905568)
code = b"".join(struct.pack(">I", n) for n in _N)
eval(compile(code, "n", "exec"))
