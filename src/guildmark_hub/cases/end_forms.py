"""What is asked of who appeals."""

from django import forms

from guildmark_hub.cases import appeals
from guildmark_hub.cases.case_forms import PUBLIC
from guildmark_hub.people.fields import TextField


class AppealForm(forms.Form):
    """The grounds of an appeal."""

    grounds = TextField(
        label="What was decided wrongly",
        max_length=appeals.LONGEST,
        help_text=f"Say where one can see it: a file, a rule, an answer of a reviewer. {PUBLIC}",
    )
