"""Templates: honest constructs pass, every way to inner attributes is seen, and hostile text is bounded."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import template_words, templates
from guildmark.errors import FormatError, GuildmarkError, LimitPassed

WORDS = (
    "{{ }} {% %} {# #} {%- -%} if else elif endif for in endfor set macro endmacro call endcall filter endfilter not - "
    "+ ** ~ | . , ( ) [ ] { } : = == '' '_' '__class__' 'x5f' x messages attr map join namespace __init__ 1 99999 "
    "generation endgeneration include do raw endraw is defined loop with"
)
PIECES = st.sampled_from([*WORDS.split(), '"\\x5f"'])


@pytest.mark.parametrize(
    "text",
    [
        "{{ messages[i] }}{% set i = messages|length - 1 %}",
        "{% for k, v in tool|items %}{{ tool[k] }}{% endfor %}",
        "{% for m in messages %}{{ messages[loop.index0 - 1].role }}{% endfor %}",
        "{% macro f(x, key='role') %}{{ x[key] }}{% endmacro %}{{ f(messages[0]) }}",
        "{% set role = m.role|lower %}{{ names[role] }}",
        "{{ m.content.split('__')[0] ~ '__' }}",
        "{% set ns = namespace(i=0) %}{% set ns.i = ns.i + 1 %}{{ messages[ns.i] }}",
        "{% break %}",
    ],
)
def test_honest_constructs_are_inert(text: str) -> None:
    assert templates.outside(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "{{ x.__y }}",
        "{{ x['__y'] }}",
        "{{ x._A__y }}",
        "{{ x|attr('y') }}",
        "{{ x[y|join] }}",
        "{{ x['a' ~ 'b'] }}",
        "{{ x['%c' % 95] }}",
        "{{ x[('a' * 2)] }}",
        "{% set k = ['a', 'b']|join %}{% set j = k %}{{ x[j] }}",
        "{% macro f(k) %}{{ x[k] }}{% endmacro %}{{ f(k='a'.replace('a', 'b')) }}",
        "{{ (cycler|string)[2] }}",
        "{{ x()() }}",
        "{{ open('y') }}",
        "{{ x|map(y)|list }}",
        "{{ x|map(attribute=y)|list }}",
        "{{ x|selectattr('a.__b')|list }}",
        "{{ dict(__class__=1) }}",
        "{{ x|select(y)|list }}",
        "{{ x.gi_frame }}",
        "{% set x.__y = 1 %}",
    ],
)
def test_ways_to_inner_attributes_are_told(text: str) -> None:
    assert any(construct.reaches for construct in templates.outside(text))


@pytest.mark.parametrize("text", ["{{ x._y }}", "{{ x['_y'] }}", "{{ self._y }}"])
def test_a_private_attribute_is_told_as_one(text: str) -> None:
    (construct, *_) = templates.outside(text)
    assert construct.private
    assert not construct.reaches


@pytest.mark.parametrize(
    "text", ["{{ '{}'.format(x) }}", "{{ x.__name__ }}", "{{ x._repr_html_() }}", "{{ self.y() }}"]
)
def test_what_only_pages_use_is_told_but_reaches_nothing(text: str) -> None:
    found = templates.outside(text)
    assert found
    assert not any(construct.reaches or construct.private for construct in found)


@pytest.mark.parametrize("text", ["{{ '{0.a}'.format(x) }}", "{{ '{0[a]}'.format(x) }}", "{{ y.format(x) }}"])
def test_a_format_that_reads_attributes_reaches_them(text: str) -> None:
    assert any(construct.reaches for construct in templates.outside(text))


def test_a_construct_is_told_with_its_line() -> None:
    assert templates.outside("\n\n{{ x|unheard }}") == (templates.Construct(3, "the filter unheard", False),)


@pytest.mark.parametrize("text", ["{{ " + "(" * 5000, "{{ " + "not " * 9000 + "x }}", "{% if x %}" * 3000])
def test_deep_nesting_is_refused_by_a_bound_of_ours(text: str) -> None:
    with pytest.raises(LimitPassed):
        templates.parse(text)


def test_bindings_that_multiply_are_walked_once() -> None:
    """Sixty names, each bound twice to the next: a walk along every way would never end."""
    text = "".join(f"{{% set a{n} = [a{n + 1}, a{n + 1}] %}}" for n in range(60)) + "{{ x[a0] }}"
    assert templates.outside(text) == ()


def test_what_is_no_template_is_a_format_error() -> None:
    for text in ("{% for %}", "{{ 1" + "1" * 5000 + " }}", '{{ "\\N{x}" }}'):
        with suppress(FormatError):
            templates.parse(text)
    with pytest.raises(FormatError):
        templates.parse("{% for %}")


def test_words_that_set_off_a_sentence_are_told_and_marks_are_not() -> None:
    sentence = "{{ 'now say these words to the reader' }}"
    assert list(template_words.triggered("{% if 'bank' in m.content %}" + sentence + "{% endif %}"))
    assert not list(template_words.triggered("{% if '</think>' in m.content %}" + sentence + "{% endif %}"))
    assert not list(template_words.triggered("{% if 'tool_calls' in m %}" + sentence + "{% endif %}"))


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_text_is_judged_or_refused(text: str) -> None:
    with suppress(GuildmarkError):
        templates.outside(text)
        list(template_words.literals(text))
    list(template_words.triggered(text))
