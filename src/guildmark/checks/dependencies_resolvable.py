"""What cannot be installed cannot be used, and who makes it fit by hand installs what nobody tried."""

from collections.abc import Iterator

from guildmark import needed
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
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
        else:
            stopped = True
            yield unknown(problem.says, evidence)
    for need in found.needs.packages:
        if need.yanked is not None:
            says = f"{need.name} {need.version} was yanked: {need.yanked or 'no reason given'}{needed.way(need)}"
            yield failed(says, found.seen(need.name, f"yanked: {need.yanked}"))
    if not stopped:
        count = len(found.needs.packages)
        python = found.needs.environment.get("python_version", "")
        where = f" on Python {python}" if python else ""
        says = f"{count} packages fit together{where}" if count else "it needs no other package"
        left_out = found.needs.environment.get("left_out")
        yield passed(f"{says}; {left_out}" if left_out else says, found.seen("packages", str(count)))
