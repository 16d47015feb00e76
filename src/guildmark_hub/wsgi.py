"""The door for servers that speak WSGI, as `guildmark hub serve` does."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark_hub.settings")
application = get_wsgi_application()
