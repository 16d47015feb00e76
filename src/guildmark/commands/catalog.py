"""Make an edition of the catalog: the file that a hub shows.

check   say whether the catalog's folder holds together
vet     assess every release that the entries name; run it again and it goes on where it was stopped
import  take in what others publish of models; of all reporters where none is named
build   write entries, assessments and reported values into one file

What is vetted and imported is kept in a folder of the cache, or where --into says. Published data are found in
GUILDMARK_MIRROR, a list of folders, else in ../shared/data, and only read where their sha256 is the published one."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from guildmark import commands, leaves, plain
from guildmark.commands._progress import Progress
from guildmark.download import now, user_cache
from guildmark.edition import building, entries, imports, mirror, names
from guildmark.edition.entries import Catalog
from guildmark.edition.records import SCHEMA, Header
from guildmark.edition.writing import write
from guildmark.errors import AskedWrongly
from guildmark.series import Done, How, Wanted, vet_all
from guildmark.version import MADE_BY

FOLDER = "catalog"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    acts = parser.add_subparsers(title="what to do", dest="act", metavar="ACT", required=True)
    check = acts.add_parser("check", help="say whether the catalog's folder holds together")
    vet = acts.add_parser("vet", help="assess every release that the entries name")
    take = acts.add_parser("import", help="take in what others publish of models")
    build = acts.add_parser("build", help="write the edition")
    for act in (check, vet, take, build):
        act.add_argument("--catalog", metavar="DIR", default=FOLDER, help="the catalog's folder (default: catalog)")
    for act in (vet, take, build):
        act.add_argument("--into", metavar="FOLDER", help="where what is vetted and imported is kept")
        act.add_argument("--quiet", action="store_true", help="no progress, and no word of what was done")
    for act in (vet, build):
        act.add_argument("--only", nargs="+", default=[], metavar="ID", help="these entries alone")
    vet.add_argument("--jobs", type=int, default=2, metavar="N", help="how many at a time (default: 2)")
    vet.add_argument("--anew", action="store_true", help="also what is known from before")
    commands.limit_argument(vet)
    take.add_argument("reporters", nargs="*", metavar="REPORTER", help=", ".join(leaves.names(imports.SHELF)))
    build.add_argument("-o", "--output", required=True, metavar="FILE", help="the edition's file")
    build.add_argument("--name", metavar="NAME", help="what the edition is called (default: its year and month)")


def run(asked: argparse.Namespace) -> int:
    """Do one of the four; 0 where all went well, 3 where a release could not be vetted."""
    return {"check": _check, "vet": _vet, "import": _import, "build": _build}[asked.act](asked)


def _check(asked: argparse.Namespace) -> int:
    catalog = entries.read(asked.catalog)
    names.read(asked.catalog)
    list(building.wanted(catalog.entries))
    counts = {kind: sum(entry.kind == kind for entry in catalog.entries) for kind in ("tool", "model")}
    releases = sum(len(entry.releases) for entry in catalog.entries)
    found = f"{plain.counted(counts['tool'], 'tool')} and {plain.counted(counts['model'], 'model')}"
    print(f"{found} in {len(catalog.categories)} categories, with {plain.counted(releases, 'release')}")
    return 0


def _vet(asked: argparse.Namespace) -> int:
    if asked.jobs < 1:
        raise AskedWrongly(f"--jobs {asked.jobs} makes no sense", "give how many processes there may be")
    wanted = [*building.wanted(_catalog(asked).entries)]
    how = How(
        snapshot=commands.advisories_folder(),
        cache=os.environ.get("GUILDMARK_CACHE"),
        jobs=asked.jobs,
        limits=commands.read_limits(asked.limit),
        anew=asked.anew,
    )
    done: list[Done] = []
    with Progress(quiet=asked.quiet) as progress:

        def tell(one: Wanted, stage: str) -> None:
            progress.subjects(f"{one.where} {stage}", len(done), len(wanted))

        with closing(vet_all(wanted, _into(asked) / building.VETTED, how, tell)) as found:
            for one in found:
                done.append(one)
                progress.subjects(one.wanted.where, len(done), len(wanted))
    failed = [one for one in done if one.error]
    for one in failed:
        print(f"{one.wanted.where} could not be vetted: {one.error}", file=sys.stderr)
    kept = sum(one.kept for one in done)
    vetted = plain.counted(len(done) - len(failed), "release")
    were = "was" if len(failed) == 1 else "were"
    _say(asked, f"{vetted} vetted, {kept} of them known from before; {len(failed)} {were} not")
    return 3 if failed else 0


def _import(asked: argparse.Namespace) -> int:
    place = mirror.find(os.environ.get(mirror.VARIABLE))
    table = names.read(asked.catalog)
    for reporter in asked.reporters or leaves.names(imports.SHELF):
        models, values = imports.take_in(reporter, place, table, _into(asked), now())
        _say(asked, f"{reporter}: {values} values of {models} models, reported and not checked by us")
    return 0


def _build(asked: argparse.Namespace) -> int:
    catalog = _catalog(asked)
    made_at = now()
    name = asked.name or f"{made_at[:4]}.{int(made_at[5:7])}"
    end = write(asked.output, Header(SCHEMA, name, MADE_BY, made_at), building.parts(catalog, _into(asked)))
    _say(asked, f"the edition {name} is in {asked.output}: {end.lines + 1} lines, sha256 {end.sha256}")
    return 0


def _catalog(asked: argparse.Namespace) -> Catalog:
    return building.only(entries.read(asked.catalog), asked.only)


def _into(asked: argparse.Namespace) -> Path:
    return Path(asked.into) if asked.into else Path(os.environ.get("GUILDMARK_CACHE") or user_cache(), FOLDER)


def _say(asked: argparse.Namespace, words: str) -> None:
    if not asked.quiet:
        print(words)
