"""The addresses of people."""

from django.urls import URLPattern, path

from guildmark_hub.people import views

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("desk/", views.desk, name="desk"),
]
