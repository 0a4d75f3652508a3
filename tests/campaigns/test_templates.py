from __future__ import annotations

import pytest

from marketfold.campaigns.drafts import LONGEST_TEMPLATE, check_template

HOSTILE = [
    "{{ 1//0 }}", "{{ promise + 1 }}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}",
    "{{ none() }}",
    "{{ '%s'|format }}", "{{ promise|round }}", "{{ promise[99999] }}", "{{ 'a'*10**10 }}", "{{ 10**10**10 }}",
    "{% for i in range(10**9) %}a{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}a{% endfor %}{% endfor %}",
    "{{ promise.__class__.__mro__ }}", "{{ promise.format() }}", "{{ 'a'.ljust(10**10) }}", "{{ 'a'|center(10**10) }}",
    "{{ '%1000000000d' % 1 }}", "{{ 'a'|indent(10**9) }}", "{{ lipsum(10**6) }}", "{{ cycler }}", "{{ self }}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "{% set a = promise ~ promise %}{{ a }}",
    "{{ promise is divisibleby 0 }}", "{{ promise|attr('upper') }}", "{{ (((", "{{ }}", "{% if %}", "{{ x|nofilter }}",
    "(" * 5_000 + "{{ " + "(" * 5_000 + "promise" + ")" * 5_000 + " }}",
    "a" * (LONGEST_TEMPLATE + 1), "{{ promise.nothing }}", "{{ merge }}{{ merge.nothing }}",
    "{{ 'a'|replace('', 'aa') }}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_a_template_that_does_more_than_a_message_needs_is_a_fault(text: str):
    (fault,) = check_template("body", [text], ["free delivery"])
    assert all(part.strip() and "\n" not in part for part in fault)
    assert len(fault[0]) < 400


@pytest.mark.parametrize(
    "text",
    [
        "{{ promise | upfirst }}. {{ merge.first_name }}",
        "{% if category is defined and category != next_category %}{{ category|lower }}{% else %}x{% endif %}",
        "{% set what = category or 'tea' %}{{ what ~ '!' }}",
        "{{ promise[:20] }}{{ season|default('now') }}{{ promise|default('x', boolean=true) }}",
    ],
)
def test_what_messages_need_is_taken(text: str):
    assert check_template("body", [text, "{{ promise }}"], ["free delivery"]) == []
