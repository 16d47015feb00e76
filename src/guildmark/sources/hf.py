"""A repository of models or data sets on a model hub, through huggingface_hub (`HF_ENDPOINT`, `HF_TOKEN`).

What is listed comes first, pinned to a commit; small files are fetched; of large ones only the parts
that a reader asks for, within a bound on traffic, and their published sha256 stands for the rest."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from itertools import islice
from types import ModuleType
from typing import NamedTuple, TypeVar

from guildmark.contents import InMemory
from guildmark.download import Door, Page, now
from guildmark.errors import AskedWrongly, NotFound, SubjectError, Unreachable
from guildmark.formats import hub_tree
from guildmark.formats.hub_tree import Entry, Stored, Tree
from guildmark.manifest import printable
from guildmark.material import Given, Held, Material, Opening
from guildmark.remote import Allowance, Remote, Traffic

TITLE = "A model (or `datasets/…`) on the model hub that huggingface_hub is configured with"
EXAMPLE = "hf:Qwen/Qwen3-0.6B@main"

SECONDS = 60.0
"""How long the hub may take to list a repository."""
TRAFFIC = 48_000_000
OWN = 512_000
"""How much of the traffic is put by for each file that stays where it is."""
SMALL, SMALL_STORED = 5_000_000, 1_000_000
"""Up to these sizes a file is fetched: where git holds it, and where it is stored by its sha256."""
SMALL_IN_ALL, SMALL_COUNT = 25_000_000, 200

_DATASETS = "datasets/"
Answer = TypeVar("Answer")


class Look(NamedTuple):
    """A repository's files at a commit, and the licence that its card states; empty where it states none."""

    tree: Tree
    licence: str


class _Asked(NamedTuple):
    """A repository, and the revision that the user named."""

    type: str
    id: str
    revision: str | None

    @property
    def shown(self) -> str:
        return (_DATASETS if self.type == "dataset" else "") + self.id


def deliver(rest: str, opening: Opening, *, clock: Callable[[], str] = now) -> Material:
    """All files of a repository: small ones here, large ones on demand (`--full`: all here)."""
    asked = _asked(rest)
    hub = _Hub(asked)
    asked_at = clock()
    tree = hub.tree(opening.limits.members)
    body = hub_tree.write(tree)
    listing = Page(f"{hub.endpoint}/{asked.shown}", "", body, asked_at).listing("hub_tree")
    door = Door(cache=opening.cache, progress=opening.progress, limit=opening.limits.expansion)
    fetch = _Fetch(hub, tree, door, opening)
    files = tuple(fetch.all() if opening.full else fetch.some())
    return Material(tree.id, _purl(asked.type, tree), files, (Held(listing, body),), whole=True)


def look(rest: str, most: int) -> Look:
    """What the hub says of a repository at a revision, of at most so many files; none of them is fetched."""
    asked = _asked(rest)
    return _Hub(asked).look(most)


def from_purl(purl: str) -> str | None:
    """`ORG/NAME@REVISION` of a `pkg:huggingface` purl that names no other hub."""
    from packageurl import PackageURL

    try:
        asked = PackageURL.from_string(purl)
    except ValueError:
        return None
    if asked.type != "huggingface" or asked.qualifiers or asked.subpath:
        return None
    path = f"{asked.namespace}/{asked.name}" if asked.namespace else asked.name
    return f"{path}@{asked.version}" if asked.version else path


def _asked(rest: str) -> _Asked:
    path, at, revision = rest.partition("@")
    kind = "dataset" if path.startswith(_DATASETS) else "model"
    name = path.removeprefix(_DATASETS).strip("/")
    if not name or name.count("/") > 1 or (at and not revision):
        raise AskedWrongly(f"hf:{rest} names no repository", f"write it like {EXAMPLE} or hf:datasets/ORG/NAME")
    return _Asked(kind, name, revision or None)


def _purl(kind: str, tree: Tree) -> str:
    from packageurl import PackageURL

    namespace, _, name = tree.id.rpartition("/")
    whole = f"{_DATASETS}{namespace}".rstrip("/") if kind == "dataset" else namespace
    return PackageURL("huggingface", whole or None, name, tree.sha).to_string()


class _Hub:
    """The hub's interface, about one repository."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked
        self._library = _library()
        self._interface = self._library.HfApi()
        self.endpoint: str = self._interface.endpoint.rstrip("/")

    def tree(self, most: int) -> Tree:
        """All files at the commit that the revision names; raises NotFound and Unreachable."""
        return self.look(most).tree

    def look(self, most: int) -> Look:
        """The same, with the licence."""
        kind, name = self._asked.type, self._asked.id
        info = self._ask(
            lambda: self._interface.repo_info(name, repo_type=kind, revision=self._asked.revision, timeout=SECONDS / 2)
        )
        entries = self._ask(lambda: self._entries(info.id, info.sha, most + 1))
        if len(entries) > most:
            raise SubjectError(f"{name} holds more than {most} files", "raise --limit members=N")
        changed = info.last_modified.isoformat() if info.last_modified else None
        tree = Tree(info.id, kind, info.sha, entries, changed, bool(info.private), info.gated or False)
        return Look(tree, _licence(info.card_data))

    def address(self, tree: Tree, path: str) -> str:
        """Where the bytes of a file are asked for."""
        address: str = self._library.hf_hub_url(
            tree.id, path, repo_type=tree.type, revision=tree.sha, endpoint=self.endpoint
        )
        return address

    def headers(self) -> Mapping[str, str]:
        """What the hub wants to be sent: the user's token, where there is one."""
        from huggingface_hub import utils

        headers: Mapping[str, str] = utils.build_hf_headers()  # type: ignore[attr-defined]  # documented, not typed so
        return headers

    def _entries(self, name: str, sha: str, most: int) -> list[Entry]:
        found = self._interface.list_repo_tree(name, repo_type=self._asked.type, revision=sha, recursive=True)
        files = (entry for entry in found if isinstance(entry, self._library.RepoFile))
        return [
            Entry(file.path, file.size, file.blob_id, Stored(file.lfs.sha256, file.lfs.size) if file.lfs else None)
            for file in islice(files, most)
        ]

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask within a bound on time, which huggingface_hub does not set everywhere."""
        from huggingface_hub import errors

        shown, hint = self._asked.shown, "check the spelling; a private repository needs HF_TOKEN"
        try:
            return _within(SECONDS, question)
        except TimeoutError as error:
            raise Unreachable(f"{self.endpoint} did not answer in {SECONDS:.0f} seconds", "try again later") from error
        except errors.GatedRepoError as error:
            raise _gated(shown) from error
        except errors.RevisionNotFoundError as error:
            raise NotFound(f"{shown} has no revision {self._asked.revision}", "give a branch, tag or commit") from error
        except errors.RepositoryNotFoundError as error:
            raise NotFound(f"{self.endpoint} shows no repository {shown}", hint) from error
        except errors.HFValidationError as error:
            raise AskedWrongly(f"hf:{shown} names no repository: {error}", f"write it like {EXAMPLE}") from error
        except (errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]  # the base of what its client raises
            says = str(error).strip().partition("\n")[0] or type(error).__name__
            raise Unreachable(f"{self.endpoint} did not answer: {says}", "check the network or HF_ENDPOINT") from error
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SubjectError(
                f"{self.endpoint} does not answer as a hub does: {error}", "check HF_ENDPOINT"
            ) from error


class _Fetch:
    """Gives the files of one repository, and counts the bytes that this costs."""

    def __init__(self, hub: _Hub, tree: Tree, door: Door, opening: Opening) -> None:
        self._hub = hub
        self._tree = tree
        self._door = door
        self._opening = opening
        self._headers = hub.headers()

    def all(self) -> list[Given]:
        """Every file, through the cache."""
        size = sum(entry.size for entry in self._tree.tree)
        if size > self._opening.limits.expansion:
            raise SubjectError(f"{self._tree.id} holds {size} bytes", "raise --limit expansion=BYTES")
        return [self._whole(entry) for entry in self._tree.tree]

    def some(self) -> list[Given]:
        """Small files here, the smallest first where they are many; the others on demand."""
        small: set[str] = set()
        left = SMALL_IN_ALL
        for entry in sorted(self._tree.tree, key=lambda entry: (entry.size, entry.path))[:SMALL_COUNT]:
            left -= entry.size
            if left >= 0 and entry.size <= (SMALL_STORED if entry.lfs else SMALL):
                small.add(entry.path)
        traffic = Traffic(TRAFFIC - sum(entry.size for entry in self._tree.tree if entry.path in small))
        own = min(OWN, traffic.left // max(1, len(self._tree.tree) - len(small)))
        return [
            self._small(entry) if entry.path in small else self._remote(entry, traffic.allow(own))
            for entry in self._tree.tree
        ]

    def _whole(self, entry: Entry) -> Given:
        published = entry.lfs.oid if entry.lfs else None
        address = self._hub.address(self._tree, entry.path)
        try:
            contents = self._door.file(address, entry.path, published, self._headers)
        except Unreachable as error:
            raise self._refused(error) from error
        return Given(printable(entry.path), contents, contents.size, published=published)

    def _small(self, entry: Entry) -> Given:
        try:
            page = self._door.page(self._hub.address(self._tree, entry.path), self._headers, SMALL)
        except Unreachable as error:
            raise self._refused(error) from error
        published = entry.lfs.oid if entry.lfs else None
        return Given(printable(entry.path), InMemory(page.body), len(page.body), published=published)

    def _remote(self, entry: Entry, allowance: Allowance) -> Given:
        address = self._hub.address(self._tree, entry.path)
        contents = Remote(self._door, address, entry.size, allowance, self._headers)
        published = entry.lfs.oid if entry.lfs else None
        return Given(printable(entry.path), contents, entry.size, published=published, remote=True)

    def _refused(self, error: Unreachable) -> Unreachable:
        return _gated(self._tree.id) if self._tree.gated else error


def _licence(card: object) -> str:
    """The licence that a card's front matter names, or `license_name` beside `other`, whatever stands there."""
    ask = getattr(card, "get", None)
    stated, name = (ask("license"), ask("license_name")) if callable(ask) else (None, None)
    words = [one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, str)]
    return name if words == ["other"] and isinstance(name, str) else ", ".join(words)


def _gated(name: str) -> Unreachable:
    return Unreachable(f"{name} is gated: its files need permission", "ask for it on its page, then set HF_TOKEN")


def _library() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError as error:
        raise AskedWrongly("hf: needs the package huggingface_hub", 'pip install "guildmark[hf]"') from error
    return huggingface_hub


def _within(seconds: float, question: Callable[[], Answer]) -> Answer:
    """The answer, or TimeoutError; a thread that is still waiting ends with the process."""
    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # raised again where the caller waits
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(seconds)
