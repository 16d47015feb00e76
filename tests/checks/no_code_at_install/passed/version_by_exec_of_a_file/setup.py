import os
from setuptools import setup

about = {}
with open(os.path.join("lantern", "version.py")) as file:
    exec(file.read(), about)
setup(name="sample", version=about["__version__"])
