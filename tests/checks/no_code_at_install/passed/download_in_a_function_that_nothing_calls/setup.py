import urllib.request
from setuptools import setup
def refresh():
    urllib.request.urlretrieve('https://collect.example.invalid/data', 'data')

setup(name="sample", version="1.0", packages=["lantern"])
