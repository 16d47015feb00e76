import requests
import socket

SESSION = requests.Session()
SESSION.headers["User-Agent"] = "sample"
TIMEOUT = socket.getdefaulttimeout()
