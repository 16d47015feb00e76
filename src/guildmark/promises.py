"""What a file's name promises its bytes to be; only two checks compare the two, and bytes decide."""

from guildmark.file import File

PROMISED = {
    ".safetensors": ("safetensors",),
    ".gguf": ("gguf",),
    ".onnx": ("onnx",),
    "saved_model.pb": ("saved_model", "graph_def"),
    ".npy": ("npy",),
    ".npz": ("zip",),
    ".h5": ("hdf5",),
    ".hdf5": ("hdf5",),
    ".tflite": ("tflite",),
    ".whl": ("wheel",),
    ".zip": ("zip", "wheel", "torch_zip", "torch_package"),
    ".tar.gz": ("tar", "sdist", "npm_package"),
    ".tgz": ("tar", "sdist", "npm_package"),
    **dict.fromkeys((".pth.tar", ".pt.tar", ".ckpt.tar"), ("torch_zip", "pickle", "tar")),
    ".tar": ("tar", "sdist"),
    ".7z": ("sevenzip",),
    ".mlmodel": ("coreml",),
    "keras_metadata.pb": ("keras_metadata",),
    ".pkl": ("pickle", "compressed", "torch_zip"),
    ".pickle": ("pickle", "compressed", "torch_zip"),
    ".joblib": ("pickle", "compressed"),
    ".pt": ("torch_zip", "torch_package", "pickle"),
    ".pth": ("torch_zip", "torch_package", "pickle", "text"),
}

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
"""How a file begins that only says where Git LFS keeps the real one."""


def promised(file: File) -> tuple[str, ...]:
    """The formats that the file's name allows; empty where it promises none."""
    name = file.name.lower()
    return next((formats for ending, formats in PROMISED.items() if name.endswith(ending)), ())


def is_pointer(file: File) -> bool:
    """Whether the file only points at bytes that are elsewhere."""
    return file.readable and file.contents.at(0, len(LFS_POINTER)) == LFS_POINTER
