"""What a person does about her watching: what she follows, what she has read, her feed, her web hooks."""

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub import guarded
from guildmark_hub.catalog.models import Change, Entry
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import trail
from guildmark_hub.people.models import Organisation, Person
from guildmark_hub.watching import hooks, searches
from guildmark_hub.watching.models import Feed, Follow, Hook, Letter, Notice

MOST_FOLLOWS, MOST_SEARCHES, MOST_HOOKS = 500, 50, 5
"""Of a person; searches are asked again at every change, so they are fewer."""
BETWEEN_TESTS = timedelta(minutes=1)
SECRET = 32
"""Bytes of randomness in a feed's address."""


def followable(kind: str, what: str) -> str:
    """What would be followed, as it is kept: a slug, a search's canonical parameters; raises AskedWrongly."""
    if kind == Follow.Kind.SEARCH:
        return searches.canonical(what)
    if kind == Follow.Kind.ENTRY and Entry.objects.filter(edition__current=True, slug=what[:100]).exists():
        return what
    members = Organisation.objects.filter(state=Organisation.State.MEMBER)
    if kind == Follow.Kind.ORGANISATION and members.filter(slug=what[:100]).exists():
        return what
    raise AskedWrongly("that is not here, so it cannot be followed", "begin at the page of what you want to follow")


def follow(person: Person, kind: str, what: str, *, by_mail: bool = True) -> Follow:
    """Follow it from now on; what is followed already is only mailed, or not, as is said now. Raises AskedWrongly."""
    what = followable(kind, what)
    with transaction.atomic():
        found = person.follows.filter(kind=kind, what=what).first()
        if found is None:
            _check_room(person, kind)
            after = Change.objects.aggregate(last=Max("pk"))["last"] or 0
            found = Follow.objects.create(person=person, kind=kind, what=what, after=after, by_mail=by_mail)
            trail.keep(person, "watching.follow", str(found), None, {"by_mail": by_mail})
        elif found.by_mail != by_mail:
            mail(person, found.pk, yes=by_mail)
            found.by_mail = by_mail
    return found


def _check_room(person: Person, kind: str) -> None:
    mine = person.follows.all()
    if mine.count() >= MOST_FOLLOWS:
        raise AskedWrongly(f"you follow {MOST_FOLLOWS} things already", "stop following some of them first")
    if kind == Follow.Kind.SEARCH and mine.filter(kind=kind).count() >= MOST_SEARCHES:
        raise AskedWrongly(f"you follow {MOST_SEARCHES} searches already", "stop following some of them first")


def stop(person: Person, follow: int) -> None:
    """Follow it no more; what is stopped already stays so. Raises PermissionDenied for what is another's, AskedWrongly
    for what groups ask of her."""
    with transaction.atomic():
        found = Follow.objects.filter(pk=follow).first()
        if found is None:
            return
        if found.person_id != person.pk:
            raise PermissionDenied("Only who follows it may stop")
        if found.kind == Follow.Kind.COUNCIL:
            raise AskedWrongly("what groups ask of you is always on your desk", "say that it is not to be mailed")
        found.delete()
        trail.keep(person, "watching.stop", str(found), {"by_mail": found.by_mail})


def mail(person: Person, follow: int, *, yes: bool) -> None:
    """Have it mailed, or not; raises PermissionDenied for what is another's or gone."""
    with transaction.atomic():
        if not person.follows.filter(pk=follow).update(by_mail=yes):
            raise PermissionDenied("This is not among what you follow")
        trail.keep(person, "watching.mail", f"follow:{follow}", not yes, yes)


def stop_mail(person: Person) -> None:
    """Mail nothing of what she follows now, not even what waits to be sent; the notices stay on her desk."""
    with transaction.atomic():
        before = person.follows.filter(by_mail=True).update(by_mail=False)
        opened = Letter.objects.filter(person=person, sent_at=None, refused_at=None)
        waiting = person.notices.filter(by_mail=True, letter=None)
        dropped = waiting.update(by_mail=False)
        dropped += person.notices.filter(letter__in=opened).update(by_mail=False, letter=None)
        opened.delete()
        if before or dropped:
            trail.keep(person, "watching.stop_mail", f"person:{person.pk}", {"follows": before, "waiting": dropped})


def read(person: Person, notice: int, *, and_before: bool = False) -> int:
    """Mark a notice of hers as read, or all up to it; how many were not yet."""
    unread = person.notices.filter(read_at=None)
    return (unread.filter(pk__lte=notice) if and_before else unread.filter(pk=notice)).update(read_at=timezone.now())


def new_feed(person: Person) -> Feed:
    """Her own feed, at a new address; one that she had before is no longer answered."""
    with transaction.atomic():
        found, _ = Feed.objects.update_or_create(person=person, defaults={"secret": secrets.token_urlsafe(SECRET)})
        trail.keep(person, "watching.new_feed", f"person:{person.pk}")
    return found


def add_hook(person: Person, address: str) -> Hook:
    """Tell an address from now on; raises AskedWrongly where it may not be told, or is told already."""
    guarded.check(address)
    with transaction.atomic():
        if person.hooks.count() >= MOST_HOOKS:
            raise AskedWrongly(f"you have {MOST_HOOKS} web hooks already", "delete one of them first")
        if person.hooks.filter(address=address).exists():
            raise AskedWrongly("this address is told already", "make a new secret for it, or delete it first")
        made = Hook.objects.create(person=person, address=address, secret=hooks.new_secret())
        trail.keep(person, "watching.add_hook", f"hook:{made.pk}", None, address)
    return made


def hook_of(person: Person, hook: int) -> Hook:
    """A web hook of hers; raises PermissionDenied for another's, or none."""
    found = person.hooks.filter(pk=hook).first()
    if found is None:
        raise PermissionDenied("This is not among your web hooks")
    return found


def stop_hook(person: Person, hook: int) -> None:
    """Tell an address no more, not even what waits to be told."""
    with transaction.atomic():
        found = hook_of(person, hook)
        found.delete()
        trail.keep(person, "watching.stop_hook", f"hook:{hook}", found.address)


def new_hook_secret(person: Person, hook: int) -> Hook:
    """Sign with a new secret from now on, also what waits to be told."""
    with transaction.atomic():
        found = hook_of(person, hook)
        found.secret = hooks.new_secret()
        found.save(update_fields=["secret"])
        trail.keep(person, "watching.new_hook_secret", f"hook:{hook}")
    return found


def test_hook(person: Person, hook: int) -> Job:
    """Send a test, at most one a minute; where it is taken, a silenced hook is told again. Raises AskedWrongly."""
    with transaction.atomic():
        found = hook_of(person, hook)
        key = f"{hooks.KIND}:{found.pk}:test"
        last = Job.objects.filter(key=key).order_by("-pk").first()
        if last and timezone.now() - BETWEEN_TESTS < last.asked_at <= timezone.now():
            raise AskedWrongly("a test was sent less than a minute ago", "wait a minute, and look what came of it")
        trail.keep(person, "watching.test_hook", f"hook:{hook}")
        return jobs.ask(hooks.KIND, key, {"hook": found.pk, "test": True}, person=person, most_tries=1)


def unread(person: Person) -> int:
    """How many notices she has not read."""
    return Notice.objects.filter(person=person, read_at=None).count()
