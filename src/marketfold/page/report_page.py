"""The page as a whole: what it opens with, and its chapters, each made of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from marketfold.page.parts import Fact, Key, Part  # noqa: TC001 - read at run time, when records are validated


@dataclass(frozen=True)
class Section:
    """A chapter of the page; `lead` says its answer in a sentence or two. That of analysts waits behind its title."""

    key: Key
    title: str
    parts: tuple[Part, ...]
    lead: str = ""
    short_title: str = ""
    for_analyst: bool = False


@dataclass(frozen=True)
class Move:
    """What to do with a segment, as a sentence and what stands below it, and the anchor of its campaign."""

    number: int
    sentence: str
    link: str
    detail: str = ""


@dataclass(frozen=True)
class ShareRow:
    """A segment's part of the units and of what they brought, 0 to 1; None where no money is known."""

    number: int
    name: str
    unit_share: float
    revenue_share: float | None


@dataclass(frozen=True)
class SharesChart:
    """How the units and their money divide over the segments: the answer as one picture."""

    title: str
    rows: tuple[ShareRow, ...]
    unit_plural: str = "customers"


@dataclass(frozen=True)
class Link:
    """A file beside the page, and what is in it."""

    href: Annotated[str, Field(pattern=r"^[\w-][\w./-]*$")]
    about: str


@dataclass(frozen=True)
class ReportPage:
    """Everything that the page says.

    Attributes
    ----------
    kicker
        The line above the title: what kind of page this is, and of which data.
    title, lead
        The answer as a headline and as one paragraph. Where there are moves, the first of them is the headline.
    subtitle
        What stands below the headline: what its worth is made of, and with what to do it.
    moves
        What to do beside it, the most worthwhile first.
    shares
        The picture below them.
    facts
        The handful of numbers below the lead.
    warnings
        What a reader must know before using the answer.
    files, commands
        Where the lists are, and what comes next.
    n_segments
        How many segment colours the page needs.
    """

    title: str
    lead: str
    kicker: str = ""
    subtitle: str = ""
    facts: tuple[Fact, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str = ""
    moves: tuple[Move, ...] = ()
    shares: SharesChart | None = None
    files: tuple[Link, ...] = ()
    commands: tuple[Fact, ...] = ()
    n_segments: Annotated[int, Field(ge=0, le=1_000)] = 0
