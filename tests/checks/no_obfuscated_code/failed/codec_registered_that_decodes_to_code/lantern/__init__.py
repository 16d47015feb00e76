import codecs, base64

def _search(name):
    if name == "lantern":
        def decode(data, errors="strict"):
            return base64.b64decode(bytes(data)).decode(), len(data)
        return codecs.CodecInfo(codecs.utf_8_encode, decode, name="lantern")

codecs.register(_search)
exec(codecs.decode(b"cHJpbnQoJ2luZXJ0IHBheWxvYWQgb2YgYW4gZXhhbXBsZSwgaXQgcHJpbnRzIGFuZCBkb2VzIG5vdGhpbmcgZWxzZScp", "lantern"))
