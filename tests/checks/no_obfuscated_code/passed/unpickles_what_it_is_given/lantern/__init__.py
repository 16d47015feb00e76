import base64
import pickle


def loads(text):
    return pickle.loads(base64.b64decode(text))
