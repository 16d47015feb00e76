"""What programs ask of the council, as operations of the program's door."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query
from pydantic import Field

from guildmark.records import Record
from guildmark_hub.council import record, rows

ANSWERS: tuple[type[Record], ...] = (rows.ProposalsOut, rows.ProposalOut, record.Ballot)
MOST, USUAL = 200, 50
Number = Annotated[int, Field(ge=1, le=10**15)]
Slug = Annotated[str, Query("", pattern=r"^[A-Za-z0-9_-]*$", max_length=100)]
Limit = Annotated[int, Query(USUAL, ge=1, le=MOST)]
Cursor = Annotated[str, Query("", pattern="^[0-9]*$", max_length=18, description="`next` of the page before")]


def add(door: NinjaAPI, answers: Callable[[type[Record]], dict[str, Any]]) -> None:
    """Add the operations to a door; `answers` describes what one answers."""
    listed, one, held = map(answers, ANSWERS)
    door.get("/proposals", summary="What groups are asked to decide", openapi_extra=listed)(proposals)
    door.get("/proposals/{number}", summary="One proposal", openapi_extra=one)(proposal)
    door.get("/ballots/{number}", summary="The record of a ballot", openapi_extra=held)(ballot)


def proposals(
    request: HttpRequest, group: Slug, kind: Slug, state: Slug, entry: Slug, cursor: Cursor, limit: Limit
) -> HttpResponse:
    """The newest first: of a group, of a kind, in a state, about an entry, or all."""
    asked = {"group__slug": group, "kind": kind, "state": state, "slug": entry}
    return _told(rows.proposals(asked, cursor, limit))


def proposal(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """With all its wordings, and where its ballot's record is had."""
    return _told(rows.proposal(number))


def ballot(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """By its proposal's number. Canonical JSON (RFC 8785), byte for byte, as `guildmark recount` reads it."""
    return HttpResponse(rows.ballot(number), content_type="application/json")


def _told(answer: Record) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
