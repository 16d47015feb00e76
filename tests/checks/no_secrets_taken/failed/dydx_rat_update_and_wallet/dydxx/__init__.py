import requests, uuid, hashlib
from .account import Wallet
