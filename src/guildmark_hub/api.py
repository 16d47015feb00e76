"""The program's door: what the pages show, as JSON, described by OpenAPI at /api/v1/openapi.json.

What is answered is our own frozen records, so their shapes stand in the description as they are."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic import ConfigDict, Field

from guildmark import plain, standard
from guildmark.edition import records
from guildmark.errors import AskedWrongly, ClaimError, GuildmarkError, ReportError
from guildmark.records import Assessment, Record
from guildmark.version import VERSION
from guildmark_hub.catalog import claim_rows, derive, facets, finding, models, published, rows, words
from guildmark_hub.catalog.facets import Facet
from guildmark_hub.catalog.taking import NotTheirs, TooLarge
from guildmark_hub.catalog.whole import Locked
from guildmark_hub.council import program

MOST, USUAL = 200, 50
_LAST = 253_402_300_799
"""The last second of the year 9999."""
_CURSOR = re.compile(r"(?P<kind>[pc])(?P<edition>[0-9a-f]{16})-(?P<place>[0-9]{1,12})-(?P<more>[0-9]{1,17})")
Word = Annotated[str, Field(max_length=facets.LONGEST, pattern=r"^[^\x00-\x1f]*$")]
Words = Annotated[list[Word], Field(max_length=finding.MOST_VALUES)]


class Problem(Record, frozen=True):
    """What happened, and what to do."""

    says: str
    hint: str


class EditionOut(Record, frozen=True):
    """The edition that is shown."""

    name: str
    sha256: str
    made_by: str
    made_at: str
    entries: int
    assessed: int
    reported: int


class Listed(Record, frozen=True):
    """A page of entries. `next` is the cursor of the page after it, empty at the end.

    With `updated_since` it is not counted how many there are, and `total` is null."""

    edition: str
    total: int | None
    next: str
    entries: tuple[rows.Line, ...]
    facets: tuple[Facet, ...]


class Standards(Record, frozen=True):
    """The newest version of every standard."""

    standards: tuple[standard.Standard, ...]


class Categories(Record, frozen=True):
    """The taxonomy."""

    categories: tuple[records.Category, ...]


class Sources(Record, frozen=True):
    """Where reported claims were published."""

    sources: tuple[records.Source, ...]


ANSWERS = (
    *(Problem, EditionOut, Listed, rows.Whole, Assessment, Standards, standard.Standard, Categories, Sources),
    *(claim_rows.ClaimOut, claim_rows.ClaimsOut, claim_rows.ChangesOut, claim_rows.Published),
    *program.ANSWERS,
)
_REFERENCES, _SHAPES = msgspec.json.schema_components(ANSWERS, ref_template="#/components/schemas/{name}")
_REFERENCE: dict[Any, dict[str, Any]] = dict(zip(ANSWERS, _REFERENCES, strict=True))


def _answers(shape: type[Record]) -> dict[str, Any]:
    """The answers of an operation, for the description."""
    wrong = {"description": "What happened, and what to do", "content": _json_of(Problem)}
    good = {"description": (shape.__doc__ or "").partition("\n")[0], "content": _json_of(shape)}
    return {"responses": {200: good, 400: wrong, 404: wrong}}


def _publishing() -> dict[str, Any]:
    """What publishing takes and answers, for the description."""
    found = _answers(claim_rows.Published)["responses"]
    wrong = found.pop(404)
    found[201] = {**found[200], "description": "It was taken in"}
    found[200] = {**found[200], "description": "It was here before"}
    found |= dict.fromkeys((403, 413, 429, 503), wrong)
    bundle = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": found, "requestBody": {"required": True, "content": bundle}}


def _json_of(shape: type[Record]) -> dict[str, Any]:
    return {"application/json": {"schema": _REFERENCE[shape]}}


class _Door(NinjaAPI):
    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The description, with the shapes of our records."""
        found = super().get_openapi_schema(**given)
        found["components"]["schemas"].update(msgspec.to_builtins(_SHAPES))
        return found


door = _Door(
    title="Guildmark hub",
    version=VERSION,
    description="The catalog of vetted tools and models: read it, take it along.",
    docs_url=None,  # ninja's own page of documentation loads its script from elsewhere
    openapi_url="openapi.json",
    urls_namespace="api",
)


class Question(Schema):
    """The same question that the search page asks; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=1_000, pattern=r"^[^\x00]*$", description="words")
    kind: list[Literal["tool", "model", "dataset"]] = Field([], max_length=finding.MOST_VALUES)
    category: Words = Field([], description="ids of categories")
    basis: list[Literal["evidence", "reported", "listed"]] = Field([], max_length=finding.MOST_VALUES)
    freedom: Words = Field([], description="of the licence: 0 closed, 1 special, 2 open, or `unknown`")
    completeness: Words = Field([], description="of a model: 0 nothing … 5 the data too, or `unknown`")
    modality: Words = Field([])
    language: Words = Field([], description="BCP 47")
    supported_by: Words = Field([], description="checks that passed, as `security_policy_stated`")
    offers: list[Literal["support", "review"]] = Field([], max_length=2, description="what members offer for it")
    vetted: list[Literal["30", "90", "365"]] = Field([], max_length=3, description="within so many days")
    level: list[Annotated[str, Field(max_length=200, pattern=r"^[a-z0-9_]{1,90}:[a-z0-9_]{1,90}$")]] = Field(
        [], max_length=finding.MOST_VALUES, description="STANDARD:LEVEL, that level or better"
    )
    sort: Literal["best", "name", "vetted"] = "best"
    updated_since: str = Field(
        "",
        max_length=20,
        description="what changed then or later, as 2026-11-20T08:00:00Z; the oldest change first",
    )
    limit: int = Field(USUAL, ge=1, le=MOST, description="entries a page")
    cursor: str = Field("", max_length=60, description="`next` of the page before, with the same question")


def _said(request: HttpRequest, status: int, says: str, hint: str) -> HttpResponse:
    return door.create_response(request, {"says": plain.sentence(says), "hint": plain.sentence(hint)}, status=status)


@door.exception_handler(AskedWrongly)
def asked_wrongly(request: HttpRequest, error: AskedWrongly) -> HttpResponse:
    """A question that makes no sense is the asker's."""
    return _said(request, 400, error.says, error.hint)


WRONG: tuple[tuple[type[GuildmarkError], int], ...] = (
    (NotTheirs, 403),
    (TooLarge, 413),
    (ClaimError, 400),
    (claim_rows.TooOften, 429),
    (Locked, 503),
    (ReportError, 503),
)
"""What is answered to a bundle that is not taken in, the first that fits."""


def not_taken(request: HttpRequest, error: GuildmarkError | type[GuildmarkError]) -> HttpResponse:
    """A bundle that was not taken in, and whose turn it is to change that."""
    assert isinstance(error, GuildmarkError)  # what is raised is an exception, and not its class
    status = next(status for kind, status in WRONG if isinstance(error, kind))
    answer = _said(request, status, error.says, error.hint)
    if status in (429, 503):
        answer.headers["Retry-After"] = "60" if status == 429 else "5"
    return answer


for _kind, _ in WRONG:
    door.add_exception_handler(_kind, not_taken)


@door.exception_handler(rows.Missing)
def missing(request: HttpRequest, error: rows.Missing) -> HttpResponse:
    """What is not here, in words."""
    return _said(request, 404, error.says, error.hint)


@door.exception_handler(ValidationError)
def out_of_bounds(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A parameter that is past its bounds is named."""
    first = error.errors[0] if error.errors else {}
    place = [str(part) for part in first.get("loc", ()) if str(part) not in ("query", "path", "question", "asked")]
    says = f"{'.'.join(place) or 'a parameter'}: {first.get('msg', 'that is not a value it takes')}"
    return _said(request, 400, says, "openapi.json names the bounds of every parameter")


@door.exception_handler(Http404)
def not_here(request: HttpRequest, error: Http404) -> HttpResponse:
    """What Django does not find."""
    return _said(request, 404, "nothing stands at this address", "openapi.json names what there is")


def _told(record: Record) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(record), content_type="application/json")


@door.get("/edition", summary="Which edition is shown", openapi_extra=_answers(EditionOut))
def edition(request: HttpRequest) -> HttpResponse:
    """Its digest names it: the same digest, the same entries, assessments and claims."""
    shown = rows.edition()
    counts = shown.entries, shown.assessed, shown.reported
    return _told(EditionOut(shown.name, shown.sha256, shown.made_by, rows.moment(shown.made_at), *counts))


@door.get("/entries", summary="Entries by words, facets and change", openapi_extra=_answers(Listed))
def entries(request: HttpRequest, question: Query[Question]) -> HttpResponse:
    """The same entries in the same order as the search page, or those that changed, the oldest change first."""
    unknown = sorted(set(request.GET) - set(Question.model_fields))
    if unknown:
        raise AskedWrongly(f"there is no parameter {plain.name(unknown[0], 60)!r}", "openapi.json names them all")
    shown = rows.edition()
    return _told(_changed(shown, question) if question.updated_since else _found(shown, question))


def _asked(question: Question, page: int) -> finding.Asked:
    chosen: dict[str, list[str]] = {}
    for name in facets.TITLES:
        if values := list(dict.fromkeys(filter(None, getattr(question, name)))):
            chosen[name] = values
    for one in question.level:
        id, _, level = one.partition(":")
        chosen.setdefault(f"{facets.LEVEL}{id}", []).append(level)
    return finding.Asked(question.q, chosen, question.sort, page)


def _found(shown: models.Edition, question: Question) -> Listed:
    """Pages are of one edition, which never changes."""
    page = 1
    if question.cursor:
        place, limit = _place(question, "p", shown)
        if limit != question.limit:
            raise AskedWrongly(f"the pages before had a limit of {limit}", "keep the limit, or begin without a cursor")
        page = place
    found = finding.find(_asked(question, page), question.limit)
    after = _cursor("p", shown, page + 1, question.limit) if page < found.pages else ""
    lines = tuple(map(rows.line, found.entries))
    return Listed(f"sha256:{shown.sha256}", found.total, after, lines, tuple(found.facets))


def _changed(shown: models.Edition, question: Question) -> Listed:
    """Pages go on where they were; in a newer edition what changed at the same moment comes again."""
    if not plain.is_moment(question.updated_since):
        raise AskedWrongly("updated_since is no moment in UTC", "write it as 2026-11-20T08:00:00Z")
    since, after = datetime.fromisoformat(question.updated_since), 0
    if question.cursor:
        seconds, after = _place(question, "c", shown)
        since = max(since, datetime.fromtimestamp(min(seconds, _LAST), UTC))
    asked = _asked(question, 1)
    held = finding.sets(shown)
    matching = held.matching(words.question(asked.text))[2]
    members = facets.narrowed(matching, held.bits(datetime.now(UTC).date()), asked.chosen)
    found, then = rows.changed(shown, since, after, members, question.limit)
    cursor = _cursor("c", shown, int(then[0].timestamp()), then[1]) if then else ""
    return Listed(f"sha256:{shown.sha256}", None, cursor, tuple(map(rows.line, found)), ())


def _cursor(kind: str, shown: models.Edition, place: int, more: int) -> str:
    return f"{kind}{shown.sha256[:16]}-{place}-{more}"


def _place(question: Question, kind: str, shown: models.Edition) -> tuple[int, int]:
    read = _CURSOR.fullmatch(question.cursor)
    if read is None or read["kind"] != kind:
        raise AskedWrongly("that is no cursor of this question", "take `next` of the page before, or begin without one")
    if read["edition"] != shown.sha256[:16]:
        if kind == "p":
            raise AskedWrongly("another edition is shown since the page before", "begin again without a cursor")
        return int(read["place"]), 0
    return int(read["place"]), int(read["more"])


Release = Annotated[str, Query("", max_length=300, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]


@door.get("/entries/{id}", summary="One entry", openapi_extra=_answers(rows.Whole))
def entry(request: HttpRequest, id: Path[Id], release: Release) -> HttpResponse:
    """All that its page shows at the newest release or at `release`; each finding and claim with its digest."""
    shown = rows.edition()
    return _told(rows.whole(shown, rows.entry(shown, id), release))


@door.get("/assessments/{sha256}", summary="A raw assessment", openapi_extra=_answers(Assessment))
def assessment(request: HttpRequest, sha256: Path[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]]) -> HttpResponse:
    """Canonical JSON (RFC 8785), byte for byte: its sha256 is what was asked for."""
    return HttpResponse(rows.assessment(sha256), content_type="application/json")


@door.get("/standards", summary="All standards", openapi_extra=_answers(Standards))
def standards(request: HttpRequest) -> HttpResponse:
    """Level by level, with the checks that each requires."""
    every = derive.newest(published.look())
    return _told(Standards(tuple(every[id] for id in sorted(every))))


@door.get("/standards/{id}", summary="One standard", openapi_extra=_answers(standard.Standard))
def one_standard(
    request: HttpRequest,
    id: Path[Annotated[str, Field(pattern="^[a-z0-9_]+$", max_length=100)]],
    version: Annotated[str, Query("", max_length=40)],
) -> HttpResponse:
    """Its newest version, or `version`."""
    found = published.named(id, version) if version else published.newest(id)
    if found is None:
        raise rows.Missing(f"there is no standard {id} {version}".strip(), "the list of standards has them all")
    return _told(found)


@door.get("/categories", summary="The taxonomy", openapi_extra=_answers(Categories))
def categories(request: HttpRequest) -> HttpResponse:
    """What entries are for."""
    found = models.Category.objects.filter(edition=rows.edition())
    return _told(Categories(tuple(records.Category(one.slug, one.name, one.says, tuple(one.kinds)) for one in found)))


@door.get("/sources", summary="The sources of reported claims", openapi_extra=_answers(Sources))
def sources(request: HttpRequest) -> HttpResponse:
    """Published files, by address and digest, each with its licence."""
    found = models.Source.objects.filter(edition=rows.edition())
    whole = (records.Source(one.slug, one.name, one.address, one.sha256, one.licence, one.date) for one in found)
    return _told(Sources(tuple(whole)))


Digest = Annotated[str, Query("", pattern=r"^(sha256:[0-9a-f]{64})?$", max_length=71)]
Slug = Annotated[str, Query("", pattern=r"^[A-Za-z0-9_-]*$", max_length=100)]
Limit = Annotated[int, Query(USUAL, ge=1, le=MOST)]
Cursor = Annotated[str, Query("", pattern="^[0-9]*$", max_length=18, description="`next` of the page before")]


@door.get("/claims", summary="Signed claims", openapi_extra=_answers(claim_rows.ClaimsOut))
def claims(
    request: HttpRequest, entry: Slug, digest: Digest, organisation: Slug, cursor: Cursor, limit: Limit
) -> HttpResponse:
    """Who says what of which digest, the newest first: of an entry, of a digest, of an organisation, or all."""
    asked = {"slug": entry, "digest": digest, "organisation__slug": organisation}
    return _told(claim_rows.claims(asked, cursor, limit))


@door.post("/claims", summary="Publish a bundle", openapi_extra=_publishing())
def publish(request: HttpRequest) -> HttpResponse:
    """The bytes that `guildmark attest` wrote. Whose key signed them decides, so nobody signs in; the same again is
    answered as before."""
    published, status = claim_rows.publish(request)
    answer = _told(published)
    answer.status_code = status
    return answer


@door.get("/claims/{statement}", summary="One signed claim", openapi_extra=_answers(claim_rows.ClaimOut))
def one_claim(request: HttpRequest, statement: Path[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]]) -> HttpResponse:
    """By the sha256 of what was signed."""
    return _told(claim_rows.claim(statement))


@door.get("/changes", summary="What happened", openapi_extra=_answers(claim_rows.ChangesOut))
def changes(request: HttpRequest, entry: Slug, cursor: Cursor, limit: Limit) -> HttpResponse:
    """The oldest first; who keeps the cursor misses nothing."""
    return _told(claim_rows.changes(cursor, limit, entry))


program.add(door, _answers)


@door.get("/{path:rest}", include_in_schema=False)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of no operation."""
    raise Http404
