"""Without a licence nobody may use, change or pass on a work; two that disagree are no better than none."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late, papers
from guildmark.check import check, failed, passed, unknown
from guildmark.papers import Declared
from guildmark.records import Finding
from guildmark.subject import Subject

REFUSALS = {"unlicensed", "proprietary", "none", "no license", "no licence", "unknown", "other", "n/a", "na", "tbd", ""}
REFUSALS |= {"all rights reserved", "other/proprietary license", "commercial", "closed", "null"}

# The Hub's identifiers that SPDX does not list (huggingface/hub-docs, docs/hub/repositories-licenses.md).
HUB = {
    *("openrail", "openrail++", "bigscience-openrail-m", "creativeml-openrail-m", "bigscience-bloom-rail-1.0"),
    *("bigcode-openrail-m", "bsd", "c-uda", "cc", "gfdl", "gpl", "lgpl", "lgpl-lr", "odbl", "odc-by", "pddl"),
    *("deepfloyd-if-license", "fair-noncommercial-research-license", "llama2", "llama3", "llama3.1", "llama3.2"),
    *("llama3.3", "llama4", "gemma", "apple-ascl", "apple-amlr", "intel-research", "h-research", "openmdw-1.0"),
    *(
        "grok2-community",
        "bigscience-rail-1.0",
        "stabilityai-ai-community",
        "qwen",
        "qwen-research",
        "nvidia-open-model",
    ),
}

# How people write well-known licences in free text and in trove classifiers.
ALIASES = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache",
    "apache software license 2.0": "Apache-2.0",
    "mit license": "MIT",
    "mit no attribution license mit-0": "MIT-0",
    "the mit license": "MIT",
    "expat": "MIT",
    "bsd license": "BSD",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "isc license iscl": "ISC",
    "mozilla public license 2.0 mpl 2.0": "MPL-2.0",
    "mpl 2.0": "MPL-2.0",
    "the unlicense unlicense": "Unlicense",
    "python software foundation license": "PSF-2.0",
    "gplv2": "GPL-2.0",
    "gplv3": "GPL-3.0",
    "gnu gplv3": "GPL-3.0",
    "lgplv3": "LGPL-3.0",
    "agplv3": "AGPL-3.0",
    "gnu general public license gpl": "GPL",
    "gnu general public license v2 gplv2": "GPL-2.0",
    "gnu general public license v2 or later gplv2+": "GPL-2.0",
    "gnu general public license v3 gplv3": "GPL-3.0",
    "gnu general public license v3 or later gplv3+": "GPL-3.0",
    "gnu lesser general public license v3 lgplv3": "LGPL-3.0",
    "gnu lesser general public license v3 or later lgplv3+": "LGPL-3.0",
    "gnu affero general public license v3": "AGPL-3.0",
    "gnu affero general public license v3 or later agplv3+": "AGPL-3.0",
    "cc0 1.0 universal cc0 1.0 public domain dedication": "CC0-1.0",
    "public domain": "public domain",
    "cc by 4.0": "CC-BY-4.0",
    "cc by-nc 4.0": "CC-BY-NC-4.0",
    "creative commons attribution 4.0 international": "CC-BY-4.0",
    "osi approved": "OSI",
}
TEXT = 200
"""A licence field longer than this holds a licence's text."""
_SPDX_ADDRESS = late.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]{1,60}?)(\.html)?/?$")
_COMMONS = late.compile(r"https?://creativecommons\.org/(?:licenses/([a-z-]{2,11})|publicdomain/(zero))/([0-9.]{3})/?")


class _Meant(NamedTuple):
    """What a declaration means: licences' ids, a refusal of any, or (neither) words that we do not know."""

    declared: Declared
    ids: frozenset[str]
    refuses: bool = False


@check(
    applies_to="model dataset tool",
    remedy="State one licence, the same everywhere: `license: apache-2.0` in the card's front matter, or"
    ' `license = "Apache-2.0"` under [project] in pyproject.toml (an SPDX expression). For a licence'
    " without an SPDX id write `license: other`, `license_name` and `license_link`.",
    bears_on="ship",
)
def licence_declared(subject: Subject) -> Iterator[Finding]:
    """Do the papers declare a licence, and the same one everywhere?"""
    meant = [_meaning(one) for one in papers.declared_licences(subject)]
    named = [one for one in meant if one.ids]
    refused = [one for one in meant if one.refuses]
    if not meant:
        yield from papers.missing(subject, "no paper declares a licence")
    elif refused:
        words = ", ".join(sorted({repr(one.declared.value) for one in refused}))
        yield failed(f"the declared licence {words} lets nobody use it", *(one.declared.evidence() for one in meant))
    elif clash := _clash(named):
        one, other = clash
        yield failed(
            f"{one.declared.file.path} declares {_shown(one)}, {other.declared.file.path} {_shown(other)}",
            one.declared.evidence(),
            other.declared.evidence(),
        )
    elif named:
        yield passed(f"the licence is {_shown(named[0])}", *(one.declared.evidence() for one in named))
    else:
        yield from _words_only(meant)


def _words_only(meant: list[_Meant]) -> Iterator[Finding]:
    longest = max((one.declared for one in meant), key=lambda declared: len(declared.value))
    if len(longest.value) > TEXT:
        yield passed("the licence is declared by its text, without a name", longest.evidence())
    else:
        yield unknown(f"the declared licence {longest.value!r} is none that we know", longest.evidence())


def _shown(meant: _Meant) -> str:
    return " and ".join(sorted(meant.ids)) if len(meant.declared.value) > TEXT else meant.declared.value


def _meaning(declared: Declared) -> _Meant:
    words = declared.value.strip()
    if words.lower().startswith("other: "):
        return _Meant(declared, frozenset([f"LicenseRef-{words[7:]}"]))
    plain = re.sub(r"[\s(),\"']+", " ", words.lower()).strip()
    if plain in REFUSALS:
        return _Meant(declared, frozenset(), refuses=True)
    if plain in HUB or plain.removeprefix("licenseref-") in HUB:
        return _Meant(declared, frozenset([plain.removeprefix("licenseref-")]))
    if plain in ALIASES:
        return _Meant(declared, frozenset([ALIASES[plain]]))
    return _Meant(declared, _expression(_from_address(words)))


def _from_address(words: str) -> str:
    """An SPDX id, where the words are an address that stands for one; else the words."""
    if spdx := _SPDX_ADDRESS.match(words):
        return spdx[1]
    if commons := _COMMONS.match(words):
        return f"CC0-{commons[3]}" if commons[2] else f"CC-{commons[1].upper()}-{commons[3]}"
    return words


def _expression(words: str) -> frozenset[str]:
    """The ids of an SPDX expression; empty where it is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if len(words) > TEXT or words.count("(") > 10:
        return frozenset()
    try:
        canonical = canonicalize_license_expression(words)
    except InvalidLicenseExpression:
        return frozenset()
    tokens = re.sub(r" WITH \S+", "", canonical).replace("(", " ").replace(")", " ").split()
    return frozenset(token for token in tokens if token not in ("AND", "OR"))


def _clash(named: list[_Meant]) -> tuple[_Meant, _Meant] | None:
    """Two files whose declarations do not fit each other: neither's licences are among the other's."""
    files: dict[str, list[_Meant]] = {}
    for one in named:
        files.setdefault(f"{one.declared.file.path} {one.declared.at}", []).append(one)
    sets = [(ones[0], frozenset().union(*(one.ids for one in ones))) for ones in files.values()]
    for number, (one, ids) in enumerate(sets):
        for other, others in sets[number + 1 :]:
            if not _within(ids, others) and not _within(others, ids):
                return one, other
    return None


def _within(some: frozenset[str], others: frozenset[str]) -> bool:
    return all(any(_same(one, other) for other in others) for one in some)


def _same(one: str, other: str) -> bool:
    """The same licence, or a family (BSD, GPL) and one of it."""
    one, other = (re.sub(r"(-only|-or-later|\+)$", "", id).lower() for id in (one, other))
    families = ("bsd", "gpl", "lgpl", "apache", "cc", "gfdl", "osi")
    family = any(a == "osi" or (a in families and b.startswith(f"{a}-")) for a, b in ((one, other), (other, one)))
    return one == other or family
