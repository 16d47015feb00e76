"""The door of every view behind which somebody acts: who may pass, by which methods, and what the others are told.

`tests/hub/test_permissions.py` knocks at every address as every role."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from guildmark.errors import GuildmarkError
from guildmark_hub.people import roles
from guildmark_hub.people.models import Person
from guildmark_hub.people.roles import Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
NEEDS = {
    "member": "This is for members: ask an owner of your organisation to invite you",
    "reviewer": "This is for reviewers: an owner of your organisation can make you one",
    "owner": "This is for owners of an organisation",
    "staff": "This is for those who run this hub",
}


def door(to: Role, *, methods: tuple[str, ...] = ("GET", "HEAD", "POST")) -> Callable[[View[P]], View[P]]:
    """A view for whoever has the role `to`; the rest of what it must hold (whose organisation), it asks by itself.

    Who is not signed in is sent to sign in; who lacks the role gets 403, what is asked wrongly 400, in words. Nothing
    behind a door but "anyone" is kept by a cache."""

    def made(view: View[P]) -> View[P]:
        @wraps(view)
        def answered(request: HttpRequest, /, *given: P.args, **named: P.kwargs) -> HttpResponse:
            response = _answered(request, to, lambda: view(request, *given, **named))
            if to != "anyone":
                add_never_cache_headers(response)
            return response

        answered.__dict__ |= {"to": to, "methods": methods}
        return require_http_methods(list(methods))(answered)

    return made


def _answered(request: HttpRequest, to: Role, view: Callable[[], HttpResponse]) -> HttpResponse:
    if not roles.has(request.user, to):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return said(request, 403, "This is not for you", NEEDS.get(to, ""))
    try:
        return view()
    except PermissionDenied as error:
        return said(request, 403, "This is not for you", str(error) or NEEDS.get(to, ""))
    except GuildmarkError as error:
        return said(request, 400, "That cannot be done", error.says, error.hint)


def said(request: HttpRequest, status: int, title: str, says: str, hint: str = "") -> HttpResponse:
    """A page that says one thing."""
    held: dict[str, Any] = {"here": "", "edition": None, "status": status, "title": title, "says": f"{says}."}
    return render(request, "catalog/said.html", {**held, "hint": hint}, status=status)


def person_of(request: HttpRequest) -> Person:
    """Who is signed in; behind a door to "person" or more there is one."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def show(request: HttpRequest, name: str, held: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of ours by its template, `people/desk`; `here` marks its place in the menu."""
    return render(request, f"{name}.html", {"here": "", "edition": None, **held}, status=status)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where it is only asked for."""
    return request.POST if request.method == "POST" else None


def done(form: Form, act: Callable[[], object]) -> bool:
    """Whether a form was sent, is right, and its act was done; what the act refuses stands in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except GuildmarkError as error:
        says = f"{error.says[:1].upper()}{error.says[1:]}"
        form.add_error(None, f"{says}: {error.hint}." if error.hint else f"{says}.")
        return False
    return True


def asked(request: HttpRequest, name: str, form: Form, held: dict[str, Any]) -> HttpResponse:
    """A page with its form: to fill in, or with what is wrong in it, and 400."""
    return show(request, name, {"form": form, **held}, 400 if form.is_bound else 200)


def denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403, in words."""
    return said(request, 403, "This is not for you", str(exception) or "You may not do this")


def unproved(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, where a form does not prove that it is ours."""
    hint = "Go back, load the page again, and send it once more. Your browser must take cookies of this site."
    return said(request, 403, "This form is too old", "It does not prove that it came from this site", hint)
