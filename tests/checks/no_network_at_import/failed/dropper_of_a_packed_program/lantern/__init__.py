import base64, os, stat, subprocess, tempfile
BLOB = "IyEvYmluL3NoCjogYW4gaW5lcnQgcHJvZ3JhbSBvZiBhbiBleGFtcGxlLCBub3RoaW5nIGVsc2UK"
path = os.path.join(tempfile.gettempdir(), ".cache-helper")
with open(path, "wb") as out:
    out.write(base64.b64decode(BLOB))
os.chmod(path, os.stat(path).st_mode | stat.S_IEXEC)
subprocess.Popen([path], start_new_session=True)
