"""The catalog as a Django app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Its name in the tables is `catalog`."""

    name = "guildmark_hub.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Claims follow the keys that signed them."""
        from guildmark_hub.catalog import claim_acts  # its models can be read only now
        from guildmark_hub.people import keyring

        keyring.revoked.connect(claim_acts.key_revoked, dispatch_uid="catalog.key_revoked")
