"""Count a ballot again, from its record: how each elector stands, the numbers, and what was decided.

BALLOT.json is what the hub's page of a ballot gives. The exit code is 0 where the record says of itself what was
counted here, or says nothing yet, and 1 where it says otherwise. Nothing is asked of any network or database."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark.records import Record, canonical
from guildmark_hub.council import record
from guildmark_hub.council.count import Stands, standing, tally
from guildmark_hub.council.record import Ballot, Tally

WORDS = {"no_objection": "no objection", "recuse": "recused", "barred": "recused", "no_quorum": "no quorum"}
NUMBERS = tuple(name for name in Tally.__struct_fields__ if name != "says")
"""What is compared: the words for it may change from one version of this program to the next."""


class Recounted(Record, frozen=True):
    """What `--format json` prints; `same` is null where the record says nothing of what was decided."""

    ballot: str
    standing: tuple[Stands, ...]
    tally: Tally
    recorded: Tally | None
    same: bool | None


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("ballot", metavar="BALLOT.json", help="the record of a ballot, as a hub gives it")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Count, tell, and say by the exit code whether the record says the same."""
    ballot = record.read(_bytes(Path(asked.ballot)))
    found = tally(ballot)
    same = None if ballot.tally is None else not _differences(ballot.tally, found)
    told = Recounted(record.digest(ballot), standing(ballot), found, ballot.tally, same)
    sys.stdout.write(canonical(told).decode() if asked.format == "json" else "\n".join(_lines(ballot, told)))
    sys.stdout.write("\n")
    return int(same is False)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(record.LARGEST + 1)
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give a file that you may read") from error


def _differences(recorded: Tally, found: Tally) -> list[str]:
    pairs = ((name, getattr(recorded, name), getattr(found, name)) for name in NUMBERS)
    return [f"{name}: the record says {said}, and counted is {is_}" for name, said, is_ in pairs if said != is_]


def _lines(ballot: Ballot, told: Recounted) -> Iterator[str]:
    if ballot.example:
        yield "An example: nothing of this was ever decided."
    yield plain.sentence(f"Proposal {ballot.proposal} of {ballot.group}: {ballot.title}")
    yield f"  at {plain.name(ballot.hub)}, by the rules of {plain.name(ballot.rules.slug)}"
    yield f"  wording sha256:{ballot.document}"
    yield f"  ballot  sha256:{told.ballot}"
    yield ""
    yield from map(_stands, told.standing)
    yield ""
    yield from _counted(told.tally)
    yield ""
    if not ballot.closed_at:
        yield "The ballot is not closed: so it would stand now."
    yield f"{_word(told.tally.outcome)}: {told.tally.says}"
    yield from _compared(told)


def _stands(one: Stands) -> str:
    line = f"  {_word(one.stands):<12}  {one.elector.name} ({one.elector.id})"
    if one.stands == "capped":
        return plain.sentence(f"{line}, beyond the cap of {one.elector.employer}")
    if one.stands == "barred":
        return plain.sentence(f"{line}: {one.elector.barred}")
    if one.last is None:
        return plain.sentence(line)
    why = f": {one.last.says}" if one.last.says.strip() else ""
    return plain.sentence(f"{line}, vote {one.last.number} by {one.last.by}{why}")


def _counted(of: Tally) -> Iterator[str]:
    yield f"{plain.counted(of.electorate, 'elector')}: {of.capped} capped, {of.recused} recused, {of.net} remain"
    yield f"{of.present} took part, needed {of.quorum}; {of.yes} said yes, needed {of.approvals}"
    yield f"{of.discuss} discuss, {of.no_objection} no objection, {of.abstain} abstain, {of.silent} silent"


def _compared(told: Recounted) -> Iterator[str]:
    if told.recorded is None:
        yield "The record says nothing of what was decided."
    elif told.same:
        yield "The record says the same."
    else:
        yield f"The record says otherwise: {_word(told.recorded.outcome)}: {plain.sentence(told.recorded.says)}"
        yield from (f"  {difference}" for difference in _differences(told.recorded, told.tally))


def _word(of: str) -> str:
    return WORDS.get(of, of)
