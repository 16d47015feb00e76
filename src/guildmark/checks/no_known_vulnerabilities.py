"""A hole that is published is the first that is tried, in a tool as in whatever it brings along."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from guildmark import needed
from guildmark.check import check, failed, passed, unknown
from guildmark.errors import FormatError
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.advisories import Advisory, Match
    from guildmark.resolve import Need

OLD = 30


@check(
    applies_to="tool",
    remedy="Take a release of the package that mends it, and raise the lower bound of the dependency to that release;"
    " `guildmark advisories update` fetches newer data.",
    bears_on="ship",
)
def no_known_vulnerabilities(subject: Subject) -> Iterator[Finding]:
    """Is it free of known vulnerabilities, and all that it needs at the newest allowed versions?"""
    from guildmark import advisories  # a database and the order of versions, which only tools need
    from guildmark.advisories import excerpt

    try:
        found = excerpt.of(subject)
    except FormatError as error:
        yield unknown(error.says)
        return
    if found is None:
        yield unknown("there are no advisories on this machine: run `guildmark advisories update`")
        return
    extract, held = found
    needs = needed.known(subject)
    age = _age(held.listing.asked_at, needs.asked_at if needs else "")
    at_hand = Evidence(excerpt.LISTING, held.listing.sha256, "data", age)
    own = needed.itself(subject)
    packages = [*([own] if own else []), *(needs.needs.packages if needs else ())]
    bad = 0
    yield from _uncovered(packages, extract.ecosystems, at_hand)
    about = _by_package(extract.advisories)
    for need in packages:
        if need.ecosystem not in extract.ecosystems:
            continue
        for advisory in about.get((need.ecosystem, advisories.of_name(need.ecosystem, need.name)), ()):
            match = advisories.affects(advisory, need.ecosystem, need.name, need.version)
            if match is not None:
                bad += 1
                yield _told(match, need, at_hand)
    if own is None and not (needs and needs.needs.made == "pinned"):
        yield unknown("nothing states which release of what it is, so that no advisory can be looked up")
    if extract.skipped:
        yield unknown(f"{extract.skipped} records of the advisories could not be read", at_hand)
    yield from needed.gaps(needs)
    packages = [need for need in packages if need.ecosystem in extract.ecosystems]
    if not bad and packages:
        yield passed(f"no advisory is about {_those(packages)}; {age}", at_hand)


def _by_package(records: "Iterable[Advisory]") -> "dict[tuple[str, str], list[Advisory]]":
    """The advisories by the ecosystem and the name of each package that they name, each once."""
    from guildmark import advisories  # loaded already

    found: dict[tuple[str, str], list[Advisory]] = {}
    for record in records:
        named = {(one.package.ecosystem.partition(":")[0], one.package.name) for one in record.affected if one.package}
        for key in {(ecosystem, advisories.of_name(ecosystem, name)) for ecosystem, name in named}:
            found.setdefault(key, []).append(record)
    return found


def _uncovered(packages: "list[Need]", ecosystems: tuple[str, ...], at_hand: Evidence) -> Iterator[Finding]:
    """An `unknown` for each ecosystem that the data do not have."""
    for missing in sorted({need.ecosystem for need in packages} - set(ecosystems)):
        names = [need.name for need in packages if need.ecosystem == missing]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        wanted = " ".join(f"--ecosystem {one}" for one in (*ecosystems[:5], missing))
        says = f"the advisories say nothing of packages of {missing} ({names[0]}{more})"
        yield unknown(f"{says}: run `guildmark advisories update {wanted}`", at_hand)


def _told(match: "Match", need: "Need", at_hand: Evidence) -> Finding:
    from guildmark import advisories  # loaded already, where there is a match

    advisory = match.advisory
    span = advisories.ranges_in_words(match.affected)
    fixes = advisories.fixes(match, need.ecosystem, need.version)
    mended = f"mended in {fixes[0]}" if fixes else "no release is known that mends it"
    severity = "".join(f"; {one.score}" for one in advisory.severity[:1])
    seen = f"{need.name} {need.version}: affected {span}; {mended}{severity}"
    at = " ".join(dict.fromkeys((advisory.id, *advisory.aliases[:10])))
    evidence = Evidence(need.purl, None, at, seen)
    what = f"{advisory.id}{f': {advisory.summary[:160]}' if advisory.summary else ''}"
    if match.answer == "unclear":
        says = f"whether {need.name} {need.version} is affected cannot be told{needed.way(need)}: {what}"
        return unknown(says, evidence, at_hand)
    return failed(f"{need.name} {need.version}{needed.way(need)}, {mended}: {what}", evidence, at_hand)


def _those(packages: "list[Need]") -> str:
    first = f"{packages[0].name} {packages[0].version}"
    return f"{first} and {len(packages) - 1} packages that it needs" if len(packages) > 1 else first


def _age(data_of: str, asked_at: str) -> str:
    """How old the data are, as far as a listing tells what day it is."""
    says = f"the advisories are of {data_of[:10]}"
    try:
        days = (datetime.fromisoformat(asked_at) - datetime.fromisoformat(data_of)).days
    except ValueError:
        return says
    return f"{says}, {days} days old: run `guildmark advisories update`" if days > OLD else says
