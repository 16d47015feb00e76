"""A reviewer's screen, and what the subject's side answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.cases import acts, case_shown, moving, reading, reviewing
from guildmark_hub.cases.case_forms import AskForm, SaysForm, SendForm, WhyForm
from guildmark_hub.cases.case_shown import Wrong
from guildmark_hub.cases.case_views import Words, acting, case_of
from guildmark_hub.cases.models import Line, Review
from guildmark_hub.people.doors import done, door, person_of, posted, show
from guildmark_hub.people.models import Person

READ, POST = ("GET", "HEAD"), ("POST",)
ANSWER, SAYS = "answer:", "says:"
"""How the fields of a line begin; then comes its requirement."""


@door("member", methods=READ)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist, line by line."""
    return _screen(request, reviewing.mine(person_of(request), pk, timezone.now()), {})


@door("member", methods=POST)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is answered: one line as she goes, or all that the page was sent with."""
    try:
        return _save(request, person_of(request), pk)
    except PermissionDenied:
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Refresh": "true"})  # the whole page says why
        raise


def _save(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    only = request.POST.get("only", "")
    mine = reviewing.mine(person, pk, timezone.now())
    held = {one.requirement: (one.answer, one.says) for one in mine.lines.all()}
    sent: dict[str, tuple[str, str]] = {}
    for line in reading.lines(mine.case):
        id = line.requirement
        given = request.POST.get(ANSWER + id, ""), request.POST.get(SAYS + id, "")
        if given[0] and given != held.get(id) and only in ("", id):
            sent[id] = given
    refused = reviewing.answer_each(person, pk, sent) if sent else {}
    wrong = {id: Wrong(f"{error.says}: {error.hint}", sent[id]) for id, error in refused.items()}
    if only and request.headers.get("HX-Request") == "true":
        return _status(request, mine, only, wrong)
    if wrong:
        return _screen(request, mine, wrong, 400)
    messages.success(request, "Your answers are kept.")
    return redirect("cases:review", pk)


@door("member", methods=POST)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree with the machine on all that it passed."""
    count = reviewing.agree(person_of(request), pk)
    messages.success(request, f"{count} lines are answered as the machine found them. Each can be changed.")
    return redirect("cases:review", pk)


@door("member")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the subject's side."""
    person = person_of(request)
    mine = reviewing.mine(person, pk, timezone.now())
    form = AskForm(posted(request))
    if done(form, lambda: reviewing.ask(person, pk, form.cleaned_data["asks"])):
        messages.success(request, "It is asked. No time runs for you until it is answered, or 14 days have passed.")
        return redirect("cases:review", pk)
    return acting(
        request, form, mine.case, Words("Ask its makers", "Ask it", ASKED, back=reverse("cases:review", args=[pk]))
    )


@door("member")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the review."""
    person = person_of(request)
    mine = reviewing.mine(person, pk, timezone.now())
    form = SendForm(posted(request))

    def act() -> None:
        reviewing.submit_review(person, pk, form.cleaned_data["outcome"], form.cleaned_data["says"])

    if done(form, act):
        messages.success(request, "Your review is sent. Others read it when both are in.")
        return redirect(mine.case)
    return acting(
        request, form, mine.case, Words("Send your review", "Send it", SENT, back=reverse("cases:review", args=[pk]))
    )


@door("member")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Not review it; another is drawn."""
    person = person_of(request)
    mine = reviewing.mine(person, pk, timezone.now())
    form = WhyForm(posted(request))
    if done(form, lambda: acts.decline(person, pk, form.cleaned_data["why"])):
        messages.success(request, "You do not review it. Another reviewer is drawn.")
        return redirect(mine.case)
    return acting(request, form, mine.case, Words("Decline this review", "Decline it", DECLINED))


@door("person")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a reviewer's question, for the subject."""
    person, question = person_of(request), case_shown.question_of(pk)
    if question is None:
        raise Http404("There is no such question")
    moving.must_speak(person, question.case, timezone.now())
    form = SaysForm(posted(request))
    if done(form, lambda: reviewing.answer_question(person, pk, form.cleaned_data["says"])):
        messages.success(request, "Your answer stands beside the question.")
        return redirect(question.case)
    return acting(request, form, question.case, Words("Answer a reviewer", "Answer it", ANSWERED, quoted=question.asks))


@door("person")
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Say something to the reviews, for the subject."""
    person, one = person_of(request), case_of(number)
    moving.must_speak(person, one, timezone.now())
    form = SaysForm(posted(request))
    if done(form, lambda: reviewing.reply(person, one, form.cleaned_data["says"])):
        messages.success(request, "Your reply stands beside the reviews.")
        return redirect(one)
    return acting(request, form, one, Words("Reply to the reviews", "Reply", REPLIED))


ASKED = (
    "Who owns the entry or submitted the case is told, and answers on its page. The review waits for at most 14 days."
)
SENT = "It cannot be changed then. Your name, your organisation and every answer can be read once both reviews are in."
DECLINED = "Your word stands on the case's page; another reviewer is drawn at once. You are not drawn for it again."
ANSWERED = "Your answer is public, and is given once. What is to be added later is said as a reply."
REPLIED = "It stands beside the reviews, and is read before the group decides. It stops nothing."


def _screen(request: HttpRequest, mine: Review, wrong: dict[str, Wrong], status: int = 200) -> HttpResponse:
    held = case_shown.screen(mine, wrong, timezone.now())
    return show(request, "cases/review", {**held, "answers": Line.Answer.choices}, status)


def _status(request: HttpRequest, mine: Review, requirement: str, wrong: dict[str, Wrong]) -> HttpResponse:
    """How it stands with one line, for htmx."""
    found = case_shown.one_line(mine, requirement, wrong)
    if found is None:
        raise Http404("The checklist has no such line")
    return show(request, "cases/status", {"one": found, "progress": case_shown.progress(mine), "alone": True})
