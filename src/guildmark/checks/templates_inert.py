"""A chat template is a program that whoever loads the model runs; its language can reach the whole machine.

Seen in GGUF metadata (CVE-2024-34359) and in a tokenizer's configuration. It is read and judged, never rendered."""

import re
from collections.abc import Iterator

import msgspec

from guildmark import late, structured
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import gguf
from guildmark.records import Finding
from guildmark.subject import Subject

KEYS = ("chat_template", "chat-template", "default_chat_template")
LARGEST_ESCAPED = 1 << 20
_ESCAPED = late.compile(rb"\"[^\"\n]{0,40}\\u00[2-7][^\"\n]{0,40}\"\s*:")
"""A key that is spelt with an escape."""
_OLDER = ("tokenizer_config.json", "chat_template.json")
"""Where a template stood before it had a file of its own."""
ENDINGS = (".jinja", ".jinja2", ".j2", ".prompty")
_MAY_BE_ONE = late.compile(r"\.(template|tmpl|tpl|prompt)$|(template|prompt)[^.]*(\.txt)?$")
"""Names of templates in any language; one counts where it is Jinja and reaches inner attributes."""
LARGEST_BY_ITS_NAME = 1 << 20
MOST_TOLD = 10
_HOLDS = late.compile(
    rb"\"(default_)?chat_templates?\"\s*:\s*[\"\[{]|\"jinjaPromptTemplate\"|template_format[\"']?\s*:\s*[\"']?jinja2|"
    rb"^[^\S\n]*(default_)?chat[_-]template[^\S\n]*:",
    re.MULTILINE,
)
"""Where a JSON or YAML text holds a template: the Hub's, LM Studio's, LangChain's, a server's configuration."""
_REACH = (
    rb"(?:__(?:class|globals|builtins|subclasses|init|bases?|mro|import|dict|code|getattr|getattribute|call|self|func|"
    rb"reduce|reduce_ex|loader|spec|closure|module)__|\|\s*attr\b|\\{1,2}(?:x5f|u005f))"
)
_REACHES = late.compile(rb"\{[{%][^{}]{0,400}?" + _REACH)
_REACHES_IN_JSON = late.compile(rb"\{[{%](?:[^{}\"\\]|\\.){0,400}?" + _REACH)
"""An expression that spells an inner attribute, in text and within one value of JSON."""
_LOADED = late.compile(r"(^|/|!)(chat_template[^/!]*\.jinja2?|additional_chat_templates/[^/!]+\.jinja)$")

_OF_BENTO = "dockerfile.template"
"""What BentoML renders outside of a sandbox before it builds an image (CVE-2026-35044)."""


class Template(msgspec.Struct, frozen=True):
    """A template, the file that holds it, and where. `loaded`: a loader takes it without being asked to. `stray`: it
    stands where no loader known here looks for one, and may be no template."""

    file: File
    at: str
    text: str
    loaded: bool
    stray: bool = False


@check(
    applies_to="model dataset tool",
    remedy="Give the loader a template of your own (`chat_template=`), or use the one of the model's original.",
    bears_on="load",
)
def templates_inert(subject: Subject) -> Iterator[Finding]:
    """Does every chat template only put words together?"""
    found: list[Template] = []
    silent = True
    for file in subject.files():
        try:
            held = list(_templates(file, subject)) if file.readable and not file.raw else []
        except GuildmarkError as error:
            silent = False
            yield unknown(f"{file.path} was not read for templates: {error.says}", file.seen("", error.says))
            continue
        for template in held:
            yield from _judged(template)
        found.extend(template for template in held if not template.stray)
    yield from _that_differ(found)
    if not found and silent:
        yield not_applicable("no file holds a template")


def _templates(file: File, subject: Subject) -> Iterator[Template]:
    name = file.name.lower()
    if "gguf" in file.formats:
        yield from _in_gguf(file)
    elif name.endswith((".json", ".yaml", ".yml")):
        yield from _in_configuration(file, name, stray=subject.kind == "model")
    elif name == _OF_BENTO or (name.endswith(ENDINGS) and (subject.kind == "model" or _LOADED.search(file.path))):
        from guildmark import templates  # jinja2 is loaded only where there is a template

        data = file.contents.at(0, templates.LARGEST + 1)
        yield Template(file, "", data.decode("utf-8-sig", "replace"), bool(_LOADED.search(file.path)))
    elif subject.kind == "model" and _MAY_BE_ONE.search(name):
        yield from _if_it_reaches(file)


def _if_it_reaches(file: File) -> Iterator[Template]:
    """The file as a template, if it is one that leads to inner attributes; a loader is handed it by its path."""
    data = file.contents.at(0, LARGEST_BY_ITS_NAME)
    if b"{{" not in data and b"{%" not in data:
        return
    from guildmark import templates  # jinja2 is loaded only where there may be a template

    text = data.decode("utf-8-sig", "replace")
    try:
        reaches = any(each.reaches for each in templates.outside(text))
    except GuildmarkError:
        return
    if reaches:
        yield Template(file, "", text, False)


def _in_configuration(file: File, name: str, stray: bool) -> Iterator[Template]:
    data = file.contents.at(0, structured.LARGEST_JSON + 1)
    is_json = name.endswith(".json")
    stray = stray and (b"{{" in data or b"{%" in data)
    stray = stray and bool((_REACHES_IN_JSON if is_json else _REACHES).search(data))
    if not stray and not _HOLDS.search(data) and not _ESCAPED.search(data[:LARGEST_ESCAPED]):
        return
    try:
        trees = [structured.json(data)] if is_json else structured.yaml(data)
    except GuildmarkError:
        if not stray:
            raise
        trees = []  # it may be no JSON or YAML before it is filled in
    found = [template for tree in trees for template in _under_keys(file, tree)]
    if stray:
        told = {template.text for template in found}
        values = [value for tree in trees if isinstance(tree, structured.Mapping) for value in _reaching(file, tree)]
        found += [value for value in values if value.text not in told]
        if not found:
            yield Template(file, "", data[:LARGEST_ESCAPED].decode("utf-8", "replace"), loaded=False, stray=True)
    yield from found


def _under_keys(file: File, tree: object) -> Iterator[Template]:
    """Templates under the keys by which loaders take them."""
    for entry in structured.entries(tree):
        is_template = entry.key in KEYS or (
            entry.key == "template"
            and ("jinja2" in entry.within.all_of("template_format") or "jinjaPromptTemplate" in entry.place)
        )
        if is_template:
            yield from _in_value(file, entry.place, entry.value)


def _reaching(file: File, tree: object) -> Iterator[Template]:
    """Values that spell an inner attribute in an expression: evaluations and prompts are rendered under many keys."""
    for at, text in structured.nodes(tree):
        if isinstance(text, str) and _REACHES.search(text.encode("utf-8", "replace")):
            yield Template(file, at, text, loaded=False, stray=True)


def _in_gguf(file: File) -> Iterator[Template]:
    for key, value in gguf.metadata(file.contents).items():
        if key.startswith("tokenizer.") and "chat_template" in key and isinstance(value, str):
            yield Template(file, key, value, True)


def _in_value(file: File, place: str, value: object) -> Iterator[Template]:
    """A template, as a text or as a list of its lines, or named ones: a list of `name` and `template`, or a mapping."""
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield Template(file, place, ("" if value[0].endswith("\n") else "\n").join(value), True)
        return
    for at, text in structured.nodes(value):
        if isinstance(text, str) and not at.endswith(".name"):
            yield Template(file, f"{place}.{at}" if at and not at.startswith("[") else f"{place}{at}", text, True)


def _judged(template: Template) -> Iterator[Finding]:
    from guildmark import template_words, templates  # jinja2 is loaded only where there is a template

    file, where = template.file, f"{template.at}: " if template.at else ""
    try:
        constructs = templates.outside(template.text)
    except GuildmarkError as error:
        if templates.names_inner_attributes(template.text):
            says = f"{file.path} holds a template that cannot be read and names inner attributes"
            yield failed(says, file.seen(template.at, error.says))
        else:
            says = f"{file.path} holds a template that cannot be read: {error.says}"
            yield unknown(says, file.seen(template.at, error.says))
        return
    if template.stray or (not template.loaded and template_words.for_elsewhere(template.text)):
        constructs = tuple(
            each for each in constructs if each.reaches or (each.private and not template.stray)
        )  # what else it calls is for whoever renders pages
    for construct in constructs[:MOST_TOLD]:
        evidence = file.seen(f"{where}line {construct.line}", construct.says)
        if construct.reaches or template.loaded:
            yield failed(f"{file.path} has a template with {construct.says}", evidence)
        else:
            yield unknown(f"{file.path} is a template with {construct.says}", evidence)
    if len(constructs) > MOST_TOLD:
        says = f"{len(constructs) - MOST_TOLD} more constructs outside the lists"
        answer = failed if any(each.reaches for each in constructs) or template.loaded else unknown
        yield answer(f"{file.path} has a template with {says}", file.seen(template.at, says))
    if not constructs and not template.stray:
        yield passed(f"{file.path} has a template that only puts words together", file.seen(template.at, "template"))


def _that_differ(found: list[Template]) -> Iterator[Finding]:
    """The tokenizer's own template against `chat_template.jinja` beside it: old and new loaders take different ones."""
    for new in found:
        folder, _, name = new.file.path.rpartition("/")
        if name.lower() != "chat_template.jinja":
            continue
        for old in found:
            beside = old.file.path.rpartition("/")[0] == folder and old.file.name.lower() in _OLDER
            if beside and old.at in KEYS and _words(old.text) != _words(new.text):
                says = f"{new.file.path} and {old.file.path} are two templates that differ; which one runs depends"
                yield failed(
                    f"{says} on the loader",
                    new.file.seen("", _difference(new.text, old.text)),
                    old.file.seen(old.at, _difference(old.text, new.text)),
                )


def _words(text: str) -> str:
    return "".join(text.split())


def _difference(text: str, other: str) -> str:
    """The first piece of one text that the other has not."""
    place = next((at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), len(other))
    return text[max(0, place - 40) : place + 160] or "(nothing more)"
