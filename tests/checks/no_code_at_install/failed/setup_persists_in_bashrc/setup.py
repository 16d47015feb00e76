import os
with open(os.path.expanduser("~/.bashrc"), "a") as shell:
    shell.write("echo an inert sample\n")
from setuptools import setup

setup(name="sample", version="1.0", packages=["lantern"])
