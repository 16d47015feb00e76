"""What a format says of itself without being imported: it must be what it does once it is."""

import random

import pytest
from races.seeds import examples, made

from guildmark import formats, leaves
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError


def recognises(name: str, data: bytes) -> bool:
    """What the module itself says, whatever is declared."""
    try:
        return formats.load(name).recognises(InMemory(data))
    except GuildmarkError:
        return False


def subjects() -> list[bytes]:
    """A file of each format, all small files among the examples, and each of them changed at its beginning."""
    whole = {*made(), *examples()}
    chance = random.Random(2026)
    changed = []
    for data in sorted(whole):
        for _ in range(2):
            head = bytearray(data)
            for _ in range(chance.randrange(1, 4)):
                if head:
                    head[chance.randrange(min(len(head), 16))] = chance.randrange(256)
            changed.append(bytes(head))
        changed += [b"\n \t" + data, b"\xef\xbb\xbf" + data]
    return sorted(whole) + changed


@pytest.mark.parametrize("name", leaves.names("formats"))
def test_what_is_read_from_the_source_is_what_the_module_says(name: str):
    """A tuple of another shape, or one that stands too far below, would be read wrongly."""
    module = leaves.load("formats", name)
    assert formats.begins(name) == tuple(getattr(module, "BEGINS", ()))
    assert formats.declared(name, "CASE_OF") == getattr(module, "CASE_OF", "")
    for said in ("LAST", "LATER"):
        assert (formats.declared(name, said) == "True") is getattr(module, said, False)


def test_a_format_recognises_only_what_begins_as_it_declares():
    """Else bytes would pass as no format, only because nobody asked it."""
    declaring = [name for name in leaves.names("formats") if formats.begins(name)]
    assert len(declaring) > 10
    for data in subjects():
        asked = {name for name in declaring if formats.may_be(name, InMemory(data))}
        missed = [name for name in declaring if name not in asked and recognises(name, data)]
        assert not missed, (missed, data[:16])


def test_a_case_of_a_format_recognises_only_what_that_format_does():
    """A wheel is asked for only where there is a zip."""
    cases = {name: formats.declared(name, "CASE_OF") for name in leaves.names("formats")}
    for data in subjects():
        for name, plainer in cases.items():
            if plainer and recognises(name, data):
                assert recognises(plainer, data), (name, data[:16])
