"""What audience files are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

NEUTRAL = frozenset({
    "active", "frequent", "loyal", "new", "newest", "recent", "regular", "regulars", "repeat", "steady", "very",
    "end", "of", "quarter", "second", "start", "third", "year",
})  # fmt: skip
"""Words of names that say when people buy, and that they come back. How long they have been away, what they spend
and what they like are not among them: a platform flags names that suggest money or health, and a mail tool may show
them."""

NOUNS = frozenset({"accounts", "buyers", "customers"})
"""What people are called in names; by itself it says nothing."""
TAIL = re.compile(r",| in ")


def neutral_part(name: str) -> str:
    """The head of a segment's name, if it is made of neutral words alone and says something; otherwise "".

    >>> neutral_part("Year-end buyers in Germany"), neutral_part("Active regulars")
    ('year_end_buyers', 'active_regulars')
    >>> neutral_part("Lapsed customers"), neutral_part("Big-basket regulars"), neutral_part("Typical customers")
    ('', '', '')
    """
    words = re.findall(r"\w+", TAIL.split(name.casefold())[0])
    return "_".join(words) if (NEUTRAL | NOUNS).issuperset(words) and not NOUNS.issuperset(words) else ""


def audience_stem(segment: int, name: str, on: date, to: str) -> str:
    """Number of a segment, its name as far as that is neutral, the quarter of a day, and the platform.

    >>> from datetime import date
    >>> audience_stem(2, "Year-end buyers in Germany", date(2026, 7, 1), "google")
    'seg_02_year_end_buyers_2026q3_google'
    """
    parts = (f"seg_{segment:02d}", neutral_part(name), _quarter(on), to)
    return "_".join(part for part in parts if part)


def is_of(file: str, segments: set[int], on: date, to: str) -> bool:
    """Whether a file is of one of some segments, of that quarter and platform, whatever the segment was called.

    >>> from datetime import date
    >>> is_of("seg_02_repeat_buyers_2026q3_google_1of2.csv", {2}, date(2026, 7, 1), "google")
    True
    """
    found = re.fullmatch(rf"seg_(\d+)(_[a-z_]+)?_{_quarter(on)}_{to}(_\d+of\d+|_about)?\.(csv|xlsx|txt)", file)
    return found is not None and int(found[1]) in segments


def _quarter(on: date) -> str:
    return f"{on.year}q{(on.month - 1) // 3 + 1}"
