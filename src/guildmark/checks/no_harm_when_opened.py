"""A folder acts on whoever opens it: editors, shells, git, agents and builds run what files of these names say.

Some run unasked, as soon as a folder is opened, entered or committed from (a task on `folderOpen`, a development
container, direnv, a git hook, an agent's hook): a program that they fetch was never looked at. What builds, packs or
tests runs when its user asks for it, and honest ones fetch installers; there it must come from a named machine over a
channel that nobody can change. What hides, steals, deletes or opens a shell has no place in either. Python beside the
weights is held to what it does as it is imported, as test runners, schedulers and configurations do. Beside a model, a
document must not start programs or send anything as it is opened, nor an editor's settings start what lies there."""

import re
from collections.abc import Iterator
from typing import Literal

from guildmark import command_lines, late, opened, tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

LARGEST = 1 << 20
_HOOKS = (
    r"(?:applypatch-msg|pre-applypatch|post-applypatch|pre-commit|pre-merge-commit|prepare-commit-msg|commit-msg|"
    r"post-commit|pre-rebase|post-checkout|post-merge|pre-push|post-rewrite|fsmonitor-watchman)"
)
_UNASKED = late.compile(
    r"(?i)(?:^|/)(?:\.devcontainer(?:/.+)?/devcontainer\.json|\.devcontainer\.json|\.envrc|\.env\.sh|\.autoenv(?:\.zsh)?|"
    rf"\.(?:githooks|husky|git-hooks)/[^/]+|(?:hooks|git)/{_HOOKS}|\.gitconfig|\.(?:bashrc|bash_profile|profile|zshrc|"
    r"zshenv|exrc|nvimrc|vimrc|lvimrc|gdbinit|lldbinit)|\.nvim\.lua|\.dir-locals\.el|\.?mise\.toml|"
    r"\.(?:claude|gemini|cursor|codex|windsurf)/.*\.(?:json|toml)|\.?mcp\.json)$"
)
_TASKS = late.compile(r"(?i)(?:^|/)\.vscode/tasks\.json$")
_SKILLS = late.compile(r"(?i)(?:^|/)(?:skill\.md|\.claude/(?:commands|skills|agents)/.+\.md)$")
_BUILDS = late.compile(
    r"(?i)(?:^|/)(?:(?:gnu)?makefile|justfile|(?:docker|container)file[^/]*|[^/]*\.(?:dockerfile|mk|cmake|sh|bash|zsh|"
    r"ksh|ps1|psm1|bat|cmd|lua|gradle)|(?:docker-)?compose[^/]*\.ya?ml|\.github/(?:workflows|actions)/.+\.ya?ml|"
    r"\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml|azure-pipelines\.ya?ml|jenkinsfile|\.pre-commit-config\.ya?ml|"
    r"cmakelists\.txt|build\.rs|dvc\.ya?ml|package\.json|tox\.ini|taskfile\.ya?ml|procfile|(?:bentofile|cog)\.ya?ml|mlproject|"
    r"\.vscode/launch\.json|\.idea/.+\.xml|\.run/[^/]+\.xml|(?:conda/)?meta\.ya?ml)$"
)
_SETTINGS = late.compile(r"(?i)(?:^|/)(?:\.vscode/settings\.json|\.zed/settings\.json|[^/]+\.code-workspace)$")
_PRELOADED = late.compile(
    r"\"(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|PYTHONSTARTUP|BASH_ENV|PROMPT_COMMAND|PERL5OPT|PERL5DB)\"\s*:\s*\"[^\"]+\""
)
_STARTED = late.compile(
    r"\"[\w.-]*(?:[pP]ath|[eE]xecutable|[cC]ommand|binary)\"\s*:\s*\"((?:\$\{workspaceFolder\}|\.)/[^\"]+)\""
)
"""A program of an editor's that lies in the folder itself."""
_COMMANDS = late.compile(
    r"(?m)^[ \t]*(?:- )?[\"']?(?:build_commands|setup|run|cmd|commands?|entrypoint|script|setup_script|"
    r"postCreateCommand)[\"']?[ \t]*[:=][ \t]*\S*"
)
"""What a cluster's or a deployment's configuration has run: SkyPilot, dstack, Truss, Modal."""
_CONFIGURATIONS = (".yaml", ".yml", ".toml")
_PYTHON_CONFIGURATION = late.compile(r"(?m)^(?:_base_|custom_imports|model|default_hooks|train_pipeline)\s*=")
"""OpenMMLab's loader runs such a file as a program (mmengine.Config.fromfile)."""
_AGENTS = late.compile(
    r"(?i)(?:^|/)\.(?:claude|gemini|cursor|codex|windsurf|vscode)/(?:.*/)?settings(?:\.local)?\.json$"
)
_UNASKING = late.compile(
    r"\"(?:chat\.tools\.(?:global\.)?autoApprove|enableAllProjectMcpServers|skipDangerousModePermissionPrompt|autoAccept|"
    r"trustAllTools|yolo)\"\s*:\s*true|\"defaultMode\"\s*:\s*\"bypassPermissions\""
)
"""Settings of an agent's by which it asks its user no more before it acts (CVE-2025-53773, CVE-2025-59536)."""
_DIVERTED = late.compile(r"\"(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE_GEMINI|CODEX)_(?:API_)?BASE_URL\"\s*:\s*\"([^\"]+)\"")
_OWN_SERVER = late.compile(
    r"(?i)(?:https?://)?(?:localhost|127\.|10\.|192\.168\.|\[::1\]|host\.docker\.internal|\$\{|"
    r"[\w.-]+\.(?:anthropic|openai|azure|googleapis|amazonaws)\.com(?:[:/]|$))"
)
"""Where an agent's requests, and its user's key with them, may go without anyone being surprised (CVE-2026-21852)."""
_ON_OPENING = late.compile(r"\"runOn\"\s*:\s*\"folderOpen\"")
_ADDRESS = late.compile(r"(?i)\b(https?|ftp)://([^\s/\"'`)|;&<>]+)")
_INSTALLERS = late.compile(
    r"astral\.sh|bun\.sh|(?:deb|rpm)\.nodesource\.com|deno\.land|download\.pytorch\.org|get\.docker\.com|get\.sdkman\.io|"
    r"install\.python-poetry\.org|micro\.mamba\.pm|nixos\.org|ollama\.com|pyenv\.run|repo\.anaconda\.com|"
    r"sh\.rustup\.rs|starship\.rs|bootstrap\.pypa\.io|developer\.download\.nvidia\.com",
    re.IGNORECASE,
)
"""Hosts whose installers people are told to run so; what comes from elsewhere, unasked, nobody looked at."""
_NUMBERED = late.compile(r"(?:\w+@)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:]+\]|0x[\da-f]+)(?::\d+)?")
_WITHOUT_SHAPE = late.compile(r"\buname\b")
"""Which machine it is: an honest address asks for the file that fits."""
_NOT_HERE = frozenset(("startup",))
"""Ordinary inside a container, whose own start files they write."""
_IN_CODE = frozenset(("shell", "miner", "wiped", "fetched", "startup", "native"))
_When = Literal["unasked", "built"]


@check(
    applies_to="model dataset tool",
    remedy="Open the folder without running anything (restricted mode), and take the named file out before you build.",
    bears_on="load",
)
def no_harm_when_opened(subject: Subject) -> Iterator[Finding]:
    """Can the folder be opened, entered, tested and built without running what nobody looked at, or what does harm?"""
    looked_at = 0
    bad = False
    for file in subject.files():
        if file.raw or not file.readable or not _is_looked_for(file, subject):
            continue
        findings = list(_of_file(file, subject))
        looked_at += 1
        bad = bad or bool(findings)
        yield from findings
    if not looked_at:
        yield not_applicable("no file is one that tools run when a folder is opened, tested or built")
    elif not bad:
        yield passed(f"none of {looked_at} files that tools run does harm when a folder is opened, tested or built")


def _is_looked_for(file: File, subject: Subject) -> bool:
    """Whether a tool runs a file of that name; what lies packed in a package is installed, and not opened."""
    if subject.kind == "tool" and "!" in file.path:
        return False
    if ("text" in file.formats and file.name.endswith(".py")) or _when(file) is not None:
        return True
    name = file.name.lower()
    if subject.kind == "tool":
        return False
    return name.endswith(opened.ENDINGS) or bool(_SETTINGS.search(file.path)) or _has_commands(file)


def _has_commands(file: File) -> bool:
    return file.name.lower().endswith(_CONFIGURATIONS) and bool(_COMMANDS.search(file.text(LARGEST)))


def _of_file(file: File, subject: Subject) -> Iterator[Finding]:
    if file.name.endswith(".py"):
        yield from _of_python(file)
    elif when := _when(file):
        yield from _of_commands(file, when)
        if subject.kind != "tool":
            yield from _of_agents(file)
    elif _SETTINGS.search(file.path):
        yield from _of_settings(file, subject)
    elif file.name.lower().endswith(_CONFIGURATIONS):
        yield from _of_commands(file, "built")
    else:
        yield from _of_document(file)


def _of_document(file: File) -> Iterator[Finding]:
    whole = file.name.lower().endswith(opened.SHEETS)
    for place in range(0, file.size if whole else 1, LARGEST):
        data = file.contents.at(place, LARGEST + opened.LONGEST_FORMULA)
        for act in opened.acts(file.name.lower(), data):
            tell = failed if act.harms else unknown
            yield tell(f"{file.path} {act.says} when it is opened", file.seen("", act.seen))
            return


def _of_settings(file: File, subject: Subject) -> Iterator[Finding]:
    """An editor's settings: a library loaded into each of its programs, or a program that lies beside the weights."""
    yield from _of_agents(file)
    text = file.text(LARGEST)
    if preloaded := _PRELOADED.search(text):
        yield failed(f"{file.path} has an editor load code into what it starts", file.seen("", preloaded[0]))
    own = {each.path for each in subject.own_files()}
    for found in _STARTED.finditer(text):
        path = found[1].partition("/")[2]
        if any(each == path or each.endswith(f"/{path}") for each in own):
            yield failed(f"{file.path} has an editor start {path}, which lies here", file.seen("", found[0]))
            return


def _of_agents(file: File) -> Iterator[Finding]:
    """An agent's settings that stop it from asking, or send what it says, with the key of its user, to somebody."""
    if not _AGENTS.search(file.path):
        return
    text = file.text(LARGEST)
    if unasking := _UNASKING.search(text):
        yield failed(f"{file.path} has an agent act without asking its user", file.seen("", unasking[0]))
    for diverted in _DIVERTED.finditer(text):
        if not _OWN_SERVER.match(diverted[1]):
            says = f"{file.path} sends an agent's requests, and the key of its user, to {diverted[1][:160]}"
            yield failed(says, file.seen("", diverted[0]))


def _when(file: File) -> _When | None:
    """When tools run what a file says; None for a file whose name no tool looks for."""
    path = file.path.replace("!", "/")
    if _UNASKED.search(path) or (_SKILLS.search(path) and command_lines.INSERTED.search(file.text(LARGEST))):
        return "unasked"
    if _TASKS.search(path):
        return "unasked" if _ON_OPENING.search(file.text(LARGEST)) else "built"
    return "built" if _BUILDS.search(path) else None


def _of_commands(file: File, when: _When) -> Iterator[Finding]:
    text = file.text(LARGEST)
    commands = "\n".join(command_lines.INSERTED.findall(text)) if _SKILLS.search(file.path.replace("!", "/")) else text
    for act in command_lines.acts(commands):
        if act.kind in _NOT_HERE or (act.kind == "sent" and _WITHOUT_SHAPE.search(act.seen)):
            continue
        if act.kind == "fetched" and _is_borne(act.seen, when):
            continue
        line = text.count("\n", 0, max(0, text.find(act.seen))) + 1
        says = "is run unasked, and" if when == "unasked" else "is run by a build, and"
        yield failed(f"{file.path} {says} {command_lines.SAYS[act.kind]}", file.seen(f"line {line}", act.seen))
    if file.size > LARGEST or len(text) > command_lines.LONGEST:
        says = f"it has {file.size} bytes, of which {command_lines.LONGEST} were read for commands"
        yield unknown(f"{file.path} was not read to its end: {says}", file.seen("", says))


def _is_borne(seen: str, when: _When) -> bool:
    """Whether what is fetched and run comes from where its reader can see that it is honest, and cannot be changed."""
    addresses = _ADDRESS.findall(seen)
    if any(scheme.lower() != "https" or _NUMBERED.fullmatch(host.lower()) for scheme, host in addresses):
        return False
    known = bool(addresses) and all(_INSTALLERS.fullmatch(host) for _, host in addresses)
    return known or when == "built"


def _of_python(file: File) -> Iterator[Finding]:
    """What a module does as it is imported, which a test runner or a scheduler does unasked."""
    read = tool_code.read(file, "import")
    for sign in read.signs:
        acts = sign.act in _IN_CODE or (
            sign.act == "process" and bool(_PYTHON_CONFIGURATION.search(file.text(LARGEST)))
        )
        if acts and sign.when == "import" and sign.sure:
            yield failed(f"{file.path} acts as it is imported: {sign.says}", file.seen(f"line {sign.line}", sign.seen))
            return
