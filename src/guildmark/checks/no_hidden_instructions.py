"""An agent obeys the descriptions of its tools; words that its user cannot see, or that turn it against
its user, are an attack that no scanner of code finds."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark import structured
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import gguf
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.instructions import Instruction

MOST_TOLD = 10
LARGEST = 1 << 20
AGENT_FILES = re.compile(
    r"(^|[/!])(skill\.md|agents?\.md|claude\.md|gemini\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.goosehints|"
    r"copilot-instructions\.md|\.cursor/rules/[^/!]+|\.claude/(agents|commands|skills)/.+\.md|[^/!]+\.prompty|"
    r"\.github/prompts/[^/!]+|[^/!]+\.mdc|llms(-full)?\.txt|system_?prompt[^/!]*\.(md|txt))$",
    re.I,
)
SHOWN = re.compile(r"^(readme|model_?card|card|changelog)(\.\w{1,5})?$", re.I)
_TOOL_KEYS = frozenset(
    ("inputSchema", "input_schema", "parameters", "outputSchema", "annotations", "function", "arguments")
)
_TOLD_KEYS = frozenset(
    ("description", "title", "instructions", "prompt", "content", "text", "summary", "default", "name")
)
_TOOL_MARKS = re.compile(
    rb'"(inputSchema|input_schema|mcpServers|tools|function|parameters|description_for_model|prompts)"'
)
_TOOL_CODE = re.compile(rb"@(mcp|server|app|tool|agent|function_tool)\b[\w.]{0,40}|\bFastMCP\b|\bfrom mcp\b")
_TOLD_IN_CODE = re.compile(
    r'"""(.{1,8000}?)"""|\'\'\'(.{1,8000}?)\'\'\'|\bdescription\s*=\s*f?"((?:[^"\\\n]|\\.){1,4000})"', re.DOTALL
)
_BROUGHT = re.compile(
    r"\b(include|insert|append|embed|add|load|fetch|visit|recommend|link|use)\b[^\n]{0,120}(https?://|<script\b)|<script\b",
    re.IGNORECASE,
)
_TEMPLATED = ("tokenizer_config.json", "chat_template.json", "processor_config.json")


@check(
    applies_to="model dataset tool",
    remedy="Do not give these files to an agent; read them with hidden characters made visible, and tell their author.",
    bears_on="load",
)
def no_hidden_instructions(subject: Subject) -> Iterator[Finding]:
    """Are all words to a model visible to its user, and none of them against the user?"""
    looked_at = False
    for file in subject.files():
        if file.raw or not file.readable or not (file.formats and _kind(file)):
            continue
        looked_at = True
        try:
            found = list(dict.fromkeys(_in_file(file, _kind(file))))
        except GuildmarkError as error:
            yield unknown(f"{file.path} was not read for instructions: {error.says}", file.seen("", error.says))
            continue
        for each in found[:MOST_TOLD]:
            evidence = file.seen(f"line {each.line}", each.words)
            yield failed(f"{file.path} holds {each.says}", evidence)
        if not found:
            yield passed(f"{file.path} holds no hidden instruction", file.seen("", "no hidden text, no order"))
    if not looked_at:
        yield not_applicable("no file speaks to a model")


def _kind(file: File) -> str:
    """How a file speaks to a model; empty where it does not."""
    name = file.name.lower()
    if "gguf" in file.formats:
        return "gguf"
    if not {"text", "card"} & set(file.formats):
        return ""
    if AGENT_FILES.search(file.path):
        return "agent"
    if name in _TEMPLATED or name.endswith((".jinja", ".jinja2", ".j2")):
        return "template"
    if name.endswith(".json") and file.contents.size <= LARGEST and _TOOL_MARKS.search(file.contents.at(0, LARGEST)):
        return "tools"
    if name.endswith(".py") and _TOOL_CODE.search(file.contents.at(0, LARGEST)):
        return "code"
    return "shown" if SHOWN.match(name) else ""


def _in_file(file: File, kind: str) -> "Iterator[Instruction]":
    from guildmark import instructions  # its patterns cost more than most vets

    if kind == "gguf":
        for key, value in gguf.metadata(file.contents).items():
            if isinstance(value, str) and "chat_template" in key:
                yield from _in_template(value)
            elif isinstance(value, str):
                yield from instructions.hidden(value)
        return
    text = file.text(LARGEST)
    if kind == "tools":
        yield from _in_tools(text)
    elif kind == "code":
        for match in _TOLD_IN_CODE.finditer(text):
            words = match[1] or match[2] or match[3]
            line = text.count("\n", 0, match.start())
            found = (*instructions.hidden(words), *instructions.orders(words, strict=True))
            yield from (each._replace(line=line + each.line) for each in found)
    elif kind == "template":
        yield from _in_templates(file, text)
    else:
        yield from instructions.hidden(text)
        yield from instructions.commented(text)
        if kind == "agent":
            yield from instructions.orders(_unquoted(text), strict=False)


def _in_templates(file: File, text: str) -> "Iterator[Instruction]":
    if not file.name.lower().endswith(".json"):
        yield from _in_template(text)
        return
    for entry in structured.entries(structured.json(file.contents.at(0, structured.LARGEST_JSON + 1))):
        if entry.key in ("chat_template", "template") and isinstance(entry.value, str):
            yield from _in_template(entry.value)


def _in_template(text: str) -> "Iterator[Instruction]":
    """What a template says by itself goes to the model with the user's words, and the user does not see it."""
    from guildmark import instructions, template_words  # jinja2 is loaded only where there is a template

    yield from instructions.hidden(text)
    try:
        said = list(template_words.literals(text))
    except GuildmarkError:
        said = [(1, text)]  # that it cannot be read is told elsewhere
    for line, words in said:
        for each in instructions.orders(words, strict=True):
            if each.says != instructions.SAYS["conceal"]:  # a system prompt may keep its tools to itself
                yield each._replace(line=line + each.line - 1)
        if match := _BROUGHT.search(words):
            yield instructions.Instruction(line, "an order to bring in something from elsewhere", match.group())
    for line, words in template_words.triggered(text):
        yield instructions.Instruction(line, "words of its own that the user's words set off", words)


def _in_tools(text: str) -> "Iterator[Instruction]":
    """Descriptions of tools, prompts and parameters, wherever they stand in a manifest."""
    from guildmark import instructions  # its patterns cost more than most vets

    tree = structured.json(text.encode("utf-8", "replace"))
    for entry in structured.entries(tree):
        if entry.key == "args" and isinstance(entry.value, list):
            command = " ".join(map(str, (*entry.within.all_of("command"), *entry.value)))
            if found := instructions.clauses(command).get("run"):
                yield instructions.Instruction(
                    1, "a server whose start runs code from elsewhere", f"{entry.place}: {found[1]}"
                )
        if not isinstance(entry.value, str):
            continue
        words = [
            instructions.Instruction(1, each.says, f"{entry.place}: {each.words}")
            for each in instructions.hidden(entry.value)
        ]
        if entry.key in _TOLD_KEYS:
            words += instructions.commented(entry.value)
            words += instructions.orders(entry.value, strict=True)
        if words:
            place = text.find(entry.value[:40].splitlines()[0]) if entry.value.strip() else 0
            line = text.count("\n", 0, max(0, place)) + 1
            yield from (each._replace(line=line) for each in words)


def _unquoted(text: str) -> str:
    """Markdown without what it quotes: code and quotations are data that a page talks about."""
    text = re.sub(r"(?ms)^ {0,3}```.*?^ {0,3}```", _blank, text)
    return re.sub(r"`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|(?m:^>.*$)", _blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
