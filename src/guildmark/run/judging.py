"""A judge of a run's answers: which model, asked by which rubric, and how far it is known to agree with people."""

from typing import Any

import msgspec

from guildmark.benchmark import Benchmark, Sample
from guildmark.errors import AskedWrongly, Refused, RunError
from guildmark.provider import Model, Reply, Request
from guildmark.rubric import Rubric, load
from guildmark.run.journal import Line
from guildmark.run.manifest import Agreement, Judge, Manifest
from guildmark.run.result import Result
from guildmark.run.turns import so_far
from guildmark.scorer import Scored, Scorer


class Judging:
    """A judge at work; `record` is what a run's manifest says of it."""

    def __init__(self, benchmark: Benchmark, model: Model) -> None:
        """Raises AskedWrongly where the benchmark has no rubric, or the model cannot answer."""
        if not benchmark.rubric:
            raise AskedWrongly(f"{benchmark.id} has no rubric for a judge", "leave out --judge")
        if "generate" not in model.abilities:
            raise AskedWrongly("this model cannot judge, for it does not answer", "name another --judge")
        self.rubric, self.model = load(benchmark.rubric), model
        self.record = Judge(
            model.describe(), self.rubric.id, self.rubric.version, self.rubric.digest(), self.rubric.sampling
        )
        self.served = ""
        """As which model it answers; a run that is gone on with knows it from before."""

    def measured(self, gold: Result) -> None:
        """Take note of how far it agrees with people; raises AskedWrongly where that was measured of another."""
        run, record = gold.run, self.record
        kept, asked = (run.model, run.settings.sampling), (record.model, record.sampling)
        if (run.benchmark.id, run.benchmark.version) != (self.rubric.gold, self.rubric.version) or kept != asked:
            raise AskedWrongly(
                f"that run of {run.benchmark.id} {run.benchmark.version} does not measure this judge by this rubric",
                f"measure it by guildmark eval JUDGE {self.rubric.gold or '(this rubric has no gold set)'}",
            )
        put = run.benchmark
        found = Agreement(put.id, put.version, put.digest, gold.samples, gold.measurements, gold.score_digest)
        self.record = msgspec.structs.replace(record, agreement=found)

    def beside(self, scorer: Scorer) -> Scorer:
        """The scorer, with the judge's verdict beside its scores."""

        async def compare(sample: Sample, reply: Any) -> Scored:
            scored = scorer.compare(sample, reply)
            if not isinstance(scored, Scored):
                scored = await scored
            return self.rubric.judged(sample, scored, await self._verdict(sample, reply))

        return msgspec.structs.replace(scorer, compare=compare)

    async def _verdict(self, sample: Sample, reply: Reply) -> Reply:
        """What the judge says of the last reply, in sight of all before it; raises ModelError."""
        asked = so_far(Request(sample.messages()), sample.then, reply.before).messages
        put = Request(self.rubric.put(asked, reply.text, sample.answer), self.rubric.sampling)
        (verdict,) = await self.model.generate([put])
        if verdict.model and self.served and verdict.model != self.served:
            raise Refused(
                f"the judge now answers as {verdict.model}, and before as {self.served}", "ask one judge, and resume"
            )
        self.served = self.served or verdict.model
        return verdict


def verdict_again(manifest: Manifest, line: Line, sample: Sample, scored: Scored) -> Scored:
    """A sample's scores with those of the verdict that the run has kept; raises RunError where it has none."""
    if manifest.judge is None:
        return scored
    rubric = _same(manifest.judge)
    if line.judged is None:
        raise RunError(f"the run has no verdict of its judge on {line.sample}", "the run was changed: do not use it")
    return rubric.judged(sample, scored, line.judged)


def _same(judge: Judge) -> Rubric:
    rubric = load(judge.rubric)
    if rubric.digest() != judge.digest:
        raise RunError(
            f"the judge was asked by rubric {judge.rubric} {judge.version}, and it is {rubric.version} now",
            "rescore with the Guildmark that made the run",
        )
    return rubric
