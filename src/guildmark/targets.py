"""Which Python names a configuration may hold as what its loader instantiates: classes of libraries, no functions.

`_target_`, `class_path` and their kin import any name and call it. A class that builds a layer or an
optimiser does that and no more; a function does anything (`os.system`), and so do a few classes."""

import re
from typing import Literal

from guildmark import late

Standing = Literal["inert", "open", "code", "acts"]
"""A class of no library known here is open; a function of none is code."""

LIBRARIES = (
    *("torch.nn.", "torch.optim.", "torch.utils.data.", "torch.distributions.", "torchvision.transforms."),
    *(
        "torchvision.models.",
        "torchvision.datasets.",
        "torchvision.ops.",
        "torchaudio.transforms.",
        "torchaudio.models.",
    ),
    *("torchmetrics.", "lightning.", "pytorch_lightning.", "lightning_fabric.", "nemo.collections.", "nemo.core."),
    *("nemo_automodel.", "megatron.core.", "megatron.bridge.", "transformers.", "diffusers.", "sklearn.", "skorch."),
    *("monai.", "timm.", "peft.", "trl.", "speechbrain.", "espnet.", "espnet2.", "fairseq.", "kornia.", "ldm.", "sgm."),
    *("sentence_transformers.", "tokenizers.", "omegaconf.", "hydra.utils.", "nerfstudio.", "audiocraft.", "dac."),
    *("detectron2.", "mmengine.", "mmdet.", "mmcv.", "mmseg.", "mmpose.", "mmaction.", "mmpretrain.", "einops.layers."),
    *("x_transformers.", "vector_quantize_pytorch.", "torch_geometric.nn.", "gpytorch.", "botorch.", "pyannote.audio."),
    *("xgboost.", "lightgbm.", "catboost.", "keras.layers.", "keras.src.", "tensorflow.keras.layers.", "numpy.random."),
    *("albumentations.", "flax.linen.", "optax.", "haiku.", "modulus.", "physicsnemo.", "open_clip.", "cosyvoice."),
    *("matcha.", "taming.", "cldm.", "lvdm.", "vwm.", "imaginaire.", "cosmos_predict1.", "sam2.", "TTS.", "gluonts."),
)
"""Where the classes of models, layers, optimisers, schedulers and transforms live."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTIONS = _set(
    "torch.device torch.tensor torch.zeros torch.ones torch.full torch.arange torch.linspace torch.float16 "
    "torch.float32 torch.bfloat16 torch.Size torch.Generator torch.manual_seed omegaconf.OmegaConf "
    "collections.OrderedDict collections.defaultdict functools.partial pathlib.Path pathlib.PurePath "
    "datetime.timedelta builtins.dict builtins.list builtins.tuple builtins.set builtins.range builtins.int "
    "builtins.float builtins.str builtins.bool builtins.slice dict list tuple set int float str bool "
    "hydra.utils.get_class hydra.utils.get_method hydra.utils.get_object numpy.array numpy.arange "
    "transformers.get_cosine_schedule_with_warmup transformers.get_linear_schedule_with_warmup "
    "sentence_transformers.util.cos_sim speechbrain.nnet.losses.nll_loss speechbrain.nnet.losses.bce_loss"
)
"""Names outside the shape of a library's class that build plain values."""

_RESOLVERS = frozenset(
    ("hydra.utils.get_class", "hydra.utils.get_method", "hydra.utils.get_object", "functools.partial")
)
_FUNCTIONS_OF = ("torch.nn.functional.", "torch.nn.init.", "timm.models.", "torchvision.models.", "timm.layers.")
"""Modules of plain functions on tensors."""

_ACTING = late.compile(
    r"(?i)(^|[._])(subprocess|popen|system|exec|eval|shell|launcher|hub|cpp_extension|extension|script_?runner|pickle|"
    r"joblib|load|loads|download|spawn|compile|__\w+__|plugin|multiprocessing|remote|rpc|elastic)([._]|$)"
)
_ACTING_CLASS = late.compile(
    r"(?i)(^|[._])(subprocess|popen|shell|launcher|hub|cpp_extension|script_?runner|pickle|joblib|loads|download|spawn|"
    r"plugin|multiprocessing|remote|rpc|elastic)([._]|$)"
)
"""Words of a class and of its modules; others (`system`, `eval`, `load`) name what a function does, and a package of
a project's own."""
_STANDARD = _set(
    "_io _posixsubprocess _thread asyncio atexit bdb builtins __builtin__ __builtins__ code codeop commands concurrent "
    "copyreg ctypes dbm distutils doctest ensurepip faulthandler fileinput ftplib functools gc glob http imaplib imp "
    "importlib inspect io linecache logging marshal mmap multiprocessing nt ntpath operator os pathlib pdb pickle "
    "pickletools pip pipes pkgutil platform poplib posix posixpath profile pty py_compile pydoc runpy sched selectors "
    "setuptools shelve shutil signal site smtplib socket socketserver sqlite3 ssl subprocess sys sysconfig tarfile "
    "telnetlib tempfile test threading timeit trace tracemalloc tty types typing unittest urllib uu venv webbrowser "
    "weakref winreg wsgiref xml xmlrpc zipapp zipfile zipimport numpy.f2py numpy.distutils cloudpickle dill joblib "
    "requests httpx urllib3 aiohttp paramiko fabric invoke sh plumbum pexpect ptyprocess"
)
"""Modules whose classes act on the machine or the network."""

_DOTTED = late.compile(r"[A-Za-z_]\w*([.:][A-Za-z_]\w*)+", re.ASCII)
_CLASS = late.compile(r"_?[A-Z]\w*", re.ASCII)


def is_name(text: object) -> bool:
    """Whether a text is shaped as a dotted Python name."""
    return isinstance(text, str) and len(text) <= 300 and bool(_DOTTED.fullmatch(text))


def is_class(text: str) -> bool:
    """Whether a dotted name ends as classes are named."""
    return bool(_CLASS.fullmatch(text.replace(":", ".").rpartition(".")[2]))


def standing(name: str) -> Standing:
    """Whether instantiating a name is inert, acts on the machine, is some function, or is an open question."""
    name = name.strip().replace(":", ".")
    if name in FUNCTIONS and name not in _RESOLVERS:
        return "inert"
    parts = name.split(".")
    if name in _RESOLVERS or any(part.startswith("__") for part in parts):
        return "acts"
    if parts[0] in _STANDARD or ".".join(parts[:2]) in _STANDARD:
        return "acts"
    if name.startswith(_FUNCTIONS_OF) and not _ACTING.search(name):
        return "inert"
    if not is_class(name):
        return "acts" if "." in name and _ACTING.search(name) else "code"
    if _ACTING_CLASS.search(name):
        return "acts"
    return "inert" if name.startswith(LIBRARIES) else "open"


def acts_by_name(name: str) -> bool:
    """Whether a library's name is one of those that load, fetch or run."""
    return bool(_ACTING.search(name))
