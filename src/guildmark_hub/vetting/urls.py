"""The addresses of vetting."""

from django.urls import URLPattern, path

from guildmark_hub.vetting import views

app_name = "vetting"
urlpatterns: list[URLPattern] = [
    path("submit/", views.submit, name="submit"),
    path("submit/bundle/", views.hand_in, name="hand_in"),
    path("submissions/", views.submissions, name="submissions"),
    path("submissions/<int:pk>/", views.submission, name="submission"),
    path("submissions/<int:pk>/give-up/", views.give_up, name="give_up"),
]
