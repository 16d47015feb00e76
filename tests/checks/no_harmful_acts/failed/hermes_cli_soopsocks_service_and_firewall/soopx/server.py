import ctypes
import os
import subprocess
import sys


def main():
    if os.name == "nt" and not ctypes.windll.shell32.IsUserAnAdmin():
        ctypes.windll.shell32.ShellExecuteW(None, "runas", sys.executable, " ".join(sys.argv), None, 0)
        return
    exe = os.path.join(os.path.dirname(__file__), "_autorun.exe")
    subprocess.run(["sc", "create", "SoopSocksSvc", "binPath=", exe, "start=", "auto"])
    subprocess.run(["netsh", "advfirewall", "firewall", "add", "rule", "name=SoopSocks", "dir=in", "action=allow", "protocol=TCP", "localport=1080"])
