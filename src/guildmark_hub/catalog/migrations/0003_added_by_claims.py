"""What claims add to an edition, and how far an edition was judged anew."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_claims'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='added',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='entry',
            name='added',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='release',
            name='added',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='release',
            name='claim',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='releases', to='catalog.claim'),
        ),
        migrations.AddField(
            model_name='claim',
            name='outcomes',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='added',
            name='of',
            field=models.CharField(default='', max_length=1000, unique=True),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='Rejudging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=64)),
                ('entries', models.PositiveIntegerField(default=0)),
                ('claims', models.BigIntegerField(default=0)),
                ('edition', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='catalog.edition')),
            ],
        ),
    ]
