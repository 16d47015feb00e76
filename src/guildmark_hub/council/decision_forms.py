"""What a chair hands in: the decision that she has cosigned."""

from typing import Any

from django import forms

from guildmark import plain
from guildmark_hub.council.deciding import LARGEST


class SignForm(forms.Form):
    """A cosigned decision."""

    bundle = forms.FileField(
        label="The cosigned decision",
        help_text=f"The file that guildmark attest --as cosignature wrote, at most {plain.size(LARGEST)}.",
        error_messages={"required": f"Choose a file of at most {plain.size(LARGEST)}."},
    )

    def clean_bundle(self) -> bytes:
        """Its bytes."""
        file: Any = self.cleaned_data["bundle"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"It is larger than {plain.size(LARGEST)}: that is no decision.")
        return bytes(file.read())
