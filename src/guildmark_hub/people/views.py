"""The pages of members: the desk, organisations, keys."""

from django.http import HttpRequest, HttpResponse

from guildmark_hub.people.doors import door, person_of, show


@door("person")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for somebody, and what she may do."""
    return show(request, "people/desk", {"person": person_of(request)})
