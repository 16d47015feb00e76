"""Keras' own archive: a zip with a configuration."""

import pytest
from tests.formats.seeds_containers import keras as made
from tests.formats.seeds_containers import zipped

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import keras

TWICE = zipped({"metadata.json": b"{}", "config.json": b"1", "xonfig.json": b"2"}).replace(b"xonfig", b"config")


@pytest.mark.parametrize("beside", ["metadata.json", "model.weights.h5"])
def test_it_is_recognised_by_its_configuration_and_one_more_file(beside):
    assert formats.recognise(InMemory(zipped({"config.json": b"{}", beside: b"{}"})))[0] == "keras"


@pytest.mark.parametrize("names", [["config.json"], ["metadata.json"], ["x/config.json", "metadata.json"]])
def test_other_zips_are_none(names):
    assert not keras.recognises(InMemory(zipped(dict.fromkeys(names, b"{}"))))


def test_its_configuration_is_read():
    assert list(keras.configurations(InMemory(made('{"a": 1}')))) == ['{"a": 1}']


def test_each_of_two_configurations_of_one_name_is_read():
    """Readers differ in which of the two they take."""
    assert list(keras.configurations(InMemory(TWICE))) == ["1", "2"]


@pytest.mark.parametrize("config", ["", "{", "[" * 100_000, "\x00"])
def test_a_configuration_that_is_no_json_is_at_fault(config):
    assert [fault.at for fault in keras.faults(InMemory(made(config)))] == ["config.json"]
