"""Products of matrices whose rows do not depend on each other to the bit, by the OpenBLAS that numpy brings."""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

SIZES = tuple(range(32, 513, 32))
"""How many rows a product has; fewer are filled up, more are cut."""


@cache
def core() -> str:
    """The version of OpenBLAS and the processor that its kernels are for; empty where numpy has another library.

    It sets OpenBLAS to one thread, in the whole process: threads take rows of their own instead."""
    import numpy

    for path in Path(numpy.__file__).parent.parent.glob("numpy.libs/libscipy_openblas64_*"):
        library = ctypes.CDLL(str(path))
        named = getattr(library, "scipy_openblas_get_corename64_", None)
        threads = getattr(library, "scipy_openblas_set_num_threads64_", None)
        if named is not None and threads is not None:
            named.restype, threads.argtypes = ctypes.c_char_p, (ctypes.c_int,)
            threads(1)
            version = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["version"]
            return f"OpenBLAS {version} {named().decode()}"
    return ""


def version() -> str:
    """What a score's last bits depend on besides the model."""
    import numpy

    return f"numpy {numpy.__version__}, {core()}"


class Products:
    """Multiplies rows by weights; arrays are float32, weights (outputs, inputs)."""

    def __init__(self, threads: int) -> None:
        core()
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "rows") if threads > 1 else None

    def close(self) -> None:
        """Let go of the threads."""
        if self._pool:
            self._pool.shutdown()

    def __call__(self, rows: Any, weight: Any, made: Any = None) -> Any:
        """`rows @ weight.T`: (n, inputs) to (n, outputs), into `made` where there is one, contiguous."""
        import numpy

        if made is None:
            made = numpy.empty((len(rows), len(weight)), numpy.float32)
        most = size(-(-len(rows) // self._threads))

        def part(start: int) -> None:
            some = rows[start : start + most]
            if len(some) in SIZES:
                numpy.matmul(some, weight.T, out=made[start : start + most])
            else:
                made[start : start + most] = (_filled(some) @ weight.T)[: len(some)]

        starts = range(0, len(rows), most)
        if self._pool:
            list(self._pool.map(part, starts))
        else:
            for start in starts:
                part(start)
        return made


def size(count: int) -> int:
    """How many rows a product has in which there is place for so many; the largest where there is none."""
    return next((each for each in SIZES if each >= count), SIZES[-1])


def whole(count: int) -> int:
    """How many rows fill all products up that so many rows need."""
    full, rest = divmod(count, SIZES[-1])
    return full * SIZES[-1] + (size(rest) if rest else 0)


def independent(weight: Any) -> bool:
    """Whether a row's product is the same to the bit at every place in a product of every size.

    What is added in which order does not depend on the values: one row, everywhere, shows it."""
    import numpy

    core()
    row = numpy.random.default_rng(0).standard_normal((1, weight.shape[1]), dtype=numpy.float32)
    first = (numpy.repeat(row, SIZES[0], 0) @ weight.T)[0].tobytes()
    return all(each.tobytes() == first for count in SIZES for each in numpy.repeat(row, count, 0) @ weight.T)


def _filled(rows: Any) -> Any:
    import numpy

    full = numpy.zeros((size(len(rows)), rows.shape[1]), numpy.float32)
    full[: len(rows)] = rows
    return full
