"""Benchmarks for tests: questions whose answers stand in them."""

from collections.abc import Iterator

from guildmark.benchmark import Benchmark, Sample, benchmark


def echo(count: int, start: int = 0) -> Benchmark:
    """So many questions; each asks for its last word."""

    def echoed() -> Iterator[Sample]:
        """Does it say the last word?"""
        for number in range(start, start + count):
            category = "ab"[number % 2]
            yield Sample(f"word-{number}", f"Say only this word: w{number}", f"w{number}", category=category)

    return benchmark(version="1", kind="text", scorer="exact", data=(), max_tokens=8)(echoed)
