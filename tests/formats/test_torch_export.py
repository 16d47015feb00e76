"""torch.export's archives: weights are plain numbers, unless their bytes are a pickle or an archive."""

import pickle

from tests.formats.seeds_containers import torch_zip, zipped
from tests.formats.seeds_more import Runs, exported_program

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import torch_export
from guildmark.limits import Budget, Limits

NEW = {"m/archive_format": b"pt2", "m/archive_version": b"0", "m/models/model.json": exported_program()}
OLD = {
    "serialized_exported_program.json": exported_program(),
    "version": b"8.1",
    "serialized_state_dict.pt": torch_zip(),
}


def raw(files: dict[str, bytes]) -> dict[str, bool]:
    members = torch_export.members(InMemory(zipped(files)), Budget(Limits()))
    return {str(member.name): member.raw for member in members}


def test_both_layouts_are_recognised():
    for files in (NEW, OLD):
        assert formats.recognise(InMemory(zipped(files))) == ("torch_export",)
    assert not torch_export.recognises(InMemory(zipped({"models/model.json": b"{}"})))


def test_weights_are_numbers_and_pickles_are_none():
    weights = {
        "m/data/weights/weight_0": bytes(64),
        "m/data/weights/weight_1": torch_zip(),
        "m/data/constants/tensor_0": pickle.dumps(Runs(), 2),
        "m/data/constants/custom_obj_0": bytes(64),
    }
    found = raw({**NEW, **weights})
    assert [found[name] for name in weights] == [True, False, False, False]
    assert not found["m/models/model.json"]
