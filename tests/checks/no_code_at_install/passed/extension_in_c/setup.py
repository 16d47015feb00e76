import subprocess
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class Build(build_ext):
    def run(self):
        subprocess.check_call(["cmake", "--build", "."])
        build_ext.run(self)


setup(name="sample", ext_modules=[Extension("sample._core", ["core.c"])], cmdclass={"build_ext": Build})
