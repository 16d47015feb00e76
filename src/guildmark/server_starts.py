"""How the servers of an agent's tools are started, as its configuration says: by which program, with what before it."""

import re
from collections.abc import Iterator

from guildmark import late
from guildmark.instructions import Instruction, clauses
from guildmark.registries import LOADING
from guildmark.structured import Entry, plain

_RUNS_TEXT = late.compile(r"(?i)(^|[/\\])(python[\d.]*|node|deno|bun|perl|ruby|php|powershell|pwsh)(\.exe)?$")
_INLINE = frozenset(("-c", "-e", "--eval", "-r", "-Command", "-EncodedCommand", "-enc", "eval"))
_FETCHES = late.compile(r"(?i)(^|[/\\])(npx|bunx|uvx|pipx|uv|bun|deno|pnpm|yarn|npm|pip3?)(\.(exe|cmd))?$")
_PACKAGE = ("--from", "-p", "--package", "--with", "--spec")
"""Options whose value is a package."""
_SUBCOMMANDS = frozenset(("run", "dlx", "exec", "x", "tool", "install", "add"))
"""What stands before a package in the runners' command lines."""
_INDEX = ("--index-url", "--extra-index-url", "--default-index", "--index", "-i", "--registry", "--find-links", "-f")
_ADDRESSED = late.compile(r"(?i)(^|@\s*)((git|hg|svn)\+|https?:|git:|ssh:|ftp:|file:)")
_KNOWN_HOST = late.compile(
    r"(?i)^[^/]*(//([\w.-]+@)?(www\.)?(github|gitlab|bitbucket|codeberg|huggingface|raw\.githubusercontent|"
    r"codeload\.github|pkg|deno|esm)\.(com|org|co|land|sh|pr\.new))/"
)
_CONTAINS = late.compile(r"(?i)(^|[/\\])(docker|podman|nerdctl)(\.exe)?$")
_WHOLE_MACHINE = late.compile(
    r"(^|\s)(--privileged|(-v|--volume|--mount)[ =](/:|type=bind,(src|source)=/,)\S*|--pid[ =]host)(\s|$)"
)
_REQUIRES = late.compile(r"(^|\s)(--require|-r|--import|--loader|--experimental-loader)[ =]")


def started(entry: Entry) -> Iterator[Instruction]:
    """How a server is started: by a program that is written there, or that comes from elsewhere."""
    arguments = [str(plain(each)) for each in entry.value]
    starter = " ".join(map(str, entry.within.all_of("command")))
    command = f"{starter} {' '.join(arguments)}"
    says = ""
    if clauses(command).get("run") or (_FETCHES.search(starter) and _is_from_elsewhere(arguments)):
        says = "a server whose start runs code from elsewhere"
    elif _RUNS_TEXT.search(starter) and _INLINE & set(arguments):
        says = "a server whose start is a program in a line"
    elif _CONTAINS.search(starter) and _WHOLE_MACHINE.search(" ".join(arguments)):
        says = "a server whose container holds the whole machine"
    if says:
        yield Instruction(1, says, f"{entry.place}: {command[:300]}")


def _is_from_elsewhere(arguments: list[str]) -> bool:
    """Whether a runner of packages is given an address for one, or an index over a channel that anyone can change."""
    named, before = False, ""
    for argument in arguments:
        option, _, value = argument.partition("=")
        holder, said = (option, value) if value and option in (*_PACKAGE, *_INDEX) else (before, argument)
        if holder in _INDEX and re.match(r"(?i)http://(?!localhost|127\.)", said):
            return True
        is_first = not (named or argument.startswith("-") or argument in _SUBCOMMANDS)
        if (holder in _PACKAGE or is_first) and _ADDRESSED.search(said) and not _KNOWN_HOST.search(said):
            return True
        named = named or (is_first and holder not in (*_PACKAGE, *_INDEX))
        before = argument
    return False


def loaded(entry: Entry) -> Iterator[Instruction]:
    """Variables by which a server's interpreter loads code before its own."""
    for key, value in entry.value:
        said = str(plain(value))
        if (key in LOADING and said.strip()) or (key == "NODE_OPTIONS" and _REQUIRES.search(said)):
            says = "a variable by which a program loads code from elsewhere"
            yield Instruction(1, says, f"{entry.place}.{key}: {said[:200]}")
