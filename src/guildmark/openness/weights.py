"""The weights: the final ones, those on the way to them, and shards or pointers that stand for what is not here."""

from guildmark import late
from guildmark.openness.looked import Answer, Doubt
from guildmark.openness.signs import SIGNS, Signs
from guildmark.openness.snapshot import Held, Snapshot

_NUMBERED = late.compile(r"(?:ckpt|checkpoint|global_step|steps?|iter|iteration|epoch|tokens?|stage)[_=]?(\d+)")
_DIGITS = late.compile(r"\d+")
_SHARD = late.compile(r'"([^"/]{1,200}\.(?:safetensors|bin))"')


def final(snapshot: Snapshot, signs: Signs) -> Answer:
    """Weights without a step in their path; where all have one, those of the last step."""
    every = [held for held in snapshot.of("weights") if held.file.size]
    here = [held for held in every if not held.is_pointer]
    last = max((_step(held) for held in here), default=-1)
    held_final = [held for held in here if _step(held) < 0] or [held for held in here if _step(held) == last]
    found = [(held, 0, "") for held in held_final]
    if missing := _missing_shards(snapshot):
        return found, missing
    pointers = [held for held in every if held.is_pointer]
    if not found and pointers:
        held = pointers[0]
        return [], (f"{held.file.path} only points to them", (held.file.seen("line 1", held.head()[:60]),))
    return found, None


def intermediate(snapshot: Snapshot, signs: Signs) -> Answer:
    """Weights of a step: a series of which only the number differs, or a step's own folder beside other weights."""
    every = [held for held in snapshot.of("weights") if held.file.size and not held.is_pointer]
    stepped = [held for held in every if _step(held) >= 0]
    series: dict[str, set[int]] = {}
    for held in stepped:
        series.setdefault(_DIGITS.sub("0", held.path), set()).add(_step(held))
    others = len({_step(held) for held in every}) > 1
    return [
        (held, 0, "")
        for held in stepped
        if len(series[_DIGITS.sub("0", held.path)]) > 1 or (others and _NUMBERED.search(held.folders))
    ], None


def _missing_shards(snapshot: Snapshot) -> Doubt:
    names = {held.file.name for held in snapshot.files if not held.is_pointer}
    for held in snapshot.files:
        if held.file.name.endswith(".index.json"):
            wanted = sorted(set(_SHARD.findall(held.head())))
            lost = [name for name in wanted if name not in names]
            if lost:
                why = f"{held.file.path} names {len(lost)} of {len(wanted)} shards that are not here"
                return why, (held.file.seen("weight_map", ", ".join(lost[:3])),)
    return None


def _step(held: Held) -> int:
    """The number in a checkpoint's path; -1 for none."""
    found = SIGNS["intermediate_parameters"].name.search(held.path) and _NUMBERED.search(held.path)
    return int(found[1][:18]) if found else -1
