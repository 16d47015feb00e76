"""Models in GGUF, run in this process: texts scored bit by bit alike, and texts continued by llama.cpp."""

from guildmark.llama.model import Llama
from guildmark.llama.tree import Threads

__all__ = ["Llama", "Threads"]
