"""What the hub writes by itself: notices of changes, exactly once; letters; how web hooks are doing.

One database transaction at a time writes (SQLite, BEGIN IMMEDIATE), so the keys of changes appear in their order, and
a reader that has come to a key has seen all before it."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guildmark_hub.catalog.models import Change
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.people.models import Person
from guildmark_hub.watching import acts, concerns, hooks, searches
from guildmark_hub.watching.models import Follow, Hook, Letter, Notice, Told

READER = "notices"
CHUNK, MOST = 200, 2_000
"""Changes that are read at a time, and notices that one transaction makes, unless one change alone makes more."""
MAIL, TRIES = "watching.mail", 8
GIVEN_UP = timedelta(days=5)
"""A letter that no mail server takes for so long waits until something new happens."""
SILENT = timedelta(days=3)
"""A hook that fails for so long is told no more."""
MOST_ASKED = 500


def read_changes() -> int:
    """Make the notices of the next changes; how many changes were read, 0 where there was none.

    What concerns whom is worked out before the transaction; it is kept only where no other reader was first."""
    told, _ = Told.objects.get_or_create(reader=READER)
    changes = list(
        Change.objects.filter(pk__gt=told.change)
        .select_related("organisation", "claim__organisation")
        .order_by("pk")[:CHUNK]
    )
    if not changes:
        return 0
    due = _due(changes)
    while len(changes) > 1 and len(due) > MOST:
        changes = changes[: len(changes) // 2]
        due = {one: by_mail for one, by_mail in due.items() if one.number <= changes[-1].pk}
    with transaction.atomic():
        if Told.objects.filter(pk=told.pk, change=told.change).update(change=changes[-1].pk):
            _make(due)
    return len(changes)


def _due(changes: list[Change]) -> dict[concerns.Due, bool]:
    happened = [concerns.Happened(one.pk, one.slug, frozenset(_organisations(one))) for one in changes]
    slugs = {one.slug for one in happened}
    organisations = set().union(*(one.organisations for one in happened))
    mine = (
        Q(kind=Follow.Kind.SEARCH)
        | Q(kind=Follow.Kind.ENTRY, what__in=slugs)
        | Q(kind=Follow.Kind.ORGANISATION, what__in=organisations)
    )
    rows = Follow.objects.filter(mine, after__lt=changes[-1].pk)
    follows = [
        concerns.Followed(*row) for row in rows.values_list("person_id", "kind", "what", "after", "by_mail").iterator()
    ]
    finds = searches.finds({one.what for one in follows if one.kind == Follow.Kind.SEARCH}, slugs)
    return concerns.notices(happened, follows, finds)


def _organisations(change: Change) -> Iterable[str]:
    if change.organisation:
        yield change.organisation.slug
    if change.claim:
        yield change.claim.organisation.slug


def _make(due: dict[concerns.Due, bool]) -> None:
    """Write notices, and ask for what tells them; within the transaction that moves the reader on.

    Whom a change was told to at once is told no second time."""
    persons = Person.objects.filter(is_active=True).in_bulk({one.person for one in due})
    at_once = Notice.objects.filter(change__in={one.number for one in due}, change__kind=Change.Kind.COUNCIL)
    told = {concerns.Due(*row) for row in at_once.values_list("change_id", "person_id")}
    made = Notice.objects.bulk_create(
        [
            Notice(person=persons[one.person], change_id=one.number, by_mail=by_mail)
            for one, by_mail in due.items()
            if one.person in persons and one not in told
        ],
        batch_size=500,
    )
    for person in {one.person_id for one in made if one.by_mail}:
        ask_mail(persons[person])
    by_person: dict[int, list[int]] = {}
    for one in made:
        by_person.setdefault(one.person_id, []).append(one.pk)
    for hook in Hook.objects.filter(person__in=by_person, silenced_at=None).order_by("pk"):
        numbers = by_person[hook.person_id]
        for start in range(0, len(numbers), hooks.MOST_NOTICES):
            part = numbers[start : start + hooks.MOST_NOTICES]
            given = {"hook": hook.pk, "notices": part}
            key = f"{hooks.KIND}:{hook.pk}:{part[0]}"
            jobs.ask(hooks.KIND, key, given, person=persons[hook.person_id], most_tries=TRIES)


def at_once(change: Change, persons: Iterable[Person]) -> None:
    """Make the notices of a change for those whom a group asks or tells something, within the caller's transaction.

    They are mailed, unless somebody has said once that such are not to be."""
    ids = {one.pk for one in persons}
    follows = Follow.objects.filter(kind=Follow.Kind.COUNCIL, person__in=ids)
    by_mail = dict(follows.values_list("person_id", "by_mail"))
    new = [Follow(person_id=one, kind=Follow.Kind.COUNCIL, after=change.pk) for one in sorted(ids - by_mail.keys())]
    Follow.objects.bulk_create(new)
    _make({concerns.Due(change.pk, one): by_mail.get(one, True) for one in sorted(ids)})


def ask_mail(person: Person) -> None:
    """Ask for a letter to somebody, after the time in which notices gather."""
    at = timezone.now() + settings.MAIL_BATCH
    jobs.ask(MAIL, f"{MAIL}:{person.pk}", {"person": person.pk}, person=person, not_before=at, most_tries=TRIES)


def ask_what_waits() -> None:
    """Ask again for letters whose job was given up, within the transaction of whoever looks."""
    since = timezone.now() - GIVEN_UP
    waiting = Q(notices__by_mail=True, notices__letter=None, notices__made_at__gt=since)
    opened = Q(letters__sent_at=None, letters__refused_at=None, letters__made_at__gt=since)
    for person in Person.objects.filter(waiting | opened, is_active=True).distinct()[:MOST_ASKED]:
        ask_mail(person)


def letter(person: Person) -> Letter | None:
    """The letter that is to be sent: one that a try before this one made, else one of all that waits; None if nothing.

    What is in it is fixed here, before it is sent."""
    with transaction.atomic():
        found = Letter.objects.filter(person=person, sent_at=None, refused_at=None).first()
        if found is None:
            waiting = person.notices.filter(by_mail=True, letter=None)
            if not waiting.exists():
                return None
            found = Letter.objects.create(person=person)
            waiting.update(letter=found)
    return found


def sent(letter: Letter) -> None:
    """The mail server has taken it; within the transaction that ends the job. What waits since then is asked for."""
    Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now())
    if letter.person.notices.filter(by_mail=True, letter=None).exists():
        ask_mail(letter.person)


def refused(letter: Letter, why: str, *, for_good: bool) -> None:
    """The mail server will never take it; `for_good` nothing more is mailed to this person."""
    Letter.objects.filter(pk=letter.pk).update(refused_at=timezone.now(), why=why)
    if for_good:
        acts.stop_mail(letter.person)


def hook_taken(hook: Hook) -> None:
    """It has taken something; within the transaction that ends the job."""
    Hook.objects.filter(pk=hook.pk).update(taken_at=timezone.now(), failing_since=None, silenced_at=None, why="")


def hook_tried(hook: Hook, why: str) -> None:
    """A test has failed: that is told, and changes nothing else."""
    Hook.objects.filter(pk=hook.pk).update(why=why)


def hook_failed(hook: Hook, why: str, *, gone: bool, last_try: bool) -> bool:
    """It has failed; whether it is silenced: where it is gone, or at a delivery's last try after days of failing."""
    at = timezone.now()
    with transaction.atomic():
        held = Hook.objects.filter(pk=hook.pk).first()
        if held is None:
            return True
        if held.failing_since is None or held.failing_since > at:  # a clock was set back
            held.failing_since = at
        if held.silenced_at is None and (gone or (last_try and at - held.failing_since >= SILENT)):
            held.silenced_at = at
        held.why = why
        held.save(update_fields=["failing_since", "silenced_at", "why"])
    return held.silenced_at is not None
