"""The addresses of answers."""

from django.urls import URLPattern, path

from guildmark_hub.answers import views

app_name = "answers"
urlpatterns: list[URLPattern] = [
    path("entry/<slug:slug>/members/", views.entry, name="entry"),
    path("entry/<slug:slug>/members/claim/", views.claim, name="claim"),
    path("entry/<slug:slug>/members/say/<slug:kind>/", views.say, name="say"),
    path("desk/entries/<int:pk>/", views.ownership, name="ownership"),
    path("desk/entries/<int:pk>/look/", views.look, name="look"),
    path("desk/entries/<int:pk>/give-up/", views.give_up, name="give_up"),
    path("answers/<int:pk>/", views.answer, name="answer"),
    path("answers/<int:pk>/edit/", views.edit, name="edit"),
    path("answers/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("answers/<int:pk>/<int:version>.openvex.json", views.document, name="document"),
]
