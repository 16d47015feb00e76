"""What is asked of members who propose, discuss and vote; how long a text may be, the acts say."""

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms

from guildmark_hub.catalog.models import Claim, Entry
from guildmark_hub.council.models import Group, Proposal, Remark, Vote
from guildmark_hub.council.proposing import LONGEST_TITLE, LONGEST_WORD, OF_CASES, OF_MEMBERS, classes
from guildmark_hub.people.fields import NameField, TextField
from guildmark_hub.people.models import Organisation

DIGEST = r"^(sha256:)?[0-9a-f]{64}$"


class DocumentField(forms.CharField):
    """A whole document, byte for byte but for the ends of its lines."""

    widget = forms.Textarea

    def __init__(self, **given: Any) -> None:
        super().__init__(label="The text itself", strip=False, **given)
        self.widget.attrs |= {"rows": 24, "spellcheck": "false"}


class WordForm(forms.Form):
    """What is other in a wording."""

    says = TextField(
        label="In a few words", max_length=LONGEST_WORD, required=False, help_text="Why, or what is other than before."
    )


class ReviseForm(WordForm):
    """A new wording."""

    document = DocumentField()
    field_order = ("document", "says")


class ProposeForm(WordForm):
    """A matter, for whom it is brought, and by which class it is to be decided."""

    kind = forms.ChoiceField(label="What is proposed")
    organisation = forms.ChoiceField(label="For which organisation")
    title = NameField(label="Title", max_length=LONGEST_TITLE, help_text="One line.")
    document = DocumentField(
        help_text='A standard: its TOML, with a line id = "…" at the top. An election, a waiver, a class of decisions: '
        "a table in TOML. All else: words. At most 60,000 letters."
    )
    rules = forms.ChoiceField(
        label="Class of decision", required=False, help_text="Each kind has its class; you may choose a stricter one."
    )
    slug = forms.SlugField(
        label="Entry that it is about",
        required=False,
        max_length=100,
        help_text="Its id, if it is about one: who has a conflict of interest there may not vote.",
    )
    statement = forms.RegexField(
        DIGEST,
        label="Statement that it is about",
        required=False,
        max_length=71,
        help_text="sha256:… of the claim that a revocation is about.",
    )
    supersedes = forms.IntegerField(
        label="Proposal that it supersedes",
        required=False,
        min_value=1,
        max_value=(1 << 63) - 1,
        help_text="Its number.",
    )
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = (
        "kind",
        "organisation",
        "title",
        "document",
        "says",
        "rules",
        "slug",
        "statement",
        "supersedes",
        "once",
    )

    def __init__(
        self, group: Group, organisations: Iterable[Organisation], given: Any, *, sits: bool, **named: Any
    ) -> None:
        asked = {"once": secrets.token_hex(16), **named.pop("initial", {})}
        super().__init__(given, initial=asked, **named)
        self.group = group
        self.fields["title"].widget.attrs["autocomplete"] = "off"
        _choose(self, "kind", [(one.value, one.label) for one in _kinds(sits=sits)])
        _choose(self, "organisation", [(one.slug, one.name) for one in organisations])
        _choose(self, "rules", [("", "The class of its kind"), *((one.slug, one.name) for one in classes())])

    def clean_slug(self) -> str:
        """An entry that is here."""
        slug: str = self.cleaned_data["slug"]
        if slug and not Entry.objects.filter(edition__current=True, slug=slug).exists():
            raise forms.ValidationError("There is no such entry: write the last part of its address.")
        return slug

    def clean_statement(self) -> Claim | None:
        """A claim that is here."""
        digest = self.cleaned_data["statement"].removeprefix("sha256:")
        found = Claim.objects.filter(statement=f"sha256:{digest}").first() if digest else None
        if digest and found is None:
            raise forms.ValidationError("There is no claim with this statement here.")
        return found

    def clean_supersedes(self) -> Proposal | None:
        """A proposal that is here; whether it can be superseded, the act says."""
        number = self.cleaned_data["supersedes"]
        found = Proposal.objects.filter(pk=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError("There is no proposal with this number.")
        return found


class RemarkForm(forms.Form):
    """Something said of a proposal."""

    says = TextField(label="What you say", help_text="At most 4,000 letters. It stands under your name, and stays.")
    answers = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=(1 << 63) - 1)

    def __init__(self, proposal: Proposal, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.proposal = proposal

    def clean_answers(self) -> Remark | None:
        """A remark on the same proposal."""
        number = self.cleaned_data["answers"]
        found = self.proposal.remarks.filter(pk=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError("What you answer was not said of this proposal.")
        return found


class VoteForm(forms.Form):
    """A position, and why."""

    position = forms.ChoiceField(label="Where you stand", choices=Vote.Position.choices, widget=forms.RadioSelect)
    says = TextField(
        label="Why",
        required=False,
        help_text="At most 4,000 letters. Who says discuss or recuses says why; everybody can read it.",
    )


class WithdrawForm(forms.Form):
    """Why a proposal is withdrawn."""

    why = TextField(
        label="Why it is withdrawn", max_length=LONGEST_WORD, required=False, help_text="A chair must say it."
    )


def _kinds(*, sits: bool) -> list[Proposal.Kind]:
    """Those that somebody may propose here by hand."""
    return [one for one in Proposal.Kind if one not in OF_CASES and (sits or one in OF_MEMBERS)]


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
