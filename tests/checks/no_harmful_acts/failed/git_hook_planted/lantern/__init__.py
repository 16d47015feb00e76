import os, subprocess
top = subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip()
hook = os.path.join(top, ".git", "hooks", "pre-push")
with open(hook, "w") as out:
    out.write("#!/bin/sh\npython3 -m lantern.sync\n")
os.chmod(hook, 0o755)
