"""Where further values come from: pictures and sounds, archives, requests to a server, files of other packages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from guildmark.python_code import words
from guildmark.python_code.values import (
    ASKED,
    COMPUTED,
    DECODED,
    FILE,
    OTHERS,
    SECRET,
    UNSEEN,
    WALKED,
    Value,
    texts,
    union,
)

if TYPE_CHECKING:
    from guildmark.python_code.expressions import Expressions

_PICTURES: Final = (
    *("PIL.Image.open", "wave.open", "cv2.imread", "imageio.imread", "imageio.v2.imread", "imageio.v3.imread"),
    *("soundfile.read", "scipy.io.wavfile.read", "pygame.image.load", "matplotlib.image.imread"),
)
_ARCHIVES: Final = ("tarfile.open", "tarfile.TarFile", "zipfile.ZipFile", "tarfile.TarFile.open")
_PACKS: Final = ("tarfile.open().add", "tarfile.TarFile().add", "zipfile.ZipFile().write", "shutil.make_archive")
_PACKERS: Final = ("struct.pack", "array.array().tobytes", "builtins.int.to_bytes")
_COPIES: Final = ("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move")
_FINDS: Final = ("importlib.util.find_spec", "importlib.metadata.files", "inspect.getsourcefile", "inspect.getfile")
PATHS: Final = (
    "os.path.join",
    "os.path.expanduser",
    "os.path.expandvars",
    "pathlib.Path",
    "os.path.abspath",
    "builtins.str",
    "os.fspath",
    "pathlib.PurePath",
    "glob.glob",
    "os.listdir",
    "os.walk",
    "os.scandir",
)
PLACES_OF_PACKAGES: Final = (
    "sysconfig.get_path",
    "sysconfig.get_paths",
    "site.getsitepackages",
    "site.getusersitepackages",
    "distutils.sysconfig.get_python_lib",
)
_WRITES: Final = frozenset("wax+")


def of(tracer: "Expressions", name: str, given: list[Value], keywords: dict[str, Value], base: Value) -> Value | None:
    """The value of a call, where it is one of those; None elsewhere."""
    first = given[0] if given else UNSEEN
    if name in _PICTURES:
        return Value(tags=union(given) | {FILE, DECODED})
    if name in _ARCHIVES:
        held = keywords.get("fileobj", first)
        return Value(name=f"{name}()", tags=held.tags, items=(held,), origin=held.origin)
    if name in _PACKS and given:
        _packed(tracer, name, given, base)
    if name in _PACKERS or (name.endswith(".to_bytes") and isinstance(base.text, int)):
        return Value(tags=union(given) | {COMPUTED})
    if name in _COPIES and len(given) > 1:
        _copied(tracer, given[0], given[1])
    if name.startswith("builtins.__dict__.") and name.endswith((".items", ".values")):
        return Value(tags=frozenset((WALKED,)))
    if name in _FINDS:
        return Value(name=f"{name}()", tags=frozenset((OTHERS,)))
    if isinstance(first.text, str) and first.text.startswith("HTTP_") and name.endswith(("environ.get", "")):
        return Value(tags=frozenset((ASKED,))) if not name.startswith("os.") else None
    return None


def _copied(tracer: "Expressions", source: Value, place: Value) -> None:
    """A copy of a file of credentials is one, too."""
    if SECRET in source.tags or any(words.SECRET_PLACE.search(text[:2_000]) for text in texts(source)):
        mark(tracer, place, SECRET)
        for text in texts(place)[:5]:
            tracer.fetched[text] = SECRET


def _packed(tracer: "Expressions", name: str, given: list[Value], base: Value) -> None:
    """An archive that credentials are put into is one of credentials, and so is its file."""
    place = given[2] if name == "shutil.make_archive" and len(given) > 2 else given[0]
    if not (SECRET in place.tags or any(words.SECRET_PLACE.search(text[:2_000]) for text in texts(place))):
        return
    for held in (base, *(base.items or ()), *(given[:1] if name == "shutil.make_archive" else ())):
        mark(tracer, held, SECRET)
        for text in texts(held)[:5]:
            tracer.fetched[text] = SECRET


def mark(tracer: "Expressions", value: Value, *tags: str) -> None:
    """The variable from which a value came holds what these tags say from now on."""
    import ast

    if isinstance(value.origin, ast.Name):
        for names in (tracer.globals, tracer.inner):
            if value.origin.id in names:
                names[value.origin.id] = names[value.origin.id].tagged(*tags)


def is_for_writing(name: str, given: Sequence[Value], keywords: dict[str, Value]) -> bool:
    """Whether a call opens a file to write to it."""
    path_first = name in ("builtins.open", "io.open", "codecs.open")
    mode = keywords.get("mode", given[1] if path_first and len(given) > 1 else UNSEEN)
    if not path_first and given:
        mode = given[0]
    return isinstance(mode.text, str) and len(mode.text) < 4 and not _WRITES.isdisjoint(mode.text)


def opened(tracer: "Expressions", place: Value) -> Value:
    sought = any(words.SECRET_PLACE.search(text[:2_000]) for text in texts(place)) or SECRET in place.tags
    fetched = {tracer.fetched[text] for text in texts(place) if text in tracer.fetched}
    tags = place.tags | {FILE} | fetched | ({SECRET} if sought else frozenset())
    return Value(name="file", tags=tags, items=(place,), origin=place.origin)


def place_of(name: str, *, home: bool) -> str:
    """What stands for a place: a path, the home, or the many paths that a search gives."""
    if name in ("glob.glob", "os.listdir", "os.walk", "os.scandir"):
        return "paths"
    return "pathlib.Path()" if name == "pathlib.Path" else "home" if home else ""
