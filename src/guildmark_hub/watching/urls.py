"""The addresses of watching."""

from django.urls import URLPattern

app_name = "watching"
urlpatterns: list[URLPattern] = []
