"""What is read of Python's source: by the grammar of 3.11 on every interpreter, bounded, and never run."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import python_code
from guildmark.python_code import grammar, words

INERT = 'print("an inert sample of packed code, which is long enough")'
PACKED = base64.b64encode(zlib.compress(INERT.encode())).decode()


def acts(source: str, *, hooks: bool = False) -> set[tuple[str, str]]:
    """The acts of a source, and when they happen."""
    return {(sign.act, sign.when) for sign in python_code.of_source(source.encode(), hooks=hooks).signs}


@pytest.mark.parametrize(
    "source",
    [
        "f'{x['a']}'",
        "f'{\"\\n\".join(x)}'",
        "type X = int",
        "def f[T](x): pass",
        "t'{x}'",
        "try:\n    pass\nexcept A, B:\n    pass",
        "f'{\n1}'",
        "(" * 70 + ")" * 70,
        "x = " + "+".join("1" * 5_000),
        "x = " + "-" * 5_000 + "1",
        "if a: pass\n" + "elif b: pass\n" * 3_000,
    ],
)
def test_what_python_3_11_does_not_take_is_refused_on_every_python(source: str):
    with pytest.raises(grammar.Unparsed):
        grammar.parsed(source)


@pytest.mark.parametrize(
    "source", ["f'{x[\"a\"]}\\n'", "f'{{x}} {y!r:>{w}}'", "f\"{'#'}\"", "rf'\\d{x}'", "f'{a:#x}'", "x = 'it''s'"]
)
def test_what_python_3_11_takes_is_read(source: str):
    assert grammar.parsed(source).body


def test_what_is_not_read_is_told():
    assert python_code.of_source(b"exec(type X").unread
    assert python_code.of_source(b"exec(1)\0").unread == "it holds a null byte"
    assert "bytes" in python_code.of_source(b"exec" + b" " * grammar.LARGEST).unread


@pytest.mark.parametrize(
    "call",
    [
        "exec({})",
        "eval(compile({}, 'x', 'exec'))",
        "getattr(__builtins__, 'ex' + 'ec')({})",
        "__import__('builtins').exec({})",
        "globals()['__builtins__']['exec']({})",
        "(lambda run: run({}))(exec)",
        "def f(text):\n    exec(text)\nf({})",
        "import builtins as b\nb.__dict__['exec']({})",
    ],
)
def test_unpacked_text_that_is_run_is_seen_whatever_names_it(call: str):
    text = f"__import__('zlib').decompress(__import__('base64').b64decode('{PACKED}'))"
    assert ("hidden", "import") in acts(call.format(text))


def test_what_a_function_does_happens_when_it_is_called():
    source = "import requests\ndef f():\n    requests.get('http://x.invalid')\n"
    assert acts(source) == {("network", "later")}
    assert acts(source + "f()\n") == {("network", "import")}
    assert acts(source + "if __name__ == '__main__':\n    f()\n") == {("network", "later")}


def test_commands_of_setup_run_at_install_only_where_it_is_named_so():
    source = (
        "import os\nfrom setuptools import Command, setup\nclass C(Command):\n    def run(self):\n"
        "        os.system('curl http://x.invalid')\nsetup(cmdclass={'%s': C})\n"
    )
    assert ("process", "import") in acts(source % "install", hooks=True)
    assert ("process", "import") not in acts(source % "upload", hooks=True)


@given(st.text(alphabet="exec(')\"[]{}f=:;lambda xXs.^+\n \\#0", max_size=200))
def test_any_text_is_read_or_told(text: str):
    found = python_code.of_source(text.encode())
    assert found.unread or isinstance(found.signs, tuple)


def test_a_computation_without_end_is_bounded():
    source = "a = 'x' * 1000\n" + "\n".join(f"b{n} = [ord(c) ^ {n} for c in a]" for n in range(2_000)) + "\nexec(a)\n"
    assert "steps" in python_code.of_source(source.encode()).unread


PIECES = (
    *[
        "exec",
        "2exec",
        "eval",
        "subprocess",
        "popen3",
        "spawnl",
        "discord_x",
        "urllib",
        "urllib.parse",
        "urllib.request",
        "http",
        "http.client",
    ],
    *[
        ".system",
        "system",
        "import",
        "*",
        "os",
        "re.compile(",
        "compile(",
        "torch.compile(",
        "git/hooks",
        "hooks",
        "dns",
        "dns.resolver",
        "x.pth",
    ],
    *[
        "getattr",
        "vars",
        "sys",
        "importlib",
        "walk",
        "expanduser",
        "remove",
        "authorized_keys",
        "code",
        "encode",
        "sh",
        "finish",
        "__dict__",
        "modules",
    ],
    *["sys.modules", "platform.system"],
)


@given(st.lists(st.sampled_from([*PIECES, " ", "\n", "\t", "_", "7"]), max_size=8))
def test_words_alone_tell_the_same_as_the_patterns(parts: list[str]):
    """The quick way over a source's words and the patterns give one answer."""
    source = " ".join(parts).replace("  ", " ").encode()
    slow = bool(words.MAY_ACT.search(source) or (words.REFLECTION.search(source) and words.REFLECTED.search(source)))
    erases = b"walk" in source and b"expanduser" in source and b"remove" in source
    assert words.may_act(source) == (slow or erases)


def test_code_in_a_string_is_told_at_the_line_of_its_exec() -> None:
    """It may have more lines than the file that holds it."""
    source = "import os\n\nexec('import urllib.request" + "\\n" * 500 + "urllib.request.urlopen(1)')\n"
    assert [
        (sign.act, sign.line) for sign in python_code.of_source(source.encode()).signs if sign.act == "network"
    ] == [("network", 3)]
