zxyz

nPyFunc