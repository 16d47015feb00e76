"""Write the catalog as files: an edition's whole reading side, for any web server or for a browser alone.

Every page, what can be taken along of each entry, and the catalog itself as edition.gz, catalog.jsonl and catalog.csv.
Links are relative, so the folder may lie anywhere; nothing in it needs JavaScript. In place of the search there are
lists by name and by category. Needs `pip install guildmark[hub]`."""

import argparse
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from guildmark import plain
from guildmark.errors import AskedWrongly


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("edition", metavar="EDITION", help="what `guildmark catalog build` wrote")
    parser.add_argument("out", metavar="OUT", help="the folder to write: new, empty, or an older site of ours")
    said = "where it will stand, as https://example.org/catalog/: then feed, sitemap and citations name it"
    parser.add_argument("--address", metavar="URL", default="", help=said)
    parser.add_argument("--quiet", action="store_true", help="no progress, and no word of what was done")


def run(asked: argparse.Namespace) -> int:
    """Write it; 0 where it is there, whole."""
    if find_spec("django") is None:
        raise AskedWrongly("the hub's packages are not installed", "run `pip install 'guildmark[hub]'`")
    from guildmark_hub import serve

    out = Path(asked.out).absolute()
    with tempfile.TemporaryDirectory(prefix="guildmark-site-") as folder:
        serve.prepare(folder, plain=True)
        from django.db import connection

        from guildmark_hub import written
        from guildmark_hub.catalog import acts

        tell = (lambda says: None) if asked.quiet else _tell
        edition = acts.load(Path(asked.edition), tell).edition
        found = written.site(out, asked.address, tell)
        connection.close()
    if not asked.quiet:
        print(f"{edition.name} is in {out}: {found.files:,} files, {plain.size(found.bytes)}; begin with index.html")
    return 0


def _tell(says: str) -> None:
    print(says, file=sys.stderr, flush=True)
