"""The readable trace of a pickle: what it would do, and nothing of it done."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.explain import explain


def said(data, **kwargs):
    return list(explain(InMemory(data), **kwargs))


def test_a_call_is_written_as_python_writes_it():
    assert said(b"cos\nsystem\n(S'true'\ntR.") == [
        "_1 = os.system  # GLOBAL at byte 0",
        "_2 = _1('true')  # REDUCE at byte 21",
        "# pickle 1: bytes 0 to 23",
    ]


def test_a_call_of_what_a_call_gave_is_followed():
    data = b"cbuiltins\ngetattr\n(cshutil\nos\nS'system'\ntR(S'true'\ntR."
    assert [line.partition("  #")[0] for line in said(data)[:4]] == [
        "_1 = builtins.getattr",
        "_2 = shutil.os",
        "_3 = _1(_2, 'system')",
        "_4 = _3('true')",
    ]


def test_state_and_lists_are_shown():
    data = b"csubprocess\nPopen\n(](S'sh'\nS'-c'\netR}S'a'\nI1\nsb."
    lines = [line.partition("  #")[0] for line in said(data)]
    assert lines[1:3] == ["_2 = _1(['sh', '-c'])", "_2.__setstate__({'a': 1})"]


def test_a_long_trace_is_cut_and_says_so():
    assert said(b"N0" + b"cos\ngetcwd\n0" * 50 + b"N.", steps=3)[-1] == "# more than 3 steps: the rest is left out"


def test_nothing_unprintable_comes_out():
    lines = said(b"cos\n\x1b[2J\n.") + said(pickle.dumps(("\x1b[31m", len)))
    assert all(line.isprintable() for line in lines)


@given(st.binary(max_size=300))
def test_any_bytes_give_printable_lines(data):
    assert all(line.isprintable() for line in said(b"\x80\x04" + data))
