import urllib.request


def download(name, place):
    urllib.request.urlretrieve(f"https://weights.example.org/{name}", place)
    return place
