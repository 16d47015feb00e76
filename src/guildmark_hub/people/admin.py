"""The tables of people. Who opens them signs in as everywhere else here, with the second factor and the same limits."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from guildmark_hub.people.doors import person_of
from guildmark_hub.people.models import Act, Affiliation, Invitation, Key, Organisation, Person
from guildmark_hub.people.staff import Kept


def _change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    return redirect("account_change_password")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
admin.site.password_change = _change_password  # type: ignore[method-assign,assignment]
admin.site.site_header = admin.site.site_title = "Guildmark hub"
for _theirs in (EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(_theirs):
        admin.site.unregister(_theirs)


@admin.register(Person)
class Persons(Kept):
    """Staff close accounts; only a superuser makes others staff."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    editable = ("name", "is_active", "is_staff")
    secret = ("password",)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """No staff changes who is staff, nor closes the account of one, but a superuser."""
        was, mine = Person.objects.get(pk=obj.pk), person_of(request)
        staff = {"is_staff", "is_active"} if was.is_staff else {"is_staff"}
        if staff & set(form.changed_data) and (not mine.is_superuser or mine.pk == obj.pk):
            raise PermissionDenied("Only a superuser says who is staff, and not of herself")
        super().save_model(request, obj, form, change)


@admin.register(Organisation)
class Organisations(Kept):
    """What they say of themselves; how they stand is decided on its own page."""

    list_display = ("name", "slug", "sector", "country", "state", "member_since")
    list_filter = ("state", "sector")
    search_fields = ("name", "slug")
    editable = ("name", "sector", "country", "homepage", "says")


@admin.register(Affiliation)
class Affiliations(Kept):
    """Who belongs where; owners change it."""

    list_display = ("person", "organisation", "role", "since", "until")
    list_filter = ("role",)
    search_fields = ("person__email", "organisation__slug")
    list_select_related = ("person", "organisation")


@admin.register(Invitation)
class Invitations(Kept):
    """Who was invited."""

    list_display = ("organisation", "email", "role", "made_at", "expires_at", "answered_at")
    search_fields = ("email", "organisation__slug")
    secret = ("secret_sha256",)


@admin.register(Key)
class Keys(Kept):
    """Keys; they are revoked on their own page."""

    list_display = ("organisation", "public", "added_at", "revoked_at", "because")
    search_fields = ("public", "organisation__slug")


@admin.register(Act)
class Acts(Kept):
    """The trail."""

    list_display = ("at", "who", "did", "of")
    search_fields = ("who", "did", "of")


@admin.register(EmailAddress)
class Addresses(Kept):
    """Which addresses are proved."""

    list_display = ("email", "user", "verified", "primary")
    search_fields = ("email",)


@admin.register(Authenticator)
class Factors(Kept):
    """Second factors: staff take one away from who has lost it, after they have made sure who asks."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    secret = ("data",)
    deletable = True


@admin.register(SocialAccount)
class Connections(Kept):
    """Accounts elsewhere that people sign in with."""

    list_display = ("user", "provider", "uid", "last_login")
    search_fields = ("user__email", "uid")
    secret = ("extra_data",)
