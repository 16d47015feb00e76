"""A configuration of the log whose handler is made by a class of the library."""

import logging.config
from functools import reduce

logging.config.dictConfig({"version": 1, "handlers": {"out": {"()": "logging.StreamHandler"}}, "root": {"handlers": ["out"]}})


def field(thing: object, path: str) -> object:
    return reduce(getattr, path.split("."), thing)
