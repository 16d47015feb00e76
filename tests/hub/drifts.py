"""What happens to projects of the little world: drifts, each with what is to be said of it, and quiet changes."""

from collections.abc import Callable
from typing import Any


def submissions() -> list[str]:
    from guildmark_hub.vetting.models import Submission

    return list(Submission.objects.filter(person=None).order_by("pk").values_list("purl", flat=True))


def state(claim: Any) -> str:
    return str(type(claim).objects.get(pk=claim.pk).state)


def why(claim: Any) -> str:
    return str(type(claim).objects.get(pk=claim.pk).why)


def changes(claim: Any, kind: str = "state") -> list[str]:
    from guildmark_hub.catalog.models import Change

    return list(Change.objects.filter(kind=kind, slug=claim.slug).values_list("says", flat=True))


def newer(world: Any, one: Any) -> None:
    one.release("1.1", uploaded="2026-11-23T00:00:00Z")


def newer_with_another_licence(world: Any, one: Any) -> None:
    one.release("2.0", "AGPL-3.0-only")


def wheel_gone(world: Any, one: Any) -> None:
    one.drop("1.0-py3-none-any.whl")


def sdist_replaced(world: Any, one: Any) -> None:
    one.files[f"{one.name}-1.0.tar.gz"] = b"something else"


def release_gone(world: Any, one: Any) -> None:
    one.release("0.9")
    one.drop("1.0.tar.gz")
    one.drop("1.0-py3-none-any.whl")


def yanked(world: Any, one: Any) -> None:
    for name in one.stated:
        one.state(name, yanked="it leaks")


def sdist_yanked(world: Any, one: Any) -> None:
    one.state(f"{one.name}-1.0.tar.gz", yanked=True)


def quarantined(world: Any, one: Any) -> None:
    one.more["project-status"] = {"status": "quarantined", "reason": "malware"}


def advised(world: Any, one: Any) -> None:
    world.records.append(
        {
            "id": f"PYSEC-2026-{len(world.records)}",
            "modified": "2026-11-22T00:00:00Z",
            "summary": "it gives all away",
            "affected": [{"package": {"ecosystem": "PyPI", "name": one.name}, "versions": ["1.0"]}],
        }
    )


def relicensed(world: Any, one: Any) -> None:
    one.licensed("1.0", "Business Source License 1.1")


def unlicensed(world: Any, one: Any) -> None:
    one.licensed("1.0", "Other/Proprietary License")


def broken(world: Any, one: Any) -> None:
    one.broken = True


def gone(world: Any, one: Any) -> None:
    del world.projects[one.name]


DRIFTS: dict[Callable[[Any, Any], None], str] = {
    newer: "a newer release is out that nobody here has vetted: 1.1",
    newer_with_another_licence: "the licence of its releases was MIT, and is AGPL-3.0-only from 2.0 on",
    wheel_gone: "which was vetted, is no longer offered",
    sdist_replaced: "is now another file than the one that was vetted",
    release_gone: "which was vetted, is no longer offered",
    yanked: "its publisher took it back: it leaks",
    sdist_yanked: "its publisher took it back: no reason is given",
    quarantined: "its source has barred it: quarantined: malware",
    advised: "is about it: it gives all away",
    relicensed: "its licence was MIT, and is now Business Source License 1.1",
    unlicensed: "its licence was MIT, and is now Other/Proprietary License",
    broken: "its source has not answered since",
    gone: "its source has not answered since",
}


def other_wheel(world: Any, one: Any) -> None:
    one.offer(f"{one.name}-1.0-cp313-cp313-win_amd64.whl", yanked="it does not start")


def other_order(world: Any, one: Any) -> None:
    one.stated = dict(reversed(one.stated.items()))


def only_html(world: Any, one: Any) -> None:
    one.html_only = True


def older_release(world: Any, one: Any) -> None:
    one.release("0.9.1", "GPL-3.0-only", uploaded="2026-11-23T00:00:00Z")


def preliminary_release(world: Any, one: Any) -> None:
    one.release("2.0rc1", "GPL-3.0-only", uploaded="2026-11-23T00:00:00Z")


def licence_in_other_words(world: Any, one: Any) -> None:
    one.licensed("1.0", "The MIT License (MIT)")


def licence_by_classifier(world: Any, one: Any) -> None:
    one.licensed("1.0", "\nClassifier: License :: OSI Approved :: MIT License")


def metadata_gone(world: Any, one: Any) -> None:
    del one.files[f"{one.name}-1.0-py3-none-any.whl.metadata"]


def archived(world: Any, one: Any) -> None:
    one.more["project-status"] = {"status": "archived", "reason": "it is done"}


def said_more(world: Any, one: Any) -> None:
    one.more |= {"versions": ["1.0"], "alternate-locations": [], "_last-serial": 77}
    one.state(f"{one.name}-1.0.tar.gz", **{"requires-python": ">=3.9", "upload-time": "2026-11-23T00:00:00Z"})


def advised_of_others(world: Any, one: Any) -> None:
    advised(world, one)
    world.records[-1]["affected"][0]["versions"] = ["0.1"]


def hiccup(world: Any, one: Any) -> None:
    one.broken = True


def nothing(world: Any, one: Any) -> None:
    """Not even the page was made anew."""


QUIET = (
    *(other_wheel, other_order, only_html, older_release, preliminary_release, licence_in_other_words),
    *(licence_by_classifier, metadata_gone, archived, said_more, advised_of_others, hiccup, nothing),
)
