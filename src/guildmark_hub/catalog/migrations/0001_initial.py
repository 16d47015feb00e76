"""The first tables, as `guildmark hub manage makemigrations` writes them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('file_sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=300)),
                ('schema', models.PositiveIntegerField()),
                ('made_by', models.CharField(max_length=300)),
                ('made_at', models.DateTimeField()),
                ('loaded_at', models.DateTimeField()),
                ('derived_at', models.DateTimeField(null=True)),
                ('current', models.BooleanField(default=False)),
                ('entries', models.PositiveIntegerField(default=0)),
                ('assessed', models.PositiveIntegerField(default=0)),
                ('reported', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('current', True)), fields=('current',), name='one_current')],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=300)),
                ('says', models.TextField()),
                ('kinds', models.JSONField(default=list)),
                ('number', models.PositiveIntegerField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.edition')),
            ],
            options={
                'ordering': ('number',),
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('slug', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=300)),
                ('folded', models.CharField(max_length=300)),
                ('purl', models.CharField(max_length=1000)),
                ('versions', models.JSONField(default=list)),
                ('says', models.TextField()),
                ('maker', models.CharField(max_length=1000)),
                ('homepage', models.TextField()),
                ('alternatives', models.JSONField(default=list)),
                ('modalities', models.JSONField(default=list)),
                ('languages', models.JSONField(default=list)),
                ('evidence', models.BooleanField(default=False)),
                ('vetted', models.CharField(default='', max_length=10)),
                ('derived', models.BinaryField(default=b'')),
                ('content', models.CharField(default='', max_length=64)),
                ('updated_at', models.DateTimeField()),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.category')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.edition')),
            ],
        ),
        migrations.CreateModel(
            name='FacetValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facet', models.CharField(max_length=100)),
                ('value', models.CharField(max_length=200)),
                ('label', models.CharField(max_length=300)),
                ('place', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('members', models.BinaryField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.edition')),
            ],
            options={
                'ordering': ('facet', 'place'),
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('numbers', models.BinaryField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.edition')),
            ],
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=300)),
                ('number', models.PositiveIntegerField()),
                ('digest', models.CharField(blank=True, max_length=71)),
                ('why', models.TextField(blank=True)),
                ('assessment', models.BinaryField(default=b'')),
                ('assessment_sha256', models.CharField(blank=True, db_index=True, max_length=64)),
                ('made_at', models.DateTimeField(null=True)),
                ('derived', models.BinaryField(default=b'')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='releases', to='catalog.entry')),
            ],
            options={
                'ordering': ('number',),
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=300)),
                ('address', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('licence', models.CharField(max_length=1000)),
                ('date', models.CharField(max_length=40)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.edition')),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Reported',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.CharField(max_length=200)),
                ('value', models.JSONField(null=True)),
                ('unit', models.CharField(blank=True, max_length=1000)),
                ('says', models.TextField(blank=True)),
                ('at', models.CharField(blank=True, max_length=1000)),
                ('reported_by', models.CharField(max_length=300)),
                ('party', models.CharField(max_length=5)),
                ('date', models.CharField(blank=True, max_length=40)),
                ('digest', models.CharField(max_length=71)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='claims', to='catalog.entry')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='catalog.source')),
            ],
            options={
                'ordering': ('of', 'source', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standard', models.CharField(max_length=100)),
                ('version', models.CharField(max_length=40)),
                ('level', models.CharField(blank=True, max_length=100)),
                ('next', models.CharField(blank=True, max_length=100)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='verdicts', to='catalog.release')),
            ],
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.UniqueConstraint(fields=('edition', 'slug'), name='one_category'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'folded'], name='entry_by_name'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'purl'], name='entry_by_purl'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'updated_at', 'number'], name='entry_by_change'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('edition', 'slug'), name='one_entry'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('edition', 'number'), name='one_number'),
        ),
        migrations.AddConstraint(
            model_name='facetvalue',
            constraint=models.UniqueConstraint(fields=('edition', 'facet', 'value'), name='one_value'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('edition', 'name'), name='one_order'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('entry', 'version'), name='one_release'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('edition', 'slug'), name='one_source'),
        ),
        migrations.AddIndex(
            model_name='reported',
            index=models.Index(fields=['entry', 'of'], name='claims_of_an_entry'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(fields=('release', 'standard', 'version'), name='one_verdict'),
        ),
    ]
