"""The addresses of watching."""

from django.urls import URLPattern, path

from guildmark_hub.watching import outside, views

app_name = "watching"
urlpatterns: list[URLPattern] = [
    path("follow/", views.follow, name="follow"),
    path("follow/stop/", views.stop, name="stop"),
    path("follow/mail/", views.mail, name="mail"),
    path("desk/following/", views.following, name="following"),
    path("desk/notices/", views.notices, name="notices"),
    path("desk/notices/read/", views.read, name="read"),
    path("desk/notices/feed/", views.new_feed, name="new_feed"),
    path("desk/hooks/", views.hooks, name="hooks"),
    path("desk/hooks/<int:hook>/stop/", views.stop_hook, name="stop_hook"),
    path("desk/hooks/<int:hook>/secret/", views.new_hook_secret, name="new_hook_secret"),
    path("desk/hooks/<int:hook>/test/", views.test_hook, name="test_hook"),
    path("unsubscribe/<str:token>/", outside.unsubscribe, name="unsubscribe"),
    path("feeds/<str:secret>.atom", outside.feed, name="feed"),
    path("entry/<slug:slug>/changes.atom", outside.entry_feed, name="entry_feed"),
    path("members/<slug:slug>/changes.atom", outside.organisation_feed, name="organisation_feed"),
]
