"""Claims by the second: sign, verify, append, prove, audit; and a folder of 2 GB against model-signing.

    python -m races.attest [--entries N] [--runs N] [--peers FOLDER] [--record]

FOLDER/model-signing is a virtual environment (`pip install model-signing pyopenssl`); without it the folder is only
verified by us. Rates are of one process, by processor time. The audit is a process of its own that knows the log's key
and nothing else: it reads 100,000 entries from disk, every tile and every signature.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from races.claims import LOG, NOW, OURS, TRUST, valid
from races.results import command, record

from guildmark.attest import Bundle, read_bundle, sign, statement, verify, write_bundle
from guildmark.attest.statement import Reviewed
from guildmark.log import folder, proof
from guildmark.records import canonical

PROGRAM = str(Path(sys.executable).parent / "guildmark")
FILES, LARGE = 8, 250_000_000
AUDIT = """
import resource, sys
from pathlib import Path
from races.claims import LOG, TRUST
from guildmark.attest import envelope
from guildmark.attest.claim import opened
from guildmark.log import folder
served = folder.opened(Path(sys.argv[1]), {LOG.public: LOG.public.name})
count = folder.check(served)
for entry in served.entries():
    opened(envelope.read(entry), TRUST)
used = resource.getrusage(resource.RUSAGE_SELF)
print(count, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def rate(does: Callable[[int], object], times: int) -> float:
    """How often a second, by processor time."""
    start = time.process_time()
    for number in range(times):
        does(number)
    return times / (time.process_time() - start)


def rates(at: Path, count: int) -> str:
    """What one process does a second."""
    import random

    bundle = valid(random.Random(1))
    data = write_bundle(bundle)
    log = at / "small"
    folder.begin(log, LOG.public.name, LOG)
    said = {
        "sign": rate(lambda number: sign(bundle.envelope.body, OURS), 5_000),
        "verify a bundle": rate(lambda number: verify(read_bundle(data), TRUST, NOW), 3_000),
        "append one by one": rate(lambda number: folder.append(log, [b"entry %d" % number], LOG), 200),
    }
    large = at / "large"
    folder.begin(large, LOG.public.name, LOG)
    entries = [canonical(reviews(number).envelope) for number in range(count)]
    start = time.process_time()
    folder.append(large, entries, LOG)
    said["append at once"] = count / (time.process_time() - start)
    served = folder.opened(large, TRUST.logs())
    said["prove"] = rate(lambda number: proof.made(served, entries[number * 7919 % count]), 20)
    return "; ".join(f"{name} {value:,.0f}/s" for name, value in said.items())


def reviews(number: int) -> Bundle:
    """A small statement, another each time."""
    said = Reviewed("guildmark 0.1.0", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "", f"{number:064x}", "we looked too")
    return Bundle(sign(statement.stated((statement.Resource({"sha256": f"{number:064x}"}, "m"),), said), OURS))


def audit(at: Path) -> str:
    """A cold audit of the log, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", AUDIT, str(at / "large")], capture_output=True, text=True, check=True, timeout=900
    )
    count, seconds, memory = map(float, done.stdout.split())
    return f"audit of {count:,.0f} entries {count / seconds:,.0f}/s, {memory / 1024:.0f} MB"


def start_up(at: Path, runs: int) -> str:
    """The whole program, verifying one bundle with its proof, beside `python -c pass`, in turns."""
    import random

    bundle = valid(random.Random(2))
    log = at / "one"
    folder.begin(log, LOG.public.name, LOG)
    folder.append(log, [canonical(bundle.envelope)], LOG)
    text = proof.made(folder.opened(log, TRUST.logs()), canonical(bundle.envelope))
    (at / "claim.json").write_bytes(write_bundle(bundle._replace(proof=text)))
    (at / "trust.toml").write_text(
        f'[[key]]\npublic = "{TRUST.key[0].public}"\n[[key]]\npublic = "{TRUST.key[1].public}"\n'
        f'[[log]]\norigin = "{LOG.public.name}"\npublic = "{LOG.public.line}"\n'
    )
    verifying = [PROGRAM, "verify", "--bundle", str(at / "claim.json"), "--trust", str(at / "trust.toml")]
    verifying += ["--at", f"{NOW:%Y-%m-%dT%H:%M:%SZ}"]
    ratios = [taken(verifying)[1] / taken([sys.executable, "-c", "pass"])[1] for _ in range(runs)]
    return f"verify one bundle, whole process: {statistics.median(ratios):.1f} times `python -c pass`"


def taken(words: Sequence[str]) -> tuple[float, float]:
    """The seconds that a program takes, by the clock and of the processor."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, timeout=600)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used


def folders(at: Path, peers: Path | None, runs: int) -> str:
    """A folder of 2 GB verified by both, in turns: by the clock and the processor, medians."""
    model = at / "model"
    model.mkdir()
    for number in range(FILES):
        with open(model / f"{number}.bin", "wb") as file:
            file.write(os.urandom(1 << 20) * (LARGE >> 20))
    contestants = {"guildmark": ours(at, model)}
    if peers and (peers / "model-signing" / "bin" / "model_signing").exists():
        contestants["model-signing"] = theirs(at, model, peers / "model-signing" / "bin" / "model_signing")
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(runs):
        for name, words in contestants.items():
            times[name].append(taken(words))
    return "2 GB folder verified: " + "; ".join(
        f"{name} {statistics.median(clock for clock, _ in each):.2f} s"
        f" ({statistics.median(used for _, used in each):.2f} CPU-s)"
        for name, each in times.items()
    )


def ours(at: Path, model: Path) -> list[str]:
    """The folder announced and signed by us, and the command that verifies it."""
    environment = os.environ | {"GUILDMARK_KEY": OURS.written(None).decode()}
    bundle, trust = str(at / "model.json"), str(at / "trust.toml")
    signing = [PROGRAM, "attest", str(model), "--as", "intent", "--says", "a race", "-o", bundle]
    subprocess.run(signing, check=True, env=environment, capture_output=True)
    return [PROGRAM, "verify", str(model), "--bundle", bundle, "--trust", trust]


def theirs(at: Path, model: Path, program: Path) -> list[str]:
    """The same by model-signing, with a key on P-256."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    (at / "private.pem").write_bytes(private)
    (at / "public.pem").write_bytes(public)
    signing = [str(program), "sign", "key", str(model), "--private_key", str(at / "private.pem")]
    subprocess.run([*signing, "--signature", str(at / "model.sig")], check=True, capture_output=True)
    verifying = [str(program), "verify", "key", str(model), "--signature", str(at / "model.sig")]
    return [*verifying, "--public_key", str(at / "public.pem")]


def main(words: Sequence[str] | None = None) -> int:
    """Run all of it."""
    parser = argparse.ArgumentParser("races.attest", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary)
        told = [
            ("attest, rates", rates(at, asked.entries), "told"),
            ("attest, audit", audit(at), "told"),
            ("attest, start-up", start_up(at, asked.runs), "at most 10 times"),
            ("attest, folder", folders(at, asked.peers, asked.runs), "faster than model-signing"),
        ]
    for race, result, bound in told:
        print(f"{race}: {result}")
        if asked.record:
            record(race, result, bound, command(sys.argv[1:] if words is None else words))
    return 0


if __name__ == "__main__":
    sys.exit(main())
