"""The pages of decisions: what was decided, who signed it, and how anyone checks that without this hub."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from guildmark.attest import statement
from guildmark.log.tiles import CHECKPOINT, PATHS
from guildmark.records import canonical
from guildmark_hub.council import deciding, impacts, logged, powers, svr
from guildmark_hub.council.decision_forms import SignForm
from guildmark_hub.council.models import Decision, Group, Proposal
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.models import Person

READ = ("GET", "HEAD")
PAGE = 50
FOREVER = "public, max-age=31536000, immutable"
"""A full tile, and one that was once not full, never changes."""


@door("anyone", methods=READ)
def decisions(request: HttpRequest) -> HttpResponse:
    """All decisions, the newest first, or those of a group."""
    rows = Decision.objects.select_related("proposal__group", "claim").order_by("-made_at", "-pk")
    group = request.GET.get("group", "")[:100]
    if group:
        rows = rows.filter(proposal__group__slug=group)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    groups = Group.objects.filter(proposals__decision__isnull=False).distinct().order_by("name")
    return show(
        request, "council/decisions", {"page": page, "rows": page.object_list, "groups": groups, "group": group}
    )


@door("anyone", methods=READ)
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """What was decided, what waits, what became of it."""
    one = _decision(number)
    found = statement.read(one.body.encode())
    now = timezone.now()
    chairs = powers.chairs_of(one.proposal, now.date()) if one.waits else []
    held: dict[str, Any] = {
        "one": one,
        "said": statement.said(found),
        "subject": found.subject[0],
        "chairs": chairs,
        "may_sign": isinstance(request.user, Person) and request.user in chairs,
        "svr": svr.is_for(one, now),
        "logged_as": next(iter(logged.logs()), None) if one.place is not None else None,
    }
    return show(request, "council/decision", held)


@door("member", methods=READ)
def offered(request: HttpRequest, number: int) -> HttpResponse:
    """The decision with the signature of this hub alone, for a chair to cosign."""
    one = _decision(number)
    powers.must_lead(person_of(request), one.proposal)
    return _file(deciding.offered(one), f"decision-{number}.bundle.json")


@door("member")
def sign(request: HttpRequest, number: int) -> HttpResponse:
    """A chair hands in the decision that she has cosigned."""
    one, person = _decision(number), person_of(request)
    powers.must_lead(person, one.proposal)
    form = SignForm(posted(request), request.FILES or None)
    if done(form, lambda: deciding.sign(person, one, form.cleaned_data["bundle"], timezone.now())):
        messages.success(request, "It is signed, and has its effect.")
        return redirect(one)
    return asked(request, "council/sign", form, {"one": one, "address": settings.ADDRESS})


@door("anyone", methods=READ)
def bundle(request: HttpRequest, number: int) -> HttpResponse:
    """The signed decision with the proof that it is logged."""
    one = _decision(number)
    if one.claim is None:
        raise Http404("This decision is not signed yet")
    return _file(logged.bundle(one), f"decision-{number}.json")


@door("anyone", methods=READ)
def result(request: HttpRequest, number: int) -> HttpResponse:
    """What a vetting came to, as in-toto's simple verification result."""
    return _file(svr.bundle(_decision(number), timezone.now()), f"decision-{number}.svr.json")


@door("anyone", methods=READ)
def impact(request: HttpRequest, number: int) -> HttpResponse:
    """All that a proposed standard would change, as it was found before the vote."""
    proposal = Proposal.objects.filter(pk=number).first()
    found = impacts.of(proposal) if proposal else None
    if found is None:
        raise Http404("It is not known yet what this proposal would change")
    told = {"made_at": deciding.moment(found.made_at), "sha256": found.sha256, "steps": found.steps}
    return _file(canonical(told) + b"\n", f"impact-{number}.json")


@door("anyone", methods=READ)
def log(request: HttpRequest, path: str) -> HttpResponse:
    """A file of this hub's log, as `guildmark follow` fetches it (C2SP tlog-tiles)."""
    file = logged.where() / path
    if not PATHS.fullmatch(path) or not file.is_file():
        raise Http404("This hub's log has no such file")
    plain = path == CHECKPOINT
    kind = "text/plain; charset=utf-8" if plain else "application/octet-stream"
    return HttpResponse(file.read_bytes(), kind, headers={"Cache-Control": "no-cache" if plain else FOREVER})


def _decision(number: int) -> Decision:
    rows = Decision.objects.select_related("proposal__group", "ballot__revision", "claim__bundle", "chair")
    found = rows.select_related("key__organisation").filter(proposal=number).first()
    if found is None:
        raise Http404("There is no decision on such a proposal")
    return found


def _file(data: bytes, name: str) -> HttpResponse:
    said = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return HttpResponse(data, content_type="application/json", headers=said)
