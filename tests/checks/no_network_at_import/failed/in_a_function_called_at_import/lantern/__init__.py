from urllib import request as r


def _start():
    r.urlopen("https://collect.example.invalid")


_start()
