KEY = 7
DATA = b"wunis/%fi'nibus'tfjwkb%."
exec(bytes(number ^ KEY for number in DATA).decode())
