import gdown

gdown.download("https://example.org/w.bin", "w.bin")
