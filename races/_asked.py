"""The samples that the races of the engine put: so many questions, each asking for its last word."""

from collections.abc import Iterator

from guildmark.benchmark import Benchmark, Sample, benchmark


def echo(count: int) -> Benchmark:
    """A benchmark of so many questions of about twenty words."""

    def echoed() -> Iterator[Sample]:
        """Does it say the last word?"""
        for number in range(count):
            yield Sample(f"s{number}", question(number), f"w{number}", category="abc"[number % 3])

    return benchmark(version="1", kind="text", scorer="exact", max_tokens=16)(echoed)


def question(number: int) -> str:
    """The text of a question, whose answer is `w` and its number."""
    return f"What is the capital of the country number {number}, in one word? Say only the word w{number}"
