"""The pages of an organisation for those who belong to it: owners change it, members see it and may leave."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from guildmark.errors import AskedWrongly
from guildmark_hub.people import acts, inviting, keyring, mails, roles
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.forms import (
    InvitationForm,
    KeyForm,
    OrganisationForm,
    RevocationForm,
    RoleForm,
)
from guildmark_hub.people.models import Affiliation, Invitation, Key, Organisation
from guildmark_hub.people.views import described

MAIL_FAILED = "It is kept, but the mail could not be sent. Try again in a few minutes."


@door("person")
def new(request: HttpRequest) -> HttpResponse:
    """An organisation applies."""
    form = OrganisationForm(posted(request))
    if done(form, lambda: acts.apply(person_of(request), form.cleaned_data)):
        messages.success(request, "It has applied. Those who run this hub decide, and you get a mail.")
        return redirect("people:desk")
    return asked(request, "people/new", form, {})


@door("member", methods=("GET", "HEAD"))
def ours(request: HttpRequest, slug: str) -> HttpResponse:
    """Who belongs to it, its keys, and for owners what they may change."""
    person, one = person_of(request), _organisation(slug)
    if not roles.has(person, "member", one):
        raise PermissionDenied(f"Only members of {one.name} see this page")
    people = one.affiliations.select_related("person").order_by("until", "since")
    owner = roles.has(person, "owner", one)
    held = {
        "organisation": one,
        "people": [each for each in people if each.until is None],
        "before": [each for each in people if each.until is not None],
        "mine": one.affiliations.filter(person=person, until=None).first(),
        "owner": owner,
        "invitations": inviting.waiting(one) if owner else [],
        "keys": described(one),
        "roles": Affiliation.Role.choices,
    }
    return show(request, "people/ours", held)


@door("owner")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Owners say anew who it is."""
    person, one = person_of(request), _organisation(slug)
    acts.must_own(person, one)
    form = OrganisationForm(posted(request), initial=acts.said_of(one))
    if done(form, lambda: acts.edit(person, one, form.cleaned_data)):
        messages.success(request, "It is kept.")
        return redirect("people:ours", slug)
    return asked(request, "people/edit", form, {"organisation": one})


@door("owner")
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Owners invite somebody by her address."""
    person, one = person_of(request), _organisation(slug)
    acts.must_own(person, one)
    form = InvitationForm(posted(request))
    given, secrets = form.cleaned_data if form.is_valid() else {}, []
    if done(form, lambda: secrets.append(inviting.invite(person, one, given["email"], given["role"]))):
        tell_invited(request, one, given["email"], secrets[0])
        return redirect("people:ours", slug)
    return asked(request, "people/invite", form, {"organisation": one})


def tell_invited(request: HttpRequest, organisation: Organisation, email: str, secret: str) -> None:
    """The mail with the link, and whether it left."""
    if mails.invitation(person_of(request), organisation, email, secret):
        messages.success(request, f"A link is on its way to {email}.")
    else:
        messages.error(request, MAIL_FAILED)


@door("owner", methods=("POST",))
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Owners take an invitation back."""
    one = get_object_or_404(Invitation, pk=number, organisation__slug=slug)
    inviting.withdraw(person_of(request), one)
    messages.success(request, "Nobody can join by that link any more.")
    return redirect("people:ours", slug)


@door("owner", methods=("POST",))
def role(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Owners give another role."""
    one = get_object_or_404(Affiliation, pk=number, organisation__slug=slug)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise AskedWrongly("there is no such role", "give member, reviewer or owner")
    acts.change_role(person_of(request), one, form.cleaned_data["role"])
    messages.success(request, "The role is changed.")
    return _back(request, one)


def _back(request: HttpRequest, one: Affiliation) -> HttpResponse:
    """To the organisation's page, if whoever asks may still see it."""
    mine = one.person_id == person_of(request).pk
    return redirect("people:desk") if mine else redirect("people:ours", one.organisation.slug)


@door("member", methods=("POST",))
def end(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Owners end an affiliation; who is meant may leave by herself."""
    one = get_object_or_404(Affiliation, pk=number, organisation__slug=slug)
    acts.end(person_of(request), one)
    messages.success(request, "It has ended; when it was stays written.")
    return _back(request, one)


@door("owner")
def resign(request: HttpRequest, slug: str) -> HttpResponse:
    """An owner lets the organisation leave the alliance, after a second look."""
    person, one = person_of(request), _organisation(slug)
    acts.must_own(person, one)
    if request.method != "POST":
        return show(request, "people/resign", {"organisation": one})
    acts.resign(person, one)
    messages.success(request, f"{one.name} has left the alliance.")
    return redirect("people:desk")


@door("owner")
def add_key(request: HttpRequest, slug: str) -> HttpResponse:
    """Owners add a key."""
    person, one = person_of(request), _organisation(slug)
    acts.must_own(person, one)
    form = KeyForm(posted(request))
    if done(form, lambda: keyring.add(person, one, form.cleaned_data["public"])):
        messages.success(request, "What this key signs counts as the word of your organisation.")
        return redirect("people:ours", slug)
    return asked(request, "people/add_key", form, {"organisation": one, "whom": keyring.whom(one)})


@door("person")
def revoke(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Owners, or staff, say that a key counts no more."""
    person, key = person_of(request), get_object_or_404(Key, pk=number, organisation__slug=slug)
    if not (roles.has(person, "owner", key.organisation) or roles.has(person, "staff")):
        raise PermissionDenied(f"Only owners of {key.organisation.name} may do this")
    form = RevocationForm(posted(request))
    if done(form, lambda: keyring.revoke(person, key, form.cleaned_data["because"])):
        messages.success(request, "The key is revoked.")
        return redirect("people:organisation", slug)
    return asked(request, "people/revoke", form, {"organisation": key.organisation, "key": key})


@door("person")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who was invited looks, and joins."""
    person = person_of(request)
    one = inviting.read(person, secret)
    if request.method == "POST":
        inviting.take(person, secret)
        messages.success(request, f"You belong to {one.organisation.name} now.")
        return redirect("people:ours", one.organisation.slug)
    return show(request, "people/invitation", {"invitation": one, "secret": secret})


def _organisation(slug: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no organisation {slug[:100]}")
    return found
