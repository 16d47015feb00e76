from setuptools import setup

setup(name="sample", version="1", data_files=[("/etc/cron.d", ["job"])])
