import subprocess
revision = subprocess.check_output(["git", "rev-parse", "HEAD"]).decode().strip()
from setuptools import setup

setup(name="sample", version="1.0", packages=["lantern"])
