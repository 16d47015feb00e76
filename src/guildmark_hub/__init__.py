"""The alliance's site: a Django project that shows the catalog; it imports guildmark, never the reverse."""
