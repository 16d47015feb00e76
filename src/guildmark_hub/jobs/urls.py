"""The addresses of jobs."""

from django.urls import URLPattern, path

from guildmark_hub.jobs import views

app_name = "jobs"
urlpatterns: list[URLPattern] = [
    path("desk/jobs/", views.jobs, name="jobs"),
    path("desk/jobs/<int:pk>/again/", views.again, name="again"),
    path("desk/jobs/<int:pk>/give-up/", views.cancel, name="cancel"),
]
