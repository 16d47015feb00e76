"""The pages of watching behind the desk: what somebody follows, her notices, her web hooks."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.watching import acts
from guildmark_hub.watching import following as followed
from guildmark_hub.watching.models import Feed, Follow, Hook

PER_PAGE = 50
POST = ("POST",)
MOST_DIGITS = 18


class Address(forms.Form):
    """Where a web hook is told."""

    address = forms.URLField(
        label="Address",
        help_text="It begins with https:// and takes POST.",
        max_length=1000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "box", "autocomplete": "off"}),
    )


@door("person")
def follow(request: HttpRequest) -> HttpResponse:
    """Ask whether to follow something; by POST, follow it."""
    person = person_of(request)
    given = request.POST if request.method == "POST" else request.GET
    kind, what = given.get("kind", ""), given.get("what", "")
    if request.method == "POST":
        made = acts.follow(person, kind, what, by_mail=given.get("by_mail") == "yes")
        messages.success(request, f"You follow {plain.name(followed.named(made.kind, made.what).name)}.")
        return redirect("watching:following")
    what = acts.followable(kind, what)
    known = person.follows.filter(kind=kind, what=what).first()
    named = followed.named(kind, what)
    return show(request, "watching/follow", {"kind": kind, "what": what, "named": named, "known": known})


@door("person", methods=POST)
def stop(request: HttpRequest) -> HttpResponse:
    """Follow something no more."""
    acts.stop(person_of(request), _number(request, "follow"))
    messages.success(request, "You follow it no more.")
    return redirect("watching:following")


@door("person", methods=POST)
def mail(request: HttpRequest) -> HttpResponse:
    """Have something mailed, or not."""
    yes = request.POST.get("by_mail") == "yes"
    acts.mail(person_of(request), _number(request, "follow"), yes=yes)
    messages.success(request, "It is mailed from now on." if yes else "It is mailed no more.")
    return redirect("watching:following")


@door("person", methods=("GET", "HEAD"))
def following(request: HttpRequest) -> HttpResponse:
    """All that somebody follows."""
    person = person_of(request)
    shown = followed.shown(person, acts.MOST_FOLLOWS)
    held = {"follows": shown, "most": acts.MOST_FOLLOWS, "kinds": dict(Follow.Kind.choices)}
    return show(request, "watching/following", held)


@door("person", methods=("GET", "HEAD"))
def notices(request: HttpRequest) -> HttpResponse:
    """Her notices, the newest first, and the address of her feed."""
    person = person_of(request)
    rows = person.notices.select_related("change__organisation")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page", "1")[:MOST_DIGITS])
    feed = Feed.objects.filter(person=person).first()
    address = reverse("watching:feed", args=[f"{feed.pk}-{feed.secret}"]) if feed else ""
    held = {
        "page": page,
        "feed": request.build_absolute_uri(address) if feed else "",
        "unread": acts.unread(person),
    }
    return show(request, "watching/notices", held)


@door("person", methods=POST)
def read(request: HttpRequest) -> HttpResponse:
    """Mark a notice as read, or all up to one."""
    before = "until" in request.POST
    number = acts.read(person_of(request), _number(request, "until" if before else "notice"), and_before=before)
    messages.success(request, f"{plain.counted(number, 'notice')} marked as read.")
    return redirect("watching:notices")


@door("person", methods=POST)
def new_feed(request: HttpRequest) -> HttpResponse:
    """Her feed, at a new address."""
    acts.new_feed(person_of(request))
    messages.success(request, "Your feed has a new address.")
    return redirect("watching:notices")


@door("person")
def hooks(request: HttpRequest) -> HttpResponse:
    """Her web hooks; by POST, a new one, whose secret is shown once."""
    form = Address(posted(request))
    made: list[Hook] = []
    if done(form, lambda: made.append(acts.add_hook(person_of(request), form.cleaned_data["address"]))):
        return _hooks(request, Address(), made[0])
    return _hooks(request, form)


@door("person", methods=POST)
def new_hook_secret(request: HttpRequest, hook: int) -> HttpResponse:
    """A new secret, shown once."""
    return _hooks(request, Address(), acts.new_hook_secret(person_of(request), hook))


@door("person", methods=POST)
def stop_hook(request: HttpRequest, hook: int) -> HttpResponse:
    """Tell an address no more."""
    acts.stop_hook(person_of(request), hook)
    messages.success(request, "It is told no more.")
    return redirect("watching:hooks")


@door("person", methods=POST)
def test_hook(request: HttpRequest, hook: int) -> HttpResponse:
    """Send a test."""
    acts.test_hook(person_of(request), hook)
    messages.success(request, "A test is on its way. Look here again in a minute for what came of it.")
    return redirect("watching:hooks")


def _hooks(request: HttpRequest, form: Address, made: Hook | None = None) -> HttpResponse:
    hooks = list(person_of(request).hooks.order_by("pk"))
    return asked(request, "watching/hooks", form, {"hooks": hooks, "most": acts.MOST_HOOKS, "made": made})


def _number(request: HttpRequest, name: str) -> int:
    """A number out of a form; raises AskedWrongly."""
    given = request.POST.get(name, "")
    if not (given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS):
        raise AskedWrongly("the form was not filled in", "go back to the page that it stands on, and load it again")
    return int(given)
