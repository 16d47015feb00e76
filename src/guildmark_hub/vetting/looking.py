"""Looks at a subject in a process of its own, and says of a look that failed why, and whether another try may help."""

import re
import signal
import sys
from collections.abc import Callable

import msgspec
from django.conf import settings
from packageurl import PackageURL

from guildmark import plain
from guildmark.errors import GuildmarkError
from guildmark.records import Assessment, read_report
from guildmark_hub.jobs.acts import Hopeless
from guildmark_hub.vetting.bounded import Bounds, Ran, run

LARGEST = 2_000_000_000
"""Bytes of a release that are fetched, and again that its archives unpack to."""
BOUNDS = Bounds()
FOUND = (0, 1, 3)
"""The exit codes of `guildmark vet` with which there is a report."""
PROGRAM = "guildmark: "
AGAIN = "try again later"
"""What the program advises where a place did not answer; after every other word of its own another try is in vain."""
TOO_LARGE = "--limit expansion="
FAULT = "a fault of Guildmark's own"
YOURSELF = "vet it on a machine of your own, sign what is found (guildmark vet --attest), and hand in the bundle"
LONGEST = 500


def look(purl: str, tell: Callable[[str], None]) -> Assessment:
    """Vet what a purl names; raises Hopeless, or a GuildmarkError where another try may help.

    `tell` is told how far it is, and may raise: then all of it is ended."""
    words = [sys.executable, "-I", "-m", "guildmark", "vet", purl, "--format", "json", "--quiet"]
    words += ["--limit", f"expansion={LARGEST}"]
    ran = run(words, settings.VETTING_ENVIRONMENT, BOUNDS, lambda passed, size: tell(_so_far(passed, size)))
    if ran.broke or ran.code not in FOUND:
        raise _why(ran)
    try:
        found = read_report(ran.output).assessment
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise GuildmarkError("the vetting said something that is no report", "its log says more") from error
    if not _is_of(found, purl):
        raise Hopeless(f"the vetting spoke of {plain.name(found.subject.purl or 'nothing', 80)} instead", YOURSELF)
    return found


def _so_far(passed: float, size: int) -> str:
    fetched = f"{plain.size(size)} are fetched, " if size else ""
    return f"It is being vetted: {fetched}{passed:.0f} seconds so far."


def _is_of(found: Assessment, purl: str) -> bool:
    """Whether an assessment is of what was asked, however spelled: who answers has read what nobody has seen."""
    try:
        return _bare(PackageURL.from_string(found.subject.purl or "")) == _bare(PackageURL.from_string(purl))
    except ValueError:
        return False


def _bare(purl: PackageURL) -> tuple[str, str]:
    return purl.type, re.sub(r"[-_.]+", "-", purl.name).casefold()


def _why(ran: Ran) -> GuildmarkError:
    """What went wrong, and what to do."""
    if ran.broke == "seconds" or ran.code == -signal.SIGXCPU:
        return Hopeless(f"looking at it took longer than {BOUNDS.seconds / 60:.0f} minutes", YOURSELF)
    if ran.broke == "folder":
        return Hopeless(f"it is larger than what this hub vets, {plain.size(LARGEST)}", YOURSELF)
    if ran.broke:
        return Hopeless("more is to be said of it than this hub takes", YOURSELF)
    says, hint = _said(ran.errors)
    if ran.code != 2 or not says:
        how = signal.Signals(-ran.code).name if ran.code < 0 else f"exit code {ran.code}"
        return GuildmarkError(f"the vetting ended before it was done ({how})", "it may have met a bound of this hub")
    if TOO_LARGE in hint:
        return Hopeless(f"{says}; this hub vets up to {plain.size(LARGEST)}", YOURSELF)
    if AGAIN in hint or says.startswith(FAULT):
        return GuildmarkError(says, hint)
    return Hopeless(says, hint)


def _said(errors: str) -> tuple[str, str]:
    """The program's own last word, and its hint."""
    lines = errors.splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith(PROGRAM)]
    if not places:
        return "", ""
    says, *rest = lines[places[-1] :]
    hint = " ".join(line.strip() for line in rest if line.startswith("  "))
    return plain.sentence(says.removeprefix(PROGRAM), LONGEST), plain.sentence(hint, LONGEST)
