"""What a licence permits, asks and forbids, as named terms with the line of each; found by the clauses' own words.

A term is what the text says, whether or not the licence is known. Where a text says nothing, there is no term: that a
term is absent proves nothing."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec

from guildmark import late

Kind = Literal["permits", "asks", "forbids"]


class Term(msgspec.Struct, frozen=True):
    """A term of a licence: its name, its kind, the line where it stands (from 1), the words that say so."""

    term: str
    kind: Kind
    line: int
    says: str


class _Rule(NamedTuple):
    term: str
    kind: Kind
    clause: re.Pattern[str]


_WITHIN = r"\b[^.;]{0,%d}?"


def _rule(term: str, kind: Kind, *clauses: str) -> _Rule:
    spaced = "|".join(f"(?:{clause})" for clause in clauses)
    spaced = re.sub(r"~(\d+)", lambda found: _WITHIN % int(found[1]), spaced).replace(" ", r"\s+")
    return _Rule(term, kind, late.compile(spaced))


_USE = r"(?:us(?:e|es|ed|ing|age)|purposes?|research|copy|reproduce|distribute|applications?|activit(?:y|ies)|exploit)"
_NC = r"(?:non[- ]?commercial(?:ly)?|not[- ]for[- ]profit|non[- ]profit)"
_FOR_NC = (
    rf"for (?:your |any |the )?(?:own |internal |personal |private |academic |educational |research |and |or |,)*{_NC}"
)

RULES = (
    _rule(
        "commercial_use",
        "permits",
        r"to deal in (?:the )?~30without (?:any )?restriction",
        r"models? (?:is|are) commercially usable",
        r"for any purpose(?:,| and| with)~40(?:fee|commercial)",
        r"(?:royalty[- ]free|no[- ]charge)~120copyright licen[cs]e to (?:reproduce|use|prepare)",
        r"redistribution and use in source and binary forms, with or without modification,? (?:are|is) permitted",
        r"(?:may|can) be used for commercial(?: or non[- ]?commercial)? purposes",
        r"commercial(?:ly)?(?:,| or| and) (?:or )?non-?commercial",
        r"permission~80use~80for any purpose",
        r"free to~60(?:commercially|even for commercial)",
        r"commercial use is (?:permitted|allowed)",
        r"for any purpose, commercial",
        r"for any lawful (?:purpose|use)",
    ),
    _rule(
        "derivatives",
        "permits",
        r"(?:rights? to |to )(?:~80 )?(?:modify|adapt)\b~60",
        r"prepare derivative works",
        r"with or without modification",
        r"create derivative works",
        r"produce,? (?:and )?reproduce,? (?:and )?share adapted material",
        r"make modifications to",
    ),
    _rule(
        "training_other_models",
        "permits",
        r"use~60outputs?~80(?:to (?:train|improve|create)|for (?:training|improving))~60(?:models?)",
        r"(?:outputs?|results)~60(?:without restriction|no restriction)",
        r"distillation~60(?:is|are) (?:permitted|allowed)",
        r"(?:train|distill)~40(?:other|derivative)~20models?~40(?:is|are) (?:permitted|allowed)",
    ),
    _rule(
        "patent_licence",
        "permits",
        r"patent licen[cs]e to make",
        r"licen[cs]e~60(?:under|in)~30patent (?:claims|rights)",
        r"grants?~80patent licen[cs]e",
    ),
    _rule(
        "notice",
        "asks",
        r"(?:above|this|the) (?:copyright )?notice~60(?:shall|must|should) (?:be (?:included|retained)|appear)",
        r"(?:must|shall) (?:retain|reproduce|include|keep intact)~60(?:copyright|notices?)",
        r"(?:must|shall) (?:give|provide)~60cop(?:y|ies) of this (?:licen[cs]e|agreement)",
        r"retain~60(?:attribution|copyright) notices?",
        r"provide a copy of (?:this|the) (?:agreement|licen[cs]e)",
        r"provided that~40(?:above|this) copyright notice~60appear",
        r"provided that the (?:above )?copyright notice",
        r"you must retain the following",
        r"give appropriate credit",
    ),
    _rule(
        "state_changes",
        "asks",
        r"(?:modified|changed) files~60(?:notices?|stating)",
        r"indicate (?:if|that) you (?:have )?modified",
        r"prominent notices? (?:stating|indicating|that)",
    ),
    _rule(
        "share_alike",
        "asks",
        r"adapter.?s licen[cs]e you apply must be~120same licen[cs]e elements",
        r"licen[cs]ed? (?:as a whole|the entire work)~80under (?:the terms of )?this licen[cs]e",
        r"must (?:be licensed|license)~60under (?:the terms of )?(?:this|the same) licen[cs]e",
        r"under (?:the )?(?:terms of )?(?:the )?same licen[cs]e",
        r"only under the terms of this licen[cs]e",
    ),
    _rule(
        "source",
        "asks",
        r"corresponding source",
        r"source code form~60(?:must|shall) (?:also )?be made available",
        r"complete(?: corresponding)? machine-readable source",
    ),
    _rule(
        "pass_on_use_restrictions",
        "asks",
        r"(?:use[- ]based )?restrictions~80(?:must|shall) be included~60(?:enforceable|provision)",
        r"include~60(?:use[- ]based )?restrictions~60as an? enforceable provision",
        r"same use[- ]based restrictions",
        r"(?:enforceable|binding) provision~60(?:use|restrictions)",
    ),
    _rule(
        "naming",
        "asks",
        r"prominently display",
        r"[“\"'‘]?built with [a-z]+",
        r"include [“\"'‘]?(?:meta )?llama[”\"'’]? at the beginning",
        r"at the beginning of any such (?:ai )?model name",
        r"(?:advertising materials?|documentation)~60(?:must|shall) (?:display|include)~40(?:acknowledg|following)",
        r"user interface of such product",
    ),
    _rule(
        "acceptable_use",
        "forbids",
        r"acceptable use policy",
        r"use[- ]based restrictions",
        r"prohibited uses?\b(?! of)",
        r"use restrictions~60(?:set forth|attachment|referenced|in paragraph)",
        r"you agree not to use the (?:model|software|materials|derivatives)",
        r"(?:shall|will|must|may) not (?:be )?use[sd]?~60(?:to|for)~40(?:harm|illegal|unlawful|discriminat"
        r"|military|weapons?|surveillance|evil|crime|criminal)",
        r"for good,? not evil",
        r"(?:not|prohibited)~20(?:be )?used?~30(?:by|in|for)~20(?:military|law enforcement|weapons?"
        r"|surveillance|governments?)",
        r"(?:military|weapons?|surveillance) (?:use|purposes?|applications?)~30(?:is|are"
        r"|not)~15(?:prohibited|forbidden|allowed|permitted)",
    ),
    _rule(
        "non_commercial",
        "forbids",
        _FOR_NC,
        rf"{_NC}(?: [a-z]+)? (?:{_USE}|licen[cs]e)~20only",
        rf"(?:only|solely|exclusively|limited to)~40{_NC}",
        r"(?:not|no|prohibit[a-z]*)~30(?:for |any |the )?commercial (?:use|purposes?|advantage|exploitation|gain)",
        r"commercial (?:use|purposes?|exploitation)~40(?:not (?:be )?(?:permitted|allowed)|prohibited"
        r"|forbidden|requires?)",
        r"primarily intended for or directed towards? commercial advantage",
        r"may not (?:be )?(?:used?|sold|sell)~30(?:commercial|for profit|for a fee)",
        r"not (?:be )?use[sd]?~30for profit",
        r"non-?commercial (?:means|use only|purposes? only|public licen[cs]e)",
        r"right to sell~20(?:not|software)~20(?:granted|not)",
        r"does not~30grant~30right to sell",
    ),
    _rule(
        "research_only",
        "forbids",
        r"(?:only|solely|exclusively|limited to)~30for~30(?:research|academic|educational|evaluation"
        r"|personal)~20(?:purposes?|use)?",
        r"(?:research|academic|evaluation|personal|educational) (?:use|purposes?) only",
        r"(?:for )?(?:internal|personal|academic|research)~20(?:and [a-z]+ )?use only",
    ),
    _rule(
        "no_derivatives",
        "forbids",
        r"(?:not|no)~20(?:share|distribute) adapted material",
        r"no derivative works? (?:are|is|may)",
        r"(?:may|shall|must) not~40(?:modify|alter|create derivative|make derivative|adapt)~30(?:software"
        r"|model|works?|materials|it)\b",
        r"no modifications? (?:are|is) (?:permitted|allowed)",
    ),
    _rule(
        "training_other_models",
        "forbids",
        r"not use~80(?:outputs?|results?|materials?|model)~60to (?:improve|train|develop|create)~50(?:models?|product)",
        r"(?:not|prohibited)~30(?:be )?use[sd]?~60(?:train|training|improv)~60(?:models?|ai"
        r"|machine learning|artificial intelligence)",
        r"not~30(?:train|distill?)~40models?",
        r"(?:machine learning|artificial intelligence|ai) training~40(?:not|prohibited|forbidden)",
    ),
    _rule(
        "user_threshold",
        "forbids",
        r"(?:monthly|daily) active users~160",
        r"greater than~20\d[\d,. ]*(?:million|billion)",
        r"(?:revenue|turnover)~60(?:exceed|more than|greater than|over|above|of)~30(?:\$|usd|us\$|eur|€|\d)",
        r"(?:more than|exceed(?:s|ing)?|over)~20\d[\d,. ]*(?:million |billion )?(?:users|employees|customers)",
    ),
    _rule(
        "regions",
        "forbids",
        r"(?:not|excluding|except|prohibited|outside)~60(?:european union|people.s republic of china"
        r"|united kingdom|south korea|mainland china)",
        r"domiciled in~60(?:european union|union)~80",
        r"territory~30(?:means|shall mean)~80excluding",
        r"rights granted~60not~20granted~60(?:european union|country|countries|region)",
    ),
    _rule(
        "competition",
        "forbids",
        r"(?:not|no)~40(?:compet(?:e|es|ing)|competitive|as a (?:hosted|managed|cloud|commercial) service)",
        r"(?:hosted|managed) service~60(?:not|prohibited)",
    ),
    _rule(
        "no_redistribution",
        "forbids",
        r"(?:may|shall|must) not~30(?:re-?distribute|sublicen[cs]e|publish)~40(?:software|model|materials|it)\b",
        r"(?:redistribution|distribution) (?:is|are) (?:not permitted|prohibited|forbidden)",
    ),
    _rule(
        "no_users_of_a_kind",
        "forbids",
        r"(?:not|no)~20(?:available|granted|licensed|offered)~20to~40(?:government|military|companies"
        r"|corporations|individuals|persons|entities)",
    ),
)
LONGEST = 240
MOST = 60_000
"""Terms are looked for in so many characters."""
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _around(text: str, start: int, end: int) -> str:
    """The words of a clause with some of their sentence."""
    before = re.split(r"[.;:]\s|\n\s*\n", text[max(0, start - 60) : start])[-1]
    before = before if start <= 60 or len(before) < 60 else before.partition(" ")[2]
    after = re.split(r"[.;]\s|\n\s*\n", text[end : end + 60])[0]
    after = after if len(after) < 60 else after.rpartition(" ")[0]
    return " ".join(f"{before}{text[start:end]}{after}".split())[:LONGEST].rstrip()


def find(lines: Sequence[str]) -> tuple[Term, ...]:
    """The terms of a text, each where it first stands, in the order of their lines."""
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    text = "\n".join(lines)[:MOST]
    small = text.translate(_SMALL)
    found = []
    for rule in RULES:
        match = rule.clause.search(small)
        if match:
            says = _around(text, match.start(), match.end())
            found.append(Term(rule.term, rule.kind, bisect_right(starts, match.start()), says))
    forbidden = {(one.term, one.line) for one in found if one.kind == "forbids"}
    found = [one for one in found if one.kind == "forbids" or (one.term, one.line) not in forbidden]
    return tuple(sorted(found, key=lambda one: (one.line, one.kind, one.term)))
