from .core import resolve
