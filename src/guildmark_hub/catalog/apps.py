"""The catalog as a Django app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Its name in the tables is `catalog`."""

    name = "guildmark_hub.catalog"
    label = "catalog"
