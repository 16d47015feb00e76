"""A line of the results names the command that gave it, and no place of the machine that it ran on."""

import pytest

from races import results


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kills", "50", "--record"], "--kills 50"),
        (["--folder", "/home/somebody/wheels", "--warm"], "--folder FOLDER --warm"),
        ([], ""),
    ],
)
def test_a_command_is_given_as_anyone_could_give_it(words: list[str], said: str) -> None:
    command = results.command(words)
    assert command.startswith("python -m ")
    assert command.split(" ", 3)[3:] == ([said] if said else [])
