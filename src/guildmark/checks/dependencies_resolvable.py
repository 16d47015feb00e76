"""What cannot be installed cannot be used, and who makes it fit by hand installs what nobody tried."""

from collections.abc import Iterator

from guildmark import needed
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.resolve import Needs
from guildmark.subject import Subject


@check(
    applies_to="tool",
    remedy="Widen the bounds that exclude each other, or release what is missing; publish wheels, whose metadata say"
    " what they need without a build.",
)
def dependencies_resolvable(subject: Subject) -> Iterator[Finding]:
    """Are there versions of all that it needs that fit together, and can they be found out without a build?"""
    found = needed.known(subject)
    if found is None:
        yield unknown(needed.UNASKED)
        return
    stopped = False
    for problem in found.needs.problems:
        evidence = found.seen(problem.package, problem.says)
        if problem.kind in ("conflict", "missing"):
            stopped = True
            yield failed(problem.says, evidence)
        elif problem.kind == "cycle":
            yield passed(f"packages need each other in a circle, with which installers cope: {problem.says}", evidence)
        elif problem.kind == "peer":
            yield passed(f"what is wanted beside it is there in another version: {problem.says}", evidence)
        else:
            stopped = True
            yield unknown(problem.says, evidence)
    for need in found.needs.packages:
        if need.yanked is not None:
            says = f"{need.name} {need.version} was yanked: {need.yanked or 'no reason given'}{needed.way(need)}"
            yield failed(says, found.seen(need.name, f"yanked: {need.yanked}"))
    if not stopped:
        count = len(found.needs.packages)
        says = f"{count} packages fit together{_where(found.needs)}" if count else "it needs no other package"
        besides = (found.needs.environment.get(key, "") for key in ("left_out", "deprecated"))
        told = "; ".join(filter(None, (says, *besides)))
        yield passed(told, found.seen("packages", str(count)))


def _where(needs: Needs) -> str:
    """For what the set was found."""
    python, node = (needs.environment.get(key, "") for key in ("python_version", "node_version"))
    return f" on Python {python}" if python else f" on Node {node}" if node else ""
