"""The short list of names that a pickle may hold: each rebuilds plain values and runs nothing of the file's.

Sources: the reduce methods of the standard library, numpy's `ndarray.__reduce__`, torch's list for
`weights_only` loading (torch/_weights_only_unpickler.py), joblib/numpy_pickle.py."""

from guildmark.file import File
from guildmark.formats import torch_zip
from guildmark.subject import Subject

_BUILTINS = "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple"
_STORAGES = "BFloat16 Bool Byte Char ComplexDouble ComplexFloat Double Float Half Int Long QInt32 QInt8 QUInt8 Short"
_DTYPES = (
    "bfloat16 bool complex128 complex32 complex64 float16 float32 float64 float8_e4m3fn float8_e5m2 int16 int32 int64 "
    "int8 qint32 qint8 quint8 uint16 uint32 uint64 uint8 Size Tensor device per_channel_affine per_tensor_affine "
    "strided sparse_coo"
)
_SCALARS = (
    "bool_ complex128 complex64 float16 float32 float64 int16 int32 int64 int8 longdouble str_ bytes_ "
    "uint16 uint32 uint64 uint8"
)
_REBUILDERS = (
    "_rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_tensor "
    "_rebuild_tensor_v2 _rebuild_meta_tensor_no_storage"
)

NAMES = frozenset(
    [
        *(f"{module}.{name}" for module in ("builtins", "__builtin__") for name in _BUILTINS.split()),
        *(f"torch.{name}Storage" for name in _STORAGES.split()),
        *(f"torch.{name}" for name in _DTYPES.split()),
        *(f"torch._utils.{name}" for name in _REBUILDERS.split()),
        *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
        *(f"numpy.{core}.numeric._frombuffer" for core in ("core", "_core")),
        *("numpy.ndarray", "numpy.dtype", *(f"numpy.{name}" for name in _SCALARS.split())),
        *("torch.storage.UntypedStorage", "torch.storage.TypedStorage", "torch.nn.parameter.Parameter"),
        *("torch._tensor._rebuild_from_type_v2", "torch.serialization._get_layout"),
        *("collections.OrderedDict", "collections.Counter", "collections.deque", "collections.defaultdict"),
        *("copyreg._reconstructor", "copy_reg._reconstructor", "_codecs.encode"),
        *("datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone"),
        *("decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.PurePosixPath"),
        "joblib.numpy_pickle.NumpyArrayWrapper",
    ]
)

_TORCHSCRIPT = ("__torch__.", "torch.jit._pickle.")


def is_inert(name: str, file: File, subject: Subject) -> bool:
    """Whether a pickle may name this. A TorchScript archive's own types exist in no Python module:
    its loader, written in C++, builds them and imports nothing."""
    if name in NAMES:
        return True
    if not name.startswith(_TORCHSCRIPT):
        return False
    around = (archive for archive in subject.files(format="torch_zip") if archive.path == file.archive)
    return any(torch_zip.is_torchscript(archive.contents) for archive in around)
