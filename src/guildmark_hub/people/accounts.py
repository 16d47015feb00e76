"""How accounts are made and changed: allauth's flows, with our names and our trail, each write whole or not there."""

import logging
from functools import partial
from smtplib import SMTPException
from typing import Any

from allauth.account import signals
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from allauth.core import context
from allauth.mfa import signals as second
from allauth.socialaccount import signals as outside
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as outsiders
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from guildmark_hub.people import forgetting, trail, watermark
from guildmark_hub.people.fields import NameField
from guildmark_hub.people.models import Person

_LOG = logging.getLogger(__name__)
NOT_SENT = "The mail could not be sent. Try again in a few minutes; what you did is kept."


class SignUp(SignupForm):  # type: ignore[misc]  # allauth has no types
    """A name, an address and a password. An address that has an account is answered like one that has none."""

    field_order = ("name", "email", "password1")
    name = NameField()
    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """The new person; where there is one, a mail tells her, and the answer takes as long."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
            return self._told(request)
        try:
            return self.save(request), None
        except IntegrityError:  # another process was first
            self.account_already_exists = True
            return self._told(request)

    def _told(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        found: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        return found

    def save(self, request: HttpRequest) -> Person:
        """The person and her address, in one transaction; the password is hashed before it begins."""
        adapter = get_adapter(request)
        person: Person = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        person.name = self.cleaned_data["name"]
        with transaction.atomic():
            person.save()
            setup_user_email(request, person, [])
            trail.keep(person, "people.sign_up", trail.of(person), None, {"name": person.name})
        return person


class OutsiderSignUp(SocialSignupForm):  # type: ignore[misc]  # allauth has no types
    """What a provider did not say of somebody."""

    field_order = ("name", "email")
    name = NameField()


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks of us."""

    def set_password(self, user: Person, password: str) -> None:
        """A new password, and its line in the trail; all her other sessions end by it."""
        user.set_password(password)
        with transaction.atomic():
            user.save(update_fields=["password"])
            trail.keep(user, "people.change_password", trail.of(user))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address is hers now; an account that never proved it, and was never used, gives way."""
        person: Person = email_address.user
        with transaction.atomic():
            before = person.email
            if not _gives_way(person, email_address.email):
                return False
            done: bool = super().confirm_email(request, email_address)
            if done:
                person.refresh_from_db()
                trail.keep(
                    person, "people.confirm_address", trail.of(person), {"email": before}, {"email": person.email}
                )
        return done

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail, when what it speaks of is written; a server that does not take it is told, and undoes nothing."""
        request = _asking()
        held = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message: EmailMessage = self.render_mail(template_prefix, email, held)
        message.subject, message.body = watermark.subject(str(message.subject)), watermark.letter(str(message.body))
        transaction.on_commit(partial(_send, request, message))


class Outsiders(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks of us where a provider says who somebody is."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Person:
        """Her name, as the provider says it; a name that nobody could read is asked of her."""
        person: Person = super().populate_user(request, sociallogin, data)
        said = str(data.get("name") or "")
        try:
            person.name = NameField(required=False).clean(said)
        except ValidationError:
            person.name = ""
        return person

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Person:
        """The person, her address and her account there, in one transaction."""
        with transaction.atomic():
            if form:
                sociallogin.user.name = form.cleaned_data["name"]
            person: Person = super().save_user(request, sociallogin, form)
            trail.keep(person, "people.sign_up", trail.of(person), None, {"name": person.name})
        return person

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        """What the provider said, to look over."""
        return {**super().get_signup_form_initial_data(sociallogin), "name": sociallogin.user.name}

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only with a name, which others see."""
        return bool(sociallogin.user.name) and bool(super().is_auto_signup_allowed(request, sociallogin))


def providers(request: HttpRequest, process: str = "login") -> list[tuple[str, str]]:
    """Who else may say who somebody is: names, and where each is asked."""
    found = outsiders(request).list_providers(request)
    passed = {"next": request.GET["next"]} if "next" in request.GET else {}
    return [(one.name, one.get_login_url(request, process=process, **passed)) for one in found]


def _asking() -> HttpRequest:
    found: HttpRequest = context.request
    return found


def _send(request: HttpRequest, message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        _LOG.error("a mail was not sent: %s", error)
        messages.error(request, NOT_SENT)


def _gives_way(person: Person, email: str) -> bool:
    """Whether nobody else holds the address; who signed up with it and never proved it goes."""
    for other in Person.objects.filter(email__iexact=email).exclude(pk=person.pk):
        proved = EmailAddress.objects.filter(user=other, verified=True).exists()
        if proved or other.last_login or other.is_staff:
            return False
        forgetting.drop(other)
    return True


def _kept(did: str, person: Person, says: str) -> None:
    trail.keep(person, did, trail.of(person), None, {"what": says})


@receiver(second.authenticator_added)
def _added(sender: Any, user: Person, authenticator: Any, **given: Any) -> None:
    _kept("people.add_factor", user, str(authenticator.type))


@receiver(second.authenticator_removed)
def _removed(sender: Any, user: Person, authenticator: Any, **given: Any) -> None:
    _kept("people.remove_factor", user, str(authenticator.type))


@receiver(second.authenticator_reset)
def _reset(sender: Any, user: Person, authenticator: Any, **given: Any) -> None:
    _kept("people.new_recovery_codes", user, str(authenticator.type))


@receiver(outside.social_account_added)
def _connected(sender: Any, request: HttpRequest, sociallogin: Any, **given: Any) -> None:
    _kept("people.connect", sociallogin.user, str(sociallogin.account.provider))


@receiver(outside.social_account_removed)
def _disconnected(sender: Any, request: HttpRequest, socialaccount: Any, **given: Any) -> None:
    _kept("people.disconnect", socialaccount.user, str(socialaccount.provider))


@receiver(signals.email_removed)
def _address_removed(sender: Any, request: HttpRequest, user: Person, email_address: Any, **given: Any) -> None:
    _kept("people.remove_address", user, str(email_address.email))
