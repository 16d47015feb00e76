"""What is done about a case that was recommended or decided: brought before its group again, appealed; and appeals."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from guildmark_hub.cases import appeals, ended, ending
from guildmark_hub.cases.case_views import POST, READ, Words, acting, case_of
from guildmark_hub.cases.end_forms import AppealForm
from guildmark_hub.cases.models import Appeal
from guildmark_hub.people.doors import done, door, person_of, posted, show

MEANS = (
    "A panel of three decides anew: people of other organisations who had no part in this decision, drawn at random. "
    "Until then what was decided counts. A panel decides once; your grounds are read by everybody, with your name."
)


def _appeal_of(pk: int) -> Appeal:
    found = Appeal.objects.select_related("case__group", "person", "organisation", "panel", "proposal")
    one = found.filter(pk=pk).first()
    if one is None:
        raise Http404(f"There is no appeal {pk}")
    return one


@door("person")
def appeal(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that others decide anew."""
    person, one, now = person_of(request), case_of(number), timezone.now()
    appeals.speaks_for(person, one, now)
    form = AppealForm(posted(request))
    if done(form, lambda: appeals.appeal(person, one, form.cleaned_data["grounds"], now)):
        messages.success(request, "Your appeal is taken. A panel is drawn as soon as there are enough for it.")
        return redirect(one)
    return acting(request, form, one, Words("Appeal against the decision", "Appeal", MEANS))


@door("member", methods=POST)
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Bring it before its group again, where nothing was decided."""
    one = case_of(number)
    made = ending.again(person_of(request), one, timezone.now())
    messages.success(request, f"It is before {one.group.name} again, as proposal {made.pk}.")
    return redirect(one)


@door("anyone", methods=READ)
def appealed(request: HttpRequest, pk: int) -> HttpResponse:
    """An appeal: its grounds, its panel and how that was drawn, what came of it."""
    return show(request, "cases/appealed", ended.appealed(_appeal_of(pk)))


@door("anyone", methods=READ)
def panel(request: HttpRequest, pk: int) -> JsonResponse:
    """The seed and the candidates of a panel, so that anybody can draw again."""
    one = _appeal_of(pk)
    seed = one.seed if one.panel_id else ""
    return JsonResponse({"appeal": one.pk, "seed": seed, "count": appeals.PANEL, "candidates": one.candidates})
