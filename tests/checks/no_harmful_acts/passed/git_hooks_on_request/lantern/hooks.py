import os, subprocess
HOOK = "#!/bin/sh\nexec lantern run --hook pre-commit\n"
def install():
    top = subprocess.check_output(["git", "rev-parse", "--git-dir"], text=True).strip()
    path = os.path.join(top, "hooks", "pre-commit")
    with open(path, "w") as f:
        f.write(HOOK)
    os.chmod(path, 0o755)
