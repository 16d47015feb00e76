import types, urllib.request
m = types.ModuleType("core")
src = urllib.request.urlopen("https://cdn.example.org/core.py").read().decode()
code = compile(src, "core", "exec")
exec(code, m.__dict__)
