"""What a page is made of: plain records that a template can draw, with no analysis and no HTML in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.schema import Trust

Tone = Literal["note", "warning"]


@dataclass(frozen=True)
class Prose:
    """Paragraphs of running text."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Notice:
    """Something to know before reading on."""

    kind: ClassVar[str] = "notice"
    sentences: tuple[str, ...]
    title: str = ""
    tone: Tone = "note"


@dataclass(frozen=True)
class FigurePart:
    """One interactive figure with its words.

    Attributes
    ----------
    key
        Anchor of the figure, unique on the page; `[a-z0-9-]`.
    title
        Heading above the figure; the figure's own title where this is empty.
    says
        One or two sentences: what is seen here.
    teaching
        Paragraphs of "How to read this", collapsed at first.
    """

    kind: ClassVar[str] = "figure"
    key: str
    figure: go.Figure
    title: str = ""
    says: str = ""
    teaching: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureTabs:
    """Figures that show the same thing in different ways, one at a time; all of them in print."""

    kind: ClassVar[str] = "tabs"
    key: str
    title: str
    figures: tuple[FigurePart, ...]
    says: str = ""
    teaching: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureGrid:
    """Small figures side by side."""

    kind: ClassVar[str] = "grid"
    figures: tuple[FigurePart, ...]


@dataclass(frozen=True)
class Column:
    """Heading of a table column; numbers stand to the right, in figures of one width."""

    label: str
    numeric: bool = False


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

    kind: ClassVar[str] = "table"
    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    says: str = ""
    note: str = ""
    marked: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()
    teaching: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A number with its name."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Facts:
    """Names and values, as a list."""

    kind: ClassVar[str] = "facts"
    facts: tuple[Fact, ...]
    title: str = ""


@dataclass(frozen=True)
class SegmentCard:
    """A segment at a glance; shares are 0 to 1, texts are already formatted."""

    number: int
    name: str
    units: str
    unit_share: float
    revenue: str
    revenue_share: float
    stands_out: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rule: str = ""
    trust: Trust | None = None
    trust_says: str = ""
    aim: str = ""
    todo: str = ""
    todo_link: str = ""


@dataclass(frozen=True)
class SegmentCards:
    """All segments, with a bar of their shares above the cards."""

    kind: ClassVar[str] = "cards"
    cards: tuple[SegmentCard, ...]
    unit_plural: str = "customers"


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

    key: str
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

    kind: ClassVar[str] = "briefs"
    briefs: tuple[Brief, ...]


@dataclass(frozen=True)
class FindingItem:
    """A sentence that a person should read first, and where its figure stands."""

    sentence: str
    link: str = ""


@dataclass(frozen=True)
class Findings:
    """Ranked sentences."""

    kind: ClassVar[str] = "findings"
    items: tuple[FindingItem, ...]
    title: str = ""


@dataclass(frozen=True)
class Fold:
    """Parts that wait behind one line until somebody asks."""

    kind: ClassVar[str] = "fold"
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Terms:
    """A glossary: words and what they mean here."""

    kind: ClassVar[str] = "terms"
    terms: tuple[tuple[str, str], ...]


Part = (
    Prose
    | Notice
    | FigurePart
    | FigureTabs
    | FigureGrid
    | TablePart
    | Facts
    | SegmentCards
    | Briefs
    | Findings
    | Fold
    | Terms
)


@dataclass(frozen=True)
class Section:
    """A chapter of the page; `lead` says its answer in a sentence or two."""

    key: str
    title: str
    parts: tuple[Part, ...]
    lead: str = ""
    short_title: str = ""


@dataclass(frozen=True)
class ReportPage:
    """Everything that the page says.

    Attributes
    ----------
    kicker
        The line above the title: what kind of page this is, and of which data.
    title, lead
        The answer as a headline and as one paragraph.
    facts
        The handful of numbers below the lead.
    warnings
        What a reader must know before using the answer.
    n_segments
        How many segment colours the page needs.
    """

    title: str
    lead: str
    kicker: str = ""
    facts: tuple[Fact, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str = ""
    n_segments: int = 0
    language: str = "en"
    extra: dict[str, str] = field(default_factory=dict)
