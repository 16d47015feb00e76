import subprocess

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        subprocess.run(["npm", "run", "build"], check=True)
