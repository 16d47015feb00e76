"""What licences are called, and which of them are open: SPDX's list, names and expressions; no text is looked at."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from guildmark import late

OPEN_DATA = frozenset(
    {"CC0-1.0", "CC-BY-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-2.5-AU", "CC-BY-3.0", "CC-BY-3.0-AT", "CC-BY-3.0-AU"}
    | {"CC-BY-3.0-DE", "CC-BY-3.0-IGO", "CC-BY-3.0-NL", "CC-BY-3.0-US", "CC-BY-4.0", "CC-BY-SA-1.0", "CC-BY-SA-2.0"}
    | {"CC-BY-SA-2.0-UK", "CC-BY-SA-2.1-JP", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-3.0-AT", "CC-BY-SA-4.0"}
    | {"CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "ODC-PDDL-1.0", "ODC-By-1.0", "ODbL-1.0"}
    | {"GFDL-1.3", "OGL-Canada-2.0", "OGL-UK-2.0", "OGL-UK-3.0"}
)
"""The 31 ids that the Model Openness Tool counts as open data, as it writes them (`LicenseHandler.php`)."""
OPENMDW = frozenset({"OpenMDW-1.0"})
_CORRECTED = frozenset({"PDDL-1.0"})
Refusal = Literal["barred", "unstated", "unnamed", ""]
"""No licence: nobody may use it; nothing is stated; there is one, of which the name is not said."""
REFUSALS: tuple[Refusal, ...] = ("barred", "unstated", "unnamed")
LONGEST = 200
"""Words longer than this are no name."""
_FAMILIES = frozenset({"apache", "bsd", "gpl", "lgpl", "agpl"})
_SPDX_ADDRESS = late.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]{1,60}?)(?:\.html)?/?$")
_OSI_ADDRESS = late.compile(
    r"https?://(?:www\.)?opensource\.org/licen[sc]es?/([A-Za-z0-9.+-]{1,60}?)(?:\.php|\.html)?/?$"
)
_COMMONS = late.compile(
    r"https?://creativecommons\.org/(?:licenses/([a-z-]{2,11})|publicdomain/(zero))/([0-9.]{3})(/|$)"
)
_APACHE = late.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-2\.0(?:\.txt|\.html)?/?$")


class Flags(NamedTuple):
    """What SPDX's list says of a licence."""

    id: str
    name: str
    osi: bool
    fsf: bool
    deprecated: bool


class Named(NamedTuple):
    """A licence known by its name; `open` is None where the name stands for several that differ."""

    id: str
    open: bool | None


class Judged(NamedTuple):
    """An expression in its canonical form (None: it is none), and whether what it offers is open."""

    expression: str | None
    open: bool | None
    ids: tuple[str, ...]
    says: str


def flags(id: str) -> Flags | None:
    """SPDX's flags of an id, written exactly as SPDX writes it; None where it lists no such id."""
    return _list().get(id)


def is_open(id: str) -> bool:
    """The Model Openness Tool's rule, on one exact id: OSI approved, free by the FSF, open data, or OpenMDW-1.0."""
    known = flags(id)
    return bool(known and (known.osi or known.fsf)) or id in OPEN_DATA or id in OPENMDW


def is_open_corrected(id: str) -> bool:
    """The same, with PDDL-1.0, which the tool lists under an id that does not exist."""
    return is_open(id) or id in _CORRECTED


def of_name(words: str) -> Named | None:
    """The licence that a name, a tag, a trove classifier or an address stands for."""
    words = words.strip()
    if len(words) > LONGEST:
        return None
    words = _from_address(words.rpartition("::")[2].strip() if words.startswith("License ::") else words)
    plain = _plain(words)
    id = _list_by_plain().get(plain) or _aliases().get(plain) or _aliases().get(plain.removeprefix("licenseref-"))
    if id is not None:
        return Named(id, is_open_corrected(id))
    for kind, is_it in (("open", True), ("closed", False), ("unsure", None)):
        if plain in _told()["families"][kind]:
            return Named(plain, is_it)
    if re.fullmatch(r"licenseref-[a-z0-9.-]+", words.lower()):
        return Named(words, None)
    return None


def refusal(words: str) -> Refusal:
    """How a declaration names no licence; empty where it may name one."""
    plain = _plain(words)
    return next((how for how in REFUSALS if plain in _told()["refusals"][how]), "")


def refuses(words: str) -> bool:
    """Whether a declaration says that there is no licence, or none that it names."""
    return bool(refusal(words))


def title(head: str) -> str | None:
    """The id that a text's first words name, of those licences of which we hold no fingerprint."""
    head = re.sub(r"[^a-z0-9.+-]+", " ", head.lower())
    found = [known for known in _told()["titles"] if re.search(rf"(?<![\w.-]){re.escape(known)}(?![\w-])", head)]
    return _told()["titles"][max(found, key=len)] if found else None


def same(one: str, other: str) -> bool:
    """The same licence, but for case and for `only` or `or later`."""
    one, other = (re.sub(r"(-only|-or-later|\+)$", "", id, flags=re.IGNORECASE).lower() for id in (one, other))
    return one == other


def of_family(family: str, id: str) -> bool:
    """Whether a licence is one of those that share a name: BSD, GPL, OSI Approved."""
    plain = _plain(family)
    if plain == "osi approved":
        return open_id(id) is not False
    short = _short(plain)
    return id.lower().startswith(f"{short}-") or _short(_plain(id)) == short


def _short(plain: str) -> str:
    """A family's name as its ids begin: `bsd` for "bsd license"."""
    words = plain.replace("creative commons", "cc").split()
    return next((word for word in words if word in _FAMILIES), "-".join(words))


def judge(expression: str) -> Judged:
    """Whether an SPDX expression, or a name, offers an open licence: OR takes the best, AND the worst."""
    words = _from_address(expression.strip())
    if len(words) <= LONGEST and words.count("(") <= 10 and (parsed := _canonical(words)):
        tokens = re.findall(r"[()]|[^\s()]+", parsed)
        is_it, rest = _either(tokens)
        ids = tuple(dict.fromkeys(_ids(tokens)))
        if not rest:
            return Judged(parsed, is_it, ids, _says(ids, is_it))
    named = of_name(expression)
    if named:
        return Judged(named.id, named.open, (named.id,), _says((named.id,), named.open))
    return Judged(None, None, (), f"{expression[:80]!r} is neither an SPDX expression nor a licence that we know")


def _says(ids: tuple[str, ...], is_it: bool | None) -> str:
    told = {True: "open", False: "not open", None: "not known to be open or not"}[is_it]
    return f"{', '.join(ids)}: {told}"


def _canonical(words: str) -> str | None:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(words))
    except InvalidLicenseExpression:
        return None


def _either(tokens: list[str]) -> tuple[bool | None, list[str]]:
    value, rest = _both(tokens)
    while rest[:1] == ["OR"]:
        other, rest = _both(rest[1:])
        value = True if True in (value, other) else None if None in (value, other) else False
    return value, rest


def _both(tokens: list[str]) -> tuple[bool | None, list[str]]:
    value, rest = _one(tokens)
    while rest[:1] == ["AND"]:
        other, rest = _one(rest[1:])
        value = False if False in (value, other) else None if None in (value, other) else True
    return value, rest


def _one(tokens: list[str]) -> tuple[bool | None, list[str]]:
    if not tokens:
        return None, []
    if tokens[0] == "(":
        value, rest = _either(tokens[1:])
        return value, rest[1:]
    id, rest = tokens[0], tokens[1:]
    value = open_id(id)
    return (value, rest[2:]) if rest[:1] == ["WITH"] else (value, rest)


def open_id(id: str) -> bool | None:
    """Whether an id, with `+` or in a LicenseRef, is an open licence's; None where we do not know it."""
    if flags(id) or id in OPENMDW:
        return is_open_corrected(id)
    if id.endswith("+"):
        return open_id(id[:-1])
    named = of_name(id)
    return named.open if named else None


def _ids(tokens: list[str]) -> list[str]:
    kept = [one for number, one in enumerate(tokens) if number == 0 or tokens[number - 1] != "WITH"]
    return [one for one in kept if one not in ("AND", "OR", "WITH", "(", ")")]


def _from_address(words: str) -> str:
    if (found := _SPDX_ADDRESS.match(words)) or (found := _OSI_ADDRESS.match(words)):
        return found[1]
    if commons := _COMMONS.match(words):
        return f"CC0-{commons[3]}" if commons[2] else f"CC-{commons[1].upper()}-{commons[3]}"
    return "Apache-2.0" if _APACHE.match(words) else words


def _plain(words: str) -> str:
    return re.sub(r"[\s(),\"']+", " ", words.lower()).strip()


@cache
def _list() -> dict[str, Flags]:
    """SPDX's list, from spdx.tsv: id, flags (o: OSI approved, f: free by the FSF, d: deprecated), name."""
    lines = Path(__file__).with_name("spdx.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {id: Flags(id, name, "o" in signs, "f" in signs, "d" in signs) for id, signs, name in rows}


@cache
def _list_by_plain() -> dict[str, str]:
    ids = {id.lower(): id for id in _list()}
    return {_plain(known.name): known.id for known in _list().values() if not known.deprecated} | ids


@cache
def _aliases() -> dict[str, str]:
    told = _told()
    known = {_plain(name): id for id, names in told["aliases"].items() for name in names}
    ids = [*told["aliases"], *told["titles"].values()]
    return {id.lower().removeprefix("licenseref-"): id for id in ids} | known


@cache
def _told() -> dict[str, Any]:
    import tomllib  # a scan asks for no licence

    return tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))
