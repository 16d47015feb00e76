"""By which signs each component is known: in names, in what the files hold, and in what a card only tells of."""

import re
from typing import NamedTuple

from guildmark import late
from guildmark.openness.snapshot import Sort


class Signs(NamedTuple):
    """`name` is searched in the plain path of files of `sorts`, `holds` in their first 64 KB (where it is given).

    A file of `by_contents` that holds all patterns of one group of `alone` needs no such name, but where its path
    fits `never` it is something else. `heading` finds a card's section, `told` a sentence or a link that speaks of
    the component without holding it."""

    sorts: tuple[Sort, ...]
    name: re.Pattern[str]
    holds: re.Pattern[str] | None = None
    heading: re.Pattern[str] | None = None
    told: re.Pattern[str] | None = None
    alone: tuple[tuple[re.Pattern[str], ...], ...] = ()
    never: re.Pattern[str] | None = None
    by_contents: tuple[Sort, ...] = ("code",)


def _name(words: str, ending: str = "") -> re.Pattern[str]:
    """A whole word of a path, or several (`a_b`)."""
    return late.compile(rf"(?:^|[/_.])(?:{words})(?=[/_.\d]|$){ending}")


def _code(pattern: str) -> re.Pattern[str]:
    """A pattern of code, where small and capital letters differ (and which is searched several times as fast)."""
    return late.compile(pattern, re.MULTILINE)


def _line(pattern: str) -> re.Pattern[str]:
    return late.compile(pattern, re.IGNORECASE | re.MULTILINE)


_TRAINING_NAME = _name(r"\w*train(?:er|ing)?\w*|fine_?tun\w*|tuning|eval\w*|benchmarks?|metrics?|scor(?:e|er|ing)")
_TABLE = r"\.(?:csv|tsv|jsonl|ndjson|parquet|arrow|tfrecord|npz|jsonl\.gz|conll|conllu|zst)$"
_NO_DATA = (
    r"^(?!.*(?:^|[/_])(?:logs?|logging|loss(?:es)?|metrics?|history|results?|scores?|predictions?|samples_\w*|outputs?"
    r"|checkpoints?|config|args|leaderboard|tokenizer|vocab|\w*dict(?:ionary)?|lexicon|stop_?words|readme"
    r"|licen[cs]e|(?:labels?(?:_\w+)?|classes|names)(?=\.txt$))(?:[/_.]|$))"
)
_HELD_OUT = r"test|val|valid|validation|dev|eval|evaluation|heldout|held_out|benchmark"
_BENCHMARKS = (
    r"MMLU|HellaSwag|ARC[- ](?:Challenge|Easy|c\b|e\b)|arc_challenge|GSM8K|HumanEval|MBPP|TruthfulQA|BoolQ|PIQA"
    r"|Wino[Gg]rande|LAMBADA|[Ll]ambada|BBH|BIG-bench|SuperGLUE|GLUE|SQuAD|LibriSpeech|WMT ?\d\d|FLORES|XNLI"
    r"|MTEB|IFEval|MT-Bench"
    r"|MMMU|AGIEval|TriviaQA|C-Eval|CMMLU|CoNLL|COCO val|ImageNet[- ]?1k val|Common Voice|VoxCeleb"
)
_METRIC = (
    r"\"?\b(?:acc(?:uracy|_\w+)?|f1|bleu|rouge\w*|scores?|results?|wer|cer|em|exact_match|loss|ppl|perplexity|pass@\d+|\w*auc"
    r"|avg_prec|precision|recall|mae|rmse|mse|map|\w*reward|top[-_]?[15]|\w+_f|mmlu|metrics?)\b"
)

SIGNS: dict[str, Signs] = {
    "model_architecture": Signs(
        ("code",),
        _name(
            r"model(?:s|ing|ling)?|network|networks|net|arch|architecture|backbone|modules?|layers|transformer|nets?"
            r"|gpt\w*|bert\w*|resnet\w*|unet\w*"
        ),
        _line(
            r"class\s+\w+\([^)\n]{0,200}(nn\.Module|keras\.Model|tf\.Module|eqx\.Module|hk\.Module|PreTrainedModel"
            r"|nn\.Layer|nn\.Block|LightningModule)\b|\bmtf\.|import mesh_tensorflow|\b(Chain|Dense|Sequential)\("
            r"|struct \w*(Weights|Transformer|Attention)\b|layers\.(Dense|Conv2D|LSTM)\("
            r"|nn\.(Linear|Conv\dd|Embedding)\("
        ),
        alone=(
            (
                _code(r"class\s+\w+\([^)\n]{0,200}\b(Module|PreTrainedModel|keras\.Model|LightningModule|nn\.Cell)\)"),
                _code(r"def (forward|__call__|call|construct)\("),
            ),
        ),
        never=_name(r"loss(?:es)?|optim\w*|eval\w*|metrics?|fine_?tun\w*|lora|tuning"),
        told=_line(r"\b(architecture|model|modell?ing) (code|definition|implementation)\b.{0,80}https?://"),
    ),
    "training_code": Signs(
        ("code",),
        _name(
            r"(?:pre)?train(?:er|ing)?|pre_?train(?:ing)?(?:_\w+)?|train_\w+|fine_?tun(?:e|ing)\w*|tun(?:e|ing)"
            r"|run_(?:clm|mlm|t5|glue|qa|speech\w*)\w*|sft|dpo|rlhf|ppo|grpo|distill\w*|fit"
        ),
        _line(
            r"\.backward\(|optimi[sz]er\.(step|zero_grad|apply)|\boptim\.step|\bTrainer\(|trainer\.(train|fit)|\.fit\("
            r"|\bpretrain\(|value_and_grad|GradientTape|deepspeed|torchrun|accelerate launch|apply_gradients|train_step"
            r"|\btrain_loop|torch\.optim|python3? \S*train|\bsrun\b|t5_mesh_transformer|jax\.grad|train!\(|axolotl"
            r"|\.learn\(|fasttext \w+ -input|\blmplz\b|\b(yolo|spacy|rasa|llamafactory-cli) train\b"
            r"|\bfit\w*\([a-z_]+ ?~|model\.train\(\w+=|train_supervised\("
            r"|lgb\.train\(|xgb\.train\("
        ),
        alone=(
            (
                _code(r"\.backward\(|value_and_grad\(|GradientTape"),
                _code(r"[Oo]ptimi[sz]er|apply_gradients|optax|\bgrads\b"),
            ),
            (_code(r"(estimator|utils|trainer)\.train(_model)?\("), _code(r"steps|epoch")),
            (_code(r"\.fit\((X|x|train|\w+_train|features|\w*ds\b)"), _code(r"\.dump\(|\.save\w*\(|to_disk\(")),
            (_code(r"train!\("), _code(r"opt")),
        ),
        never=_name(r"train_tokeni[sz]er|tokeni[sz]ers?|eval\w*|metrics?"),
        told=_line(
            r"\b(pre-?)?train(ing)? (code|scripts?|framework|codebase|library|repo(sitory)?|recipes?)\b"
            r"|\bpython3? (-m )?\S*train|学習コード|训练代码|训练脚本|código de entrenamiento|code d['’]entra[iî]nement"
            r"|trainingscode|학습 코드|код обучения|\b(built|made|trained) with (axolotl|unsloth|autotrain|trl)\b"
            r"|\btrain(ed|ing)?\b.{0,40}\b(library|code ?base|framework|repository|repo)\b"
            r"|\btrained (using|with) (the )?"
            r"\[?(gpt-neox|megatron|nemo|fairseq|nanotron|t5x|mesh|axolotl|litgpt|llm-foundry|olmo)"
        ),
    ),
    "inference_code": Signs(
        ("code",),
        _name(
            r"infer(?:ence)?|generat(?:e|ion)(?:_\w+)?|predict(?:or|ion)?|handler|pipeline\w*|translate|transcribe"
            r"|completion|\w*text_generation\w*|rollout|forecast\w*|sampl(?:e|ing)|decod(?:e|ing)|synthesi[sz]e|detect(?:or)?"
        ),
        _line(
            r"from_pretrained\(|load_state_dict\(|\bgenerate\w*\(|InferenceSession\(|\bpipeline\(|jit\.load\(|\bLlama\("
            r"|load_model\(|\.predict\(|inference_mode|load_checkpoint|load_weights|saved_model\.load|no_grad|torch\.load\("
            r"|\b(model|net|clf|session|estimator)\(|generate_samples|sample_sequence|(?<!def )predict\w*\("
            r"|model\.\w+\(|-m \S+\.gguf|ONNX"
        ),
        alone=(
            (
                _code(
                    r"InferenceSession\(|jit\.load\(|\bLlama\(|\w_pretrained\(|load_state_dict\(|(?<!down)load_model\("
                    r"|torch\.load\(|joblib\.load\(|pickle\.load\(|load_learner\(|readRDS\("
                ),
                _code(r"\.generate\(|\.run\(|\.predict\w*\(|no_grad\(|inference_mode|create_\w*completion|\bpredict\("),
            ),
            (
                _code(
                    r"def (predict\w*|generate(_text|_speech|_audio|_images?)?|infer(ence)?|transcribe|translate"
                    r"|synthesi[sz]e)\("
                ),
                _code(r"\b(model|logits)\b"),
            ),
            (_code(r"::load\(|VarBuilder|from_file\("), _code(r"\.(generate|forward|run|transcribe)\(")),
            (_code(r"(estimator\.predict|infer_model|sess(ion)?\.run|OrtSession)\(|OnnxRuntime|onnxruntime_c"),),
        ),
        never=_TRAINING_NAME,
        told=_line(
            r"from_pretrained\(|\bpipeline\(|\binference (code|scripts?)\b|```python|llama-cli|ollama run|vllm serve"
            r"|llama\.cpp|llama-cpp|python3? -m \S+\.(enjoy|predict|generate|infer\w*|demo|sample)\b"
            r"|create_model\(|SentenceTransformer\(|load_model\(|spacy\.load\("
        ),
    ),
    "evaluation_code": Signs(
        ("code",),
        _name(
            r"eval(?:s|uate|uation|uator|uations)?(?:_\w+)?|benchmark(?:s|ing)?|metrics?|scor(?:e|er|ing)|harness"
            r"|run_glue|perplexity|tasks|validate|validation"
        ),
        _line(
            r"accura|\bf1\b|bleu|rouge|perplexity|\bwer\b|import metrics|\.metrics import|compute_metrics|metric_type"
            r"|lm_eval|lighteval|exact_match|pass@|logits|loglikelihood"
            r"|\bmae\b|rmse|\bauc\b|\brecall\b|lambada|mmlu|MultipleChoice|MultiChoice|predictions|\bmAP@|average_precision|\biou\b"
        ),
        alone=(
            (
                _code(
                    r"jiwer|sacrebleu|classification_report\(|accuracy_score\(|simple_evaluate\(|torchmetrics"
                    r"|evaluator\.evaluate|load_metric\(|yardstick|rouge_score|COCOeval|evaluate_policy\(|confusion_matrix\("
                ),
            ),
        ),
        never=_name(r"\w*train(?:er|ing)?|fine_?tun\w*|tuning|loss(?:es)?"),
        told=_line(
            r"\beval(uation)? (code|scripts?|harness|framework|suite)\b|lm-eval|evaluation[- ]harness|lighteval"
            r"|opencompass|simple-evals|olmes\b"
        ),
    ),
    "preprocessing_code": Signs(
        ("code",),
        _name(
            r"pre_?process(?:ing|ors?)?|prepar(?:e|ation|ing)(?:_\w+)?|clean(?:ing|er)?|de_?dup\w*|filter(?:s|ing)?(?:_\w+)?"
            r"|tokeni[sz]e(?:_\w+)?|data_prep|(?:build|make|create|process|download|convert|prep|get|generate)_(?:\w+_)?"
            r"(?:data|datasets?|corpus|tfrecords?)|data_?process\w*|extract_text|data_module|datamodule|crawl\w*|scrape\w*"
        ),
        _line(
            r"load_dataset|read[_.]csv|read_json|tokeni|clean|dedup|minhash|normali[sz]e|json\.loads|lang.?detect|filter"
            r"|open\(|glob|fasttext|parquet|wget|tfds|span_corruption|import (xml|csv|pandas|librosa|cv2|torchaudio)"
            r"|\.split\("
        ),
        alone=(
            (
                _code(
                    r"[Dd]e-?dup\w*\b.{0,60}\b(documents?|texts?|corpus|pages|lines|examples|data)|langdetect"
                    r"|[Cc]lean(s|ing|ed)? (the |html |up )?(text|documents|html)"
                ),
                _code(r"documents?|corpus|shards?|jsonl"),
            ),
            (_code(r"MinhashDedup|datatrove\.pipeline|dolma\.|datasketch"),),
            (
                _code(r"read[_.](csv|json|parquet|excel)\(|load_dataset\("),
                _code(r"dropna|drop_duplicates|fillna|\.filter\(|\.map\(|clean|mutate\("),
                _code(r"\.to_(csv|parquet|json)\(|save_to_disk\(|TFRecordWriter|write[_.]csv\("),
            ),
        ),
        never=_name(r"train|fine_?tun\w*|eval\w*|metrics?|train_tokeni[sz]er|serve|search|infer\w*"),
        told=_line(
            r"\b(pre-?processing|data(set)? (preparation|processing|cleaning|curation|filtering))"
            r" (code|scripts?|pipeline)\b"
            r"|\bdata (preparation|prep|processing)\b.{0,60}https?://"
        ),
    ),
    "supporting_libraries": Signs(
        ("code", "settings", "other", "document"),
        late.compile(
            r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]+\.txt|environment\.ya?ml|conda[^/]*\.ya?ml"
            r"|pyproject\.toml|setup\.(py|cfg)|pipfile(\.lock)?|poetry\.lock|uv\.lock|pdm\.lock|pixi\.toml|dockerfile[^/]*"
            r"|[^/]+\.dist_info/metadata|cargo\.toml|package\.json|pkg_info|project\.toml|manifest\.toml|renv\.lock"
            r"|description|go\.mod|pom\.xml|build\.gradle|package\.swift|cmakelists\.txt)$"
        ),
        told=_line(r"\b(requires|pip install|dependenc(y|ies)|supporting librar(y|ies))\b"),
    ),
    "evaluation_data": Signs(
        ("data", "settings", "other"),
        late.compile(
            _NO_DATA + r".*(?:"
            r"(?:^|/)(?:eval(?:uation)?s?|eval(?:uation)?_(?:data|sets?)|test_?(?:data|sets?)|benchmarks?(?:_data)?"
            r"|validation|val|dev|test)/[^/]*(?:" + _TABLE[:-1] + r"|\.txt|\.bin)$"
            r"|(?:^|[/_])(?:"
            + _HELD_OUT
            + r")(?:_\w+)?"
            + _TABLE
            + r"|(?:^|/)(?:data|datasets?|corpus|corpora|train(?:ing)?)/"
            r"(?:[^/]+/)*(?:\w+_)?(?:" + _HELD_OUT + r")(?:_\w+)?\.(?:json|txt)$)"
        ),
        told=late.compile(
            r"(?i:\b(evaluated|tested|benchmarked) on\b|\b(evaluation|test) (data|data ?sets?|sets?)\b"
            r"|\bevaluation benchmarks?\b)|\b(?:" + _BENCHMARKS + r")"
        ),
    ),
    "datasets": Signs(
        ("data", "settings", "other"),
        late.compile(
            _NO_DATA + r"(?:.*(?:^|/)(?:data|datasets?|corpus|corpora|train(?:ing)?(?:_data)?)/"
            r"(?!(?:.*[/_])?(?:" + _HELD_OUT + r")[/_.])(?:.*(?:" + _TABLE[:-1] + r"|\.npy|\.txt|\.txt\.gz|\.bin|\.xml"
            r"|\.dvc)|(?:[^/]+/)*(?:\w+_)?train\w*\.json)$"
            r"|(?:.*[/_])?train(?:ing)?(?:_\w+)?(?:" + _TABLE[:-1] + r"|\.txt|\.bin)$)"
        ),
        heading=_line(
            r"\b(training data|pre-?training data|training corpus|data ?sets?|data sources?)\b|^(the )?(data|corpus)$"
        ),
        told=_line(
            r"\b(pre-?)?train(ed|ing)\b.{0,60}\b(on|data|corpus|data ?sets?|tokens|texts)\b|\btraining data\b"
            r"|^datasets?:"
        ),
    ),
    "final_parameters": Signs(
        ("weights",),
        late.compile(r""),
        heading=_line(
            r"\bdownload|\bcheckpoints?\b|\b(available|released|pre-?trained|our|text|vision) models\b|\bmodel zoo\b"
            r"|^models?( weights)?$|\bweights\b"
        ),
        told=_line(
            r"\b(weights|checkpoints?|parameters|models)\b.{0,80}(https?://|gs://|s3://|download|request|apply|available)"
            r"|\.(safetensors|gguf|onnx|ckpt|pth?)\b.{0,60}\b(hub|https?:)"
            r"|from_pretrained\(|\bload_model\(|\bdvc pull\b"
        ),
    ),
    "intermediate_parameters": Signs(
        ("weights",),
        late.compile(
            r"(?:^|[/_.])(?:(?:ckpt|checkpoint|global_step|step|steps|iter|iteration|epoch|tokens?"
            r"|stage)[_=]?\d+\w*)(?=[/_.]|$)"
        ),
        told=_line(
            r"\bintermediate (checkpoints?|weights|parameters|revisions?)|\bcheckpoints? (from|throughout"
            r"|during|at every|every)\b|\brevision ?= ?[\"']?step|\d+ (intermediate |training )?checkpoints\b"
        ),
    ),
    "model_metadata": Signs(
        ("settings", "other", "code"),
        late.compile(
            r"(?:^|(?<!dist_info)/)((config|generation_config|model_index|metadata|hparams|hyperparams|params|trainer_state|training_config"
            r"|model_config|model_info|meta|adapter_config|config_sentence_transformers|all_results|preprocessor_config)"
            r"\.(json|ya?ml|toml|cfg)|training_args\.bin|optimizer\.(pt|bin))$"
            r"|(^|/)configs?/([^/]+/)*[^/]+\.(ya?ml|json|gin|toml|py|cfg)$"
        ),
        alone=(
            (
                _code(
                    r"\b(?:hidden[-_]?(size|dim)|num[-_](hidden[-_])?layers|n[-_]layers?|n_head|d_model|emb_dim|base_num_heads"
                    r"|(base_)?learning_rate|train[-_](iters|steps|batch_size)|batch_size|warmup_\w+|epochs|max_(iters|epochs|steps)"
                    r"|imgsz|optimi[sz]er)\b[\"']?\s*[:=]"
                ),
            ),
        ),
        never=_name(r"eval\w*|results?|\.?pyproject|setup|package|scores?|docker\w*|examples?"),
        by_contents=("settings",),
    ),
    "sample_outputs": Signs(
        ("document", "settings", "data", "other"),
        _name(
            r"samples?|sample_outputs?|replay|outputs?|generations|generated|gallery|completions|predictions|example_outputs?",
            r".*\.(txt|md|json|jsonl|png|jpe?g|gif|webp|wav|mp3|mp4|flac|html|csv)$",
        ),
        heading=_line(
            r"\b(sample|example|generated|model) (outputs?|generations?|completions?|responses?|images?"
            r"|results)\b|^(samples|gallery|showcase|example (conversation|dialogue)s?)$"
        ),
        told=_line(
            r"\b(sample|example|generated) (outputs?|generations?|images?)\b.{0,80}(https?://|\]\()"
            r"|\[(\w+ )?(samples|outputs|gallery|showcase)\]\("
        ),
    ),
    "evaluation_results": Signs(
        ("settings", "data", "document", "other"),
        late.compile(
            r"(?:^|[/_])(?:(?:eval|evaluation|test|all|benchmark|metric|lm_eval|leaderboard|glue|mmlu)[\w]*_?"
            r"(?:results?|scores?|metrics)|results?|eval_results|scores|metrics|evals?)(?:[_/][\w/.]*)?"
            r"\.(?:json|jsonl|csv|tsv|md|txt|ya?ml)$"
        ),
        _line(
            _METRIC + r"[^\n]{0,40}?[:=|,]\s*[\"']?-?\d"
            r"|^[^\n{}:]{0,300}" + _METRIC + r"[^\n{}:]{0,300}\n[^\n{}]*\d"
        ),
        heading=_line(
            r"\b([eé]valuati?on\w*|results?|benchmarks?|performance|metrics|accuracy|scores?|leaderboard|comparison"
            r"|resultados|r[eé]sultats|ergebnisse|bewertung|evaluaci[oó]n|avalia[cç][aã]o|risultati)\b"
            r"|评估|评测|结果|性能|評価|結果|성능|평가|результаты|оценка"
        ),
        alone=(
            (
                _code(r"[\"'](performance|results|metrics|scores|test_\w*|eval_\w*)[\"']\s*:"),
                _code(_METRIC + r"[^\n]{0,40}?[:=|,]\s*[\"']?-?\d"),
            ),
        ),
        never=_name(r"config|package|tokenizer\w*|special_tokens\w*|trainer_state|dvc|croissant"),
        by_contents=("settings",),
        told=_line(
            r"\b(evaluations?(?! (harness|code|suite))|evaluated|results|scores|metrics|leaderboard|benchmarks?)\b.{0,80}(https?://|\]\(|`\S+/|report"
            r"|paper)|\]\([^)]{0,200}(leaderboard|metrics)|\boutperforms?\b|\bstate[- ]of[- ]the[- ]art\b"
        ),
    ),
    "data_card": Signs(
        ("document", "settings", "other"),
        late.compile(
            r"(^|/)(data_?(set)?_?(card|sheet|statement)s?[^/]*|datasheet[^/]*|(data|datasets?|corpus|corpora|training_data)"
            r"/([^/]+/)*(readme|datasheet|card)[^/]*|croissant[^/]*\.json|data_?(set)?_documentation[^/]*"
            r"|data(set)?_(description|nutrition)[^/]*)$"
        ),
        told=_line(r"\b(data ?(set)? ?(card|sheet|statement)s?|data documentation|datasheets? for)\b"),
        heading=_line(
            r"\b(training data|pre-?training data|training corpus|data ?sets?|data sources?|data collection"
            r"|corpus)\b|^(the )?data$"
        ),
    ),
    "technical_report": Signs(
        ("document", "other"),
        late.compile(
            r"(^|/)([^/]*(tech(nical)?_?report|white_?paper|tech_paper)[^/]*|((final|model|project)_)?report"
            r"|reports?/[^/]*(report|description)[^/]*)\.(pdf|md|tex|docx|html)$"
        ),
        told=_line(
            r"\btech(nical)?[ -]report\b|\bwhite ?paper\b|\[[^\]]{0,80}\breport\b[^\]]{0,40}\]\(|\breport on arxiv\b"
        ),
    ),
    "research_paper": Signs(
        ("document", "other"),
        late.compile(
            r"(^|/)(?:[^/]*paper[^/]*\.(?:pdf|tex|md)|(?:arxiv_?)?\d{4}\.\d{4,5}(?:v\d+)?\.pdf"
            r"|(paper|manuscript|article|preprint)s?/[^/]+\.(?:pdf|tex)|(manuscript|preprint|article|thesis)[^/]*\.(pdf|tex))$"
        ),
        told=_line(
            r"arxiv\.org/|arxiv:\s?\d{4}\.|\barxiv preprint\b|aclanthology\.org/|openreview\.net/|doi\.org/10\."
            r"|\bour paper\b|@(article|inproceedings)\{|\bpaper\b.{0,60}https?://|\b(in|see) the paper\b"
        ),
    ),
    "model_card": Signs(
        ("document",),
        late.compile(r"(^|/)(readme[^/]*\.(md|markdown|rst|txt)|model_?card[^/]*\.(md|markdown|txt|rst))$"),
    ),
}
