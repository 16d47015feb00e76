"""The pages of proposals: read by everybody, written by members."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from guildmark_hub.council import ballot_shown as shown
from guildmark_hub.council import balloting, powers, proposing
from guildmark_hub.council.ballot_forms import ProposeForm, RemarkForm, ReviseForm, VoteForm, WithdrawForm
from guildmark_hub.council.group_views import POST, READ, reader
from guildmark_hub.council.models import Ballot, DecisionClass, Group, Proposal, Revision, Vote
from guildmark_hub.people import roles
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.models import Organisation, Person


def _proposal(number: int) -> Proposal:
    rows = Proposal.objects.select_related("group", "rules", "person", "organisation", "claim", "supersedes")
    found = rows.filter(pk=number).first()
    if found is None:
        raise Http404("There is no such proposal")
    return found


def _ballot(number: int) -> Ballot:
    found = (
        Ballot.objects.select_related("proposal__group", "proposal__rules", "revision").filter(proposal=number).first()
    )
    if found is None:
        raise Http404("There is no ballot on this proposal")
    return found


def _revision(number: int, revision: int) -> Revision:
    found = Revision.objects.select_related("proposal", "person").filter(proposal=number, number=revision).first()
    if found is None:
        raise Http404("There is no such revision")
    return found


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


@door("anyone", methods=READ)
def proposals(request: HttpRequest) -> HttpResponse:
    """All proposals, the newest first, or those of a state, a kind, a group."""
    asked_for = {name: request.GET.get(name, "")[:100] for name in ("state", "kind", "group")}
    number = _number(request.GET.get("page", "1")[:6]) or 1
    page = Paginator(shown.listed(**asked_for), shown.PAGE).get_page(number)
    held = {
        "page": page,
        "asked": asked_for,
        "states": [("", "All"), ("open", "Open"), *Proposal.State.choices],
        "kinds": [("", "All"), *Proposal.Kind.choices],
        "groups": Group.objects.order_by("name"),
        "mine": shown.groups_of(reader(request), timezone.now()),
    }
    return show(request, "council/proposals", held)


@door("anyone", methods=READ)
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """A proposal: where it stands, what it changes, what was said of it, how it is voted on."""
    before = _number(request.GET.get("before", ""))
    held = shown.proposal(_proposal(number), reader(request), timezone.now(), before)
    return show(request, "council/proposal", held)


@door("anyone", methods=READ)
def revision(request: HttpRequest, number: int, revision: int) -> HttpResponse:
    """A wording whole, and held against the one before, or against the one that is named."""
    one = _revision(number, revision)
    against = _number(request.GET.get("against", ""))
    older = Revision.objects.filter(proposal=number, number=against or revision - 1).first()
    difference = shown.between(older, one) if older else None
    held = {"proposal": one.proposal, "revision": one, "difference": difference, "older": older}
    return show(request, "council/revision", held)


@door("anyone", methods=READ)
def document(request: HttpRequest, number: int, revision: int) -> HttpResponse:
    """A wording byte for byte: its sha256 is the one that the ballot names."""
    response = HttpResponse(_revision(number, revision).document, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="proposal-{number}-{revision}.txt"'
    return response


@door("anyone", methods=READ)
def record(request: HttpRequest, number: int) -> HttpResponse:
    """The record of a ballot, byte for byte as `guildmark recount` reads it."""
    return HttpResponse(balloting.written(_ballot(number)), content_type="application/json")


@door("member")
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring a matter before a group."""
    group, person = Group.objects.filter(slug=slug).first(), person_of(request)
    if group is None:
        raise Http404("There is no such group")
    seat = powers.seat(person, group, timezone.now().date())
    organisations = [seat.organisation] if seat else list(dict.fromkeys(roles.organisations(person)))
    names = ("kind", "slug", "statement", "supersedes", "title")
    initial = {name: request.GET[name][:300] for name in names if name in request.GET}
    form = ProposeForm(group, organisations, posted(request), sits=seat is not None, initial=initial)
    made: list[int] = []
    if done(form, lambda: made.append(_propose(person, form, organisations).pk)):
        messages.success(
            request, "It is a draft: others can read it and say what they think. Start its last call next."
        )
        return redirect("council:proposal", made[0])
    return asked(request, "council/propose", form, {"group": group, "sits": seat is not None})


def _propose(person: Person, form: ProposeForm, organisations: list[Organisation]) -> Proposal:
    given = form.cleaned_data
    claim = given["statement"]
    return proposing.propose(
        person,
        next(one for one in organisations if one.slug == given["organisation"]),
        form.group,
        kind=given["kind"],
        rules=_rules(given["rules"] or proposing.class_for(given["kind"])),
        title=given["title"],
        document=given["document"],
        says=given["says"],
        slug=given["slug"] or (claim.slug if claim else ""),
        claim=claim,
        supersedes=given["supersedes"],
        once=given["once"],
    )


def _rules(slug: str) -> DecisionClass:
    return next(one for one in proposing.classes() if one.slug == slug)


@door("member")
def revise(request: HttpRequest, number: int) -> HttpResponse:
    """Word a proposal anew."""
    one, person = _proposal(number), person_of(request)
    if not proposing.mine(person, one):
        raise PermissionDenied("Only who proposed it may word it anew")
    form = ReviseForm(posted(request), initial={"document": proposing.newest(one).document})
    given = form.cleaned_data if form.is_valid() else {}
    if done(form, lambda: proposing.revise(person, one, given["document"], given["says"])):
        messages.success(request, "The new wording stands. If it was in last call, it is a draft again.")
        return redirect("council:proposal", number)
    return asked(request, "council/revise", form, {"proposal": one})


@door("member")
def remark(request: HttpRequest, number: int) -> HttpResponse:
    """Say something of a proposal, or answer what was said."""
    one = _proposal(number)
    form = RemarkForm(one, posted(request), initial={"answers": _number(request.GET.get("answers", ""))})
    answered = form.initial["answers"] if not form.is_bound else _number(str(form.data.get("answers", "")))
    to = one.remarks.select_related("person").filter(pk=answered).first() if answered else None

    def act() -> None:
        proposing.remark(person_of(request), one, form.cleaned_data["says"], form.cleaned_data["answers"])

    if done(form, act):
        messages.success(request, "It stands below the others.")
        return redirect("council:proposal", number)
    return asked(request, "council/remark", form, {"proposal": one, "to": to})


@door("member", methods=POST)
def last_call(request: HttpRequest, number: int) -> HttpResponse:
    """Start its last call."""
    proposing.last_call(person_of(request), _proposal(number))
    messages.success(request, "Its last call has begun: whoever sits in the group is told.")
    return redirect("council:proposal", number)


@door("member")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take it back, or as a chair with a word."""
    one, person = _proposal(number), person_of(request)
    may = shown.may(one, person, timezone.now())
    if request.method != "POST" and not may.withdraw:
        raise PermissionDenied("Only its proposer until the first vote, or a chair, may withdraw this")
    form = WithdrawForm(posted(request))
    if done(form, lambda: proposing.withdraw(person, one, form.cleaned_data["why"])):
        messages.success(request, "It is withdrawn. All that was said of it stays to be read.")
        return redirect("council:proposal", number)
    return asked(request, "council/withdraw", form, {"proposal": one})


@door("member", methods=POST)
def open(request: HttpRequest, number: int) -> HttpResponse:
    """Open the ballot."""
    balloting.open_ballot(person_of(request), _proposal(number))
    messages.success(request, "The ballot is open: who may vote is told.")
    return redirect("council:proposal", number)


@door("member")
def cast(request: HttpRequest, number: int) -> HttpResponse:
    """Vote, or change what was cast."""
    ballot, person, now = _ballot(number), person_of(request), timezone.now()
    one = ballot.proposal
    if request.method != "POST" and balloting.over(ballot, now):
        return redirect("council:proposal", number)
    elector = balloting.elector_of(person, ballot, now)
    last = elector.votes.order_by("pk").last()
    form = VoteForm(posted(request), initial={"position": last.position, "says": last.says} if last else None)
    made: list[Vote] = []
    given: dict[str, Any] = {"proposal": one, "ballot": ballot, "elector": elector, "last": last}
    if done(form, lambda: made.append(_cast(person, ballot, form))):
        stands = Vote.Position(made[0].position).label.partition(":")[0].lower()
        until = f"{ballot.closes_at:%Y-%m-%d %H:%M} UTC"
        messages.success(request, f"{elector.name} stands at: {stands}. It can be changed until {until}.")
        return redirect("council:proposal", number)
    return asked(request, "council/cast", form, {**given, "rules": shown.rules_in_words(one, ballot)})


def _cast(person: Person, ballot: Ballot, form: VoteForm) -> Vote:
    return balloting.cast(person, ballot, form.cleaned_data["position"], form.cleaned_data["says"])


@door("member", methods=POST)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Have it counted."""
    tally = balloting.end(person_of(request), _ballot(number))
    messages.success(request, f"It is counted: {tally.says}.")
    return redirect("council:proposal", number)
