"""What one call of Python does, told from its name and from where its arguments came: the signs that are noted."""

from collections.abc import Callable, Sequence

from guildmark import command_lines
from guildmark.python_code import origins, words
from guildmark.python_code.signs import Act
from guildmark.python_code.values import (
    ASKED,
    BLOB,
    CLUSTER,
    COMPUTED,
    DECODED,
    DROPPED,
    ENVIRONMENT,
    EVERY,
    EXECUTABLE,
    FETCHED,
    FILE,
    IDENTITY,
    OTHERS,
    RECEIVED,
    ROAMED,
    SECRET,
    SOCKET,
    THEIRS,
    TOKEN,
    TYPED,
    WRITTEN,
    Constant,
    Value,
    texts,
    union,
)

_UNPICKLES = (
    *(
        "pickle.loads",
        "pickle.load",
        "dill.loads",
        "cloudpickle.loads",
        "pickle.Unpickler().load",
        "dill.Unpickler().load",
    ),
    *("_pickle.loads", "joblib.load"),
)
_MODULES_OF_FILES = (
    *("importlib.util.spec_from_file_location", "runpy.run_path", "importlib.machinery.SourceFileLoader"),
    *("imp.load_source", "importlib.util.spec_from_loader"),
)
_OPENS = ("builtins.open", "io.open", "codecs.open", "file.open", "pathlib.Path().open")
_SHELLS = (
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell"),
)
Note = Callable[..., None]
_LINES: dict[str, Act] = {
    "fetched": "fetched",
    "hidden": "hidden",
    "shell": "shell",
    "sent": "sent",
    "startup": "startup",
    "wiped": "wiped",
    "miner": "miner",
    "weakened": "weakened",
}


def judge(name: str, given: Sequence[Value], keywords: dict[str, Value], base: Value, note: Note) -> None:
    """Note what a call of `name` does; `base` is what a method was called on."""
    values = [*given, *keywords.values()]
    tags = union(values)
    sort = words.sort(name)
    if sort == "code":
        _run(name, given[0] if given else Value(), note)
    elif name in ("builtins.compile", *_MODULES_OF_FILES) and values and {DECODED, FETCHED, ASKED, COMPUTED} & tags:
        _run(name, Value(tags=tags) if name in _MODULES_OF_FILES else given[0] if given else Value(), note)
    elif name in _UNPICKLES:
        if {BLOB, DECODED} <= tags | base.tags:
            note("hidden", f"{name} of a packed text in the source")
    elif name == "importlib.machinery.SourcelessFileLoader":
        note("hidden", f"{name} loads code without its source")
    elif sort == "process":
        _start(name, values, keywords, note)
    elif sort == "network":
        _connect(name, values, base, note)
        if TOKEN in union([*given, *(keywords[each] for each in keywords if each not in ("headers", "auth"))]):
            note("sent", f"{name} sends a token of the user")
    elif sort == "lookup":
        named = any(words.DOMAIN.search(text) for text in texts(given[0] if given else Value()))
        if tags & {SECRET, ENVIRONMENT} or (IDENTITY in tags and named):
            note("sent", f"{name} carries what it knows of this machine in a name that it looks up")
        elif any(words.DROP_OFF.search(text) for text in texts(given[0] if given else Value())):
            note("network", f"{name} asks for a place where data are dropped")
    else:
        _reach(name, values, base, tags, note)


def _run(name: str, code: Value, note: Note) -> None:
    short = f"exec by {name}" if name in _MODULES_OF_FILES else name.removeprefix("builtins.")
    if ASKED in code.tags:
        note("shell", f"{short} of what a request to the server brings")
    elif FETCHED in code.tags or RECEIVED in code.tags:
        note("shell" if RECEIVED in code.tags else "fetched", f"{short} of what comes from the network")
    elif COMPUTED in code.tags:
        note("hidden", f"{short} of numbers made into text")
    elif DECODED in code.tags and not (short == "eval" and FILE in code.tags and BLOB not in code.tags):
        note("hidden", f"{short} of unpacked text")


def _connect(name: str, values: Sequence[Value], base: Value, note: Note) -> None:
    note("network", f"{name} is called")
    tags = union(values)
    where = [text for value in (*values, base) for text in texts(value)]
    dropped = next((found[0] for text in where if (found := words.DROP_OFF.search(text[:10_000]))), "")
    own = any(text.startswith(f"https://{CLUSTER}") for text in where)
    if (SECRET in tags and not own) or ENVIRONMENT in tags:
        what = "credentials" if SECRET in tags else "the whole environment"
        note("sent", f"{name} sends {what}")
    elif TYPED in tags:
        note("sent", f"{name} sends what the user types")
    elif {ROAMED, FILE} <= tags:
        note("sent", f"{name} sends files that it found in the home of the user")
    elif {OTHERS, FILE} <= tags:
        note("sent", f"{name} sends a file of another program")
    elif THEIRS in tags:
        note("sent", f"{name} hands on what a function of another package was given")
    elif IDENTITY in tags and (dropped or FILE in tags):
        note("sent", f"{name} tells {dropped or 'another machine'} who and where the user is")
    elif dropped and words.SENDING.fullmatch(name) and "https://bit.ly" not in dropped:
        note("sent", f"{name} reaches {dropped[:60]}, a place where stolen data are dropped")


def _start(name: str, values: Sequence[Value], keywords: dict[str, Value], note: Note) -> None:
    tags = union([value for value in values if value is not keywords.get("env")])
    first = values[0] if values else Value()
    if any(words.IN_MEMORY.search(text) for text in texts(first)):
        note("native", f"{name} starts a program from memory, where no file shows it")
    if RECEIVED in tags:
        note("shell", f"{name} runs what a connection brings")
    elif any(SOCKET in keywords[each].tags for each in ("stdin", "stdout") if each in keywords):
        note("shell", f"{name} ties a program to a connection")
    elif FETCHED in first.tags and WRITTEN not in first.tags and _in_a_shell(name, first, keywords):
        note("fetched", f"{name} runs what it fetches")
    elif ASKED in first.tags and _in_a_shell(name, first, keywords):
        note("shell", f"{name} runs what a request to the server brings")
    elif FETCHED in tags:
        note("fetched", f"{name} runs what was fetched")
    elif {DECODED, BLOB} <= tags or DROPPED in tags:
        note("hidden", f"{name} runs what was unpacked")
    line, sure = command(first, values)
    if tags & {SECRET, ENVIRONMENT, IDENTITY} and any(words.CARRIES.search(each) for each in [*texts(first), line]):
        note("sent", f"{name} hands what it knows of this machine to a program that connects")
    if words.BARE_SHELL.fullmatch(line.strip()) and ("stdin" in keywords or name == "os.system"):
        note("console", f"{name} starts a shell that waits for orders")
    if words.BARE_SHELL.fullmatch(line.strip()) and DECODED in keywords.get("input", Value()).tags:
        note("hidden", f"{name} gives a shell what was unpacked")
    if words.ASKS_AGENTS.search(line) and words.SOUGHT_BY_AGENTS.search(line):
        note("sent", f"{name} asks an agent to seek credentials")
    for act in command_lines.acts(line):
        note(_LINES[act.kind], f"{name} {command_lines.SAYS[act.kind]}", seen=act.seen)
    if line.strip() or not sure:
        _tell(name, line.strip(), note, unseen=not {"start_new_session", "creationflags"}.isdisjoint(keywords))


def _in_a_shell(name: str, first: Value, keywords: dict[str, Value]) -> bool:
    return first.items is None and (name in _SHELLS or "shell" in keywords)


def _tell(name: str, line: str, note: Note, *, unseen: bool) -> None:
    """A start of what builds or tells of the machine is not noted; of what launches another program, it surely is."""
    program = line.rpartition("/")[2] if line[:1] == "/" and " " not in line else line
    reaches = words.REACHES.search(line) is not None
    if reaches or words.LAUNCHES.match(program) or words.OWN_PROGRAM.match(line):
        note("process", f"{name} starts {line[:80]}")
    elif not words.QUIET.match(program) and not words.ASKS.search(line):
        note("process", f"{name} starts {line[:80] or 'a program that could not be told'}", sure=unseen)


def command(first: Value, values: Sequence[Value]) -> tuple[str, bool]:
    """The command line that a call starts, and whether its program could be told."""
    if first.items is not None:
        parts = [_shown(item) for item in first.items]
        told = bool(parts) and parts[0] != ""
        return " ".join(part or "…" for part in parts), told
    if first.text is not None:
        more = [text for value in values[1:3] for text in texts(value)]
        return " ".join([_text(first.text), *more]), True
    if first.name == "sys.executable":
        return "python", True
    return "", False


def _shown(value: Value) -> str:
    return "python" if value.name == "sys.executable" else _text(value.text)


def _text(text: Constant) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else "" if text is None else str(text)


def _reach(name: str, values: Sequence[Value], base: Value, tags: frozenset[str], note: Note) -> None:
    last = name.rpartition(".")[2]
    if name == "mmap.mmap" and EXECUTABLE in tags:
        note("native", "it makes memory whose bytes are run")
    elif tags & {SECRET, ENVIRONMENT, TYPED, THEIRS} and "()." in name and words.HANDS_OVER.fullmatch(last):
        note("sent", f"{name} sends what it took")
    elif last in ("setpassword", "extractall") and _has_password(name, values):
        note("hidden", f"{name} opens an archive with a password that stands in the code")
    elif name == "os.dup2" and SOCKET in tags:
        note("shell", "the program's own input and output are tied to a connection")
    elif last in (
        "VirtualAlloc",
        "VirtualAllocEx",
        "CreateRemoteThread",
        "WriteProcessMemory",
        "RtlMoveMemory",
        "memmove",
        "CreateThread",
    ):
        if name.startswith("ctypes") and (
            tags & {DECODED, FETCHED, BLOB} or last in ("CreateRemoteThread", "WriteProcessMemory")
        ):
            note("native", f"{name} puts machine code into memory to be run")
    elif EVERY in tags | base.tags and last in ("remove", "unlink", "rmtree", "rmdir", "removedirs"):
        note("wiped", "each file of the user is deleted")
    elif name == "shutil.rmtree" and values and _is_home_or_root(values[0]):
        note("wiped", "shutil.rmtree of the whole home or disk")
    elif name in ("winreg.SetValueEx", "winreg.CreateKey", "winreg.CreateKeyEx", "winreg.OpenKey") and _startup(values):
        note("startup", f"{name} writes to the keys from which Windows starts programs")
    elif name in (
        "shutil.copy",
        "shutil.copyfile",
        "shutil.copy2",
        "shutil.move",
        "os.rename",
        "os.symlink",
        "os.replace",
    ) and _startup(values[1:]):
        note("startup", f"{name} puts a file where programs are started from")
    elif last in ("write", "writelines", "write_text", "write_bytes") and _startup([base, *(base.items or ())]):
        note("startup", "it writes to a place from which programs are started")
        _plant(values, note)
    elif last in ("write_text", "write_bytes") and _is_of_the_user(base):
        note("home", "it writes into the home of the user")
    elif name in _OPENS and origins.is_for_writing(name, values, {}):
        place = base if name in ("file.open", "pathlib.Path().open") else values[0]
        if _startup([place, *(place.items or ())]):
            note("startup", "it writes to a place from which programs are started")
        elif _is_of_the_user(place):
            note("home", "it writes into the home of the user")
        elif OTHERS in place.tags:
            note("startup", "it writes into a file of another package")
    elif name in ("sys.settrace", "builtins.__import__") and tags & {DECODED, FETCHED} and name != "sys.settrace":
        note("hidden", "a module is imported whose name is unpacked first")


def _plant(written: Sequence[Value], note: Note) -> None:
    """A command that does harm, in what is written to such a place."""
    for text in texts(Value(items=tuple(written)), -6):
        for act in command_lines.acts(text):
            if act.kind != "startup":
                note(_LINES[act.kind], f"it plants a command that {command_lines.SAYS[act.kind]}", seen=act.seen)


def _startup(values: Sequence[Value]) -> bool:
    return any(words.STARTUP.search(text[:2_000]) for value in values for text in texts(value))


def _has_password(name: str, values: Sequence[Value]) -> bool:
    """Whether an archive is given a password that is a constant."""
    return name.startswith(("zipfile.", "pyzipper.", "py7zr.")) and any(isinstance(each.text, bytes) for each in values)


def _is_of_the_user(place: Value) -> bool:
    """Whether a place lies in the home of the user, or among the data of his programs."""
    return isinstance(place.text, str) and place.text.startswith(("~/", "~\\"))


def _is_home_or_root(value: Value) -> bool:
    return value.text in ("/", "~", "C:\\", "/home", "/*") or value.name == "home"
