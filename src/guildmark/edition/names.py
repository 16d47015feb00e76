"""Which entry a model's name means: names are brought to one form, and a hand-made table says what else is the same."""

import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import field

from guildmark import late
from guildmark.edition.records import Entry, Id, Name
from guildmark.errors import AskedWrongly
from guildmark.records import Record

FILE = "names.toml"
LARGEST = 1 << 20
LONGEST_ID = 100
_PLUS = late.compile(r"\++")
_APART = late.compile(r"[^a-z0-9]+")
_ORGANISATION = late.compile(r"^[^\s/]+/(?=[^\s/]+$)")
_SPACES = late.compile(r"\s+")


class Model(Record, frozen=True):
    """A model of the table: how it is written, who made it, which other names are it."""

    name: Name
    maker: str = ""
    also: tuple[Name, ...] = ()


class Table(Record, frozen=True):
    """`families` are beginnings of names and how we write them, `endings` say how weights are packed and nothing
    else, `makers` are organisations and how we write them. A name with its organisation is that one's model alone."""

    families: dict[Id, Id] = field(default_factory=dict)
    endings: tuple[Id, ...] = ()
    makers: dict[str, Name] = field(default_factory=dict)
    models: dict[Id, Model] = field(default_factory=dict)


class About(NamedTuple):
    """What a reporter says of a model besides its values."""

    name: str
    maker: str = ""
    shown: str = ""
    says: str = ""
    homepage: str = ""
    purl: str = ""
    modalities: tuple[str, ...] = ()


class Names:
    """Gives names their entries."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ids: dict[str, str] = {}
        for id, model in table.models.items():
            for name in (id, *model.also):
                written = slug(name) if "/" in name else self._plain(name)
                known = self._ids.setdefault(written, id)
                if known != id:
                    raise AskedWrongly(f"{FILE}: {name!r} is said of {known} and of {id}", "a name means one model")

    def id(self, name: str) -> str:
        """The id of the entry that `name` means; of a name that the table does not have, the name in one form."""
        whole = self._ids.get(slug(name)) if "/" in name else None
        plain = self._plain(name)
        return whole or self._ids.get(plain, plain)

    def maker(self, name: str) -> str:
        """An organisation as we write it."""
        name = _SPACES.sub(" ", name).strip()
        return self._table.makers.get(name, name)

    def entry(self, about: About) -> Entry:
        """The entry of a model that others report on. An address that names another model is none of it: sources
        copy them from line to line."""
        id = self.id(about.name)
        known = self._table.models.get(id)
        elsewhere = bool(about.purl) and self.id(about.purl.removeprefix("pkg:huggingface/")) != id
        on_the_hub = about.homepage.startswith("https://huggingface.co/")
        shown = about.shown or _ORGANISATION.sub("", about.name)
        return Entry(
            id=id,
            kind="model",
            name=known.name if known else _SPACES.sub(" ", shown).strip(),
            category="reported",
            says=about.says,
            purl="" if elsewhere else about.purl,
            homepage="" if elsewhere and on_the_hub else about.homepage,
            maker=(known.maker if known else "") or self.maker(about.maker),
            modalities=about.modalities,
        )

    def _plain(self, name: str) -> str:
        plain = slug(_ORGANISATION.sub("", name.strip()))
        for ending in self._table.endings:
            plain = plain.removesuffix(f"-{ending}")
        for written, ours in self._table.families.items():
            if plain == written or plain.startswith(f"{written}-"):
                return ours + plain.removeprefix(written)
        return plain


def slug(name: str) -> str:
    """A name in lower case, digits and `-`; raises AskedWrongly where nothing is left of it, or too much.

    Accents fall away, and `+` is spelled, for CodeT5 is not CodeT5+."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    id = _APART.sub("-", _PLUS.sub("-plus-", bare)).strip("-")
    if not id or len(id) > LONGEST_ID:
        raise AskedWrongly(f"{name[:120]!r} cannot be the name of an entry", f"say in {FILE} which model it is")
    return id


def read(folder: Path | str) -> Names:
    """The table of a catalog's folder; raises AskedWrongly where it cannot be read."""
    path = Path(folder, FILE)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise AskedWrongly(f"{path} is larger than {LARGEST} bytes", "a table of names is smaller")
        return Names(msgspec.convert(tomllib.loads(data.decode()), Table))
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give the folder of the catalog") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise AskedWrongly(f"{path}: {error}", "see docs/how-to/the-catalog.md") from error


def merge(first: Entry, other: Entry) -> Entry:
    """Two reports' entries of one model: what the first leaves open, the other fills in."""
    gaps: Mapping[str, object] = {
        name: getattr(other, name)
        for name in ("says", "homepage", "maker", "modalities", "languages", "purl")
        if not getattr(first, name)
    }
    return msgspec.structs.replace(first, **gaps)
