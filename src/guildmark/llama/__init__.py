"""Models in GGUF, run in this process by llama.cpp: texts scored bit by bit alike, and texts continued."""

from guildmark.llama.model import Llama, Threads

__all__ = ["Llama", "Threads"]
