from urllib.request import urlretrieve

urlretrieve("https://example.org/w.bin", "w.bin")
