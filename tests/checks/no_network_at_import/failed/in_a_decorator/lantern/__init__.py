import urllib.request


def told(function):
    urllib.request.urlopen("https://collect.example.invalid")
    return function


@told
def use():
    return 1
