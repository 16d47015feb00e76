"""An agent obeys the descriptions of its tools; words that its user cannot see, or that turn it against
its user, are an attack that no scanner of code finds."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark import late, structured
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
AGENT_FILES = late.compile(
    r"(^|[/!])((skill|agents?|claude|gemini|qwen|crush|warp|conventions|replit|opencode)(\.(local|override))?\.md|"
    r"\.(cursor|windsurf|cline|roo|kilocode|trae)?rules(-[\w-]+)?|\.clinerules/.+|\.roomodes|\.goosehints|"
    r"copilot-instructions\.md|[^/!]+\.(prompty|mdc)|[^/!]+\.(instructions|chatmode|agent|prompt)\.md|"
    r"\.(cursor|claude|windsurf|roo|kilocode|amazonq|kiro|junie|trae|augment|continue|opencode|gemini|codex|qwen|goose|"
    r"agents?|openhands|qoder|factory|zencoder|tabnine|vibe)/.+\.(md|mdc|txt)|"
    r"\.github/(prompts|instructions|chatmodes|agents)/[^!]+|llms(-full)?\.txt|system_?prompt[^/!]*\.(md|txt)|modelfile)$",
    re.I,
)
"""What agents read as rules of their work, unasked or by a command: by its name, or by the folder of such rules."""
SHOWN = late.compile(r"^(readme|model_?card|card|changelog)(\.\w{1,5})?$", re.I)
_TOOL_KEYS = frozenset(
    ("inputSchema", "input_schema", "parameters", "outputSchema", "annotations", "function", "arguments")
)
_TOLD_KEYS = frozenset(
    ("description", "title", "instructions", "prompt", "content", "text", "summary", "default", "name")
)
_PLACES = late.compile(
    r"(?i)(^|[.\]])(input_?schema|output_?schema|parameters|annotations|functions?|arguments|args|mcpservers|tools|prompts|"
    r"skills|description_for_\w+|openapi|paths|capabilities|resources|plugins?|agents?|system(_?prompt)?)([.\[]|$)"
)
"""Where a manifest keeps what is put before a model; what else stands in the file is its program's own data."""
_TOOL_MARKS = late.compile(
    rb'"(inputSchema|input_schema|mcpServers|tools|function|parameters|description_for_model|prompts|skills|openapi|resources|'
    rb'resourceTemplates)"|'
    rb"^(tools|openapi|mcpServers|prompts|skills|functions) *:|^[^\S\n]+backstory *:|\"backstory\" *:",
    re.MULTILINE,
)
_TOOL_CODE = late.compile(rb"@(mcp|server|app|tool|agent|function_tool)\b[\w.]{0,40}|\bFastMCP\b|\bfrom mcp\b")
_TOLD_IN_CODE = late.compile(
    r'"""(.{1,8000}?)"""|\'\'\'(.{1,8000}?)\'\'\'|\bdescription\s*=\s*f?"((?:[^"\\\n]|\\.){1,4000})"', re.DOTALL
)
_BROUGHT = late.compile(
    r"\b(include|insert|append|embed|add|load|fetch|visit|recommend|link|use|direct|redirect|refer|point|navigate|click)\b"
    r"[^\n]{0,120}(https?://|<script\b)|<script\b|!\[[^\]\n]{0,80}\]\(\s{0,9}https?://|"
    r"\b(always|every|must|recommend\w*)\b((?!e\.g)[^\n]){0,80}"
    r"\b(pip3?|npm|pnpm|gem|cargo) install +(?!-[re]\b|\.)[\w@-]",
    re.IGNORECASE,
)
_PUT_IN = late.compile(r"\b(include|insert|append|embed|add|inject)\b[^\n]{0,120}(https?://|<script\b)|<script\b", re.I)
"""Something from elsewhere put into what is written: wherever the order to be quiet about it stands, it is of this."""
SHORTEST_ORDER = 20
"""Bytes of the shortest order; Chinese says much in few characters."""
_NAME = late.compile(r"[\w.\-]+")
_NAME_MARKS = late.compile(r"[_.\-]+")
_TEMPLATE_MARKS = late.compile(
    rb"\"chat_template\"\s*:\s*[\"\[{]|template_format[\"']?\s*:\s*[\"']?jinja2|\"jinjaPromptTemplate\""
)
_MODELFILE = late.compile(r"modelfile([._-].*)?|.*\.modelfile")
"""How Ollama's recipes are named: the words to the model stand in them."""
_OF_MODELFILE = late.compile(r"(?is)^TEMPLATE\s+(?:\"\"\".*?\"\"\"|[^\n]*)", re.MULTILINE)
_TEMPLATED = ("tokenizer_config.json", "special_tokens_map.json", "chat_template.json", "processor_config.json")


@check(
    applies_to="model dataset tool",
    remedy="Do not give these files to an agent; read them with hidden characters made visible, and tell their author.",
    bears_on="load",
    of="gguf text card",
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
        for each in sorted(found, key=lambda each: not each.sure)[:MOST_TOLD]:
            evidence = file.seen(f"line {each.line}", each.words)
            say = failed if each.sure else unknown
            yield say(f"{file.path} holds {each.says}", evidence)
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
    if _MODELFILE.fullmatch(name):
        return "modelfile"
    if AGENT_FILES.search(file.path):
        return "agent"
    if name == "tokenizer.json":
        return "tokenizer"
    if name in _TEMPLATED or name.endswith((".jinja", ".jinja2", ".j2")):
        return "template"
    if name.endswith((".json", ".yaml", ".yml")) and file.contents.size <= LARGEST:
        data = file.contents.at(0, LARGEST)
        if _TEMPLATE_MARKS.search(data):
            return "template"
        if _TOOL_MARKS.search(data):
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
                yield from (*instructions.hidden(value), *instructions.orders(value, strict=False))
        return
    if kind == "tokenizer":
        yield from _in_tokenizer(file)
        return
    text = file.text(LARGEST)
    if kind == "tools":
        yield from _in_tools(text)
    elif kind == "code":
        for match in _TOLD_IN_CODE.finditer(text):
            words = match[1] or match[2] or match[3]
            line = text.count("\n", 0, match.start())
            found = (
                *instructions.hidden(words),
                *instructions.covered(words),
                *instructions.orders(words, strict=True),
            )
            yield from (each._replace(line=line + each.line) for each in found)
    elif kind == "template":
        yield from _in_templates(file, text)
    elif kind == "modelfile":
        yield from (*instructions.hidden(text), *instructions.orders(text, strict=False))
        for template in _OF_MODELFILE.finditer(text):
            if brought := _BROUGHT.search(template[0]):
                line = text.count("\n", 0, template.start()) + 1
                yield instructions.Instruction(line, "an order to bring in something from elsewhere", brought.group())
    else:
        yield from instructions.hidden(text)
        yield from instructions.commented(text)
        yield from _for_agents(text) if kind == "agent" else _in_page(text)


def _for_agents(text: str) -> "Iterator[Instruction]":
    """What an agent is told to obey: where it shall be kept from the user, also what stands there as code."""
    from guildmark import command_lines, instructions

    plain = _unquoted(text)
    yield from instructions.orders(plain, strict=False)
    yield from instructions.handed_out(plain)
    for command in command_lines.INSERTED.finditer(text):
        if run := instructions.clauses(command[1]).get("run"):
            line = text.count("\n", 0, command.start()) + 1
            yield instructions.Instruction(line, "a command that fetches and runs code as the prompt is called", run[1])
    concealed, run = instructions.clauses(plain).get("conceal"), instructions.clauses(text).get("run")
    says = "an order to run or bring in something and keep that quiet"
    if concealed and (words := run[1] if run else put.group() if (put := _PUT_IN.search(text)) else ""):
        yield instructions.Instruction(concealed[0], says, f"{words} … {concealed[1]}")
    elif concealed:
        for start, paragraph in _paragraphs(text):
            kept = instructions.clauses(_unquoted(paragraph)).get("conceal")
            if kept and (brought := _BROUGHT.search(paragraph)):
                yield instructions.Instruction(start + kept[0] - 1, says, f"{brought.group()} … {kept[1]}")


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs of a page, each with its first line."""
    line = 1
    for paragraph in text[:LARGEST].split("\n\n"):
        yield line, paragraph
        line += paragraph.count("\n") + 2


def _in_page(text: str) -> "Iterator[Instruction]":
    """Orders of two kinds in one paragraph of a page: no card gives them to its readers."""
    from guildmark import instructions

    for start, paragraph in _paragraphs(_unquoted(text[:LARGEST])):
        found = list(instructions.orders(paragraph, strict=False))
        if len({each.says for each in found}) > 1:
            yield from (each._replace(line=start + each.line - 1) for each in found)


def _in_templates(file: File, text: str) -> "Iterator[Instruction]":
    if not file.name.lower().endswith((".json", ".yaml", ".yml")):
        from guildmark import template_words  # jinja2 is loaded only where there is a template

        is_page = template_words.for_elsewhere(text) and not file.name.lower().startswith("chat_template")
        yield from _in_template(text, page=is_page)
        return
    data = file.contents.at(0, structured.LARGEST_JSON + 1)
    for tree in [structured.json(data)] if file.name.lower().endswith(".json") else structured.yaml(data):
        for entry in structured.entries(tree):
            if not isinstance(entry.value, str):
                continue
            if entry.key in ("chat_template", "template"):
                yield from _in_template(entry.value)
            elif entry.key == "content" or entry.key.endswith("_token"):
                yield from _in_token(entry.value)


def _in_tokenizer(file: File) -> "Iterator[Instruction]":
    """Words that a tokenizer puts in place of others, and what its own tokens say."""
    from guildmark import instructions, tokenizer_words  # few subjects hold a tokenizer

    tokenizer = tokenizer_words.read(file.contents.at(0, tokenizer_words.LARGEST))
    for each in tokenizer_words.replaced(tokenizer):
        yield instructions.Instruction(1, each.says, each.words[:300])
    for token in tokenizer_words.tokens(tokenizer):
        yield from _in_token(token)


def _in_token(token: str) -> "Iterator[Instruction]":
    from guildmark import instructions

    yield from instructions.hidden(token)
    if len(token.encode("utf-8", "replace")) >= SHORTEST_ORDER:
        yield from instructions.orders(token, strict=True)


def _in_template(text: str, *, page: bool = False) -> "Iterator[Instruction]":
    """What a template says by itself goes to the model with the user's words, and the user does not see it."""
    from guildmark import instructions, template_words  # jinja2 is loaded only where there is a template

    yield from (*instructions.hidden(text), *instructions.packed(text))
    try:
        said = [*template_words.literals(text), *template_words.joined(text)]
    except GuildmarkError:
        said = [(1, text)]  # that it cannot be read is told elsewhere
    for line, words in said:
        for each in instructions.orders(words, strict=True):
            own = each.says == instructions.SAYS["conceal"]  # a system prompt may keep its tools to itself
            if not own and not (page and each.says == instructions.SAYS["run"]):
                yield each._replace(line=line + each.line - 1)
        if (match := _BROUGHT.search(words)) and not page:
            yield instructions.Instruction(line, "an order to bring in something from elsewhere", match.group())
    for line, words, is_name in template_words.replaced(text):
        yield instructions.Instruction(line, "words that it puts in place of the user's", words, not is_name)
    for line, words in template_words.triggered(text):
        yield instructions.Instruction(line, "words of its own that the user's words set off", words)


def _in_tools(text: str) -> "Iterator[Instruction]":
    """Descriptions of tools, prompts and parameters, wherever they stand in a manifest."""
    from guildmark import instructions, server_starts  # their patterns cost more than most vets

    data = text.encode("utf-8", "replace")
    trees = [structured.json(data)] if text.lstrip()[:1] in ("{", "[") else structured.yaml(data)
    for entry in (entry for tree in trees for entry in structured.entries(tree)):
        if entry.key == "args" and isinstance(entry.value, list):
            yield from server_starts.started(entry)
        elif entry.key == "env" and isinstance(entry.value, structured.Mapping):
            yield from server_starts.loaded(entry)
        for key, value in _said(entry):
            words = [
                instructions.Instruction(1, each.says, f"{entry.place}: {each.words}")
                for find in (
                    instructions.hidden,
                    instructions.covered,
                    instructions.packed,
                    instructions.spelt_otherwise,
                )
                for each in find(value)
            ]
            if key in _TOLD_KEYS:
                words += instructions.commented(value)
            if len(value.encode("utf-8", "replace")) >= SHORTEST_ORDER:
                words += instructions.orders(
                    _NAME_MARKS.sub(" ", value) if _NAME.fullmatch(value) else value, strict=_is_told(entry, key)
                )
            if words:
                place = text.find(value[:40].splitlines()[0]) if value.strip() else 0
                line = text.count("\n", 0, max(0, place)) + 1
                yield from (each._replace(line=line) for each in words)


def _is_told(entry: structured.Entry, key: str) -> bool:
    """Whether a text is put before a model: it describes something, or lies in a tool, a prompt or an agent's card."""
    is_of_agent = key in ("goal", "backstory", "role") and bool(entry.within.all_of("backstory"))
    return (
        key in _TOLD_KEYS
        or is_of_agent
        or bool(_PLACES.search(entry.place))
        or any(map(entry.within.all_of, _TOOL_KEYS))
    )


def _said(entry: structured.Entry) -> "Iterator[tuple[str, str]]":
    """Every text that an entry shows to a model, with its key: its value, its values, and its own name."""
    if {"user", "assistant", "tool", "human", "gpt"} & {str(each) for each in entry.within.all_of("role")}:
        return  # what was said in a conversation, by a data set that keeps it
    if len(entry.key.encode("utf-8", "replace")) >= SHORTEST_ORDER:
        yield "", entry.key
    for value in entry.value if isinstance(entry.value, list) else [entry.value]:
        if isinstance(plain := structured.plain(value), str):
            yield entry.key, plain


def _unquoted(text: str) -> str:
    """Markdown without what it quotes: code and quotations are data that a page talks about."""
    text = re.sub(r"(?ms)^ {0,3}```.*?^ {0,3}```", _blank, text)
    return re.sub(r"`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|(?m:^>.*$)", _blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
