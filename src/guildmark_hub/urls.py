"""Which address is whose: the catalog's pages at the top, the program's door under /api/."""

from django.urls import include, path

from guildmark_hub.api import door

urlpatterns = [
    path("api/v1/", door.urls),
    path("", include("guildmark_hub.catalog.urls")),
]

handler400 = "guildmark_hub.catalog.views.bad_request"
handler404 = "guildmark_hub.catalog.views.not_found"
handler500 = "guildmark_hub.catalog.views.failed"
