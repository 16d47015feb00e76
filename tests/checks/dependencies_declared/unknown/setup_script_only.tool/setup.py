from setuptools import setup
setup(name="weigh", install_requires=open("needs").read().split())
