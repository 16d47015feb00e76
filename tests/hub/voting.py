"""What the tests of ballots do again and again. Needs a database."""

from datetime import timedelta


def opened(council, now, **rules):
    """A ballot of that group, opened now, by rules that ask little but for `rules`."""
    from guildmark_hub.council import balloting

    asks({"approvals": 1, "threshold_of": 1, "threshold_in": 2} | rules)
    return balloting.open_ballot(council.persons["Ada"], council.proposes(), now)


def asks(rules):
    """All classes ask this, in the version that counts."""
    from guildmark_hub.council.models import DecisionClass

    DecisionClass.objects.update(**rules)


def casts(council, ballot, now, **positions):
    from guildmark_hub.council import balloting

    for who, position in positions.items():
        balloting.cast(council.persons[who], ballot, position, "It is so.", now=now)


def acts(did):
    from guildmark_hub.people.models import Act

    return list(Act.objects.filter(did=did).order_by("pk"))


def again(row):
    """The row as it is now."""
    return type(row).objects.get(pk=row.pk)


def declares(person, about, now):
    from guildmark_hub.council.models import Declaration

    Declaration.objects.create(
        person=person, about=about, says="I helped to make it", since=now.date() - timedelta(days=1), made_by=person
    )


def electors(ballot):
    return [(one.identity, one.place, one.barred) for one in ballot.electors.select_related("organisation")]
