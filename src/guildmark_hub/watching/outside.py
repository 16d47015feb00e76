"""What is read without signing in: the feeds, and the page behind the link that stops mail."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from guildmark_hub.catalog import rows
from guildmark_hub.catalog.looks import way
from guildmark_hub.catalog.models import Change, Entry
from guildmark_hub.people import watermark
from guildmark_hub.people.doors import door, said, show
from guildmark_hub.people.models import Organisation
from guildmark_hub.watching import acts, atom, following, letters, models

MOST = 100
AUTHOR = "Guildmark"
READ = ("GET", "HEAD")


@door("anyone", methods=READ)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's notices, for whoever knows the address."""
    number, _, given = secret.partition("-")
    found = None
    if number.isascii() and number.isdecimal() and len(number) <= 18:
        found = models.Feed.objects.filter(pk=int(number), person__is_active=True).select_related("person").first()
    if not constant_time_compare(given, found.secret if found else "") or found is None:
        raise Http404("There is no such feed")
    changes = Change.objects.filter(pk__in=found.person.notices.values("change")[:MOST]).order_by("-pk")
    where = request.build_absolute_uri(reverse("watching:notices"))
    head = _head(request, ("own", found.pk), "Guildmark: what you follow", where, "")
    answer = _answer(request, head, changes)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@door("anyone", methods=READ)
def entry_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened to an entry."""
    entry = Entry.objects.filter(edition__current=True, slug=slug).first()
    if entry is None:
        raise Http404(f"There is no entry {slug} in this edition")
    where = request.build_absolute_uri(entry.get_absolute_url())
    head = _head(request, ("entry", slug), f"Guildmark: {entry.name}", where, rows.moment(entry.updated_at))
    return _answer(request, head, Change.objects.filter(slug=slug).order_by("-pk")[:MOST])


@door("anyone", methods=READ)
def organisation_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What an organisation did, and what happened to its claims."""
    shown = (Organisation.State.MEMBER, Organisation.State.LEFT)
    organisation = Organisation.objects.filter(slug=slug, state__in=shown).first()
    if organisation is None:
        raise Http404(f"There is no member {slug}")
    where = request.build_absolute_uri(way("people:organisation", slug) or request.path)
    head = _head(request, ("member", slug), f"Guildmark: {organisation.name}", where, "")
    mine = Change.objects.filter(organisation=organisation) | Change.objects.filter(claim__organisation=organisation)
    return _answer(request, head, mine.order_by("-pk")[:MOST])


def _head(request: HttpRequest, words: tuple[object, ...], title: str, page: str, at: str) -> atom.Head:
    itself = request.build_absolute_uri(request.path)
    id, called, at = atom.feed_tag(letters.host(), *words), watermark.named(title), at or "2026-01-01T00:00:00Z"
    return atom.Head(id, itself, called, page, watermark.named(AUTHOR), at)


def _answer(request: HttpRequest, head: atom.Head, changes: Iterable[Change]) -> HttpResponse:
    items = [
        atom.Item(
            atom.tag(letters.host(), one.pk),
            one.kind,
            one.get_kind_display(),
            rows.moment(one.at),
            following.told(one),
            request.build_absolute_uri(following.path_of(one)),
        )
        for one in changes
    ]
    return HttpResponse(atom.atom(head, items), content_type="application/atom+xml; charset=utf-8")


@csrf_exempt  # RFC 8058: the mail program posts by itself, without a cookie; the signed link is what counts
@door("anyone", methods=("GET", "HEAD", "POST"))
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails to whoever got the letter with this link; whose they are, nobody is told."""
    try:
        person = letters.person_of(token)
    except ValueError:
        return said(request, 404, "This link is not whole", "Nothing was changed", "Copy all of it out of the mail.")
    done = request.method == "POST"
    if done and person:
        acts.stop_mail(person)
    answer = show(request, "watching/unsubscribe", {"done": done})
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
