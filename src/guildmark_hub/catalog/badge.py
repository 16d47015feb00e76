"""A badge: the level of one standard, with a day after which it says that it is expired. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from guildmark import plain
from guildmark_hub.catalog.shown import Assessed, Ladder

LASTS = timedelta(days=30)
"""After its assessment; what was seen then says little of what is published now."""
LONGEST = 60
COLOURS = {"top": "#1a7f37", "some": "#1f6feb", "none": "#57606a", "expired": "#6e4a00"}
HEIGHT, SIDE, LETTER = 20, 6, 6.6

State = Literal["top", "some", "none", "expired"]


class Badge(NamedTuple):
    """Its two halves; `says` is the whole in a sentence."""

    label: str
    message: str
    state: State
    says: str


def of(page: Assessed, ladder: Ladder | None, now: datetime) -> Badge:
    """The badge of a release by one of its ladders; none where no standard fits it."""
    made = datetime.fromisoformat(page.made_at).astimezone(UTC)
    ends = (made + LASTS).date().isoformat()
    label = plain.name(f"guildmark: {ladder.title if ladder else 'vetted'}", LONGEST)
    what = f"{plain.name(page.name)} {plain.name(page.version, LONGEST)}"
    level = plain.name(ladder.level.replace("_", " "), LONGEST) if ladder and ladder.level else "no level"
    by = f"reaches {level} of {ladder.standard}@{ladder.version}" if ladder else "was vetted"
    says = f"{what} {by}, vetted {page.made_at[:10]}, until {ends}; assessment {page.assessment}"
    if now >= made + LASTS:
        return Badge(label, f"expired {ends}", "expired", f"Expired: {says}")
    state: State = "none"
    if ladder and ladder.level:
        state = "top" if ladder.reached == len(ladder.steps) else "some"
    return Badge(label, f"{level if ladder else 'vetted'} until {ends}", state, says)


def invented(badge: Badge) -> Badge:
    """The same badge in an example."""
    return badge._replace(label=f"example, {badge.label}", says=f"Example, all of it invented: {badge.says}")


def first(page: Assessed) -> Ladder | None:
    """The ladder that a badge shows where none is named: the one that is climbed the furthest, then by its id."""
    ladders = sorted(page.ladders, key=lambda one: (-one.reached / max(1, len(one.steps)), one.standard))
    return ladders[0] if ladders else None


def svg(badge: Badge) -> str:
    """A picture that needs no font of ours and loads nothing."""
    left, right = (round(len(text) * LETTER) + 2 * SIDE for text in (badge.label, badge.message))
    name = f"{badge.label}: {badge.message}"
    halves = (
        _text(badge.label, SIDE, left - 2 * SIDE),
        _text(badge.message, left + SIDE, right - 2 * SIDE),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img"'
        f" aria-label={quoteattr(name)}><title>{escape(badge.says)}</title>"
        f'<rect width="{left + right}" height="{HEIGHT}" rx="3" fill="#24292f"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{COLOURS[badge.state]}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{''.join(halves)}</g></svg>\n"
    )


def _text(text: str, x: int, width: int) -> str:
    return f'<text x="{x}" y="14" textLength="{width}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def endpoint(badge: Badge) -> dict[str, str | int]:
    """The JSON that badge services read, as shields.io's endpoint badge defines it."""
    return {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": COLOURS[badge.state].removeprefix("#"),
        "cacheSeconds": 3600,
    }
