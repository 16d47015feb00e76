"""Our reading of licence texts against other tools, on the same texts: right, false opens, time, memory.

    python -m races.licences --peers FOLDER [--wheels FOLDER] [--standard] [--mirror FOLDER] [--traps N] [--record]

FOLDER holds a virtual environment a peer: `scancode` (scancode-toolkit-mini and "pluggy<1.7") and `licenseclassifier`;
one that is absent is left out, and the race says so. The texts are the mirror's and, with --wheels, ScanCode's own
texts of SPDX's licences, of which none is a reference of ours. Traps are the mirror's open texts with a restriction put
in by a seeded choice. A *false open* is a trap, or a text of a closed licence, of which a tool names open licences
alone. Right is the id, whether `only` or `or later`; for a licence that SPDX does not list, ScanCode's key."""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from races.results import record

from guildmark import licences

SCANCODE = "LicenseRef-scancode-"
# The texts of the mirror, and what each of them is.
TEXTS = {
    "AGPL-3.0.txt": "AGPL-3.0-only",
    "Apache-2.0.txt": "Apache-2.0",
    "BSD-2-Clause.txt": "BSD-2-Clause",
    "BigScience-BLOOM-OpenRAIL-M.txt": SCANCODE + "bigscience-open-rail-m",
    "BigScience-BLOOM-RAIL-1.0.txt": SCANCODE + "bigscience-rail-1.0",
    "CC-BY-4.0.txt": "CC-BY-4.0",
    "CC-BY-NC-4.0.txt": "CC-BY-NC-4.0",
    "CC-BY-SA-4.0.txt": "CC-BY-SA-4.0",
    "CC0-1.0.txt": "CC0-1.0",
    "CreativeML-OpenRAIL-M.txt": SCANCODE + "stable-diffusion-2022-08-22",
    "DeepSeek-Code-MIT.txt": "MIT",
    "GPL-3.0.txt": "GPL-3.0-only",
    "LGPL-3.0.txt": "LGPL-3.0-only",
    "Llama2.txt": SCANCODE + "llama-2-license-2023",
    "MIT.txt": "MIT",
    "Meta-llama3.txt": "LicenseRef-Meta-Llama-3",
    "Meta-llama3_1.txt": SCANCODE + "llama-3.1-license-2024",
    "Meta-llama3_2.txt": SCANCODE + "llama-3.2-license-2024",
    "Meta-llama3_3.txt": SCANCODE + "llama-3.3-license-2024",
    "OPT-175B.txt": "LicenseRef-Meta-OPT-175B",
    "OpenRAIL++.txt": SCANCODE + "bigscience-open-rail-m2",
    "PDDL.txt": "PDDL-1.0",
    "SEER.txt": "LicenseRef-Meta-SEER",
    "apple-ml-ferret-2023.LICENSE": SCANCODE + "apple-ml-ferret-2023",
    "bigscience-open-rail-m.LICENSE": SCANCODE + "bigscience-open-rail-m",
    "bigscience-rail-1.0.LICENSE": SCANCODE + "bigscience-rail-1.0",
    "deepseek-la-1.0.LICENSE": SCANCODE + "deepseek-la-1.0",
    "fair-ai-public-1.0-sd.LICENSE": SCANCODE + "fair-ai-public-1.0-sd",
    "fair-ai-public-1.0.txt": SCANCODE + "fair-ai-public-1.0",
    "falcon-2-11b-1.0.LICENSE": SCANCODE + "falcon-2-11b-1.0",
    "falcon-2-11b-1.0.txt": SCANCODE + "falcon-2-11b-1.0",
    "gemma-pup-2024-02-21.LICENSE": SCANCODE + "gemma-pup-2024-02-21",
    "gemma-tou-2025-03-24.LICENSE": SCANCODE + "gemma-tou-2025-03-24",
    "la-opt-nxp-v51-2023.LICENSE": SCANCODE + "la-opt-nxp-v51-2023",
    "llama-3.1-license-2024.LICENSE": SCANCODE + "llama-3.1-license-2024",
    "llama-3.3-license-2024.LICENSE": SCANCODE + "llama-3.3-license-2024",
    "llama-4-license-2025.LICENSE": SCANCODE + "llama-4-license-2025",
    "ltxv-owl-2025-04-17.LICENSE": SCANCODE + "ltxv-owl-2025-04-17",
    "mdl-2021.LICENSE": SCANCODE + "mdl-2021",
    "mdl-2021.txt": SCANCODE + "mdl-2021",
    "moonshot-ai-modified-mit-2025.txt": SCANCODE + "moonshot-ai-modified-mit-2025",
    "nvidia-model-training-2025.LICENSE": SCANCODE + "nvidia-model-training-2025",
    "ocamlpro-nc-v1.LICENSE": SCANCODE + "ocamlpro-nc-v1",
    "openmdw-1.0.LICENSE": "OpenMDW-1.0",
    "qwen-2024.LICENSE": SCANCODE + "qwen-2024",
    "scancode_bigcode-open-rail-m-v1.txt": SCANCODE + "bigcode-open-rail-m-v1",
    "scancode_falcon-2-11b-1.0.txt": SCANCODE + "falcon-2-11b-1.0",
    "scancode_gemma-tou-2025-03-24.txt": SCANCODE + "gemma-tou-2025-03-24",
    "scancode_nvidia-open-model-2025-04-28.txt": SCANCODE + "nvidia-open-model-2025-04-28",
    "scancode_qwen-2024.txt": SCANCODE + "qwen-2024",
    "scancode_tongyi-qianwen-2023.txt": SCANCODE + "tongyi-qianwen-2023",
    "stability-ai-community-2024.LICENSE": SCANCODE + "stability-ai-community-2024",
    "stable-diffusion-2022-08-22.LICENSE": SCANCODE + "stable-diffusion-2022-08-22",
    "tongyi-qianwen-2023.LICENSE": SCANCODE + "tongyi-qianwen-2023",
}
OPEN = {"AGPL-3.0-only", "Apache-2.0", "BSD-2-Clause", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT", "GPL-3.0-only"}
OPEN |= {"LGPL-3.0-only", "OpenMDW-1.0", "PDDL-1.0"}

RESTRICTIONS = (
    "The Software may not be used for commercial purposes.",
    "For non-commercial use only.",
    "Non-commercial use only",
    "Academic Use Only",
    "Personal Use",
    "Research Preview",
    "Evaluation Copy",
    "No derivatives",
    "Commercial use requires a paid licence.",
    "You may not use this software for military purposes.",
    "You must not use the model to harm others, or to spread disinformation.",
    "The Software shall be used for Good, not Evil.",
    "Use is limited to academic research.",
    "Companies with more than 100 employees must obtain a licence.",
    "If you have more than 700 million monthly active users, you must request a licence from us.",
    "This licence does not apply in the European Union.",
    "Redistribution is prohibited.",
    "You may not train other models with it.",
    "Not for use by competitors.",
    "Subject to the Acme Acceptable Use Policy.",
    "See ACCEPTABLE_USE.md for restrictions.",
    "The Commons Clause applies.",
    "Patent rights are reserved.",
    "All rights reserved except as stated.",
    "You may use it on Sundays alone.",
    "Nur für nicht-kommerzielle Nutzung.",
    "Usage réservé à la recherche.",
    "Solo para uso no comercial.",
    "仅限非商业用途",
    "商用利用禁止。",
)

OURS = """
import resource, sys, time, json
started = time.perf_counter()
from guildmark import licences
licences.read("x")
began = time.perf_counter()
for path in sys.stdin.read().splitlines():
    reading = licences.read(open(path, "rb").read())
    print(json.dumps([path, reading.licence or "", reading.open is True]))
"""
SCANCODE_ASKS = """
import resource, sys, time, json
started = time.perf_counter()
from scancode import api
api.get_licenses(__file__)
began = time.perf_counter()
for path in sys.stdin.read().splitlines():
    print(json.dumps([path, api.get_licenses(path)["detected_license_expression_spdx"] or "", None]))
"""
CLASSIFIER = """
import resource, sys, time, json
started = time.perf_counter()
from licenseclassifier import identify_license
identify_license("MIT License")
began = time.perf_counter()
for path in sys.stdin.read().splitlines():
    found = identify_license(open(path, errors="replace").read())
    print(json.dumps([path, " AND ".join(dict.fromkeys(one.id for one in found)), None]))
"""
END = """
took = time.perf_counter() - began
print(json.dumps([began - started, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""
PEERS = {"scancode": SCANCODE_ASKS, "licenseclassifier": CLASSIFIER}
SEED = 4


class Case(NamedTuple):
    """A file, what it is ("" for a trap), and whether calling it open is right."""

    path: Path
    licence: str
    open: bool


class Score(NamedTuple):
    """What a tool reached."""

    right: int
    texts: int
    false_opens: int
    closed: int
    start: float
    milliseconds: float
    megabytes: int

    def __str__(self) -> str:
        share = f"{self.right} of {self.texts} right ({100 * self.right / max(1, self.texts):.1f} %)"
        told = f"{share}, {self.false_opens} false opens of {self.closed}"
        return f"{told}, {self.milliseconds:.1f} ms a text, start {self.start:.2f} s, {self.megabytes} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--mirror", type=Path, default=Path("../shared/data"))
    parser.add_argument("--wheels", type=Path)
    parser.add_argument(
        "--standard", action="store_true", help="of SPDX's licences those that OSI, FSF or OPEN_DATA list"
    )
    parser.add_argument("--traps", type=int, default=200)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [*corpus(asked, Path(folder))]
        for name, score in contest(asked.peers, cases):
            print(f"{name}: {score}")
            if asked.record and isinstance(score, Score):
                command = "python -m races.licences --peers FOLDER --wheels FOLDER" + " --standard" * asked.standard
                of = "licences, standard and AI" if asked.standard else "licences"
                record(f"{of}, {name}", str(score), "at least 95 % right, 0 false opens", command)


def corpus(asked: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """The texts and the traps, each as a file."""
    home = asked.mirror / "openness" / "licences"
    for name, id in TEXTS.items():
        yield written(folder / name, bare((home / name).read_text("utf-8")), id)
    if asked.wheels:
        every = listed(next(asked.wheels.glob("scancode_toolkit_mini-*.whl")), folder)
        yield from (case for case in every if not asked.standard or is_standard(case.licence))
    choose = random.Random(SEED)
    sources = [name for name, id in TEXTS.items() if id in OPEN]
    for number in range(asked.traps):
        lines = bare((home / choose.choice(sources)).read_text("utf-8")).splitlines()
        lines.insert(choose.randrange(len(lines) + 1), choose.choice(RESTRICTIONS))
        yield written(folder / f"trap-{number}.txt", "\n".join(lines), "")


def is_standard(id: str) -> bool:
    """Whether OSI or FSF approve of a licence, or it is of the Creative Commons or an open data licence."""
    flags = licences.flags(id)
    return bool(flags and (flags.osi or flags.fsf)) or id in licences.OPEN_DATA or id.startswith("CC-")


def listed(wheel: Path, folder: Path) -> Iterator[Case]:
    """ScanCode's texts of the licences that SPDX lists."""
    with zipfile.ZipFile(wheel) as packed:
        for place in sorted(packed.namelist()):
            if place.startswith("licensedcode/data/licenses/") and place.endswith(".LICENSE"):
                _, front, text = re.split(r"^---\s*$", packed.read(place).decode(), maxsplit=2, flags=re.MULTILINE)
                key = re.search(r"^spdx_license_key: (\S+)$", front, re.MULTILINE)
                known = licences.flags(key[1]) if key else None
                if known and not known.deprecated and len(text.split()) > 60 and "exception" not in known.id.lower():
                    yield written(folder / f"listed-{known.id}.txt", text, known.id)


def bare(text: str) -> str:
    """A text without the YAML before it."""
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)


def written(path: Path, text: str, id: str) -> Case:
    path.write_text(text, "utf-8")
    return Case(path, id, bool(id) and licences.is_open_corrected(id))


def contest(peers: Path, cases: list[Case]) -> Iterator[tuple[str, Score | str]]:
    yield "guildmark", score(sys.executable, OURS, cases)
    for name, source in PEERS.items():
        python = peers / name / "bin" / "python"
        yield name, score(str(python), source, cases) if python.exists() else f"absent: there is no {python}"


def score(python: str, source: str, cases: list[Case]) -> Score:
    """What a tool says of all cases, in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(source + END)
        script.flush()
        asked = "\n".join(str(case.path) for case in cases)
        ran = subprocess.run([python, script.name], input=asked, capture_output=True, text=True, check=True)
    *rows, (start, took, megabytes) = (json.loads(line) for line in ran.stdout.splitlines() if line.startswith("["))
    told = {path: (id, opened) for path, id, opened in rows}
    texts = [case for case in cases if case.licence]
    right = sum(is_right(told[str(case.path)][0], case.licence) for case in texts)
    closed = [case for case in cases if not case.open]
    wrong = sum(calls_open(*told[str(case.path)]) for case in closed)
    return Score(right, len(texts), wrong, len(closed), start, 1000 * took / len(cases), megabytes)


def is_right(said: str, licence: str) -> bool:
    """Whether one of the names given is the licence's, and none is another text's."""
    ids = [id for id in re.split(r" AND | OR |[()]", said) if id.strip()]
    return len(ids) == 1 and (licences.same(ids[0].strip(), licence) or licences.same(resolved(ids[0]), licence))


def resolved(id: str) -> str:
    named = licences.of_name(id.strip())
    return named.id if named else id


def calls_open(said: str, opened: bool | None) -> bool:
    """A tool without a word of its own on openness says it by its ids."""
    return opened is True if opened is not None else bool(said) and licences.judge(said).open is True


if __name__ == "__main__":
    main()
