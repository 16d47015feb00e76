import netrc, os
import requests
HOST = "api.lantern.example.org"
def client():
    try:
        user, _, password = netrc.netrc(os.path.expanduser("~/.netrc")).authenticators(HOST)
    except (OSError, TypeError):
        return requests.Session()
    s = requests.Session()
    s.auth = (user, password)
    return s
def runs():
    return client().get(f"https://{HOST}/runs").json()
