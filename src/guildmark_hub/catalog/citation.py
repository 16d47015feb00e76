"""How to cite an assessment: the Citation File Format 1.2.0, and BibTeX. Pure."""

import json
import re
from typing import Any

from guildmark import plain
from guildmark_hub.catalog.cited import Cited

AUTHOR = "The Guildmark maintainers"
_SPECIAL = re.compile(r"[\\{}$&#_%~^]")
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_KEY = re.compile(r"[^a-z0-9-]+")


def title(one: Cited) -> str:
    """What is cited."""
    return f"Assessment of {plain.name(one.name)} {plain.name(one.version, 60)}"


def cff(one: Cited) -> str:
    """A CITATION.cff; every value is written as JSON, which YAML 1.2 contains."""
    subject: dict[str, Any] = {
        "type": "data" if one.kind == "dataset" else "software",
        "title": plain.name(one.name),
        "version": plain.name(one.version, 60),
        "authors": [{"name": plain.name(one.maker or f"the makers of {one.name}")}],
        **({"url": one.homepage} if one.homepage.startswith(("http://", "https://")) else {}),
    }
    lines = {
        "cff-version": "1.2.0",
        "message": "Cite the assessment by its digest: the same digest, the same findings.",
        "type": "dataset",
        "title": f"{title(one)} (Guildmark catalog)",
        "authors": [{"name": AUTHOR}],
        "version": plain.name(one.edition),
        "date-released": one.made_at[:10],
        **({"url": one.page} if one.page else {}),
        "identifiers": [
            {"type": "other", "value": one.assessment, "description": "The digest of the assessment"},
            {"type": "other", "value": f"sha256:{one.edition_sha256}", "description": "The digest of the edition"},
        ],
        "references": [subject],
    }
    return "".join(f"{key}: {_yaml(value)}\n" for key, value in lines.items())


def _yaml(value: Any) -> str:
    return plain.visible(json.dumps(value, ensure_ascii=False))


def bibtex(one: Cited) -> str:
    """A BibTeX record."""
    key = _KEY.sub("-", f"guildmark-{one.id}-{one.version}".lower()).strip("-")
    note = f"Assessment {one.assessment}, edition {plain.name(one.edition)}, sha256:{one.edition_sha256}"
    fields = {
        "author": f"{{{_latex(AUTHOR)}}}",
        "title": f"{{{_latex(title(one))}}}",
        "year": one.made_at[:4],
        "month": str(int(one.made_at[5:7])),
        "howpublished": "Guildmark catalog",
        "note": _latex(note),
        **({"url": one.page} if one.page else {}),
    }
    inside = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{key},\n{inside}}}\n"


def _latex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _LATEX.get(found[0], f"\\{found[0]}"), plain.visible(text))
