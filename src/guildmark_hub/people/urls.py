"""The addresses of people."""

from django.urls import URLPattern, path

from guildmark_hub.people import deciding, owning, views

OURS = "desk/organisations/<slug:slug>/"

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("desk/", views.desk, name="desk"),
    path("desk/name", views.name, name="name"),
    path("desk/applications/", deciding.applications, name="applications"),
    path("desk/applications/<slug:slug>/", deciding.application, name="application"),
    path("desk/applications/<slug:slug>/invite", deciding.invite_again, name="invite_again"),
    path("desk/invite-organisation", deciding.propose, name="propose"),
    path("desk/trail/", deciding.trail, name="trail"),
    path("desk/organisations/new", owning.new, name="new"),
    path(OURS, owning.ours, name="ours"),
    path(f"{OURS}edit", owning.edit, name="edit"),
    path(f"{OURS}invite", owning.invite, name="invite"),
    path(f"{OURS}invitations/<int:number>/withdraw", owning.withdraw, name="withdraw"),
    path(f"{OURS}people/<int:number>/role", owning.role, name="role"),
    path(f"{OURS}people/<int:number>/end", owning.end, name="end"),
    path(f"{OURS}leave", owning.resign, name="resign"),
    path(f"{OURS}keys/add", owning.add_key, name="add_key"),
    path(f"{OURS}keys/<int:number>/revoke", owning.revoke, name="revoke"),
    path("invitations/<str:secret>/", owning.invitation, name="invitation"),
    path("members/", views.members, name="members"),
    path("members/<slug:slug>/", views.organisation, name="organisation"),
]
