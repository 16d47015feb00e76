"""The pages of signed claims: one a claim, its bundle as it was handed in, the keys of the members as a trust file."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from guildmark_hub.catalog import acts, signed
from guildmark_hub.catalog.models import Claim
from guildmark_hub.people import trusted
from guildmark_hub.people.doors import door, person_of, show

READ = ("GET", "HEAD")


class Withdrawing(forms.Form):
    """Why a claim should count no more."""

    why = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}), label="Why it should count no more")


@door("anyone", methods=READ)
def claim(request: HttpRequest, statement: str) -> HttpResponse:
    """What is claimed, whether it holds, what has become of it, and how anyone checks that without us."""
    return show(request, "catalog/claim", signed.of_claim(_claim(statement)))


@door("anyone", methods=READ)
def bundle(request: HttpRequest, statement: str) -> HttpResponse:
    """The bundle, byte for byte as it was handed in."""
    one = _claim(statement)
    said = {"Content-Disposition": f'attachment; filename="{statement[:16]}.bundle.json"'}
    return HttpResponse(one.bundle.raw, content_type="application/json", headers=said)


@door("anyone", methods=READ)
def trust(request: HttpRequest) -> HttpResponse:
    """Whose signatures count here, for `guildmark verify --trust`."""
    said = {"Content-Disposition": 'attachment; filename="trust.toml"'}
    return HttpResponse(trusted.written(), content_type="application/toml; charset=utf-8", headers=said)


@door("person")
def withdraw(request: HttpRequest, statement: str) -> HttpResponse:
    """Take a claim out of what counts."""
    one = _claim(statement)
    acts.may_withdraw(one, person_of(request))
    form = Withdrawing(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.withdraw(one, person_of(request), form.cleaned_data["why"])
        return redirect(one)
    held: dict[str, Any] = {"claim": one, "one": form}
    return show(request, "catalog/claim_withdraw", held)


def _claim(statement: str) -> Claim:
    found = (
        Claim.objects.filter(statement=f"sha256:{statement}").select_related("organisation", "bundle", "key").first()
    )
    if found is None:
        raise Http404(f"There is no claim {statement[:100]} here")
    return found
