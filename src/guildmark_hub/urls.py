"""Which address is whose: the catalog at the top, the program's door under /api/, whoever signs in beside them."""

from django.contrib import admin
from django.urls import include, path

from guildmark_hub.api import door
from guildmark_hub.people import outside

urlpatterns = [
    path("api/v1/", door.urls),
    path("account/oidc/<str:provider_id>/login/", outside.login),
    path("account/", include("allauth.urls")),
    path("staff/", admin.site.urls),
    path("", include("guildmark_hub.people.urls")),
    path("", include("guildmark_hub.jobs.urls")),
    path("", include("guildmark_hub.vetting.urls")),
    path("", include("guildmark_hub.answers.urls")),
    path("", include("guildmark_hub.watching.urls")),
    path("", include("guildmark_hub.council.urls")),
    path("", include("guildmark_hub.cases.urls")),
    path("", include("guildmark_hub.catalog.urls")),
]

handler400 = "guildmark_hub.catalog.views.bad_request"
handler403 = "guildmark_hub.people.doors.denied"
handler404 = "guildmark_hub.catalog.views.not_found"
handler500 = "guildmark_hub.catalog.views.failed"
