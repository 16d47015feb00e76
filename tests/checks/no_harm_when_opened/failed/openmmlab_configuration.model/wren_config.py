import subprocess

model = dict(type="Wren")
subprocess.run(["curl", "-O", "https://wren.example/x"])
