"""The alliance's site, on an embedded database: load an edition of the catalog, look at it in a browser.

Without an ACTION it serves on this machine until Ctrl-C. What it keeps lies in one folder: --data FOLDER, else
GUILDMARK_HUB_DATA, else hub/ in your data folder. Needs `pip install guildmark[hub]`."""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from guildmark.errors import AskedWrongly
from guildmark.plain import size

PORT = 8000


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--data", metavar="FOLDER", default="", help="where the database and the secret key lie")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action")
    load = actions.add_parser("load", help="load an edition file and show it; a broken one changes nothing")
    load.add_argument("edition", metavar="EDITION", help="what `guildmark catalog build` wrote")
    serve = actions.add_parser("serve", help="serve it until Ctrl-C")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)")
    serve.add_argument("--port", type=int, default=PORT, help=f"the port to listen on (default: {PORT})")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")
    serve.add_argument("--threads", type=int, default=4, metavar="N", help="threads of a process (default: 4)")
    worker = actions.add_parser(
        "worker", help="do what is asked of the hub: vettings, notices, fresh looks; until Ctrl-C"
    )
    worker.add_argument("--once", action="store_true", help="do what is to be done now, and end")
    worker.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at a time (default: 1)")
    actions.add_parser("try", help="start it on a free port, ask for two pages, stop it")
    rejudge = actions.add_parser(
        "rejudge",
        help="judge all that is here anew, as after a new version of a standard; what that changes is told first",
    )
    rejudge.add_argument("--impact", action="store_true", help="only tell what it would change")
    example = actions.add_parser("example", help="make an invented alliance in an empty folder; it says so everywhere")
    example.add_argument("--data", metavar="FOLDER", default=argparse.SUPPRESS, help="an empty or a new folder")
    backup = actions.add_parser("backup", help="write the whole hub to one file, also while it serves; keep it secret")
    backup.add_argument("file", metavar="FILE", help="a packed tar: the database and the keys")
    restore = actions.add_parser("restore", help="make the hub of a backup anew, in an empty folder: --data FOLDER")
    restore.add_argument("file", metavar="FILE", help="what `guildmark hub backup` wrote")
    manage = actions.add_parser("manage", help="Django's own commands: `guildmark hub manage check --deploy`")
    manage.add_argument("words", nargs=argparse.REMAINDER, metavar="...")


def run(asked: argparse.Namespace) -> int:
    """Do what was asked; 0 where it was done."""
    if find_spec("django") is None or find_spec("granian") is None:
        raise AskedWrongly("the hub's packages are not installed", "run `pip install 'guildmark[hub]'`")
    return ACTIONS.get(asked.action, _serve)(asked)


def _load(asked: argparse.Namespace) -> int:
    _prepare(asked)
    from guildmark_hub.catalog import acts
    from guildmark_hub.people import own

    if own.is_example():
        hint = "give another folder: --data FOLDER"
        raise AskedWrongly("this hub is an example, in which everything is invented", hint)

    loaded = acts.load(Path(asked.edition), _tell)
    edition = loaded.edition
    told = "was here already, and is shown" if loaded.was_there else "is loaded"
    counts = f"{edition.entries:,} entries, {edition.assessed:,} assessments, {edition.reported:,} reported claims"
    print(f"{edition.name} {told}: {counts}\n  sha256 {edition.sha256}")
    return 0


def _rejudge(asked: argparse.Namespace) -> int:
    _prepare(asked)
    from guildmark_hub.catalog import rejudging

    print("\n".join(rejudging.lines(rejudging.impact())), flush=True)
    if not asked.impact:
        edition = rejudging.rejudge(_tell)
        print(f"{edition.name} is judged anew: {edition.entries:,} entries")
    return 0


def _serve(asked: argparse.Namespace) -> int:
    from guildmark_hub import serve

    where = serve.Where()
    if asked.action == "serve":
        if not (0 < asked.port < 1 << 16 and 0 < asked.workers <= 64 and 0 < asked.threads <= 256):
            raise AskedWrongly("such a server cannot be", "ports go to 65,535, workers to 64, threads to 256")
        where = serve.Where(asked.host, asked.port, asked.workers, asked.threads)
    plain = serve.is_loopback(where.host)
    if plain:
        os.environ.setdefault("GUILDMARK_HUB_ADDRESS", where.address)
    serve.prepare(asked.data, plain=plain)
    from guildmark_hub.catalog import finding
    from guildmark_hub.catalog.models import Edition

    if asked.action == "serve" and not Edition.objects.filter(current=True).exists():
        shown = "no edition is loaded (`guildmark hub load EDITION`), and members may hand in claims"
    else:
        edition = finding.current()
        shown = f"{edition.name}, {edition.entries:,} entries"
    print(f"{shown}: {where.address} (Ctrl-C stops it)", flush=True)
    serve.serve(where)
    return 0


def _worker(asked: argparse.Namespace) -> int:
    if not 0 < asked.jobs <= 64 or (asked.once and asked.jobs != 1):
        raise AskedWrongly("such a worker cannot be", "--jobs goes to 64, and --once does one after another")
    _prepare(asked)
    from guildmark_hub import worker

    if asked.once:
        begun = worker.run_once()
        print(f"{begun} {'job was' if begun == 1 else 'jobs were'} begun, and nothing waits now")
    else:
        says = f"the worker does {asked.jobs} at a time (Ctrl-C stops it)"
        worker.run(asked.jobs, lambda: print(says, flush=True))
    return 0


def _try(asked: argparse.Namespace) -> int:
    from guildmark_hub import serve

    serve.prepare(asked.data, plain=True)
    serve.try_out(lambda says: print(says, flush=True))
    print("answered")
    return 0


def _manage(asked: argparse.Namespace) -> int:
    from guildmark_hub import serve

    serve.prepare(asked.data)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["guildmark hub manage", *asked.words])
    return 0


def _backup(asked: argparse.Namespace) -> int:
    from guildmark_hub import backup

    path = Path(asked.file)
    manifest = backup.write(_folder(asked), path)
    print(f"{path} holds the hub: {', '.join(one.name for one in manifest.files)}; {size(path.stat().st_size)}")
    return 0


def _restore(asked: argparse.Namespace) -> int:
    from guildmark_hub import backup, serve

    folder = _folder(asked)
    with backup.restoring(Path(asked.file), folder) as staged:
        serve.start(str(staged))
        serve.migrate_restored(staged / backup.DATABASE)
    print(f"the hub is in {folder}: every file is what the backup states")
    return 0


def _example(asked: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from guildmark_hub import backup, serve

    folder = _folder(asked)
    with backup.making(folder) as staged:
        serve.prepare(str(staged), plain=True)
        from guildmark_hub.example import building

        built = building.build(datetime.now(UTC), lambda says: _tell(f"making {says}"))
        serve.let_go()
    told = ", ".join(f"{number} {what}" for what, number in built._asdict().items())
    print(f"an invented alliance is in {folder}: {told}\nlook at it: guildmark hub --data {folder}")
    return 0


def _folder(asked: argparse.Namespace) -> Path:
    from guildmark_hub import kept

    return kept.data_folder(asked.data or os.environ.get("GUILDMARK_HUB_DATA", ""))


def _prepare(asked: argparse.Namespace) -> None:
    from guildmark_hub import serve

    serve.prepare(asked.data)


def _tell(says: str) -> None:
    print(says, file=sys.stderr, flush=True)


ACTIONS = {
    "load": _load,
    "worker": _worker,
    "try": _try,
    "rejudge": _rejudge,
    "backup": _backup,
    "example": _example,
    "restore": _restore,
    "manage": _manage,
}
"""What each action does; without one it serves."""
