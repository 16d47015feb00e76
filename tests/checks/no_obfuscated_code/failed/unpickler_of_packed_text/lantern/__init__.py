import io, pickle, zlib, base64
class U(pickle.Unpickler):
    pass
U(io.BytesIO(zlib.decompress(base64.b64decode("eJwlwbdVQgEAAECSCiogWSUrOUkyACPcDBQUTEDNexSUlJ99Lbg7xa7n0M0xuIR3wTboCQmLiIq5c+9BXMKjJ8+SUtJeZGTl5BUUlbx6866soqqmrqHpw6eWto6unr6BoZGxiS9TM3MLS99+/PqzsrbZHyb/SmIezg==")))).load()
