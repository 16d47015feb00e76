"""The letter with somebody's notices: plain text, the same bytes at every try."""

from collections.abc import Sequence
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from guildmark import plain
from guildmark_hub.catalog.models import Change
from guildmark_hub.people import watermark
from guildmark_hub.people.models import Person
from guildmark_hub.watching import following
from guildmark_hub.watching.models import Letter

MOST = 100
"""Notices that a letter tells; of more it says how many."""
_SIGNER = Signer(salt="guildmark_hub.watching.letters")


def message(letter: Letter, to: str, changes: Sequence[Change]) -> EmailMessage:
    """The mail, the oldest change first."""
    stop = settings.ADDRESS + reverse("watching:unsubscribe", args=[token(letter)])
    headers = {
        "Message-ID": message_id(letter),
        "Date": format_datetime(letter.made_at),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    text = watermark.letter("\n".join(_lines(changes, stop)))
    return EmailMessage(watermark.subject(_subject(changes)), text, None, [to], headers=headers)


def message_id(letter: Letter) -> str:
    """The same at every try, so that who gets a letter twice can tell."""
    return f"<letter-{letter.pk}-{_stamp(letter)}@{host()}>"


def host() -> str:
    """The name that our ids are made under."""
    return urlsplit(settings.ADDRESS).hostname or "localhost"


def token(letter: Letter) -> str:
    """What stands in the link that stops mail: signed, and it names nobody."""
    return _SIGNER.sign_object([letter.pk, _stamp(letter)])


def person_of(token: str) -> Person | None:
    """Whose mail a link stops; None where she is gone. Raises ValueError for what we never signed."""
    try:
        number, stamp = _SIGNER.unsign_object(token)
    except BadSignature as error:
        raise ValueError("this is no link of ours") from error
    found = Letter.objects.filter(pk=number).select_related("person").first()
    return found.person if found and _stamp(found) == stamp else None


def _stamp(letter: Letter) -> str:
    """With it a number that is given out again after a backup was restored names another letter."""
    return f"{letter.made_at:%Y%m%dT%H%M%S%f}"


def _subject(changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        return plain.sentence(following.told(changes[0]), 120)
    return f"{len(changes):,} changes to what you follow"


def _lines(changes: Sequence[Change], stop: str) -> list[str]:
    lines = ["What you follow has changed:", ""]
    for one in changes[:MOST]:
        lines += [
            f"{one.get_kind_display()}, {one.at:%-d %B %Y, %H:%M} UTC",
            f"  {following.told(one)}",
            f"  {settings.ADDRESS}{following.path_of(one)}",
            "",
        ]
    desk = settings.ADDRESS + reverse("watching:notices")
    if len(changes) > MOST:
        lines += [f"And {len(changes) - MOST:,} more: {desk}", ""]
    mine = settings.ADDRESS + reverse("watching:following")
    return [*lines, f"All your notices: {desk}", f"What you follow: {mine}", f"Stop these mails: {stop}", ""]
