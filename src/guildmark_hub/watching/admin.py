"""The tables of watching: staff take away what somebody cannot get rid of by herself."""

from django.contrib import admin

from guildmark_hub.people.staff import Kept
from guildmark_hub.watching.models import Feed, Follow, Hook, Letter, Notice, Told


@admin.register(Follow)
class Follows(Kept):
    """Who follows what."""

    list_display = ("person", "kind", "what", "made_at", "by_mail")
    search_fields = ("person__email", "what")
    deletable = True


@admin.register(Feed)
class Feeds(Kept):
    """Who has a feed."""

    list_display = ("person",)
    search_fields = ("person__email",)
    secret = ("secret",)
    deletable = True


@admin.register(Hook)
class Hooks(Kept):
    """Which addresses are told."""

    list_display = ("person", "address", "made_at", "silenced_at", "why")
    search_fields = ("person__email", "address")
    secret = ("secret",)
    deletable = True


@admin.register(Letter)
class Letters(Kept):
    """Which mails were sent, and which were refused."""

    list_display = ("person", "made_at", "sent_at", "refused_at", "why")
    search_fields = ("person__email",)


@admin.register(Notice)
class Notices(Kept):
    """What was told to whom."""

    list_display = ("person", "change", "made_at", "read_at", "letter")
    search_fields = ("person__email",)


@admin.register(Told)
class ReadSoFar(Kept):
    """How far the changes were read."""

    list_display = ("reader", "change")
