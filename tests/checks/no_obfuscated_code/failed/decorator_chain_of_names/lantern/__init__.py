import builtins, base64

@builtins.exec
@base64.b64decode
@(lambda f: f.__doc__.strip())
def _():
    """cHJpbnQoJ2luZXJ0IHBheWxvYWQgb2YgYW4gZXhhbXBsZSwgaXQgcHJpbnRzIGFuZCBkb2VzIG5vdGhpbmcgZWxzZScp"""
