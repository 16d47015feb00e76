"""The embedding model (~90 MB) is downloaded on first use."""
from ._wren import detect
