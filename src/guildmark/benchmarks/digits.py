"""A model that sees can read a digit; who cannot read these reads no form and no meter; Alpaydin and Kaynak, UCI."""

from collections.abc import Iterator

from guildmark import media
from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened
from guildmark.provider import Message

SIZE = 16
"""A point of the data becomes so many pixels a side."""


@benchmark(
    version="1",
    kind="text",
    scorer="number",
    needs=("images",),
    data=Data(
        "digits.csv.gz",
        "pkg:pypi/scikit-learn@1.9.1#sklearn/datasets/data/digits.csv.gz",
        "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        "CC-BY-4.0",
    ),
    covers="vision",
    weaknesses="Eight by eight points of 16 shades, enlarged without smoothing: people err on some. Ten answers, of "
    "which one is right one time in ten by chance. It stands in every library of machine learning.",
    max_tokens=16,
)
def digits(table: Opened) -> Iterator[Sample]:
    """How many of 1,797 hand-written digits does it read?"""
    for number, line in enumerate(table.text().splitlines()):
        *points, digit = map(int, line.split(","))
        rows = [bytes(min(255, 16 * points[8 * y + x]) for x in range(8) for _ in range(SIZE)) for y in range(8)]
        picture = media.picture(media.png([row for row in rows for _ in range(SIZE)]))
        asked = media.words("Which digit from 0 to 9 is written here? Answer with the digit alone.")
        yield Sample(f"digit-{number}", (Message("user", (picture, asked)),), str(digit), category=str(digit))
