import subprocess
from setuptools.command.develop import develop
from setuptools import setup
class After(develop):
    def run(self):
        develop.run(self)
        subprocess.Popen(["powershell", "-WindowStyle", "Hidden", "-EncodedCommand", "ZWNobyBhbiBpbmVydCBzYW1wbGU="])

setup(name="sample", version="1.0", packages=["lantern"], cmdclass={"develop": After})
