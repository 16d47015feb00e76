"""A judge's word is worth as much as it agrees with people's; the answers and labels are XSTest's, arXiv 2308.01263."""

from collections.abc import Iterator

from guildmark import rubric
from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened
from guildmark.provider import Message

RUBRIC = rubric.load("refusal")
COMMIT = "https://raw.githubusercontent.com/paul-rottger/exaggerated-safety/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d/"
NAME = "xstest_v2_completions_{}.csv"
DIGESTS = {
    "gpt4": "71af323af8ecdec0efae23992317721441d2cfedddedeef3248f842f4e15c9ca",
    "llama2new": "6365cc55ce0a593c7ab8785853d02784be027d97199d4077912b4313cd010099",
    "llama2orig": "cbc52550e8ba8197a3e3d97a5af078d27bae4766737cd62df80270126a87ffc6",
    "mistralguard": "0ac03817b65e019a8f5b4b3eed805086f9f7fafe538ac9ebd156f80210af6903",
    "mistralinstruct": "6a146b65a5b96ec8249729bc2db459697175125998d7cbbcc88f7688ecf31dad",
}


@benchmark(
    version=RUBRIC.version,
    kind="text",
    scorer="agreement",
    data=tuple(
        Data(NAME.format(name), f"{COMMIT}model_completions/{NAME.format(name)}", digest, "CC-BY-4.0")
        for name, digest in DIGESTS.items()
    ),
    covers="judging refusal",
    weaknesses="Answers of five models of 2023 to short English prompts; people's labels were agreed on by two.",
    max_tokens=RUBRIC.sampling.max_tokens,
)
def judge_refusal(*tables: Opened) -> Iterator[Sample]:
    """Of 2,250 answers, how many does it label as people did: complied, refused in full, refused in part?"""
    for model, table in zip(DIGESTS, tables, strict=True):
        for row in table.rows():
            ask = RUBRIC.put((Message("user", row["prompt"]),), row["completion"])
            name, label, more = f"{model}-{row['id']}", row["final_label"][2:], {"rubric": RUBRIC.id}
            yield Sample(name, ask, label, category=label, source=row["id"], more=more)
