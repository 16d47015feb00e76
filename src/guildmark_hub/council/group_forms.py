"""What is asked of who makes, leads or joins a group; each field has its bounds."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guildmark import plain
from guildmark_hub.answers.forms import WordsField
from guildmark_hub.council import groups
from guildmark_hub.people.fields import UNREADABLE, NameField
from guildmark_hub.people.models import Affiliation, Organisation, Person

PLAIN = "Plain text: nothing in it becomes a link or markup."
CHARTER = (
    "What the group is for, what it decides, how it works, how often it meets. Plain text. Each later version is"
    " proposed and voted on."
)
DAY = {"type": "date"}
MINUTE = "%Y-%m-%dT%H:%M"


def _day(**given: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **given)


def _named(one: Affiliation) -> str:
    return f"{plain.name(str(one.person), 200)}, {plain.name(one.organisation.name, 200)}"


class LineField(forms.CharField):
    """One line, of characters that can be seen."""

    def clean(self, value: Any) -> str:
        """The line, with one space where there were several."""
        cleaned = " ".join(str(super().clean(value) or "").split())
        if plain.visible(cleaned) != cleaned:
            raise ValidationError(UNREADABLE)
        return cleaned


class GroupForm(forms.Form):
    """A group that an organisation sponsors."""

    name = NameField(label="Name of the group", help_text="As: Working group on speech models")
    kind = forms.ChoiceField(
        label="What kind of group",
        choices=[(one.value, one.label) for one in groups.MADE_BY_MEMBERS],
        help_text="A working group goes on; a task force is closed when its task is done.",
    )
    organisation = forms.ChoiceField(label="Which organisation sponsors it")
    says = WordsField(label="What it is for", max_length=2000, help_text="A few sentences. " + PLAIN)

    def __init__(self, organisations: Iterable[Organisation], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            (one.slug, plain.name(one.name, 200)) for one in organisations
        ]
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class SteeringForm(forms.Form):
    """The first steering committee: its charter, who sits in it, who leads it."""

    name = NameField(label="Name", initial="Steering committee", help_text="")
    says = WordsField(label="What it is for", max_length=2000, help_text=PLAIN)
    charter = WordsField(label="Its charter", max_length=groups.LONGEST, help_text=CHARTER)
    members = forms.MultipleChoiceField(
        label="Who sits in it",
        widget=forms.CheckboxSelectMultiple,
        help_text="At least three, of two organisations.",
    )
    chairs = forms.MultipleChoiceField(
        label="Who leads it", widget=forms.CheckboxSelectMultiple, help_text="Of those who sit in it."
    )
    until = _day(label="Last day of their terms", help_text="From then on its members are elected.")

    def __init__(self, belongs: Iterable[Affiliation], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.belongs = {str(one.pk): one for one in belongs}
        choices = [(key, _named(one)) for key, one in self.belongs.items()]
        for field in ("members", "chairs"):
            self.fields[field].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Chairs sit too, and nobody sits for two organisations."""
        found = super().clean() or {}
        members = found.get("members", [])
        if set(found.get("chairs", [])) - set(members):
            raise ValidationError("Who leads it must be among those who sit in it.")
        if len({self.belongs[one].person_id for one in members}) != len(members):
            raise ValidationError("Somebody is chosen for two organisations: choose one of them.")
        return found


class AppointForm(forms.Form):
    """Somebody whom staff seat in a committee that nobody leads."""

    who = forms.ChoiceField(label="Who")
    until = _day(label="Last day of the term")

    def __init__(self, belongs: Iterable[Affiliation], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.belongs = {str(one.pk): one for one in belongs}
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (key, _named(one)) for key, one in self.belongs.items()
        ]


class CharterForm(forms.Form):
    """The first charter."""

    text = WordsField(label="Charter", max_length=groups.LONGEST, help_text=CHARTER)


class JoinForm(forms.Form):
    """For whom somebody takes a seat."""

    organisation = forms.SlugField(max_length=100)


class ChairForm(forms.Form):
    """Until when somebody leads a group."""

    until = _day(label="Last day of the term", help_text="Within the next two years.")


class MeetingForm(forms.Form):
    """When and where a group meets, and about what."""

    at = forms.DateTimeField(
        label="When, in UTC",
        input_formats=[MINUTE, "%Y-%m-%d %H:%M"],
        help_text="As 2026-12-01 14:00",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
    )
    place = LineField(
        label="Where",
        max_length=500,
        required=False,
        help_text="A room, or the address of a call. Everybody can read it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agenda = WordsField(label="Agenda", max_length=20_000, required=False, help_text=PLAIN)

    def clean_at(self) -> datetime:
        """The moment, in UTC."""
        found: datetime = self.cleaned_data["at"]
        return found.astimezone(UTC)


class MinutesForm(forms.Form):
    """What was said, and who was there."""

    present = forms.MultipleChoiceField(label="Who was there", required=False, widget=forms.CheckboxSelectMultiple)
    minutes = WordsField(
        label="Minutes", max_length=60_000, help_text="They are published once, for everybody. " + PLAIN
    )

    def __init__(self, members: Iterable[Person], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["present"].choices = [(str(one.pk), plain.name(str(one), 200)) for one in members]  # type: ignore[attr-defined]


class CancelForm(forms.Form):
    """Why a meeting is called off."""

    why = WordsField(label="Why it is cancelled", max_length=2000, help_text="Everybody can read it.")


class MilestoneForm(forms.Form):
    """What a group means to have done, by when."""

    title = LineField(label="What is to be done", max_length=300, widget=forms.TextInput({"autocomplete": "off"}))
    due = _day(label="By when")
    says = WordsField(label="More about it", max_length=2000, required=False, help_text=PLAIN)


class ReportForm(forms.Form):
    """What a group says of a year."""

    text = WordsField(
        label="Report",
        max_length=60_000,
        help_text="The figures are from the records. Once published it is not changed any more.",
    )
