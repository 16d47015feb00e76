"""Encoded texts that name neither an address nor a program; an address that stands there as it is."""

import base64

GREETING = base64.b64decode("SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91Pw==").decode()
NAMESPACE = base64.b64decode("aHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmc=").decode()
DIGEST = "68747470a1b2c3d4e5f60718293a4b5c6d7e8f90"
HOME = "https://greets.example.org/"
PRIMES = [101, 103, 107, 109, 113, 127, 131]
