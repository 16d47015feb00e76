from setuptools import setup

setup(name="lantern", version="1.0", packages=["lantern"])
