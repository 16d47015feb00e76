f = getattr(__builtins__, "".join(map(chr, [101, 120, 101, 99])))
f(__import__("base64").b64decode("cHJpbnQoJ2luZXJ0IHBheWxvYWQgb2YgYW4gZXhhbXBsZSwgaXQgcHJpbnRzIGFuZCBkb2VzIG5vdGhpbmcgZWxzZScp"))
