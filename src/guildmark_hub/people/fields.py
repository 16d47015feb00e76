"""Fields of our forms: names that others can read, keys, countries."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guildmark import keys, plain
from guildmark.errors import ClaimError

_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
UNREADABLE = "Write it with letters that can be seen: it holds one that changes or hides others."


class NameField(forms.CharField):
    """A name on one line, of characters that can be seen; spaces in a row are one."""

    def __init__(self, **given: Any) -> None:
        told = {"label": "Your name", "max_length": 200, "help_text": "Others see it beside what you do here."}
        super().__init__(**{**told, **given})
        self.widget.attrs.setdefault("autocomplete", "name")

    def clean(self, value: Any) -> str:
        """The name, in its one form."""
        cleaned = " ".join(str(super().clean(value) or "").split())
        if plain.visible(cleaned) != cleaned:
            raise ValidationError(UNREADABLE)
        if _ADDRESS.search(cleaned):  # a mail to a stranger shows it
            raise ValidationError("Write a name, and no address.")
        if cleaned and not any(character.isalnum() for character in cleaned):
            raise ValidationError("Write a name with at least one letter or digit.")
        return cleaned


class TextField(forms.CharField):
    """Several lines, of characters that can be seen."""

    widget = forms.Textarea

    def clean(self, value: Any) -> str:
        """The text, its lines ended alike."""
        cleaned = "\n".join(line.rstrip() for line in str(super().clean(value) or "").splitlines())
        if any(plain.visible(line) != line for line in cleaned.split("\n")):
            raise ValidationError(UNREADABLE)
        return cleaned


class CountryField(forms.CharField):
    """A country by its two letters."""

    def __init__(self, **given: Any) -> None:
        told = {"label": "Country", "max_length": 2, "help_text": "Two letters, as in web addresses: FR, DE, BR"}
        super().__init__(**{**told, **given})

    def clean(self, value: Any) -> str:
        """The letters, as ISO 3166 writes them."""
        cleaned = str(super().clean(value) or "").upper()
        if cleaned and not (len(cleaned) == 2 and cleaned.isascii() and cleaned.isalpha()):
            raise ValidationError("Write the two letters of the country, as FR.")
        return cleaned


class KeyField(forms.CharField):
    """The line of a public key, with its proof."""

    def __init__(self, **given: Any) -> None:
        says = "One line NAME+ID+KEY and its proof, as guildmark keys prove prints it. Never a private key."
        super().__init__(**{"label": "Public key", "max_length": 700, "help_text": says, **given})
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> str:
        """The line, whose key can be read; whom its proof is for is asked where that is known."""
        line = str(super().clean(value) or "").strip()
        if not line:
            return ""
        try:
            keys.read_public(line.partition(" ")[0])
        except ClaimError as error:
            raise ValidationError(f"{error.says}. {error.hint}") from error
        return line
