"""Runs lm-eval's hf path on the questions of `choice_scoring`: `_choice_peer.py QUESTIONS.json FOLDER MODEL.gguf OUT`.

It needs nothing of Guildmark: an environment with lm-eval, transformers, torch, accelerate and gguf runs it."""

import json
import sys
import time
from pathlib import Path
from typing import Any


def main(questions: Path, folder: str, gguf: str, out: Path) -> None:
    """Write the log-likelihood of each option, and the CPU seconds: of loading, of the whole call of `simple_evaluate`,
    and of that what `loglikelihood` took: tokens and model, nothing else."""
    import lm_eval
    import torch
    from lm_eval.models.huggingface import HFLM

    torch.set_num_threads(1)
    asked = json.loads(questions.read_text())
    data = out.with_suffix(".jsonl")
    data.write_text("".join(json.dumps(each) + "\n" for each in asked))
    began = time.process_time()
    model = HFLM(pretrained=folder, gguf_file=gguf, dtype="float32", device="cpu", batch_size=1)
    task = {
        "task": "choice",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{prefix}}",
        "doc_to_choice": "{{options}}",
        "doc_to_target": 0,
        "target_delimiter": "",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    }
    score, spent = model.loglikelihood, []

    def counted(*words: Any, **named: Any) -> Any:
        started = time.process_time()
        scored = score(*words, **named)
        spent.append(time.process_time() - started)
        return scored

    model.loglikelihood = counted
    started = time.process_time()
    found = lm_eval.simple_evaluate(model=model, tasks=[task], log_samples=True, bootstrap_iters=0)
    whole = time.process_time() - started
    samples = sorted(found["samples"]["choice"], key=lambda sample: sample["doc_id"])
    likely = [[float(each[0][0]) for each in sample["resps"]] for sample in samples]
    out.write_text(
        json.dumps({"start": started - began, "whole": whole, "scoring": sum(spent), "log_likelihoods": likely})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
