"""What is asked of who begins a case, screens it, reviews it, or answers for its subject."""

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms

from guildmark import plain
from guildmark.standard import Standard
from guildmark_hub.cases import acts, reviewing
from guildmark_hub.cases.models import Review
from guildmark_hub.catalog.models import Claim
from guildmark_hub.council.models import Group
from guildmark_hub.people.fields import TextField
from guildmark_hub.people.models import Organisation

PUBLIC = "Everybody reads it. Plain text: nothing in it becomes a link or markup."


class BeginForm(forms.Form):
    """Which assessment is to be reviewed, by which standard, by whom, for whom."""

    claim = forms.ChoiceField(label="Which release, as who found it", widget=forms.RadioSelect)
    standard = forms.ChoiceField(label="By which standard")
    group = forms.ChoiceField(label="Which group decides")
    organisation = forms.ChoiceField(label="For whom you ask")
    says = TextField(label="What the reviewers should know", max_length=acts.LONGEST, required=False, help_text=PUBLIC)
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        claims: Iterable[Claim],
        standards: Iterable[Standard],
        groups: Iterable[Group],
        organisations: Iterable[Organisation],
        *given: Any,
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        choices = {
            "claim": [(str(one.pk), _found(one)) for one in claims],
            "standard": [(one.id, f"{one.title}, {one.version}") for one in standards],
            "group": [(one.slug, one.name) for one in groups],
            "organisation": [(one.slug, one.name) for one in organisations],
        }
        for name, held in choices.items():
            self.fields[name].choices = held  # type: ignore[attr-defined]
            if held:
                self.fields[name].initial = held[0][0]
        self.fields["once"].initial = secrets.token_hex(16)


def _found(claim: Claim) -> str:
    who = "this hub" if claim.organisation.own else plain.name(claim.organisation.name, 80)
    return f"{plain.name(claim.version, 60)}, found by {who} on {claim.made_at:%Y-%m-%d}"


class WhyForm(forms.Form):
    """A word of why."""

    why = TextField(label="Why", max_length=acts.LONGEST_WORD, help_text=PUBLIC)


class WithdrawForm(forms.Form):
    """Why it is taken back, if that is to be said."""

    why = TextField(label="Why", max_length=acts.LONGEST_WORD, required=False, help_text=PUBLIC)


class AskForm(forms.Form):
    """A question to the subject's side."""

    asks = TextField(label="Your question", max_length=reviewing.LONGEST_QUESTION, help_text=PUBLIC)


class SaysForm(forms.Form):
    """An answer, or a reply."""

    says = TextField(label="What you say", max_length=reviewing.LONGEST, help_text=PUBLIC)


class SendForm(forms.Form):
    """What a review comes to."""

    outcome = forms.ChoiceField(
        label="What the group should do", choices=Review.Outcome.choices, widget=forms.RadioSelect
    )
    says = TextField(
        label="To the group, in your words",
        max_length=reviewing.LONGEST,
        help_text="What decided it for you. It stands beside your answers once both reviews are in.",
    )
