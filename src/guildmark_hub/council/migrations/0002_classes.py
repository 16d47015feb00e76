"""The classes of decisions to begin with; the steering committee makes others."""

from typing import Any

from django.db import migrations

COLUMNS = (
    "slug name unit hours open_hours approvals quorum_of quorum_in threshold_of threshold_in cap lazy".split()  # noqa: SIM905
)
CLASSES = (
    ("major", "Major", "organisation", 360, 72, 7, 1, 2, 2, 3, 0, False),
    ("lifecycle", "Lifecycle", "organisation", 240, 72, 5, 1, 2, 2, 3, 0, False),
    ("content", "Content", "organisation", 72, 72, 3, 1, 3, 1, 2, 0, False),
    ("editorial", "Editorial", "person", 24, 24, 2, 1, 3, 1, 2, 2, True),
)


def begin(apps: Any, schema_editor: Any) -> None:
    """The first version of each class."""
    made = apps.get_model("council", "DecisionClass")
    for values in CLASSES:
        made.objects.create(**dict(zip(COLUMNS, values, strict=True)))


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("council", "0001_council")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
