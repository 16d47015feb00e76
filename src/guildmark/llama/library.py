"""The C interface of llama.cpp (`llama.h`), in the library that the package xllamacpp brings.

Its structs change from version to version. Only the fields named here are written, and each is held against the default
that `llama.h` states before that: a library of another layout is refused, never guessed at."""

import ctypes
import struct
from functools import cache
from pathlib import Path
from typing import Any

from guildmark.errors import AskedWrongly

_Log = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_SILENT = _Log(lambda level, text, user: None)
_INT, _POINTER, _TEXT, _YES = ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_bool


class Params(ctypes.Structure):
    """Room for a struct of parameters, larger than it is; passed by value, its own part is read."""

    _fields_ = (("bytes", ctypes.c_ubyte * 512),)

    def put(self, at: int, value: int) -> None:
        """Write a 32-bit field."""
        struct.pack_into("<i", self.bytes, at, value)

    def flag(self, at: int, value: bool) -> None:
        """Write a field of type bool."""
        self.bytes[at] = value

    def at(self, place: int) -> int:
        """A 32-bit field."""
        return int(struct.unpack_from("<i", self.bytes, place)[0])


class Batch(ctypes.Structure):
    """`llama_batch`: tokens, their places, their sequences, and whether their logits are wanted."""

    _fields_ = (
        ("count", _INT),
        ("token", ctypes.POINTER(_INT)),
        ("embedding", _POINTER),
        ("place", ctypes.POINTER(_INT)),
        ("sequences", ctypes.POINTER(_INT)),
        ("sequence", ctypes.POINTER(ctypes.POINTER(_INT))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    )


GPU_LAYERS = 16
N_CTX, N_BATCH, N_UBATCH, N_SEQ_MAX, THREADS, THREADS_BATCH, FLASH = 0, 4, 8, 12, 28, 32, 52
TYPE_K, TYPE_V, KV_UNIFIED = 104, 108, 141
_MODEL_DEFAULTS = {GPU_LAYERS: -1, 20: 1}
_CONTEXT_DEFAULTS = {N_CTX: 512, N_BATCH: 2048, N_UBATCH: 512, N_SEQ_MAX: 1, 24: 1, THREADS: 4, THREADS_BATCH: 4,
                     40: -1, FLASH: -1, TYPE_K: 1, TYPE_V: 1, 136: 0x01010100, 140: 1}  # fmt: skip
"""What the fields hold before they are written: `llama_model_default_params`, `llama_context_default_params`."""

_CALLS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "llama_model_default_params": (Params, ()),
    "llama_context_default_params": (Params, ()),
    "llama_model_load_from_file": (_POINTER, (_TEXT, Params)),
    "llama_init_from_model": (_POINTER, (_POINTER, Params)),
    "llama_model_get_vocab": (_POINTER, (_POINTER,)),
    "llama_model_n_ctx_train": (_INT, (_POINTER,)),
    "llama_model_meta_val_str": (_INT, (_POINTER, _TEXT, ctypes.c_char_p, ctypes.c_size_t)),
    "llama_vocab_n_tokens": (_INT, (_POINTER,)),
    "llama_vocab_bos": (_INT, (_POINTER,)),
    "llama_vocab_eos": (_INT, (_POINTER,)),
    "llama_vocab_is_eog": (_YES, (_POINTER, _INT)),
    "llama_vocab_get_add_bos": (_YES, (_POINTER,)),
    "llama_tokenize": (_INT, (_POINTER, _TEXT, _INT, ctypes.POINTER(_INT), _INT, _YES, _YES)),
    "llama_token_to_piece": (_INT, (_POINTER, _INT, ctypes.c_char_p, _INT, _INT, _YES)),
    "llama_batch_init": (Batch, (_INT, _INT, _INT)),
    "llama_batch_free": (None, (Batch,)),
    "llama_decode": (_INT, (_POINTER, Batch)),
    "llama_get_logits_ith": (ctypes.POINTER(ctypes.c_float), (_POINTER, _INT)),
    "llama_get_memory": (_POINTER, (_POINTER,)),
    "llama_memory_seq_cp": (None, (_POINTER, _INT, _INT, _INT, _INT)),
    "llama_memory_seq_rm": (_YES, (_POINTER, _INT, _INT, _INT)),
    "llama_memory_clear": (None, (_POINTER, _YES)),
    "llama_version": (_TEXT, ()),
    "llama_free": (None, (_POINTER,)),
    "llama_model_free": (None, (_POINTER,)),
    "llama_log_set": (None, (_Log, _POINTER)),
    "llama_backend_init": (None, ()),
}


@cache
def library() -> Any:
    """The library, its calls typed and its structs held against their defaults; raises AskedWrongly."""
    import xllamacpp

    (path,) = Path(xllamacpp.__file__).parent.glob("xllamacpp*.so")
    found = ctypes.CDLL(str(path))
    for name, (result, arguments) in _CALLS.items():
        call = getattr(found, name, None)
        if call is None:
            raise _other(f"it has no {name}")
        call.restype, call.argtypes = result, arguments
    for params, defaults in (
        (found.llama_model_default_params(), _MODEL_DEFAULTS),
        (found.llama_context_default_params(), _CONTEXT_DEFAULTS),
    ):
        for place, wanted in defaults.items():
            if params.at(place) != wanted:
                raise _other(f"the field at {place} is {params.at(place)}, not {wanted}")
    found.llama_log_set(_SILENT, None)
    found.llama_backend_init()
    return found


def version() -> str:
    """The package's version and llama.cpp's own."""
    import xllamacpp

    return f"xllamacpp {xllamacpp.__version__}, llama.cpp {library().llama_version().decode()}"


def _other(why: str) -> AskedWrongly:
    return AskedWrongly(
        f"this xllamacpp is of another layout: {why}", "pip install the version that guildmark[gguf] names"
    )
