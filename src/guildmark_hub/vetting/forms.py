"""What is asked of somebody who wants something vetted, or hands in what she found herself."""

from typing import Any

from django import forms

from guildmark import plain
from guildmark_hub.catalog.taking import LARGEST
from guildmark_hub.vetting import asked


class PurlForm(forms.Form):
    """What to vet."""

    purl = forms.CharField(
        label="What to vet",
        max_length=asked.LONGEST,
        help_text="As pypi:silero-vad, npm:NAME, hf:ORG/NAME, or a purl of these or of GitHub. A version may follow.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )


class BundleForm(forms.Form):
    """A bundle to hand in."""

    bundle = forms.FileField(
        label="Bundle",
        help_text=f"The file that guildmark attest or guildmark vet --attest wrote, at most {plain.size(LARGEST)}.",
        error_messages={"required": f"Choose a file of at most {plain.size(LARGEST)}."},
    )

    def clean_bundle(self) -> bytes:
        """Its bytes."""
        file: Any = self.cleaned_data["bundle"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"It is larger than {plain.size(LARGEST)}: publish one subject at a time.")
        return bytes(file.read())
