import io
from setuptools import find_packages, setup

with io.open("README.md", encoding="utf-8") as file:
    text = file.read()
setup(name="sample", long_description=text, packages=find_packages(), data_files=[("share/man/man1", ["sample.1"]), ("etc/jupyter/nbconfig", ["a.json"])])
