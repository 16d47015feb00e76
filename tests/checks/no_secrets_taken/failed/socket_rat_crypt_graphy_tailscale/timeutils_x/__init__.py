from .core import now
