"""How often a page asks the database is fixed: it grows neither with the edition nor with what is shown."""

import pytest
from tests.hub import editions

from guildmark.edition.records import Assessed, Entry, Reported

COUNTS = {
    "/": 6,
    "/about": 1,
    "/standards": 3,
    "/categories": 3,
    "/sources": 2,
    "/search": 3,
    "/search?q=guard": 4,
    "/search?kind=tool&basis=evidence&sort=name": 3,
    "/search?q=nothing+of+the+kind": 3,
    "/entry/guard/": 8,
    "/entry/guard/release/1.0/": 8,
    "/entry/guard/buyer": 4,
    "/entry/r7/": 8,
    "/compare?e=guard&e=g1&e=g2&e=r7": 4,
    "/api/v1/edition": 1,
}


def many(number: int) -> list:
    """An edition of so many tools and so many reported models, each like the other."""
    tools = ["guard", *(f"g{one}" for one in range(1, number))]
    entries = [
        Entry(id, "tool", f"Guard {id}", "guardrails", releases=("0.9", "1.0"), alternatives=tuple(tools[1:4]))
        for id in tools
    ]
    models = [Entry(f"r{one}", "model", f"Model {one}", "reported") for one in range(number)]
    made = [
        Assessed(id, version, editions.assessment(name=id, **editions.GOOD))
        for id in tools
        for version in ("0.9", "1.0")
    ]
    claims: list[Reported] = [claim for one in models for claim in editions.claims(one.id)]
    return [*editions.CATEGORIES, *editions.SOURCES, *entries, *models, *made, *claims]


def counted(client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
        return len(queries.captured_queries)


@pytest.mark.parametrize("number", [8, 60])
def test_the_number_of_queries_is_fixed(load, client, number):
    """Once a process has read its sets, and the sets of the words that are asked."""
    load(many(number))
    assert {path: counted(client, path) for path in COUNTS} == COUNTS
