"""The mails about organisations: invitations and decisions, sent when what they speak of is written."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from guildmark import plain
from guildmark_hub.people import inviting, watermark
from guildmark_hub.people.models import Organisation, Person

_LOG = logging.getLogger(__name__)


def invitation(person: Person, organisation: Organisation, email: str, secret: str) -> bool:
    """The secret link, to the address alone; gives whether the mail server took it."""
    who, name = plain.name(str(person), 200), plain.name(organisation.name, 200)
    link = settings.ADDRESS + reverse("people:invitation", args=[secret])
    text = (
        f"{who} invites you to join {name} on a Guildmark hub.\n\n"
        f"Follow this link within {inviting.LASTS.days} days, and sign in or sign up with this address:\n\n{link}\n\n"
        "Whoever has the link and this address can join: pass it on to nobody.\n"
        "If you expected no such mail, do nothing."
    )
    return _sent(f"{name} invites you", text, email)


def decision(organisation: Organisation) -> bool:
    """To who applied: whether it is a member now, and if not, why."""
    if organisation.applied_by is None:
        return True
    name = plain.name(organisation.name, 200)
    if organisation.state == Organisation.State.MEMBER:
        link = settings.ADDRESS + reverse("people:ours", args=[organisation.slug])
        text = f"{name} is a member now, and you are its first owner. Add its keys and invite others here:\n\n{link}"
        return _sent(f"{name} is a member", text, organisation.applied_by.email)
    why = "\n".join(plain.sentence(line, 2000) for line in organisation.why.splitlines())
    return _sent(f"{name} was not taken in", f"{name} was not taken in:\n\n{why}", organisation.applied_by.email)


def _sent(subject: str, text: str, to: str) -> bool:
    try:
        title = watermark.subject(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}")
        send_mail(title, watermark.letter(f"{text}\n"), None, [to])
    except (OSError, SMTPException) as error:
        _LOG.error("a mail was not sent: %s", error)
        return False
    return True
