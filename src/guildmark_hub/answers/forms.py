"""What is asked of whoever answers; each field has its bounds."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guildmark_hub.answers import acts, vex
from guildmark_hub.answers.models import Answer
from guildmark_hub.answers.places import Place
from guildmark_hub.people.fields import TextField
from guildmark_hub.people.models import Organisation

PLAIN = "Plain text: nothing in it becomes a link or markup."
DIGEST = r"sha256:[0-9a-f]{64}"


class WordsField(TextField):
    """Several lines; a line's end counts as one character, as it does where it is typed."""

    def to_python(self, value: Any) -> Any:
        """The text, with one kind of line end and no tabs."""
        found = super().to_python(value)
        return "\n".join(found.expandtabs(4).splitlines()) if isinstance(found, str) else found


class PlaceForm(forms.Form):
    """Where somebody will show that an entry is hers."""

    where = forms.ChoiceField(label="Where you will show it", widget=forms.RadioSelect)

    def __init__(self, places: Iterable[Place], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["where"].choices = [(one.where, one.says) for one in places]  # type: ignore[attr-defined]


class SaidForm(forms.Form):
    """A text. `version` is the wording that was read when it was begun."""

    says = WordsField(label="What you say", max_length=acts.LONGEST, help_text=PLAIN)
    version = forms.IntegerField(min_value=1, max_value=acts.MOST_WORDINGS, required=False, widget=forms.HiddenInput)


class SupportForm(SaidForm):
    """Who supports an entry, and until when."""

    until = forms.DateField(
        label="Until when",
        required=False,
        help_text="The last day on which this stands; empty where no end is planned.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RebuttalForm(SaidForm):
    """An answer to a finding: a text, or a document."""

    says = WordsField(label="In words", max_length=acts.LONGEST, help_text=PLAIN, required=False)
    vex = forms.CharField(
        label="Or as an OpenVEX document",
        max_length=vex.LARGEST,
        required=False,
        strip=True,
        help_text="JSON. It must speak of this finding: by the vulnerability's id, or by the check's.",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of both."""
        found = super().clean() or {}
        if not self.errors and bool(found.get("says")) == bool(found.get("vex")):
            raise ValidationError("Write it in words, or paste a document: one of both.")
        return found


class OfferForm(SaidForm):
    """What an organisation offers, and until when."""

    until = forms.DateField(
        label="Until when it stands",
        help_text="The last day on which somebody may take it up.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    statement = forms.RegexField(
        DIGEST,
        label="Digest of the signed announcement",
        strip=True,
        max_length=71,
        help_text="sha256:… of what your organisation signed (guildmark attest --as intent) and published here.",
    )


class ForForm(forms.Form):
    """For whom it is said; `own` lets her speak for herself."""

    organisation = forms.ChoiceField(label="For whom you speak")

    def __init__(self, organisations: Iterable[Organisation], own: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [("", own)] if own else []
        choices += [(one.slug, one.name) for one in organisations]
        field = self.fields["organisation"]
        field.required = not own
        field.choices = choices  # type: ignore[attr-defined]


FORMS: dict[str, type[SaidForm]] = {
    Answer.Kind.SUPPORT: SupportForm,
    Answer.Kind.USE: SaidForm,
    Answer.Kind.REBUTTAL: RebuttalForm,
    Answer.Kind.OFFER_SUPPORT: OfferForm,
    Answer.Kind.OFFER_REVIEW: OfferForm,
}
