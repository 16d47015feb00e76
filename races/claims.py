"""The long count of forged claims: each one changed in some way, seeded, and every one must be refused with a reason.

    python -m races.claims [--mutations N] [--valid N] [--seed S] [--state FOLDER]

A mutation changes bytes of a bundle, a field of what was signed, its subject, its evidence, its key, its proof, the
time, or a file of a log. A failure is one that is not refused, a valid bundle that is, or anything but an answer or a
GuildmarkError; its bytes are kept, and are found again by its number.
"""

import argparse
import base64
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from races.results import command, record
from races.resumable import Report, State, go_on, load, peak, save

from guildmark.attest import Bundle, Trust, making, read_bundle, sign, statement, verify, write_bundle
from guildmark.attest.making import Terms
from guildmark.attest.trust import Known, Log
from guildmark.errors import GuildmarkError, LogError
from guildmark.keys import PrivateKey
from guildmark.log import folder, following, proof
from guildmark.log.tiles import CHECKPOINT
from guildmark.records import Assessment, FileRecord, Finding, Outcome, SubjectRecord, Verdict, canonical

MUTATIONS, VALID = 10_000, 1_000
IN_TESTS = 1_000
"""How many mutations `make test` runs."""
SECONDS = 80 * 60
BATCH = 500
SEED = "2026"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOGGED = 70

Forged = tuple[bytes, str]
"""What was tried, and why it was refused; empty where it was not."""


def key(name: str, seed: int) -> PrivateKey:
    """The same key at every run: these are for tests alone."""
    return PrivateKey(name, Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32)))


OURS, THEIRS, STRANGER = key("example.org/ai", 1), key("other.example/ai", 2), key("example.org/ai", 3)
LOG, OTHER_LOG = key("example.org/log", 4), key("other.example/log", 5)
TRUST = Trust(
    (Known(OURS.public.line, "Example", ("statements",)), Known(THEIRS.public.line, "Other", ("statements",))),
    (Log(LOG.public.name, LOG.public.line), Log(OTHER_LOG.public.name, OTHER_LOG.public.line)),
)


def valid(chance: random.Random) -> Bundle:
    """A claim as anyone may make it: other words, digests, standards and terms each time."""
    digest = chance.randbytes(32).hex()
    files = (FileRecord("m.bin", chance.randrange(1 << 40), digest),)
    named = SubjectRecord(word(chance), f"pkg:pypi/{word(chance)}@1", "model", f"sha256:{digest}", files)
    made_at = f"{NOW - timedelta(minutes=chance.randrange(1, 500_000)):%Y-%m-%dT%H:%M:%SZ}"
    findings = tuple(Finding(word(chance), chance.choice([*Outcome]), word(chance)) for _ in range(chance.randrange(9)))
    assessment = Assessment(named, (), findings, (), "guildmark 0.1.0", made_at)
    verdicts = [Verdict(word(chance), "2026.1", chance.choice([None, word(chance)]), None, ()) for _ in range(3)]
    until = f"{NOW + timedelta(days=chance.randrange(1, 900)):%Y-%m-%dT%H:%M:%SZ}" if chance.random() < 0.5 else ""
    made = making.of_assessment(assessment, verdicts, making.FORMS[0], Terms(until))
    return Bundle(sign(made.body, chance.choice([OURS, THEIRS])), made.kind, made.evidence)


def word(chance: random.Random) -> str:
    """Some letters, of several alphabets, quotes and spaces among them."""
    return "".join(chance.choice('abcdefgh _-"\\/éß漢😀') for _ in range(chance.randrange(1, 20)))


class World:
    """Claims that hold, two logs that hold them, and what may be done to them."""

    def __init__(self, seed: str, at: Path) -> None:
        chance = random.Random(f"{seed}:world")
        self.at = at
        self.bundles = [valid(chance) for _ in range(LOGGED)]
        entries = [canonical(bundle.envelope) for bundle in self.bundles]
        self.logs = [self._log("log", LOG, entries), self._log("other", OTHER_LOG, entries[::-1])]
        self.old = [self._log("old", LOG, entries[:30])]
        self.proven = [
            bundle._replace(proof=proof.made(folder.opened(self.logs[0], TRUST.logs()), entry))
            for bundle, entry in zip(self.bundles, entries, strict=True)
        ]

    def _log(self, name: str, key: PrivateKey, entries: Sequence[bytes]) -> Path:
        folder.begin(self.at / name, key.public.name, key)
        folder.append(self.at / name, entries, key)
        return self.at / name

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files of the first log that its checkpoint needs."""
        return {
            str(path.relative_to(self.logs[0])): path.read_bytes()
            for path in sorted(self.logs[0].rglob("*"))
            if path.is_file() and path.name != folder.LOCK
        }

    def try_(self, number: int, seed: str) -> Forged:
        """The mutation of a number: what was tried, and why it was refused."""
        chance = random.Random(f"{seed}:{number}")
        return WAYS[number % len(WAYS)](self, chance)


def answer(data: bytes, at: datetime = NOW, trust: Trust = TRUST) -> Forged:
    """What a reader is told of a bundle's bytes."""
    try:
        found = verify(read_bundle(data), trust, at)
    except GuildmarkError as error:
        return data, error.says
    failed = [point.says for point in found.points if point.outcome is Outcome.FAILED]
    return data, "; ".join(failed)


def in_bytes(world: World, chance: random.Random) -> Forged:
    """Bytes are changed, put in, taken out, cut off, or come twice."""
    data = write_bundle(chance.choice([*world.bundles, *world.proven]))
    at, more = chance.randrange(len(data)), chance.randrange(1, 20)
    changed = chance.choice(
        [
            data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
            data[:at] + chance.randbytes(more) + data[at:],
            data[:at] + data[at + more :],
            data[:at],
            data[:at] + data[at : at + more] + data[at:],
            data + chance.choice([b"\n", b" ", b"{}", b"\0"]),
        ]
    )
    return answer(changed) if changed != data else (data, "nothing was changed")


def in_statement(world: World, chance: random.Random) -> Forged:
    """A field of what was signed says something else, under the old signature."""
    bundle = chance.choice(world.bundles)
    said = json.loads(bundle.envelope.body)
    places = [*_leaves(said)]
    where, name = chance.choice(places)
    where[name] = _other(where[name], chance)
    return answer(write_bundle(bundle._replace(envelope=_with(bundle, canonical(said)))))


def in_evidence(world: World, chance: random.Random) -> Forged:
    """A field of the evidence says something else."""
    bundle = chance.choice(world.bundles)
    said = json.loads(bundle.evidence)
    where, name = chance.choice([*_leaves(said)])
    where[name] = _other(where[name], chance)
    return answer(write_bundle(bundle._replace(evidence=canonical(said))))


def replayed(world: World, chance: random.Random) -> Forged:
    """The statement, the evidence, the signatures or the proof of another claim, which holds by itself."""
    one, two = chance.sample(world.proven, 2)
    swapped = chance.choice(
        [
            one._replace(evidence=two.evidence),
            one._replace(envelope=two.envelope),
            one._replace(proof=two.proof),
            one._replace(envelope=_with(one, two.envelope.body)),
            one._replace(envelope=msgspec.structs.replace(one.envelope, signatures=two.envelope.signatures)),
        ]
    )
    return answer(write_bundle(swapped))


def by_others(world: World, chance: random.Random) -> Forged:
    """Signed by a stranger of the same name, under a key's id that is trusted, by nobody, or by a log's key."""
    bundle = chance.choice(world.bundles)
    strange = sign(bundle.envelope.body, STRANGER)
    (signature,) = bundle.envelope.signatures
    claimed = msgspec.structs.replace(strange.signatures[0], keyid=signature.keyid)
    own = {OURS.public.id: THEIRS.public.id, THEIRS.public.id: OURS.public.id}
    envelope = chance.choice(
        [
            strange,
            msgspec.structs.replace(strange, signatures=(claimed,)),
            msgspec.structs.replace(strange, signatures=()),
            sign(bundle.envelope.body, LOG),
            msgspec.structs.replace(
                bundle.envelope, signatures=(msgspec.structs.replace(signature, keyid=own[signature.keyid]),)
            ),
            msgspec.structs.replace(bundle.envelope, payloadType="application/json"),
        ]
    )
    return answer(write_bundle(bundle._replace(envelope=envelope)))


def at_another_time(world: World, chance: random.Random) -> Forged:
    """After it expired, before it was made, or when its key counted no more, or not yet."""
    bundle = chance.choice(world.bundles)
    said = statement.said(statement.read(bundle.envelope.body))
    if said is None:
        return b"", ""
    made = statement.moment(said.made_at)
    ways: list[tuple[datetime, dict[str, Any]]] = [
        (made - timedelta(minutes=chance.randrange(6, 600_000)), {}),
        (NOW, {"valid_until": made - timedelta(seconds=1)}),
        (NOW, {"valid_from": made + timedelta(seconds=1)}),
        (NOW, {"revoked_at": made}),
        (NOW, {"revoked_at": NOW, "because": "compromised"}),
    ]
    if said.expires_at:
        ways.append((statement.moment(said.expires_at) + timedelta(seconds=chance.randrange(1_000_000)), {}))
    at, known = chance.choice(ways)
    keys = tuple(msgspec.structs.replace(one, **known) for one in TRUST.key)
    return answer(write_bundle(bundle), at, msgspec.structs.replace(TRUST, key=keys))


def in_proof(world: World, chance: random.Random) -> Forged:
    """Another place, a changed or missing step, another log's or an older checkpoint, or a stranger's signature."""
    bundle = chance.choice(world.proven)
    found = proof.read(bundle.proof)
    text = bundle.proof
    step = base64.b64encode(chance.choice(found.path)).decode()
    others = [folder.opened(path, TRUST.logs()).signed.decode() for path in (world.logs[1], world.old[0])]
    changed = chance.choice(
        [
            text.replace(f"index {found.place}", f"index {(found.place + chance.randrange(1, LOGGED)) % LOGGED}"),
            text.replace(step, base64.b64encode(chance.randbytes(32)).decode()),
            text.replace(step + "\n", ""),
            text.replace(step + "\n", (step + "\n") * 2),
            *(text.replace(found.signed.decode(), other) for other in others),
            text.replace(found.signed.decode(), _by_stranger(found.signed)),
            text.replace("index", "extra YQ==\nindex"),
        ]
    )
    return answer(write_bundle(bundle._replace(proof=changed)))


def in_log(world: World, chance: random.Random) -> Forged:
    """A file of the log is changed, cut, missing, or another's; entries change places; it is rolled back."""
    files = dict(world.files)
    name = chance.choice([*files])
    data = files[name]
    at = chance.randrange(len(data))
    way = chance.randrange(5)
    if way == 0:
        files[name] = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    elif way == 1:
        files[name] = data[:at]
    elif way == 2:
        del files[name]
    elif way == 3:
        files[name] = (world.logs[1] / name).read_bytes()
    else:
        return _rolled_back(world)
    tried = msgspec.json.encode(dict(sorted(files.items())))

    def fetch(path: str, most: int) -> bytes:
        if path not in files:
            raise LogError(f"{path} is not served")
        return files[path]

    try:
        folder.check(folder.served(fetch, {LOG.public: LOG.public.name}))
    except GuildmarkError as error:
        return tried, error.says
    return tried, ""


def _rolled_back(world: World) -> Forged:
    """A log that was seen longer is served as it was before."""
    mirror = world.at / "mirror"
    trusted = {LOG.public: LOG.public.name}
    for source in (world.logs[0], world.old[0]):
        try:
            following.follow(partial(_read, source), mirror, trusted, lambda entry: "")
        except GuildmarkError as error:
            return (mirror / CHECKPOINT).read_bytes(), error.says
    return (mirror / CHECKPOINT).read_bytes(), ""


def _read(log: Path, path: str, most: int) -> bytes:
    return (log / path).read_bytes()


Way = Callable[[World, random.Random], Forged]
WAYS: tuple[Way, ...] = (
    in_bytes,
    in_statement,
    in_bytes,
    in_evidence,
    replayed,
    by_others,
    in_proof,
    at_another_time,
    in_log,
)


def _with(bundle: Bundle, body: bytes) -> Any:
    """The envelope over other bytes, under the signatures that it had."""
    return msgspec.structs.replace(bundle.envelope, payload=base64.b64encode(body).decode())


def _by_stranger(signed: bytes) -> str:
    from guildmark.log import note

    return note.signed(note.read(signed).text, key(LOG.public.name, 9)).decode()


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value that holds no other."""
    for name in value if isinstance(value, dict) else range(len(value)):
        if isinstance(value[name], dict | list) and value[name]:
            yield from _leaves(value[name])
        else:
            yield value, name


def _other(value: Any, chance: random.Random) -> Any:
    """Another value, mostly of the same type."""
    if isinstance(value, str):
        return chance.choice([value + "x", value[1:] or "x", value.swapcase() + "y", None, 1])
    if isinstance(value, int):
        return value + 1
    return "other"


def missed(world: World, numbers: range, seed: str) -> Iterator[tuple[int, bytes, str]]:
    """The mutations that nobody refused."""
    for number in numbers:
        try:
            tried, why = world.try_(number, seed)
        except Exception as error:  # whatever comes out but an answer is a failure, and is kept
            yield number, b"", f"{type(error).__name__}: {error}"
            continue
        if not why:
            yield number, tried, f"{WAYS[number % len(WAYS)].__name__} was not refused"


def refused(numbers: range, seed: str) -> Iterator[tuple[int, bytes, str]]:
    """The valid claims that were refused."""
    for number in numbers:
        bundle = valid(random.Random(f"{seed}:valid:{number}"))
        if why := why_not(bundle):
            yield number, write_bundle(bundle), f"a valid claim was refused: {why}"


def why_not(bundle: Bundle) -> str:
    """Why a claim does not hold, after it was written and read; empty where it does."""
    found = verify(read_bundle(write_bundle(bundle)), TRUST, NOW)
    return "; ".join(point.says for point in found.points if point.outcome is not Outcome.PASSED)


def main(words: Sequence[str] | None = None) -> int:
    """Run the count, or go on with it; the result goes to races/RESULTS.md when all is done."""
    parser = argparse.ArgumentParser("races.claims", description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS)
    parser.add_argument("--valid", type=int, default=VALID)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--state", type=Path, default=Path(".campaign"))
    asked = parser.parse_args(words)
    at = asked.state / f"claims-{asked.seed}"
    state = load(asked.seed, at)
    if state.recorded == asked.mutations:
        print(f"claims: {state.done:,} mutations are done already; remove {at} to begin anew")
        return int(bool(state.failures))
    with tempfile.TemporaryDirectory() as temporary:
        state = _run(state, asked, at, World(asked.seed, Path(temporary)))
    if state.done < asked.mutations:
        print(f"stopped after {SECONDS // 60} minutes: the same command goes on at {state.done:,}")
        return 3
    wrong = [*refused(range(asked.valid), asked.seed)]
    result = f"{state.done:,} mutations, {len(state.failures)} not refused; {asked.valid:,} valid, {len(wrong)} refused"
    given = command(sys.argv[1:] if words is None else words)
    print(record("claims, forged", result, "0 not refused, 0 valid refused", given), end="")
    state.recorded = asked.mutations
    save(state, at)
    return int(bool(state.failures or wrong))


def _run(state: State, asked: argparse.Namespace, at: Path, world: World) -> State:
    def work(numbers: range) -> Report:
        return Report(list(missed(world, numbers, asked.seed)), peak=peak(), next=numbers.stop)

    return go_on(state, asked.mutations, at, time.monotonic() + SECONDS, BATCH, work)


if __name__ == "__main__":
    sys.exit(main())
