"""The count: what a ballot decided, from its record and nothing else, by the rules in docs/how-to/recount.md."""

from collections import Counter
from typing import Literal

import msgspec

from guildmark.records import Record
from guildmark_hub.council.record import Ballot, Cast, Elector, Position, Rules, Tally, checked

Standing = Position | Literal["silent", "barred", "capped"]
Outcome = Literal["accepted", "rejected", "no_quorum"]
OUT: tuple[Standing, ...] = ("capped", "barred", "recuse")
"""Who stands so is not in the net electorate."""


class Stands(Record, frozen=True):
    """How an elector stands, and the last that was cast for it, which does not count where it is capped or barred."""

    elector: Elector
    stands: Standing
    last: Cast | None


def standing(ballot: Ballot) -> tuple[Stands, ...]:
    """Each elector in the electorate's order, as it stands by what was cast until now; raises ClaimError."""
    last = {cast.elector: cast for cast in checked(ballot).votes}
    of_employer: Counter[str] = Counter()
    found = []
    for elector in sorted(ballot.electors, key=lambda one: (one.place, one.id)):
        of_employer[elector.employer] += 1
        beyond = _has_cap(ballot.rules, elector) and of_employer[elector.employer] > ballot.rules.cap
        cast = last.get(elector.id)
        found.append(Stands(elector, _stands(elector, cast, beyond), cast))
    return tuple(found)


def tally(ballot: Ballot) -> Tally:
    """The outcome, the first rule that failed, and the numbers; raises ClaimError for a broken record."""
    return _judged(ballot.rules, Counter(one.stands for one in standing(ballot)))


def _has_cap(rules: Rules, elector: Elector) -> bool:
    return rules.unit == "person" and rules.cap > 0 and elector.employer != ""


def _stands(elector: Elector, cast: Cast | None, beyond: bool) -> Standing:
    if beyond:
        return "capped"
    if elector.barred:
        return "barred"
    return cast.position if cast else "silent"


def _judged(rules: Rules, by: Counter[Standing]) -> Tally:
    electorate = by.total()
    net = electorate - sum(by[one] for one in OUT)
    part, whole = rules.quorum
    counted = Tally(
        outcome="accepted",
        says="",
        electorate=electorate,
        capped=by["capped"],
        recused=by["barred"] + by["recuse"],
        net=net,
        present=net if rules.lazy else net - by["silent"],
        quorum=-(-part * net // whole),
        approvals=max(1, min(rules.approvals, net)),
        yes=by["yes"],
        no_objection=by["no_objection"],
        discuss=by["discuss"],
        abstain=by["abstain"],
        silent=by["silent"],
    )
    outcome, says = _decided(rules, counted)
    return msgspec.structs.replace(counted, outcome=outcome, says=says)


def _decided(rules: Rules, of: Tally) -> tuple[Outcome, str]:
    """The rules in their order; the first that fails is told."""
    if of.net == 0:
        return "no_quorum", _nobody(of)
    if of.present < of.quorum:
        share = f"{rules.quorum[0]}/{rules.quorum[1]} of those who are not recused"
        return "no_quorum", f"{of.present} of {of.net} took part, needed {of.quorum} ({share})"
    if of.yes < of.approvals:
        return "rejected", f"{of.yes} said yes, needed {of.approvals}"
    against = f"{of.yes} said yes and {of.discuss} discuss"
    if of.yes == of.discuss:
        return "rejected", f"{against}: a tie is no majority"
    if of.yes < of.discuss:
        return "rejected", f"{against}: that is no majority"
    part, whole = rules.threshold
    if of.yes * whole < part * (of.yes + of.discuss):
        return "rejected", f"{against}, needed {part}/{whole} of these"
    return "accepted", f"{of.present} of {of.net} took part; {against}"


def _nobody(of: Tally) -> str:
    if of.electorate == 0:
        return "nobody might vote, so nothing is decided"
    return f"all {of.recused} who might vote are recused, so nothing is decided"
