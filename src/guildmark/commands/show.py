"""Show one check (what it asks, why it matters, what to do), one standard (its levels in words), one benchmark (what it
asks, how it is scored, on which data, and what is known to be weak in it), one rubric (what a judge is asked), the
names that a pickle may hold (all, or those that an ID is part of), or one schema (the JSON Schema of a report, an
assessment, a verdict, an envelope, of whom one trusts, or of a signed kind of statement, as assessment.v1)."""

import argparse
import os

import msgspec

from guildmark import benchmark, check, commands, inert, rubric, scorer, standard
from guildmark.attest import Envelope, Trust, statement
from guildmark.data import Places, mirrors, open_data
from guildmark.errors import AskedWrongly, DataError
from guildmark.records import Assessment, Report, Verdict

SCHEMAS: dict[str, type[msgspec.Struct]] = {
    "assessment": Assessment,
    "envelope": Envelope,
    "report": Report,
    "trust": Trust,
    "verdict": Verdict,
    **{f"{name}.v1": kind for name, kind in statement.NAMES.items()},
}
"""Records by the names of their schemas; a kind of statement has its version, for it is signed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("what", choices=tuple(SHOWN))
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="which one; `names` needs none")


def run(asked: argparse.Namespace) -> int:
    """Print it."""
    if not asked.id and asked.what != "names":
        raise AskedWrongly(f"which {asked.what} is to be shown?", f"name it: guildmark show {asked.what} ID")
    print("\n".join(SHOWN[asked.what](asked.id)))
    return 0


def _check(id: str) -> list[str]:
    try:
        found = check.load(id)
    except KeyError:
        raise AskedWrongly(f"there is no check {id}", "see `guildmark list checks`") from None
    shelf = [standard.load(name) for name in standard.ids()]
    required = [f"{each.id}: {level.id}" for each in shelf for level in each.level if id in level.require]
    return [
        f"{found.id} (asked of: {', '.join(found.applies_to)})",
        "",
        f"Question     {found.question}",
        f"Why          {found.why}",
        f"Remedy       {found.remedy}",
        f"Required by  {', '.join(required) or 'no standard'}",
    ]


def _benchmark(id: str) -> list[str]:
    found = benchmark.load(id)
    drawn = found.sampling
    lines = [
        f"{found.id} {found.version} ({', '.join(found.covers)}; {', '.join(found.languages)})",
        "",
        f"Question     {found.question}",
        f"Why          {found.why}",
        f"Answers      {found.kind}, at most {drawn.max_tokens} tokens, after {found.shots} examples",
        f"Scored by    {found.scorer}: {scorer.load(found.scorer).says.splitlines()[0]}",
        f"Weaknesses   {found.weaknesses}",
    ]
    try:
        places = Places(mirrors(os.environ.get("GUILDMARK_MIRROR", "")), commands.cache_folder())
        count, digest = found.counted([open_data(each, places) for each in found.data])
        lines.append(f"Samples      {count:,}, {digest}")
    except DataError as error:
        lines.append(f"Samples      not counted: {error.says}")
    if found.needs:
        lines.append(f"Needs        a model that takes {', '.join(found.needs)}")
    if found.rubric:
        gold = rubric.load(found.rubric).gold
        how = f"guildmark eval JUDGE {gold} measures how far one agrees with people" if gold else "it has no gold set"
        lines.append(f"Judged by    rubric {found.rubric}, with --judge JUDGE; {how}")
    for data in found.data:
        lines += [f"Data         {data.address}", f"             sha256 {data.sha256}, {data.licence}"]
    return lines


def _rubric(id: str) -> list[str]:
    found = rubric.load(id)
    return [
        f"{found.id} {found.version}",
        "",
        f"Asks         {found.says.splitlines()[0]}",
        f"Labels       {', '.join(found.labels)}",
        f"Measured by  {found.gold or 'no gold set'}",
        f"Digest       {found.digest()}",
        "",
        found.template,
    ]


def _standard(named: str) -> list[str]:
    found = standard.find(named)
    lines = [f"{found.title} ({found.id}@{found.version}), for {', '.join(found.applies_to)}"]
    for number, level in enumerate(found.level, 1):
        needs = [*level.require, *(each.words() for each in (*level.measure, *level.people()))]
        lines += ["", f"{number}. {level.id}: {level.means}", f"   requires {', '.join(needs)}"]
    asks = found.asks or found.level[-1].id
    return [*lines, "", f"Who names no level asks for {asks}."]


def _schema(id: str) -> list[str]:
    if id not in SCHEMAS:
        raise AskedWrongly(f"there is no schema {id}", f"there are {', '.join(SCHEMAS)}")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(SCHEMAS[id])}
    return [msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()]


def _names(part: str) -> list[str]:
    found = [entry for entry in inert.entries() if not part or entry is inert.find(part) or part in str(entry.names)]
    if not found:
        raise AskedWrongly(f"no listed name is or holds {part}", "see `guildmark show names`")
    lines = []
    for entry in found:
        lines += [entry.pattern or ", ".join(entry.names), f"  {entry.sort}, written by {entry.writes}"]
        lines += [f"  why inert     {entry.why}"]
        lines += [f"  called with   {signature or '()'}" for signature in entry.call]
        lines += [f"  may stand as  {', '.join(entry.slots)}"] if entry.slots else []
        lines += [f"  holds         {key}: {kind}" for key, kind in entry.keys.items()] + [""]
    return lines[:-1]


SHOWN = {
    "benchmark": _benchmark,
    "check": _check,
    "names": _names,
    "rubric": _rubric,
    "standard": _standard,
    "schema": _schema,
}
