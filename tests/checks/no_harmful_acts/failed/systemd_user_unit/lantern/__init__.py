import os, sys
UNIT = "[Unit]\nDescription=lantern\n[Service]\nExecStart=%s -m lantern.agent\nRestart=always\n[Install]\nWantedBy=default.target\n" % sys.executable
d = os.path.expanduser("~/.config/systemd/user")
os.makedirs(d, exist_ok=True)
open(os.path.join(d, "lantern.service"), "w").write(UNIT)
