"""Counts a ballot from the words of docs/how-to/recount.md by another path: sets, fractions, no arithmetic of ours."""

from fractions import Fraction

from guildmark_hub.council.record import Ballot, Elector, Tally


def recounted(ballot: Ballot) -> Tally:
    """The tally, without its words."""
    rules = ballot.rules
    order = sorted(sorted(ballot.electors, key=lambda one: one.id), key=lambda one: one.place)
    may = {one.id for at, one in enumerate(order) if not _beyond(order[:at], one, ballot)}
    said = {one: _last(ballot, one) for one in may}
    recused = {one.id for one in order if one.id in may and (one.barred or said[one.id] == "recuse")}
    net = may - recused
    by = {position: {one for one in net if said[one] == position} for position in {*said.values()}}
    yes, discuss = by.get("yes", set()), by.get("discuss", set())
    silent = by.get("", set())
    present = net if rules.lazy else net - silent
    enough = next(number for number in range(len(net) + 1) if number >= Fraction(*rules.quorum) * len(net))
    needed = sorted([rules.approvals, len(net)])[0] or 1
    if not net or len(present) < enough:
        outcome = "no_quorum"
    elif len(yes) >= needed and _carried(len(yes), len(discuss), Fraction(*rules.threshold)):
        outcome = "accepted"
    else:
        outcome = "rejected"
    return Tally(
        outcome=outcome,  # type: ignore[arg-type]
        says="",
        electorate=len(order),
        capped=len(order) - len(may),
        recused=len(recused),
        net=len(net),
        present=len(present),
        quorum=enough,
        approvals=needed,
        yes=len(yes),
        no_objection=len(by.get("no_objection", set())),
        discuss=len(discuss),
        abstain=len(by.get("abstain", set())),
        silent=len(silent),
    )


def _beyond(before: list[Elector], one: Elector, ballot: Ballot) -> bool:
    """Whether as many of the same employer as may vote stand before it."""
    if ballot.rules.unit == "organisation" or not ballot.rules.cap or not one.employer:
        return False
    return len([other for other in before if other.employer == one.employer]) >= ballot.rules.cap


def _last(ballot: Ballot, elector: str) -> str:
    mine = {cast.number: cast.position for cast in ballot.votes if cast.elector == elector}
    return mine[max(mine)] if mine else ""


def _carried(yes: int, discuss: int, threshold: Fraction) -> bool:
    return yes > discuss and Fraction(yes, yes + discuss) >= threshold
