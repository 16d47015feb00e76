"""A model of transformers says what transformers itself says, in 32 bits, and brings no code and no pickle."""

import asyncio
import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
from tests.providers.test_gguf import SLOWER, slow

from guildmark.errors import AskedWrongly, GuildmarkError, Refused
from guildmark.provider import Continuation, Message, Model, Reply, Request, Sampling, Score, Timed, open_model
from guildmark.providers import _safetensors, hf

SPECIAL = ("<s>", "</s>", "<unk>")
PLAIN = (
    "the",
    "a",
    "dog",
    "cat",
    "sat",
    "on",
    "mat",
    "red",
    "blue",
    "ran",
    "fast",
    "slow",
    "user",
    "assistant",
    ":",
    ".",
)
WORDS = (*SPECIAL, *PLAIN)
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} : {{ message['content'] }} {% endfor %}"
    "{% if add_generation_prompt %}assistant :{% endif %}"
)
ASKED = [
    Continuation("the dog sat on the", (" mat", " red cat", " blue mat .")),
    Continuation("a cat ran ", ("fast", "slow on a mat")),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of random weights, made here, as transformers saves it."""
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'guildmark[transformers]'")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("tiny")
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.LlamaConfig(
        vocab_size=len(WORDS), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=1, initializer_range=0.6,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight[: len(SPECIAL)] = 0  # some word is always likelier: answers do not end by chance
    model.save_pretrained(folder)
    return folder


def _with(model: Model, asked: Any) -> Any:
    async def ask() -> Any:
        try:
            return await asked(model)
        finally:
            await model.close()

    return asyncio.run(ask())


def _scored(path: Path, asked: list[Continuation], **environment: str) -> list[Score]:
    model = open_model(f"hf:{path}", tuple(environment.items()))
    found: list[Score] = _with(model, lambda opened: opened.log_likelihood(asked))
    return found


def _said(path: Path, *requests: Request) -> list[Reply]:
    found: list[Reply] = _with(open_model(f"hf:{path}"), lambda opened: opened.generate(list(requests)))
    return found


def _directly(path: Path, prefix: str, option: str) -> tuple[float, bool]:
    """By one forward of transformers itself, over the whole text."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, use_safetensors=True)
    first, whole = tokenizer(prefix)["input_ids"], tokenizer(prefix + option)["input_ids"]
    with torch.no_grad():
        likely = torch.log_softmax(model(torch.tensor([whole])).logits[0].double(), dim=-1)
    places = range(len(first), len(whole))
    total = math.fsum(float(likely[place - 1, whole[place]]) for place in places)
    return total, all(int(likely[place - 1].argmax()) == whole[place] for place in places)


def test_log_likelihoods_are_those_of_a_direct_forward(made: Path) -> None:
    scores = _scored(made, ASKED)
    assert [score.tokens for score in scores] == [(1, 2, 3), (1, 4)]
    for asked, score in zip(ASKED, scores, strict=True):
        for option, likely, greedy in zip(asked.options, score.log_likelihoods, score.greedy, strict=True):
            wanted, best = _directly(made, asked.prefix.rstrip(" "), " " + option.strip())
            assert likely == pytest.approx(wanted, abs=1e-5)
            assert greedy == best


def test_neither_order_nor_threads_change_a_score(made: Path) -> None:
    first = _scored(made, ASKED)
    assert _scored(made, ASKED[::-1], GUILDMARK_THREADS="2")[::-1] == first


def test_greedy_answers_are_what_it_finds_likeliest(made: Path) -> None:
    """What it generates is, asked for as an option, greedy in every token; another option is not."""
    asked = Request((Message("user", "the dog sat"),), Sampling(max_tokens=4))
    (reply,) = _said(made, asked)
    assert (reply.finish, reply.tokens, reply.prompt_tokens) == ("length", 4, 7)
    prefix = "user : the dog sat assistant :"
    other = " cat" if reply.text.split()[0] != "cat" else " dog"
    (score,) = _scored(made, [Continuation(prefix, (" " + reply.text, other))])
    assert score.greedy == (True, False)


def test_an_answer_tells_when_its_first_token_came(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All others come after it."""
    slow(monkeypatch, hf)
    put = Request((Message("user", "the dog sat"),), Sampling(max_tokens=4))

    async def asked(model: Any) -> tuple[Timed, float]:
        await model.generate([put])  # which loads it
        start = time.perf_counter()
        (found,) = await model.timed([put])
        return found, time.perf_counter() - start

    found, took = _with(open_model(f"hf:{made}"), asked)
    assert found.first > SLOWER
    assert took - found.first > SLOWER * (found.reply.tokens - 1)


def test_chance_is_drawn_by_its_seed(made: Path) -> None:
    def put(seed: int, turn: int) -> Request:
        return Request((Message("user", "the"),), Sampling(max_tokens=12, temperature=2.0, seed=seed), turn)

    one, same, turned, other = (reply.text for reply in _said(made, put(1, 0), put(1, 0), put(1, 1), put(2, 0)))
    assert one == same
    assert len({one, turned, other}) == 3


def test_a_word_that_ends_an_answer_is_left_out(made: Path) -> None:
    (whole,) = _said(made, Request((Message("user", "the cat"),), Sampling(max_tokens=6)))
    stop = whole.text.split()[1]
    (cut,) = _said(made, Request((Message("user", "the cat"),), Sampling(max_tokens=6, stop=(stop,))))
    assert (cut.finish, cut.text.strip()) == ("stop", whole.text.split()[0])


def test_the_manifest_says_what_was_loaded(made: Path) -> None:
    told = open_model(f"hf:{made}").describe()
    assert told["digest"] == _safetensors.opened(made, str(made)).digest()
    assert (told["provider"], told["layout"], told["device"]) == ("hf", "float32", "cpu")
    assert "torch" in told["engine"]


def test_a_text_longer_than_the_context_is_refused(made: Path) -> None:
    with pytest.raises(Refused, match="are more than the 64"):
        _scored(made, [Continuation("the " * 70, (" cat",))])
    with pytest.raises(Refused, match="are more than the 64"):
        _said(made, Request((Message("user", "the"),), Sampling(max_tokens=64)))


def _folder(path: Path, **files: Any) -> Path:
    path.mkdir()
    for name, held in {"config.json": {"model_type": "llama"}, "model.safetensors": b"", **files}.items():
        body = held if isinstance(held, bytes) else json.dumps(held).encode()
        if held is not None:
            (path / name).write_bytes(body)
    return path


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"model.safetensors": None, "pytorch_model.bin": b"\x80\x04."}, "pytorch_model.bin is a pickle"),
        ({"config.json": {"model_type": "llama", "auto_map": {"AutoModel": "m.M"}}}, "names code of the model's own"),
        ({"tokenizer_config.json": {"auto_map": {"AutoTokenizer": "t.T"}}}, "names code of the model's own"),
        ({"adapter_config.json": {}}, "adapter"),
        ({"config.json": {"quantization_config": {"bits": 4}}}, "quantised"),
        ({"config.json": {"transformers_weights": "adapter_model.bin"}}, "names adapter_model.bin as its weights"),
        ({"model.safetensors.index.json": {"weight_map": {"w": "x.bin"}}}, "names x.bin as its weights"),
        ({"model.safetensors.index.json": {"weight_map": {"w": "../x.safetensors"}}}, "which is no safetensors in its"),
        ({"model.safetensors.index.json": {"weight_map": [1]}}, "as its weights"),
        ({"config.json": b"{" * 10}, "cannot be read"),
        ({"config.json": b"[" * 100_000}, "cannot be read"),
        ({"config.json": b"[]"}, "no mapping"),
    ],
)
def test_what_would_bring_code_or_is_no_plain_model_is_refused(tmp_path: Path, files: Any, word: str) -> None:
    with pytest.raises(Refused, match=word):
        _safetensors.opened(_folder(tmp_path / "model", **files), "model")


def test_a_folder_without_a_configuration_is_told(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match=r"no config\.json"):
        _safetensors.opened(tmp_path, "model")


@pytest.mark.parametrize("named", ["hf:", "hf:nowhere", "hf:a/b/c", "hf:x?device=tpu"])
def test_a_model_that_is_not_there_is_told(named: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install 'guildmark[transformers]'")
    with pytest.raises(GuildmarkError):
        open_model(named)


def test_without_its_packages_it_says_which_extra_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(AskedWrongly, match="needs the package") as told:
        open_model("hf:somewhere")
    assert "guildmark[transformers]" in told.value.hint


def test_nothing_is_unpickled_whatever_way_is_taken(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index sends transformers to a pickle; without our look at it torch is still kept from reading it."""
    import torch

    folder = _folder(tmp_path / "model", **{each.name: each.read_bytes() for each in made.iterdir()})
    monkeypatch.setattr(_safetensors, "_plain_parts", lambda path, config: None)
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    torch.save({"model.norm.weight": torch.ones(32)}, folder / "x.bin")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": {"model.norm.weight": "x.bin"}})
    )
    with pytest.raises(Refused, match="would be unpickled"):
        _scored(folder, ASKED)
    assert torch.load(folder / "x.bin")["model.norm.weight"].sum() == 32


def test_damaged_weights_are_refused_in_a_sentence(made: Path, tmp_path: Path) -> None:
    folder = _folder(
        tmp_path / "model", **{each.name: each.read_bytes() for each in made.iterdir() if each.suffix != ".safetensors"}
    )
    (folder / "model.safetensors").write_bytes((made / "model.safetensors").read_bytes()[:999])
    with pytest.raises(Refused, match="cannot load"):
        _scored(folder, ASKED)
