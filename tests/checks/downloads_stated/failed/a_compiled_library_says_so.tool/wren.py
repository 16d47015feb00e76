from ._wren import detect
