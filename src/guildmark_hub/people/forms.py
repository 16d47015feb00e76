"""What is asked of members in forms; each field has its bounds."""

from django import forms

from guildmark_hub.people.fields import CountryField, KeyField, NameField, TextField
from guildmark_hub.people.models import Affiliation, Organisation

REASONS = (("retired", "It is not used any more"), ("compromised", "Somebody else may have it"))


class NameForm(forms.Form):
    """How others see somebody."""

    name = NameField()


class OrganisationForm(forms.Form):
    """What an organisation says of itself."""

    name = NameField(label="Name of the organisation", help_text="As it is known; it stands beside what it signs.")
    sector = forms.ChoiceField(choices=[("", "Choose one"), *Organisation.Sector.choices])
    country = CountryField()
    homepage = forms.URLField(
        label="Homepage",
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )
    says = TextField(label="What it does, and why it vets AI", max_length=2000, required=False, help_text="Plain text.")

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]  # as Django's own forms take it
        self.fields["name"].widget.attrs["autocomplete"] = "organization"


class ProposalForm(OrganisationForm):
    """An organisation that staff invite, and who becomes its first owner."""

    email = forms.EmailField(label="Address of its first owner", max_length=254)


class AddressForm(forms.Form):
    """Whom a link is sent to."""

    email = forms.EmailField(label="Address", max_length=254)


class InvitationForm(forms.Form):
    """Who is invited, and as what."""

    email = forms.EmailField(label="Address", max_length=254, help_text="Only who holds this address can join by it.")
    role = forms.ChoiceField(
        choices=Affiliation.Role.choices, help_text="A reviewer may review, an owner may all that you may."
    )


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(choices=Affiliation.Role.choices)


class KeyForm(forms.Form):
    """A key that signs for the organisation."""

    public = KeyField()


class RevocationForm(forms.Form):
    """Why a key counts no more."""

    because = forms.ChoiceField(label="Why", choices=REASONS)


class RefusalForm(forms.Form):
    """Why an applicant is refused."""

    why = TextField(label="Why it is refused", max_length=2000, help_text="The applicant reads it.")
