"""The set that npm would install, found against a registry on this machine, without installing anything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sources.servers import Asked, Reply, Server, serving

from guildmark import download
from guildmark.download import Door
from guildmark.resolve import Bounds, Machine, Needs, Registry, Release, resolve_node
from guildmark.resolve import registry as registries

SHORT = "application/vnd.npm.install-v1+json"


class Shelf:
    """A registry; what it says of a release is what is put here, and its short form leaves licences out."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, dict[str, Any]]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.broken: dict[str, Reply] = {}
        self.short = False

    def add(self, name: str, version: str, *needs: str, **stated: Any) -> None:
        """A release; each of `needs` is `name@range`. It becomes the latest."""
        asked = {"dependencies": wants(needs)} if needs else {}
        self.packages.setdefault(name, {})[version] = {"name": name, "version": version, **asked, **stated}
        self.tags.setdefault(name, {})["latest"] = version

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/npm/")
        if path in self.broken:
            return self.broken[path]
        if path in self.packages:
            versions = self.packages[path]
            if self.short and SHORT in asked.headers["Accept"]:
                versions = {at: {k: v for k, v in said.items() if k != "license"} for at, said in versions.items()}
            return Reply(body=json.dumps({"versions": versions, "dist-tags": self.tags[path]}).encode())
        name, _, version = path.rpartition("/")
        said = self.packages.get(name, {}).get(version)
        return Reply(404) if said is None else Reply(body=json.dumps(said).encode())


def wants(needs: tuple[str, ...]) -> dict[str, str]:
    """`name@range`; of an alias the name ends before `@npm:`."""
    pairs = (one.partition("@npm:") if "@npm:" in one else one.rpartition("@") for one in needs)
    return {name: f"npm:{range}" if at == "@npm:" else range for name, at, range in pairs}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def server(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    with serving(shelf.answer) as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{running.url}/npm")
        yield running


def resolved(*needs: str, bounds: Bounds = Bounds(), **stated: Any) -> Needs:  # noqa: B008
    registry = Registry(Door(), Machine(node="22.20.0"), bounds)
    try:
        return resolve_node(Release("tool", "1.0.0", {"dependencies": wants(needs), **stated}), registry, bounds)
    finally:
        registry.close()


def versions(needs: Needs) -> list[str]:
    assert not [one for one in needs.problems if one.kind not in ("cycle", "peer")], needs.problems
    return [f"{one.name}@{one.version}" for one in needs.packages]


def problems(needs: Needs) -> list[tuple[str, str]]:
    return [(one.kind, one.says) for one in needs.problems]


def test_the_newest_that_fits_is_taken_and_what_is_there_is_used_again(shelf: Shelf, server: Server) -> None:
    """`b` gets 1.4, though 1.5 would fit too: that is there already, for the tool asks for it."""
    for version in ("1.0.0", "1.4.0", "1.5.0", "2.0.0", "3.0.0-rc.1"):
        shelf.add("a", version, license="MIT")
    shelf.tags["a"]["latest"] = "2.0.0"
    shelf.add("b", "1.0.0", "a@^1.0.0", license="ISC")
    needs = resolved("a@~1.4.0", "b@*")
    assert versions(needs) == ["a@1.4.0", "b@1.0.0"]
    assert [(one.by, one.licence) for one in needs.packages] == [(("tool",), "MIT"), (("tool",), "ISC")]
    assert needs.environment["node_version"] == "22.20.0"


def test_one_package_may_be_there_in_two_versions(shelf: Shelf, server: Server) -> None:
    shelf.add("a", "1.0.0")
    shelf.add("a", "2.0.0")
    shelf.add("b", "1.0.0", "a@^1.0.0", "c@1.0.0")
    shelf.add("c", "1.0.0", "a@^1.0.0")
    needs = resolved("a@^2.0.0", "b@1.0.0")
    assert versions(needs) == ["a@1.0.0", "a@2.0.0", "b@1.0.0", "c@1.0.0"]
    assert {one.version: one.by for one in needs.packages if one.name == "a"} == {
        "1.0.0": ("tool", "b"),
        "2.0.0": ("tool",),
    }


def test_nothing_is_put_between_a_package_and_what_it_uses(shelf: Shelf, server: Server) -> None:
    """`c` below `b` uses `x` 1 at the top; `x` 2, which its neighbour `d` needs, must not lie in `b`."""
    for version, x in (("1.0.0", ""), ("2.0.0", "x@1.0.0")):
        shelf.add("c", version, *filter(None, [x]))
    for version, x in (("1.0.0", ""), ("2.0.0", "x@2.0.0")):
        shelf.add("d", version, *filter(None, [x]))
    shelf.add("x", "1.0.0")
    shelf.add("x", "2.0.0")
    shelf.add("b", "1.0.0", "c@2.0.0", "d@2.0.0")
    needs = resolved("a-c@npm:c@1.0.0", "b@*", "c@1.0.0", "d@1.0.0")
    assert [one for one in versions(needs) if one.startswith("x")] == ["x@1.0.0", "x@2.0.0"]


def test_what_is_there_is_not_put_aside_for_a_newer_release(shelf: Shelf, server: Server) -> None:
    """npm would take 2.0.0 for both, as `*` lets it in; here what `latest` names stays where it is."""
    shelf.add("x", "2.0.0")
    shelf.add("x", "1.0.0")
    shelf.add("z", "1.0.0", "x@^2.0.0")
    assert versions(resolved("x@*", "z@*")) == ["x@1.0.0", "x@2.0.0", "z@1.0.0"]


def test_the_tag_latest_is_preferred_and_a_tag_can_be_asked_for(shelf: Shelf, server: Server) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0-next.1"):
        shelf.add("a", version)
        shelf.add("b", version)
    shelf.tags["a"]["latest"] = "1.0.0"
    shelf.tags["b"] = {"latest": "1.0.0", "next": "2.0.0-next.1"}
    assert versions(resolved("a@^1.0.0", "b@next")) == ["a@1.0.0", "b@2.0.0-next.1"]


def test_what_is_deprecated_or_wants_another_node_is_taken_last(shelf: Shelf, server: Server) -> None:
    shelf.add("a", "1.0.0")
    shelf.add("a", "1.1.0", engines={"node": ">=99"})
    shelf.add("a", "1.2.0", deprecated="holes")
    shelf.add("b", "1.0.0", deprecated="given up")
    needs = resolved("a@^1.0.0", "b@^1.0.0")
    assert versions(needs) == ["a@1.0.0", "b@1.0.0"]
    assert needs.environment["deprecated"] == "1 package deprecated by the makers: b 1.0.0"


def test_another_name_stands_for_a_package(shelf: Shelf, server: Server) -> None:
    shelf.add("@x/real", "1.0.0")
    shelf.add("@x/real", "2.0.0")
    needs = resolved("mine@npm:@x/real@^1.0.0", "other@npm:@x/real")
    assert versions(needs) == ["@x/real@1.0.0", "@x/real@2.0.0"]


def test_peers_are_installed_beside_and_optional_ones_are_not(shelf: Shelf, server: Server) -> None:
    """Of the peer a release is taken that fits all who want it."""
    shelf.add("host", "1.0.0")
    shelf.add("host", "1.5.0")
    shelf.add("host", "2.0.0")
    shelf.add(
        "a", "1.0.0", peerDependencies={"host": ">=1", "extra": "*"}, peerDependenciesMeta={"extra": {"optional": True}}
    )
    shelf.add("b", "1.0.0", peerDependencies={"host": "<2"})
    assert versions(resolved("a@1.0.0", "b@1.0.0")) == ["a@1.0.0", "b@1.0.0", "host@1.5.0"]


def test_a_peer_is_put_above_and_the_other_version_below(shelf: Shelf, server: Server) -> None:
    """As npm does where the tool itself asks for another version than the peer's."""
    shelf.add("host", "1.0.0")
    shelf.add("host", "2.0.0")
    shelf.add("a", "1.0.0", peerDependencies={"host": "^1.0.0"})
    assert versions(resolved("a@1.0.0", "host@^2.0.0")) == ["a@1.0.0", "host@1.0.0", "host@2.0.0"]


def test_a_peer_that_cannot_fit_is_told_and_npm_goes_on(shelf: Shelf, server: Server) -> None:
    """The tool is a guest of `host` itself, so that both look for it at one place."""
    shelf.add("host", "1.0.0")
    shelf.add("host", "2.0.0")
    shelf.add("z", "1.0.0", peerDependencies={"host": "^1.0.0"})
    needs = resolved("z@1.0.0", peerDependencies={"host": "^2.0.0"})
    assert [one.kind for one in needs.problems] == ["peer"]
    assert "z 1.0.0 wants host ^1.0.0 beside it, and 2.0.0 is there" in needs.problems[0].says
    assert versions(needs) == ["host@2.0.0", "z@1.0.0"]


def test_what_is_optional_is_left_out_where_it_cannot_be_had(shelf: Shelf, server: Server) -> None:
    """For other systems, or not there at all; what it needs itself is not looked for."""
    shelf.add("mac", "1.0.0", "gone@1.0.0", os=["darwin"])
    shelf.add("here", "1.0.0", os=["linux"], cpu="x64", libc=["glibc"])
    shelf.add("not-win", "1.0.0", os=["!win32"])
    needs = resolved(optionalDependencies={"mac": "*", "here": "*", "not-win": "*", "nowhere": "1.0.0"})
    assert versions(needs) == ["here@1.0.0", "not-win@1.0.0"]
    assert needs.environment["left_out"].startswith("2 optional packages left out: mac 1.0.0 (os ['darwin']); nowhere ")


def test_what_is_needed_and_for_other_systems_cannot_be_installed(shelf: Shelf, server: Server) -> None:
    shelf.add("mac", "1.0.0", os=["darwin"])
    assert problems(resolved("mac@*")) == [
        ("conflict", "tool 1.0.0 needs mac 1.0.0, which is for other systems: os ['darwin']")
    ]


def test_what_is_missing_is_told_with_who_needs_it(shelf: Shelf, server: Server) -> None:
    shelf.add("a", "1.0.0", "b@^3.0.0", "gone@*")
    shelf.add("b", "1.0.0")
    assert problems(resolved("a@*")) == [
        ("missing", "a 1.0.0 needs b ^3.0.0, and the registry has no such release"),
        ("missing", "a 1.0.0 needs gone, and the registry has no such package"),
    ]


@pytest.mark.parametrize(
    "words",
    ["git+https://forge.example/a.git", "file:../a", "https://a.example/a.tgz", "user/repo", "workspace:*", "../a"],
)
def test_what_is_taken_from_elsewhere_is_unread(server: Server, words: str) -> None:
    (problem,) = resolved(f"a@{words}", dependencies={"a": words}).problems
    assert (problem.kind, problem.says) == ("unread", f"tool 1.0.0 needs a: it is taken from elsewhere ({words})")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b", "", "a/b/c", "@x", "a?b"])
def test_a_name_that_no_registry_knows_is_never_asked_for(server: Server, name: str) -> None:
    (problem,) = resolved(dependencies={name: "*"}).problems
    assert problem.kind == "unread"
    assert server.asked == []


def test_what_lies_in_a_tarball_is_told_apart(shelf: Shelf, server: Server) -> None:
    """Of another package only its tarball tells the versions, which is not read."""
    shelf.add("a", "1.0.0", "inside@*", "b@*", bundleDependencies=["inside"])
    shelf.add("b", "1.0.0")
    needs = resolved("a@*")
    assert [one.name for one in needs.packages] == ["a", "b"]
    assert problems(needs) == [("unread", "a 1.0.0 brings packages along in its tarball, which was not read: inside")]


def test_packages_that_need_each_other_are_a_set_and_the_circle_is_told(shelf: Shelf, server: Server) -> None:
    shelf.add("a", "1.0.0", "b@*")
    shelf.add("b", "1.0.0", "c@*")
    shelf.add("c", "1.0.0", "a@*")
    shelf.add("self", "1.0.0", "self@*")
    needs = resolved("a@*", "self@*")
    assert versions(needs) == ["a@1.0.0", "b@1.0.0", "c@1.0.0", "self@1.0.0"]
    assert problems(needs) == [("cycle", "a needs b needs c needs a"), ("cycle", "self needs self")]


def test_versions_that_ask_for_each_other_without_end_stop_at_a_bound(shelf: Shelf, server: Server) -> None:
    """Each release needs the one before it, so that none can be shared and each lies below the last."""
    for number in range(300):
        shelf.add("a", f"{number}.0.0", *([f"a@{number - 1}.0.0"] if number else []))
    (problem,) = resolved("a@*").problems
    assert problem.kind == "limit"


def test_more_packages_than_are_allowed_are_a_limit(shelf: Shelf, server: Server) -> None:
    for number in range(40):
        shelf.add(f"a{number}", "1.0.0", f"a{number + 1}@*")
    (problem,) = resolved("a0@*", bounds=Bounds(packages=10)).problems
    assert (problem.kind, problem.says) == ("limit", "it needs more than 10 packages")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503),
        Reply(403),
        Reply(body=b"<html>"),
        Reply(body=b'{"versions": []}'),
        Reply(body=b'{"versions": {"1.0.0": {"dependencies": ' + b"[" * 5000 + b"]" * 5000 + b"}}}"),
        Reply(body=b'{"versions": {"1.0.0": {"dependencies": ' + b"[" * 300 + b"]" * 300 + b"}}}"),
        Reply(body=b'{"versions"', promised=1000),
    ],
)
def test_a_registry_with_errors_or_nonsense_leaves_the_set_unknown(shelf: Shelf, server: Server, reply: Reply) -> None:
    """What else there is is told all the same."""
    shelf.broken["a"] = reply
    shelf.add("b", "1.0.0")
    needs = resolved("a@*", "b@*")
    assert [one.name for one in needs.packages] == ["b"]
    assert [(one.kind, one.package) for one in needs.problems] == [("unreachable", "a")]


def test_a_registry_that_keeps_silent_is_a_limit(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    woken = threading.Event()

    def silent(asked: Asked) -> Reply:
        woken.wait(30)
        return Reply(404)

    with serving(silent) as server:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{server.url}/npm")
        (problem,) = resolved("a@*", bounds=Bounds(seconds=0.2)).problems
        woken.set()
    assert problem.kind == "limit"
    assert "said nothing for 0.2 seconds" in problem.says


@pytest.mark.parametrize(
    "stated",
    [
        {"dependencies": ["a"]},
        {"dependencies": {"a": 1, "b": None}},
        {"peerDependencies": "a", "peerDependenciesMeta": [1], "bundleDependencies": 7, "engines": ["node >= 1"]},
        {"os": 1, "cpu": {}, "libc": [1, None], "deprecated": {}, "license": 3, "optionalDependencies": None},
    ],
)
def test_a_manifest_that_lies_about_its_types_says_nothing_there(
    shelf: Shelf, server: Server, stated: dict[str, Any]
) -> None:
    shelf.add("odd", "1.0.0", **stated)
    assert versions(resolved("odd@*")) == ["odd@1.0.0"]


def test_licences_that_the_short_form_leaves_out_are_asked_for(shelf: Shelf, server: Server) -> None:
    shelf.short = True
    shelf.add("@x/a", "1.0.0", license="MIT")
    shelf.add("b", "1.0.0", licenses=[{"type": "MIT"}, {"type": "Apache-2.0"}])
    shelf.add("c", "1.0.0", license="SEE LICENSE IN TERMS.md")
    found = {one.name: (one.licence, one.licences) for one in resolved("@x/a@*", "b@*", "c@*").packages}
    assert found == {
        "@x/a": ("MIT", ()),
        "b": ("MIT OR Apache-2.0", ()),
        "c": ("", ("SEE LICENSE IN TERMS.md",)),
    }


def test_answers_that_are_too_large_together_are_a_limit(
    shelf: Shelf, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "ALL_BYTES", 100)
    shelf.add("a", "1.0.0", description="x" * 200)
    (problem,) = resolved("a@*").problems
    assert problem.kind == "limit"


def test_twice_the_same_set(shelf: Shelf, server: Server) -> None:
    for number in range(30):
        shelf.add(f"p{number}", "1.0.0", f"p{(number * 7 + 1) % 30}@*", f"p{(number * 11 + 3) % 30}@^1.0.0")
    assert resolved("p0@*", "p1@*") == resolved("p0@*", "p1@*")
