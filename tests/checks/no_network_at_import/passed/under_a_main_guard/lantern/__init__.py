import urllib.request


def main():
    print(urllib.request.urlopen("https://www.example.org/").read())


if __name__ == "__main__":
    main()
