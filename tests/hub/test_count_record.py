"""The record of a ballot is read whole or refused with a reason, and `guildmark recount` counts it without a hub."""

import argparse
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.hub import balloting
from tests.hub.balloting import CAST, OPENED, ballot
from tests.hub.recounted import recounted

from guildmark.errors import AskedWrongly, ClaimError, GuildmarkError
from guildmark.records import canonical
from guildmark_hub.commands import recount
from guildmark_hub.council import record
from guildmark_hub.council.count import tally
from guildmark_hub.council.record import Ballot, Cast

MADE = ballot(("yes", "discuss", "recuse", "barred", "silent"))
Change = Callable[[Any], Any]


@given(balloting.ballots())
def test_what_was_written_is_read(made: Ballot) -> None:
    counted = replace(made, tally=tally(made))
    data = canonical(counted)
    assert record.read(data) == counted
    assert record.read(json.dumps(json.loads(data), indent=1).encode()) == counted
    assert record.digest(record.read(data)) == record.digest(counted)


def test_a_digest_is_pinned() -> None:
    """Decisions that were signed name it."""
    assert record.digest(MADE) == "541b8226c04607fac6078d0a91597eef956300474b34a47671b4c98b7c807d7f"


def _set(**given: Any) -> Change:
    return lambda made: made | given


def _rules(**given: Any) -> Change:
    return lambda made: made | {"rules": made["rules"] | given}


def _vote(place: int, **given: Any) -> Change:
    return lambda made: (
        made | {"votes": [vote | given if at == place else vote for at, vote in enumerate(made["votes"])]}
    )


def _elector(place: int, **given: Any) -> Change:
    return lambda made: (
        made
        | {"electors": [elector | given if at == place else elector for at, elector in enumerate(made["electors"])]}
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set(schema="guildmark-ballot/2"), "no record of a ballot"),
        (_set(document="a"), "no record of a ballot"),
        (_set(more=1), "unknown field `more`"),
        (_set(hub="\ud800"), "no record of a ballot"),
        (_set(proposal=1 << 60), "no record of a ballot"),
        (_rules(quorum=[3, 2]), "its quorum, 3/2, is no fraction from 0 to 1"),
        (_rules(quorum=[0, 0]), "its quorum, 0/0, is no fraction from 0 to 1"),
        (_rules(threshold=[-1, 2]), "its threshold, -1/2, is no fraction from 0 to 1"),
        (_rules(approvals=-1), "its approvals is -1"),
        (_rules(cap=-1), "its cap is -1"),
        (_rules(unit="person"), "organisation:1 is an elector where each is to be one person"),
        (_elector(1, id="organisation:1"), "organisation:1 is an elector twice"),
        (_elector(1, id="organisation:"), "organisation: is an elector where"),
        (_set(opened_at=""), "it opened at no time"),
        (_set(closed_at="2026-11-10 00:00"), "which is no moment in UTC"),
        (_set(closes_at="2026-11-01T00:00:00Z"), "before it opened"),
        (_set(closed_at=CAST), f"vote 1 was cast at {CAST}, when the ballot was closed"),
        (_set(closes_at=CAST), f"vote 1 was cast at {CAST}, when the ballot was closed"),
        (_set(closed_at="", closes_at=CAST), f"vote 1 was cast at {CAST}, when the ballot was closed"),
        (_vote(0, at="2026-11-01T23:59:59Z"), f"before the ballot opened at {OPENED}"),
        (_vote(1, at="now"), "vote 2 was cast at now, which is no moment in UTC"),
        (_vote(1, number=1), "vote 1 stands after vote 1"),
        (_vote(0, number=0), "vote 0 stands after none"),
        (_vote(0, elector="organisation:9"), "vote 1 is of organisation:9, who is no elector"),
        (_vote(1, says=" \n"), "vote 2 says discuss, and not why"),
        (_vote(0, position="no"), "no record of a ballot"),
    ],
)
def test_a_record_that_contradicts_the_rules_is_refused(change: Change, says: str) -> None:
    with pytest.raises(ClaimError) as raised:
        record.read(json.dumps(change(json.loads(canonical(MADE)))).encode())
    assert says in raised.value.says
    assert raised.value.hint


def test_a_key_that_stands_twice_and_bytes_without_end_are_refused() -> None:
    data = canonical(MADE)
    with pytest.raises(ClaimError, match="the ballot says 'hub' twice"):
        record.read(b'{"hub":"",' + data[1:])
    with pytest.raises(ClaimError, match="at most 16,777,216 are read"):
        record.read(data + b" " * record.LARGEST)


def test_an_open_ballot_is_read_as_it_stands_now() -> None:
    made = replace(MADE, closed_at="")
    assert tally(record.read(canonical(made))) == tally(MADE)
    assert record.closing(replace(made, closes_at="")) is None


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(balloting.ballots(), st.randoms(use_true_random=False))
def test_bytes_that_were_changed_are_refused_or_counted_by_what_they_say(made: Ballot, chance: random.Random) -> None:
    data = bytearray(canonical(replace(made, tally=tally(made))))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        data[at : at + chance.choice((0, 1, 1, 9))] = chance.choice(
            (b"", b"0", b"-", b'"', b"9", bytes([data[at] ^ 1]))
        )
    try:
        read = record.read(bytes(data))
    except GuildmarkError:
        return
    assert replace(tally(read), says="") == recounted(read)
    assert record.read(canonical(read)) == read


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(
    balloting.ballots(),
    st.randoms(use_true_random=False),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers()),
)
def test_values_that_were_changed_are_refused_or_counted_by_what_they_say(
    made: Ballot, chance: random.Random, value: Any
) -> None:
    changed = json.loads(canonical(made))
    at: Any = changed
    while True:
        key = chance.choice([*at] if isinstance(at, dict) else range(len(at)))
        if not at[key] or not isinstance(at[key], dict | list) or chance.random() < 0.1:
            break
        at = at[key]
    at[key] = value
    try:
        read = record.read(json.dumps(changed).encode("utf-8", "surrogatepass"))
    except GuildmarkError:
        return
    assert replace(tally(read), says="") == recounted(read)


def asked(path: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    recount.arguments(parser)
    return recount.run(parser.parse_args([str(path), *more]))


def written(path: Path, made: Ballot) -> Path:
    path.write_bytes(canonical(made))
    return path


def test_recount_tells_how_each_stands_and_what_was_decided(tmp_path: Path, capsys: Any) -> None:
    made = replace(MADE, tally=tally(MADE), example=True)
    assert asked(written(tmp_path / "b.json", made)) == 0
    assert (
        capsys.readouterr().out
        == f"""\
An example: nothing of this was ever decided.
Proposal 12 of tools: Adopt vetted_tool 2027.1
  at https://hub.example, by the rules of content
  wording sha256:{"a" * 64}
  ballot  sha256:{record.digest(made)}

  yes           Elector 1 (organisation:1), vote 1 by person:1
  discuss       Elector 2 (organisation:2), vote 2 by person:1: the second part
  recused       Elector 3 (organisation:3), vote 3 by person:1
  recused       Elector 4 (organisation:4): it made this
  silent        Elector 5 (organisation:5)

5 electors: 0 capped, 2 recused, 3 remain
2 took part, needed 1; 1 said yes, needed 3
1 discuss, 0 no objection, 0 abstain, 1 silent

rejected: 1 said yes, needed 3
The record says the same.
"""
    )


def test_recount_exits_1_where_the_record_says_otherwise_and_tells_both(tmp_path: Path, capsys: Any) -> None:
    other = replace(tally(MADE), outcome="accepted", says="all agree\x1b", yes=5)
    path = written(tmp_path / "b.json", replace(MADE, tally=other))
    assert asked(path) == 1
    assert capsys.readouterr().out.endswith("""\
rejected: 1 said yes, needed 3
The record says otherwise: accepted: all agree\\x1b
  outcome: the record says accepted, and counted is rejected
  yes: the record says 5, and counted is 1
""")
    assert asked(path, "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["same"], told["recorded"]["yes"], told["tally"]["yes"]) == (False, 5, 1)
    assert [one["stands"] for one in told["standing"]] == ["yes", "discuss", "recuse", "barred", "silent"]


def test_recount_of_a_ballot_without_a_tally_tells_so(tmp_path: Path, capsys: Any) -> None:
    assert asked(written(tmp_path / "b.json", replace(MADE, closed_at=""))) == 0
    assert (
        "The ballot is not closed: so it would stand now.\nrejected: 1 said yes, needed 3\n" in capsys.readouterr().out
    )
    capped = ballot(("yes",) * 3, balloting.EDITORIAL, ("Acme",) * 3)
    assert asked(written(tmp_path / "c.json", capped)) == 0
    told = capsys.readouterr().out
    assert "  capped        Elector 3 (person:3), beyond the cap of Acme\n" in told
    assert told.endswith("The record says nothing of what was decided.\n")


def test_recount_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"{}")
    with pytest.raises(ClaimError, match="this is no record of a ballot"):
        asked(tmp_path / "b.json")
    with pytest.raises(AskedWrongly, match="cannot be read"):
        asked(tmp_path)


def test_recount_is_a_command_of_the_program() -> None:
    root = Path(__file__).parents[2]
    named = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["guildmark.commands"]
    assert named["recount"] == recount.__name__


def test_the_page_of_the_rules_shows_what_recount_prints(tmp_path: Path, capsys: Any) -> None:
    assert asked(written(tmp_path / "b.json", MADE)) == 0
    shown = capsys.readouterr().out
    assert shown in (Path(__file__).parents[2] / "docs" / "how-to" / "recount.md").read_text()


def test_recount_needs_no_django(tmp_path: Path) -> None:
    path = written(tmp_path / "b.json", replace(MADE, votes=(*MADE.votes, Cast(9, "organisation:5", "x", "yes", CAST))))
    code = (
        "import sys; sys.modules['django'] = None; import argparse; from guildmark_hub.commands import recount;"
        "sys.exit(recount.run(argparse.Namespace(ballot=sys.argv[1], format='text')))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 said yes, needed 3" in done.stdout
