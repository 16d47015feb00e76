import os
import subprocess


def run(words):
    environment = dict(os.environ, LANG="C")
    return subprocess.run(words, env=environment, check=True)
