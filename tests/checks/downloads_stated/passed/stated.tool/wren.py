from transformers import AutoModel


def load():
    return AutoModel.from_pretrained("aviary/wren-small")
