"""Who owns an entry replies for herself, where she belongs to no organisation that has to do with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One column may be empty."""

    dependencies = [
        ('cases', '0001_cases'),
        ('people', '0003_example'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reply',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation'),
        ),
    ]
