import time

import requests

_send = requests.Session.send


def send(self, request, **given):
    begin = time.monotonic()
    answer = _send(self, request, **given)
    answer.took = time.monotonic() - begin
    return answer


def install():
    requests.Session.send = send
