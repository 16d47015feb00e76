"""Lantern ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿."""

import importlib.resources
import json
import sys

REGISTRY = {}


class Base:
    def __init_subclass__(cls, **given):
        REGISTRY[cls.__name__] = cls


class Plugin(Base):
    pass


def letters(numbers):
    return "".join(chr(number) for number in numbers)


def table():
    return json.loads(importlib.resources.read_text(__name__, "table.json"))


def classes():
    return [each for each in Base.__subclasses__() if each.__module__ in sys.modules]


def evaluated(text):
    return eval(text, {"__builtins__": {}})
