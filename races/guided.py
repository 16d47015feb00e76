"""One format's reader under atheris, which looks for inputs that reach new code; a program that campaigns start.

    python -m races.guided FORMAT [libFuzzer's options and folders]

The options bound its runs, memory and time; libFuzzer writes what fails to a file, and ends."""

import sys

import atheris


def main() -> None:
    """Watch the library's code, and hand each input to the reader."""
    with atheris.instrument_imports(include=["guildmark"]):
        from races.executions import NAMES, Case, execute

        from guildmark import check, formats, leaves
        from guildmark.errors import GuildmarkError

        for name in leaves.names("formats"):
            formats.load(name)
        for id in check.ids():
            check.load(id)
    face = sys.argv.pop(1)

    def one(data: bytes) -> None:
        try:
            execute(Case(face, NAMES[len(data) % len(NAMES)], data))
        except GuildmarkError:
            return

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
