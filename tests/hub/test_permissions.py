"""Every address of the hub is knocked at by everybody: who may not pass is told, and changes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from tests.hub import permitted
from tests.hub.permitted import CAST, DOORS, KNOCKS, PASSES, WITHOUT_TOKEN, Knock

pytestmark = pytest.mark.usefixtures("empty")
OURS = ("people", "jobs", "vetting", "answers", "watching", "catalog", "council", "cases")
APIS = "api/v1/"
CHANGES = ("POST", "PUT", "PATCH", "DELETE")


class Address(NamedTuple):
    """A pattern of the project: its name with its namespace, the whole route, and its view."""

    name: str
    route: str
    view: Any
    arguments: int


def addresses() -> list[Address]:
    """All patterns, those of included ones with them."""
    from django.urls import get_resolver

    return list(_below(get_resolver(), "", ""))


def _below(resolver: Any, route: str, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        here = route + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _below(one, here, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            count = len(re.findall(r"<[^>]+>", here))
            yield Address(f"{space}{one.name or here}", here, one.callback, count)


def ours() -> list[Address]:
    """Those of our apps."""
    return [one for one in addresses() if one.name.partition(":")[0] in OURS]


def acting() -> list[Address]:
    """Those behind a door."""
    return [one for one in ours() if hasattr(one.view, "to")]


@contextmanager
def nothing_stays() -> Iterator[None]:
    """What happens within is undone."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> int:
    """How many rows this process has written; what is undone counts too."""
    from django.db import connection

    return int(connection.connection.total_changes)


def rows() -> dict[str, Any]:
    """All that people have done, and how much there is of the rest; how often somebody tried is none of it."""
    from django.apps import apps

    every = {model._meta.label: model._default_manager for model in apps.get_models()}
    del every["people.Cached"], every["sessions.Session"]
    ours = ("people.", "account.", "mfa.")
    return {
        label: list(found.order_by("pk").values_list()) if label.startswith(ours) else found.count()
        for label, found in every.items()
    }


@pytest.fixture
def there(small: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Everybody and everything, and a browser for each; nothing is looked up in the network."""
    import socket

    from tests.hub import alliance

    monkeypatch.setattr(socket, "getaddrinfo", _no_network)
    world = permitted.world()
    browsers = {name: alliance.browser(world["people"].get(name)) for name in CAST}
    return {**world, "browsers": browsers}


def _no_network(*words: object, **named: object) -> None:
    raise OSError("the tests of permissions ask nobody")


def asked(client: Any, method: str, path: str, given: dict[str, Any]) -> Any:
    """An answer to a method."""
    return (
        client.generic(method, path) if method not in ("GET", "POST") else getattr(client, method.lower())(path, given)
    )


def sent_to_sign_in(answer: Any) -> bool:
    """Whether it leads to the page of signing in."""
    return bool(answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"))


def examples(one: Address) -> list[Knock]:
    """With what an address is knocked at."""
    if one.name not in KNOCKS:
        assert not one.arguments, (
            f"{one.name} ({one.route}) takes arguments and has no example: add a line to KNOCKS in"
            " tests/hub/permitted.py with arguments that exist in its world, and `may` if its view asks more"
            " than its door"
        )
        return [Knock()]
    return KNOCKS[one.name]


def test_every_view_of_ours_has_a_door_or_is_only_read():
    """A page of the catalog without a door takes GET and HEAD; all others say whom they are for."""
    stated = {name: role for role, names in DOORS.items() for name in names.split()}
    for one in ours():
        if hasattr(one.view, "to"):
            assert one.name in stated, f"say in DOORS of tests/hub/permitted.py for whom {one.name} is"
            assert one.view.to == stated[one.name], one.name
        else:
            assert one.name.startswith("catalog:"), f"{one.name} has no door: put @door(…) above its view"


def test_no_example_is_of_an_address_that_is_gone():
    names = {one.name for one in addresses()}
    assert set(KNOCKS) - names == set()
    assert set(WITHOUT_TOKEN) - names == set()
    assert {name for some in DOORS.values() for name in some.split()} - names == set()


def test_a_new_address_without_an_example_is_told_what_to_add():
    with pytest.raises(AssertionError, match="add a line to KNOCKS"):
        examples(Address("people:brand_new", "desk/<int:pk>/", None, 1))


def test_at_every_door_each_is_answered_as_it_says(there):
    """GET and POST, by everybody: to sign in, 403, or the page; who is refused changes nothing."""
    from django.urls import reverse

    for one in acting():
        for knock in examples(one):
            path = reverse(one.name, args=knock.arguments(there))
            for name in CAST:
                for method in ("GET", "POST"):
                    with nothing_stays():
                        before = written()
                        answer = asked(there["browsers"][name], method, path, knock.given(there))
                        told = (one.name, method, name, answer.status_code)
                        passed = _as_it_should(one, knock, name, method, answer, told)
                        if not passed or method == "GET":
                            assert written() == before, (*told, "changed something")


def _as_it_should(one: Address, knock: Knock, name: str, method: str, answer: Any, told: Any) -> bool:
    """Whether somebody is to pass; fails where the answer is another one."""
    if method not in one.view.methods:
        assert answer.status_code == 405, told
        return False
    if name not in PASSES[one.view.to]:
        assert sent_to_sign_in(answer) if name == "visitor" else answer.status_code == 403, told
        return False
    if knock.may is not None and name not in knock.may:
        assert answer.status_code in (403, 404), told
        return False
    assert answer.status_code < 500, told
    assert answer.status_code not in (401, 403), told
    assert not sent_to_sign_in(answer), told
    return True


CHANGING = (
    "people:name",
    "people:edit",
    "people:invite",
    "people:role",
    "people:end",
    "people:resign",
    "people:add_key",
)
CHANGING += ("people:revoke", "people:withdraw", "people:invitation", "people:application", "people:propose")
CHANGING += ("people:new", "people:invite_again")
CHANGING += ("council:join", "council:write_charter", "council:plan_meeting", "council:milestone")


@pytest.mark.parametrize("name", CHANGING)
def test_who_may_pass_does_what_she_came_for_and_it_is_in_the_trail(there, name):
    """So the examples above knock with what really changes something."""
    from django.urls import reverse

    from guildmark_hub.people.models import Act

    (one,) = [each for each in acting() if each.name == name]
    for knock in examples(one):
        for who in sorted(PASSES[one.view.to] & (knock.may or set(CAST))):
            with nothing_stays():
                count, before = Act.objects.count(), rows()
                path = reverse(one.name, args=knock.arguments(there))
                answer = there["browsers"][who].post(path, knock.given(there))
                assert answer.status_code == 302, (who, answer.content.decode()[-3000:])
                assert Act.objects.count() > count, who
                assert {table for table, now in rows().items() if now != before[table]} - {"people.Act"}, who


def test_no_change_is_taken_without_the_token_of_its_form(there):
    """From another site a browser sends the cookies along, and not the token."""
    from django.urls import reverse

    for one in acting():
        if not set(one.view.methods) & set(CHANGES) or one.name in WITHOUT_TOKEN:
            continue
        for knock in examples(one):
            for name in CAST:
                client = there["browsers"][name]
                client.handler.enforce_csrf_checks = True
                with nothing_stays():
                    answer = client.post(reverse(one.name, args=knock.arguments(there)), knock.given(there))
                client.handler.enforce_csrf_checks = False
                assert answer.status_code == 403, (one.name, name, answer.status_code)
                assert "This form is too old" in answer.content.decode(), (one.name, name)


def test_who_sits_in_another_group_or_leads_it_does_nothing_in_this_one(there):
    """Neither by her seat there nor by being a member: only what every member may, and what anybody reads."""
    from django.urls import reverse

    elsewhere, refused = _elsewhere(), 0
    for one in acting():
        if one.name.partition(":")[0] not in ("council", "cases") or one.view.to == "staff":
            continue
        for knock in examples(one):
            if knock.may is None or knock.may >= PASSES["member"]:
                continue
            path = reverse(one.name, args=knock.arguments(there))
            for who, client in elsewhere.items():
                for method in {"GET", "POST"} & set(one.view.methods):
                    with nothing_stays():
                        before = written()
                        answer = asked(client, method, path, knock.given(there))
                        told = (one.name, method, who, answer.status_code)
                        assert answer.status_code in (403, 404), told
                        assert written() == before, (*told, "changed something")
                        refused += 1
    assert refused > 100


def _elsewhere() -> dict[str, Any]:
    """The browsers of who sits in a group of their own, and of who leads it, for members that have no other part."""
    from datetime import date

    from tests.hub import alliance

    from guildmark_hub.council.models import Group, Seat

    group = Group.objects.create(slug="elsewhere", name="Elsewhere", kind="working", state="active")
    found = {}
    for name, role in (("Guest", "member"), ("Leader", "chair")):
        who, where = alliance.person(name), alliance.organisation(name.lower())
        alliance.belongs(who, where, "owner")
        Seat.objects.create(group=group, person=who, organisation=where, role=role, since=date(2026, 1, 1))
        found[name] = alliance.browser(who)
    return found


ACTING = ("person", "staff", "reviewer", "stranger", "member", "owner")
"""Of those who may, the last of these acts."""
WITHOUT_EFFECT = {
    *("cases:draw", "cases:new", "cases:save", "cases:screen", "cases:send", "cases:send_back", "cases:submit"),
    *("council:activate", "council:appoint", "council:declare", "council:leave", "council:sign"),
    *("council:steering", "council:step_down"),
}
"""Acts whose example is told why not, and changes nothing; their own tests and the walk of the council do them."""


def test_what_changes_by_an_act_of_the_council_is_in_the_trail(there):
    """Every address of groups, proposals, decisions and cases that takes a form, by somebody who may."""
    from django.urls import reverse

    from guildmark_hub.people.models import Act

    silent, quiet = set(), set()
    for one in acting():
        if one.name.partition(":")[0] not in ("council", "cases") or "POST" not in one.view.methods:
            continue
        acted = False
        for knock in examples(one):
            who = max(PASSES[one.view.to] & (knock.may or set(CAST)), key=("visitor", *ACTING).index)
            with nothing_stays():
                count, before = Act.objects.count(), rows()
                there["browsers"][who].post(reverse(one.name, args=knock.arguments(there)), knock.given(there))
                changed = {table for table, now in rows().items() if now != before[table]} - {"people.Act"}
                acted |= Act.objects.count() > count
                if changed and Act.objects.count() == count:
                    silent.add((one.name, *changed))
        if not acted:
            quiet.add(one.name)
    assert silent == set()
    assert quiet == WITHOUT_EFFECT


def test_pages_without_a_door_are_only_read(there):
    from django.urls import reverse

    before = written()
    for one in ours():
        if hasattr(one.view, "to"):
            continue
        for knock in examples(one):
            path = reverse(one.name, args=knock.arguments(there))
            for name in ("visitor", "staff"):
                client = there["browsers"][name]
                assert client.get(path).status_code < 400, (one.name, name)
                for method in CHANGES:
                    assert asked(client, method, path, {}).status_code == 405, (one.name, method)
    assert written() == before


def test_pages_of_accounts_take_no_change_without_a_token_and_break_for_nobody(there):
    before = {name: there["browsers"][name] for name in ("visitor", "person", "staff")}
    every = [one for one in addresses() if one.route.startswith("account/")]
    assert len(every) > 25
    for one in every:
        path = "/" + _filled(one.route)
        for name, client in before.items():
            with nothing_stays():
                assert client.get(path).status_code < 500, (one.route, name)
            client.handler.enforce_csrf_checks = True
            with nothing_stays():
                assert client.post(path, {}).status_code == 403, (one.route, name)
            client.handler.enforce_csrf_checks = False


def _filled(route: str) -> str:
    """A route of Django's with something in place of each argument."""
    plain = re.sub(r"\(\?P<\w+>(\[[^\]]*\]|\.)\+\)", "1", route)
    return re.sub(r"<\w+:\w+>", "1", plain).replace("^", "").replace("$", "").replace("\\", "")


def test_the_tables_are_for_staff_alone(there):
    """Every page of them, also those of single rows."""
    from django.contrib import admin

    paths = ["/staff/", "/staff/password_change/", "/staff/jsi18n/", "/staff/people/", "/staff/r/1/1/"]
    for table in admin.site._registry:
        place = f"/staff/{table._meta.app_label}/{table._meta.model_name}/"
        first = table._default_manager.first()
        one = f"{place}{first.pk if first else 1}/"
        paths += [place, f"{one}change/", f"{place}add/"]
        paths += [f"{one}delete/", f"{one}history/"] if first else []
    for path in paths:
        for name, method in (
            ("visitor", "get"),
            ("visitor", "post"),
            ("owner", "get"),
            ("owner", "post"),
            ("staff", "get"),
        ):
            with nothing_stays():
                before = written()
                answer = getattr(there["browsers"][name], method)(path, follow=True)
                told = (path, name, method, answer.status_code)
                if name == "visitor":
                    assert answer.redirect_chain, told
                    assert answer.redirect_chain[-1][0].startswith("/account/login/"), told
                elif name == "owner":
                    assert answer.status_code == 403, told
                assert answer.status_code < 500, told
                assert written() == before, told


def test_the_programs_door_changes_nothing_for_who_proves_nothing(there):
    """Neither a visitor nor somebody's browser that another site makes send something."""
    from ninja.operation import PathView

    from guildmark_hub.api import door

    assert APIS
    found: list[tuple[str, PathView]] = []
    for prefix, router in door._routers:
        found += [(f"/{APIS}{prefix}{path}".replace("//", "/"), view) for path, view in router.path_operations.items()]
    assert len(found) > 8
    before = rows()
    for path, view in found:
        filled = re.sub(r"\{[^}]+\}", "guard", path)
        methods = {method for operation in view.operations for method in operation.methods}
        for name in ("visitor", "owner", "staff"):
            for method in sorted(methods | set(CHANGES)):
                with nothing_stays():
                    answer = asked(there["browsers"][name], method, filled, {})
                    assert answer.status_code < 500, (path, method, name)
                    assert method == "GET" or answer.status_code >= 400, (path, method, name, answer.status_code)
                    assert rows() == before, (path, method, name)
