class Tagger:
    pass
