from setuptools import setup

setup(name="sample", entry_points={"console_scripts": ["aws = sample:main"]})
