"""Message drafts from templates: merge fields for the mail tool, and ad texts within the platforms' lengths."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field

from marketfold.damage import DAMAGE, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Template

LIMITS: dict[str, int] = {"google_headline": 30, "google_description": 90, "meta_headline": 40, "meta_text": 125}
"""Longest texts: Google's responsive search ads, and what Meta shows of an ad before it cuts."""

SUBJECT_LIMIT = 60
"""A subject beyond this is cut on most screens."""

TEXT_LIMITS = LIMITS | {"subject": SUBJECT_LIMIT}
"""Every text of a draft that has a longest length."""

MERGE_FIELDS: dict[str, str] = {
    "first_name": "given name of the person",
    "company": "name of the customer's company",
    "shop_name": "your name",
    "sender_name": "who writes",
    "offer_code": "code of the offer",
    "offer_ends": "last day of the offer",
    "link": "address of the page that the message leads to",
}
"""What a draft leaves to the mail tool, written `{{first_name}}` in the finished text."""

VARIABLES: dict[str, str] = {
    "promise": "the offer, as 'free delivery on your next order'",
    "category": "the category that the segment buys more than others",
    "next_category": "the category that customers like these add next",
    "next_product": "the product that customers like these add next, where it has a name",
    "season": "the month in which the segment's next season begins, where it is near",
    "due": "there where the median customer has been away for the usual time between orders",
    "again": "there where an earlier segment of the plan has the same aim: it gets other words",
    "threshold": "an order a quarter above the usual one, with its currency",
    "amount": "the same without a currency, where the file names none",
    "long_ago": "there where the median customer last ordered half a year ago or longer",
    "no_orders": "there where a table of customers does not say how many orders they placed",
}
"""What a template may use; all but `promise` can be absent, so ask with `is defined` or give an alternative."""

PRESENTABLE = re.compile(r"[^\W\d_][\w&'\u2019,/ -]*", re.UNICODE)
LONGEST_NAME = 26


class DraftTemplate(BaseModel):
    """One message: each field holds alternatives, the fullest first and one that always fits last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    subject: tuple[str, ...] = Field(min_length=1)
    body: str = Field(min_length=1)
    google_headline: tuple[str, ...] = Field(min_length=1)
    google_description: tuple[str, ...] = Field(min_length=1)
    meta_headline: tuple[str, ...] = Field(min_length=1)
    meta_text: tuple[str, ...] = Field(min_length=1)


_MERGED = {name: f"{{{{{name}}}}}" for name in MERGE_FIELDS}
"""Each merge field as the mail tool wants it."""


def upfirst(text: str) -> str:
    """First letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    # Plain text: a brief that shows it as HTML escapes it there.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["upfirst"] = upfirst
    environment.globals.clear()
    return environment


LONGEST_TEMPLATE = 20_000
PARTS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.CondExpr, nodes.Test, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Concat, nodes.Assign, nodes.Slice, nodes.Keyword,
)  # fmt: skip
"""Of a template: what takes no longer and gets no longer than it is written. No loop, no call, no arithmetic."""
FILTERS = frozenset({
    "upfirst", "capitalize", "d", "default", "e", "escape", "first", "last", "length", "lower", "title", "trim",
    "upper",
})  # fmt: skip
TESTS = frozenset({"defined", "undefined", "none", "string", "eq", "ne", "equalto", "in", "lower", "upper"})
_SIMPLE = "a template has variables, if and else, ~, and the filters {}; see docs/reference/playbook.md."


def _beyond(text: str) -> str:
    """What of a template is more than a message needs, and could run for hours; "" where nothing is."""
    if len(text) > LONGEST_TEMPLATE:
        return f"it has {len(text):,} characters"
    environment = _environment()
    unfit: dict[type[nodes.Node], set[str]] = {
        nodes.Filter: {*environment.filters} - FILTERS,
        nodes.Test: {*environment.tests} - TESTS,
    }
    for node in environment.parse(text).find_all(nodes.Node):
        name = getattr(node, "name", "")
        if not isinstance(node, PARTS):
            return f"it has a {type(node).__name__.lower()}"
        if name in unfit.get(type(node), {"self"}):
            return f"it uses '{name}'"
        if isinstance(node, nodes.Assign) and node.find(nodes.Concat):
            return "it joins texts in a set"  # each could be twice the last
    return ""


@lru_cache(maxsize=1_000)  # a playbook has some 200, each of which is tried with every promise
def _template(text: str) -> Template:
    return _environment().from_string(text)


def _render(text: str, known: Mapping[str, Any]) -> str:
    return _template(text).render(**known, merge=_MERGED).strip()


def _fault_of(text: str) -> tuple[str, str] | None:
    """What is wrong with a template where everything is known."""
    try:
        if beyond := _beyond(text):
            return f"the template does what none may: {beyond}.", _SIMPLE.format(", ".join(sorted(FILTERS)))
        _render(text, dict.fromkeys(VARIABLES, "Tea"))
    except UndefinedError as error:
        word = (re.findall(r"'([^']+)'", str(error)) or [str(error)])[-1]
        near = difflib.get_close_matches(word, [*VARIABLES, *MERGE_FIELDS], n=1, cutoff=0.4)
        known = f"closest: '{near[0]}'." if near else f"known: {', '.join([*VARIABLES, *MERGE_FIELDS])}."
        return f"the template asks for '{word}', which there is not.", known
    except (TemplateError, *DAMAGE) as error:
        hint = "templates are Jinja; see docs/reference/playbook.md."
        return f"the template cannot be read: {reason(error)}.", hint
    return None


def fill_text(text: str, known: Mapping[str, str]) -> str:
    """A title, goal, reason or timing of the playbook with the values of `VARIABLES` that are known.

    >>> fill_text("Free delivery over {{ threshold }}", {"threshold": "€60"})
    'Free delivery over €60'
    """
    return _render(text, known)


def check_text(text: str) -> list[tuple[str, str]]:
    """Find what is wrong with a text that must say something whatever is known: (what, hint) for each fault."""
    if fault := _fault_of(text):
        return [fault]
    try:
        _render(text, {})
    except UndefinedError as error:
        return [(f"it needs what may be absent: {error}.", "ask with `is defined`.")]
    return []


def check_template(field: str, texts: Sequence[str], promises: Iterable[str]) -> list[tuple[str, str]]:
    """Find what is wrong with the alternatives of one field of a draft: (what, hint) for each fault.

    The last must render and fit with every promise of an offer when nothing else is known.
    """
    for text in texts:
        if fault := _fault_of(text):
            return [fault]
    for promise in promises:
        try:
            text = _render(texts[-1], {"promise": promise})
        except UndefinedError as error:
            return [(f"the last alternative needs what may be absent: {error}.", "end with one that always fits.")]
        except (TemplateError, *DAMAGE) as error:
            return [(f"the last alternative cannot be filled: {reason(error)}.", "end with one that always fits.")]
        limit = TEXT_LIMITS.get(field)
        if limit and len(text) > limit:
            what = f"'{text}' has {len(text)} characters, {limit} are allowed."
            return [(what, "end with an alternative that always fits.")]
    return []


@dataclass(frozen=True)
class Draft:
    """One message, ready for the mail tool and the ad platforms; merge fields stand as `{{first_name}}`."""

    title: str
    subject: str
    body: str
    google_headline: str
    google_description: str
    meta_headline: str
    meta_text: str


def _first_fitting(field: str, texts: Sequence[str], known: Mapping[str, Any]) -> str:
    text = ""
    for template in texts:
        try:
            text = _render(template, known)
        except UndefinedError:
            continue
        if len(text) <= TEXT_LIMITS[field]:
            break
    return text


def presentable(name: str | None) -> str | None:
    """A category as it may stand in a message to a customer, or None if it is a code or too long.

    >>> presentable("Classic Cars"), presentable("GIFT SETS"), presentable("S18_3232")
    ('Classic Cars', 'Gift Sets', None)
    """
    if name is None:
        return None
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not PRESENTABLE.fullmatch(name) or any(letter.isdigit() for letter in name):
        return None
    if name.casefold() in {"other", "others", "misc", "miscellaneous", "unknown", "none", "na", "n/a", "various"}:
        return None
    return name.title() if name.isupper() and len(name) > 4 else upfirst(name)


def write_drafts(templates: Iterable[DraftTemplate], known: Mapping[str, str]) -> tuple[Draft, ...]:
    """Fill the templates of an aim with the values of `VARIABLES` that are known."""
    drafts = []
    for template in templates:
        fields = {name: _first_fitting(name, getattr(template, name), known) for name in ("subject", *LIMITS)}
        drafts.append(Draft(title=template.title, body=_render(template.body, known), **fields))
    return tuple(drafts)


SAME_WORDS = 0.8
"""From this part of their words in common, in their order, two messages read alike."""


@lru_cache(maxsize=10_000)  # of hundreds of segments with one aim most messages are the same few
def alike(one: str, other: str) -> bool:
    """Whether two messages to different people read like one message.

    >>> alike("Thank you for your order of tea.", "Thank you for your order of coffee.")
    True
    >>> alike("Thank you for your order of tea.", "It has been a while: come and see us again.")
    False
    """
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= SAME_WORDS
