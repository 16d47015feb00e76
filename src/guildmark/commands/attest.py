"""Sign a statement: about an assessment, a run, a bill of materials, or about another statement.

WHAT is what `guildmark vet --format json` printed, the folder of a run, a CycloneDX bill in JSON, or, for what is said
about another statement, its bundle. The statement (in-toto, in a DSSE envelope) and its evidence go into one file,
which `guildmark verify` checks and `guildmark log append` logs. With --as cosignature WHAT is a bundle, and the very
same statement is signed by one more key; with --trust the signatures that are there are verified first."""

import argparse
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from guildmark import asked as judging
from guildmark import commands, keys, plain
from guildmark import standard as shelf
from guildmark.attest import Bundle, evidence, making, read_bundle, statement
from guildmark.attest import bundle as bundles
from guildmark.attest import envelope as envelopes
from guildmark.attest.claim import opened
from guildmark.attest.making import Made, Terms
from guildmark.attest.statement import Said
from guildmark.commands import _trust
from guildmark.download import now
from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark.keys import Signer
from guildmark.output import write_whole
from guildmark.records import Report, read_report
from guildmark.run import read_result
from guildmark.version import MADE_BY

COSIGN = "cosignature"
ABOUT = ("review", "reproduction", "rebuttal", "retraction", "supersession")
LARGEST = 256 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("what", metavar="WHAT")
    forms = (*making.FORMS, *ABOUT, "intent", "revocation", COSIGN)
    parser.add_argument("--as", dest="form", choices=forms, help="what is said; what WHAT is, if not given")
    parser.add_argument(
        "--says", default="", metavar="TEXT", help="what is said in words, where it is about a statement"
    )
    parser.add_argument(
        "--outcome", choices=("agrees", "disagrees", "same", "differs"), help="of a review, and of a reproduction"
    )
    parser.add_argument("--by", metavar="BUNDLE", help="the statement that supersedes it, or came out when done again")
    parser.add_argument("--of", action="append", default=[], metavar="ID", help="the findings that a rebuttal answers")
    parser.add_argument("--because", choices=("retired", "compromised"), default="retired", help="why a key is revoked")
    parser.add_argument("--intent", metavar="BUNDLE", help="the announcement that this carries out")
    parser.add_argument("--days", type=int, metavar="N", help="to be relied on for so many days")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="where the bundle goes")
    parser.add_argument("--quiet", action="store_true", help="no word of where it went")
    commands.standard_arguments(parser)
    commands.key_argument(parser)
    _trust.trust_argument(parser)


def run(asked: argparse.Namespace) -> int:
    """State, sign, write; 0."""
    key = _trust.read_key(asked)
    cosigning = asked.form == COSIGN
    digest = (
        _cosigned(asked, key) if cosigning else _trust.put_signed(_made(asked, Path(asked.what)), key, asked.output)
    )
    if not asked.quiet:
        print(f"{asked.output}: the statement {digest}", file=sys.stderr)
    return 0


def _cosigned(asked: argparse.Namespace, key: Signer) -> str:
    """One signature more over the same statement; its digest. The proof of a log is of the old envelope, and goes."""
    bundle = _bundle(asked.what)
    found = statement.read(bundle.envelope.body)
    notes = [f"you sign: {evidence.in_short(found, statement.said(found))}"]
    if _trust.is_trusting(asked):
        opened(bundle.envelope, _trust.read_trusted(asked))
    else:
        notes.append("the signatures that are there were not verified: name whom you trust by --trust")
    if bundle.proof:
        notes.append("the log's proof is left out, for it is of the statement without your signature: log it anew")
    signed = bundle._replace(envelope=envelopes.cosigned(bundle.envelope, key), proof="")
    write_whole(Path(asked.output), bundles.write_bundle(signed))
    for note in () if asked.quiet else notes:
        print(f"guildmark: {plain.sentence(note, 1000)}", file=sys.stderr)
    return signed.envelope.digest


def _made(asked: argparse.Namespace, what: Path) -> Made:
    if asked.form in ABOUT:
        about = _bundle(asked.what)
        return Made(statement.stated(statement.read(about.envelope.body).subject, _about(asked, about.envelope.digest)))
    if asked.form == "intent":
        return Made(statement.stated(_subjects(what), statement.Intended(MADE_BY, now(), _until(asked), asked.says)))
    if asked.form == "revocation":
        key = keys.public_of(_trust.read_file(what, keys.LARGEST))
        said = statement.Revoked(MADE_BY, now(), "", key.id, now(), asked.because)
        return Made(statement.stated((statement.Resource({"sha256": key.id}, key.name),), said))
    if what.is_dir():
        return making.of_run(read_result(what), now(), _terms(asked))
    data = _trust.read_file(what, LARGEST)
    if asked.form is None and b'"bomFormat"' in data[:4096]:
        return making.of_bill(data)
    report = _report(data, what)
    judged = judging.all_verdicts(report.assessment, judging.read_asked(asked.standard, asked.level))
    named = {standard.partition("@")[0] for standard in asked.standard}
    verdicts = [verdict for _, verdict in judged if not named or verdict.standard in named]
    return making.of_assessment(report.assessment, verdicts, asked.form or making.FORMS[0], _terms(asked))


def _report(data: bytes, what: Path) -> Report:
    try:
        return read_report(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = "give what `guildmark vet --format json` printed, a run's folder or a CycloneDX bill"
        raise AskedWrongly(f"{what} is nothing that can be signed: {error}", hint) from error


def _about(asked: argparse.Namespace, digest: str) -> Said:
    """What is said about another statement."""
    common = (MADE_BY, now(), _until(asked), digest, asked.says)
    other = _bundle(asked.by).envelope.digest if asked.by else ""
    match asked.form:
        case "review":
            return statement.Reviewed(*common, _outcome(asked, "agrees", "disagrees"), *_against(asked))
        case "reproduction":
            return statement.Reproduced(*common, _outcome(asked, "same", "differs"), other or None)
        case "rebuttal":
            return statement.Rebutted(*common, tuple(asked.of))
        case "supersession" if not other:
            raise AskedWrongly("the statement that counts now is not named", "give its bundle by --by")
        case "supersession":
            return statement.Superseded(*common, other)
        case _:
            return statement.Retracted(*common)


def _against(asked: argparse.Namespace) -> tuple[str, str]:
    """The standard that a review answered, and its version; both empty for none."""
    if len(asked.standard) > 1:
        raise AskedWrongly("a review is against one standard", "sign another review for the other")
    found = [shelf.find(named) for named in asked.standard]
    return (found[0].id, found[0].version) if found else ("", "")


def _outcome(asked: argparse.Namespace, *allowed: str) -> Any:
    if asked.outcome not in allowed:
        raise AskedWrongly(f"--as {asked.form} needs an outcome", f"give --outcome {' or '.join(allowed)}")
    return asked.outcome


def _subjects(what: Path) -> tuple[statement.Resource, ...]:
    """What it is about: the subject of a report, or files that are here, by their digest."""
    from guildmark.attest import files  # formats and sources, which other statements do without

    if what.is_file() and what.stat().st_size <= LARGEST:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return making.named(read_report(_trust.read_file(what, LARGEST)).assessment.subject)
    found = files.here(what)
    if found.digest is None:
        raise AskedWrongly(f"{what} cannot be read whole", "announce what you can read")
    return (statement.Resource({"sha256": found.digest.removeprefix("sha256:")}, what.name),)


def _terms(asked: argparse.Namespace) -> Terms:
    return Terms(_until(asked), _bundle(asked.intent).envelope.digest if asked.intent else None)


def _until(asked: argparse.Namespace) -> str:
    if asked.days is None:
        return ""
    if not 0 < asked.days <= 36500:
        raise AskedWrongly(f"nothing can be relied on for {asked.days} days", "give 1 to 36500")
    return f"{_trust.read_time(now()) + timedelta(days=asked.days):%Y-%m-%dT%H:%M:%SZ}"


def _bundle(path: str) -> Bundle:
    try:
        return read_bundle(_trust.read_file(Path(path), bundles.LARGEST))
    except GuildmarkError as error:
        raise AskedWrongly(f"{path}: {error.says}", error.hint) from error
