"""The list of names that a pickle may hold: reviewed data, and each name is only good for what its entry says."""

import re

import pytest

from guildmark import check, inert
from guildmark.contents import InMemory
from guildmark.errors import AskedWrongly
from guildmark.material import Given, Material, Opening
from guildmark.records import Outcome
from guildmark.shapes import KINDS, parsed
from guildmark.subject import take_in


def short(text):
    return b"\x8c" + bytes([len(text)]) + text.encode()


def named(module, name):
    return short(module) + short(name) + b"\x93"


def findings(data, allowed=frozenset()):
    subject = take_in(Material("m.pkl", None, (Given("m.pkl", InMemory(data), len(data)),)), Opening())
    subject.allowed = allowed
    return list(check.load("no_code_in_pickles").ask(subject))


def test_every_entry_has_names_a_writer_and_a_reason_and_shapes_that_are_words_of_the_language():
    for entry in inert.entries():
        assert bool(entry.names) != bool(entry.pattern), entry
        assert entry.writes
        assert entry.why
        for signature in (*entry.call, *(entry.new or ()), *entry.keys.values()):
            for kinds, _, _ in parsed(signature):
                assert all(kind in KINDS or kind[0] in "'@" or kind.startswith("made:") for kind in kinds), signature


def test_no_name_stands_in_two_entries():
    names = [name for entry in inert.entries() for name in entry.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name",
    [
        "builtins.type",
        "builtins.map",
        "functools.partialmethod",
        "functools.reduce",
        "operator.attrgetter",
        "operator.methodcaller",
        "torch.load",
        "torch.hub.load",
        "numpy.load",
        "numpy.core._ufunc_reconstruct",
        "joblib.load",
        "sklearn.linear_model._base.delayed",
        "sklearn.utils._joblib.parallel_backend",
        "sklearn.pipeline.Pipeline.fit",
        "sklearn.metrics._dist_metrics.PyFuncDistance.x",
        "torch.nn.modules.module.register_module_forward_hook",
        "pandas.read_pickle",
        "pandas.core.frame.DataFrame.query",
        "pandas.io.common.Path",
        "scipy.stats._distn_infrastructure.rv_frozen",
        "xgboost.core._LIB",
        "numpy.float64\n",
        "xnumpy.float64",
        "numpyxfloat64",
    ],
)
def test_what_can_reach_other_code_is_not_on_the_list(name):
    assert inert.find(name) is None


def test_a_name_has_the_entry_that_the_whole_list_gives_it():
    """Of the file only the entries are read that mention a name's package."""
    for entry in inert.entries():
        for name in entry.names:
            assert inert.find(name) == entry
        if entry.pattern:
            packages = re.findall(r"(?:^\(?|^\(\w+\|)(\w+)", entry.pattern)
            assert packages
            for package in packages:
                assert entry in [each for _, each in inert._table(package)[1]]


def test_a_pattern_covers_no_name_that_walks_through_attributes():
    (finding,) = findings(b"\x80\x04" + named("sklearn.svm", "os.Popen") + b".")
    assert finding.outcome is Outcome.FAILED


def test_a_function_on_the_list_is_no_value():
    (finding,) = findings(b"\x80\x04]" + named("_codecs", "encode") + b"a.")
    assert (finding.outcome, "where it could be called" in finding.says) == (Outcome.FAILED, True)


def test_a_user_s_names_pass_and_the_finding_names_them(tmp_path):
    data = b"\x80\x04" + named("mine.models", "Model") + b")\x81}b."
    assert [finding.outcome for finding in findings(data)] == [Outcome.FAILED]
    file = tmp_path / "mine.toml"
    file.write_text('[[name]]\nname = "mine.models.Model"\nwhy = "I wrote it"\n')
    (finding,) = findings(data, inert.read_allowed(str(file)))
    assert (finding.outcome, "the user lets it name: mine.models.Model" in finding.says) == (Outcome.PASSED, True)


@pytest.mark.parametrize("text", ["[[name]]\nname = 1\n", "[[name]]\nname = 'a'\n", "=", "[[names]]\n"])
def test_a_user_s_file_that_is_none_is_refused(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(AskedWrongly, match="--allow"):
        inert.read_allowed(str(file))


def test_the_path_of_opcodes_is_told():
    (finding,) = findings(b"\x80\x04" + named("posix", "system") + short("echo") + b"\x85R.")
    assert finding.evidence[0].seen == "STACK_GLOBAL at byte 17 → REDUCE at byte 25: posix.system"
    assert finding.evidence[0].at == "byte 17"


def partial(function, state):
    return b"\x80\x04" + named("functools", "partial") + function + b"\x85R" + state + b"b."


@pytest.mark.parametrize(
    ("function", "keeps", "outcome"),
    [
        (named("numpy", "log1p"), b"", Outcome.PASSED),
        (named("_codecs", "encode"), b"", Outcome.FAILED),
        (named("collections", "deque"), b"", Outcome.FAILED),
        (named("numpy", "log1p"), named("os", "system"), Outcome.FAILED),
        (named("numpy", "log1p"), named("_codecs", "encode"), Outcome.FAILED),
    ],
)
def test_a_partial_keeps_only_what_computes(function, keeps, outcome):
    state = b"(" + function + b"(" + keeps + b"t}Nt"
    assert {finding.outcome for finding in findings(partial(function, state))} == {outcome}


def test_a_partial_s_state_names_no_other_function():
    state = b"(" + named("posix", "system") + b")}Nt"
    assert Outcome.FAILED in {finding.outcome for finding in findings(partial(named("numpy", "log1p"), state))}


@pytest.mark.parametrize(
    ("zone", "outcome"),
    [
        ("Europe/Berlin", Outcome.PASSED),
        ("America/Argentina/Buenos_Aires", Outcome.PASSED),
        ("UTC", Outcome.PASSED),
        ("../../etc/passwd", Outcome.FAILED),
        ("Europe/../../x", Outcome.FAILED),
        ("/etc/localtime", Outcome.FAILED),
        ("mine/Zone", Outcome.FAILED),
    ],
)
def test_a_time_zone_is_looked_up_by_a_name_of_the_tz_database_only(zone, outcome):
    (finding,) = findings(b"\x80\x04" + named("pytz", "_p") + short(zone) + b"\x85R.")
    assert finding.outcome is outcome


def config(metadata, before=b""):
    """An OmegaConf dictionary with this record, behind other attributes."""
    made = b"\x80\x04" + named("omegaconf.dictconfig", "DictConfig") + b")\x81}("
    return made + before + short("_metadata") + metadata + short("_content") + b"}ub."


RECORD = named("omegaconf.base", "ContainerMetadata") + b")\x81}b"
OTHER = named("omegaconf.nodes", "AnyNode") + b")\x81}b"


@pytest.mark.parametrize(("metadata", "outcome"), [(RECORD, Outcome.PASSED), (OTHER, Outcome.FAILED)])
def test_the_record_of_a_configuration_is_the_library_s_own(metadata, outcome):
    (finding,) = findings(config(metadata))
    assert finding.outcome is outcome


def test_a_key_that_must_be_of_one_kind_is_not_hidden_behind_very_many_others():
    many = b"".join(short(f"k{number}") + OTHER for number in range(300))
    (finding,) = findings(config(OTHER, many))
    assert (finding.outcome, "does not show all its keys" in finding.says) == (Outcome.FAILED, True)


PERSISTED = b"(" + short("storage") + named("torch", "FloatStorage") + short("0") + short("cpu") + b"K\x01tQ"
REBUILT = named("torch._utils", "_rebuild_tensor_v2") + b"(" + PERSISTED + b"K\0K\x01\x85K\x01\x85\x89"
TENSOR = REBUILT + named("collections", "OrderedDict") + b")RtR"
META = named("torch._utils", "_rebuild_meta_tensor_no_storage") + b"(" + named("torch", "float32")


def parameter(value, state):
    return named("torch._utils", "_rebuild_parameter_with_state") + b"(" + value + b"\x89N" + state + b"tR"


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        (parameter(TENSOR, b"}(" + short("note") + b"K\x01u"), Outcome.PASSED),
        (parameter(TENSOR, b"}(" + short("__class__") + OTHER + b"u"), Outcome.FAILED),
        (parameter(OTHER, b"}"), Outcome.FAILED),
        (named("torch._utils", "_rebuild_parameter") + b"(" + OTHER + b"\x89NtR", Outcome.FAILED),
        (META + b"K\x02\x85K\x01\x85\x89tR", Outcome.PASSED),
    ],
)
def test_torch_s_rebuilders_take_tensors_and_plain_attributes(made, outcome):
    (finding,) = findings(b"\x80\x04" + made + b".")
    assert finding.outcome is outcome
