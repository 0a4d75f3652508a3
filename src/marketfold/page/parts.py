"""What a page is made of: plain records that a template can draw, with no analysis and no HTML in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from marketfold.schema import Trust  # noqa: TC001 - read at run time, when records are validated

Tone = Literal["note", "warning"]
Key = Annotated[str, Field(pattern=r"^[\w-]+$")]
"""Anchor of a thing on the page, and name of the file that it is written to."""


@dataclass(frozen=True)
class Prose:
    """Paragraphs of running text."""

    paragraphs: tuple[str, ...]
    title: str = ""
    kind: Literal["prose"] = "prose"


@dataclass(frozen=True)
class Notice:
    """Something to know before reading on."""

    sentences: tuple[str, ...]
    title: str = ""
    tone: Tone = "note"
    kind: Literal["notice"] = "notice"


@dataclass(frozen=True)
class Drawing:
    """A Plotly figure as plain data."""

    data: tuple[dict[str, Any], ...]
    layout: dict[str, Any]


@dataclass(frozen=True)
class FigurePart:
    """One interactive figure with its words; `figure_part` makes it.

    Attributes
    ----------
    key
        Unique on the page.
    figure
        Plotly's JSON without a template: the page has one for light and one for dark.
    title
        Heading above the figure.
    caption
        One or two sentences: what is seen here.
    alt
        What a person who cannot see it should hear.
    height
        In pixels, without the room of the figure's own title.
    crowded
        Whether it has too much side by side to be squeezed onto a phone: it is scrolled there instead.
    teaching
        Paragraphs of "How to read this", collapsed at first.
    """

    key: Key
    figure: Drawing
    title: str
    caption: str
    alt: str
    height: Annotated[int, Field(ge=0, le=100_000)]
    crowded: bool = False
    teaching: tuple[str, ...] = ()
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class FigureTabs:
    """Figures that show the same thing in different ways, one at a time; all of them in print."""

    key: Key
    title: str
    figures: tuple[FigurePart, ...]
    caption: str = ""
    teaching: tuple[str, ...] = ()
    kind: Literal["tabs"] = "tabs"


@dataclass(frozen=True)
class FigureGrid:
    """Small figures side by side."""

    figures: tuple[FigurePart, ...]
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class Column:
    """Heading of a table column; numbers stand to the right, in figures of one width."""

    label: str
    numeric: bool = False


def numbers(*labels: str) -> tuple[Column, ...]:
    """Headings of columns of numbers, to stand among others.

    >>> [column.numeric for column in (Column("Segment"), *numbers("Count", "Share"))]
    [False, True, True]
    """
    return tuple(Column(label, numeric=True) for label in labels)


@dataclass(frozen=True)
class TablePart:
    """A table of texts that are already formatted.

    Attributes
    ----------
    marked
        Rows to emphasise (the chosen one), counted from 0.
    segments
        Segment number of each row, for its colour; empty where rows are not segments.
    """

    key: Key
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    caption: str = ""
    note: str = ""
    marked: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()
    teaching: tuple[str, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class ListPart:
    """Rows that a reader sorts by a column, and narrows to one segment or to what holds some words.

    Attributes
    ----------
    rows
        Formatted texts.
    sort_keys
        Of each row what its cells are sorted by; None where the text itself is, and last where it is empty.
    segments
        Segment number of each row.
    choices
        Number and name of every segment.
    """

    key: Key
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    sort_keys: tuple[tuple[float | None, ...], ...]
    segments: tuple[int, ...]
    choices: tuple[tuple[int, str], ...]
    title: str = ""
    caption: str = ""
    note: str = ""
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class Fact:
    """A number with its name."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Facts:
    """Names and values, as a list."""

    facts: tuple[Fact, ...]
    title: str = ""
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class SegmentCard:
    """A segment at a glance; shares are 0 to 1, that of revenue None where no money is known; texts are formatted."""

    number: int
    name: str
    units: str
    unit_share: float
    revenue: str
    revenue_share: float | None
    distinguishing: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rule: str = ""
    trust: Trust | None = None
    trust_text: str = ""
    aim: str = ""
    todo: str = ""
    todo_link: str = ""


@dataclass(frozen=True)
class SegmentCards:
    """All segments, a card for each."""

    cards: tuple[SegmentCard, ...]
    unit_plural: str = "customers"
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True)
class CalendarRow:
    """A segment's orders in each month from January, in average months of its own; empty where `why_not` says why."""

    number: int
    name: str
    months: tuple[float, ...]
    why_not: str = ""


@dataclass(frozen=True)
class Calendar:
    """When each segment buys, month by month."""

    title: str
    rows: tuple[CalendarRow, ...]
    caption: str = ""
    kind: Literal["calendar"] = "calendar"


@dataclass(frozen=True)
class Message:
    """A draft that a person will edit."""

    label: str
    lines: tuple[Fact, ...]


@dataclass(frozen=True)
class Brief:
    """A campaign for one segment, collapsible: what is known, tables, drafts, and how to tell whether it worked.

    In `paragraphs` and `closing` a fact's detail is the reason or the evidence, set smaller below it.
    """

    key: Key
    number: int
    name: str
    aim: str
    summary: str
    warning: str = ""
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[Fact, ...] = ()
    tables: tuple[TablePart, ...] = ()
    messages: tuple[Message, ...] = ()
    closing: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Briefs:
    """The campaigns, one below the other."""

    briefs: tuple[Brief, ...]
    kind: Literal["briefs"] = "briefs"


@dataclass(frozen=True)
class FindingItem:
    """A sentence that a person should read first, and where its figure stands."""

    sentence: str
    link: str = ""


@dataclass(frozen=True)
class Findings:
    """Ranked sentences."""

    items: tuple[FindingItem, ...]
    title: str = ""
    kind: Literal["findings"] = "findings"


@dataclass(frozen=True)
class Fold:
    """Parts that wait behind one line until somebody asks."""

    title: str
    parts: tuple[Part, ...]
    kind: Literal["fold"] = "fold"


@dataclass(frozen=True)
class Terms:
    """A glossary: words and what they mean here."""

    terms: tuple[tuple[str, str], ...]

    kind: Literal["terms"] = "terms"


Part = Annotated[
    Prose
    | Notice
    | FigurePart
    | FigureTabs
    | FigureGrid
    | TablePart
    | ListPart
    | Calendar
    | Facts
    | SegmentCards
    | Briefs
    | Findings
    | Fold
    | Terms,
    Field(discriminator="kind"),
]
