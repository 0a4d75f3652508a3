"""Days and months that a spreadsheet exchanged: only the pattern that it leaves is taken for it."""

from __future__ import annotations

from datetime import date

import pytest

from marketfold.orders.dates import read_day
from marketfold.orders.swapped_days import exchanged, out_of_range, typed_and_swapped

TYPED = ("2024-05-01", "2024-06-01", "2024-07-02", "2024-08-03")
WRITTEN = ("13/01/2024", "14/02/2024", "25/02/2024", "31/03/2024")


def test_a_day_beyond_the_twelfth_is_of_no_month():
    assert exchanged(date(2024, 1, 12)) == date(2024, 12, 1)
    assert exchanged(date(2024, 1, 13)) is None


@pytest.mark.parametrize(
    ("typed", "written", "swapped"),
    [
        (TYPED, WRITTEN, 4),
        (TYPED[:3], (*WRITTEN, "30/03/2024"), 3),
        (TYPED[:3], WRITTEN, 0),  # eight are wanted together,
        (TYPED[:2], (*WRITTEN, "30/03/2024", "29/03/2024"), 0),  # and three of each kind
        ((*TYPED, "2024-09-04"), WRITTEN[:2], 0),
        ((*TYPED, "2024-09-04"), WRITTEN[:3], 5),
        ((*TYPED, "2024-09-13"), WRITTEN, 0),  # a typed day beyond the twelfth was exchanged with no month
        (TYPED, (*WRITTEN, "12/01/2024"), 0),  # and so was no written one up to it
    ],
)
def test_typed_days_beside_written_ones_of_other_days_were_exchanged(
    typed: tuple[str, ...], written: tuple[str, ...], swapped: int
):
    found = {text: day for text in (*typed, *written) if (day := read_day(text))}
    assert len(found) == len(typed) + len(written)
    meant = typed_and_swapped(found)
    assert len(meant) == swapped
    for text, other in meant.items():
        assert other == date(int(text[:4]), int(text[8:]), int(text[5:7]))


def as_read(*texts: str) -> tuple[dict[str, date], list[str]]:
    """Texts as day/month/year, read with the month first where that can be."""
    found = {text: day for text in texts if (day := read_day(text))}
    days = {}
    for text in found:
        first, second, year = map(int, text.split("/"))
        days[text] = date(year, first, second) if first <= 12 else date(year, second, first)
    return out_of_range(found, days)


CERTAIN = ("13/01/2024", "20/01/2024", "25/02/2024")


def test_days_far_from_all_that_are_certain_were_exchanged():
    meant, doubtful = as_read(*CERTAIN, "05/01/2024", "06/02/2024")
    assert meant == {"05/01/2024": date(2024, 1, 5), "06/02/2024": date(2024, 2, 6)}
    assert doubtful == []
    assert as_read(*CERTAIN, "05/01/2024", "05/02/2024") == ({}, [])  # all of one month: one that has few days
    assert as_read(*CERTAIN[:2], "05/01/2024", "06/02/2024") == ({}, [])  # two certain days are no range


def test_days_that_could_be_either_are_told():
    meant, doubtful = as_read(*CERTAIN, "05/01/2024", "06/02/2024", "02/01/2024", "03/03/2024")
    assert list(meant) == ["05/01/2024", "06/02/2024"]
    assert doubtful == ["02/01/2024"]


@pytest.mark.parametrize(
    ("texts", "exchanged_ones", "doubtful"),
    [
        (("05/01/2024", "06/02/2024", "27/03/2024"), ["05/01/2024", "06/02/2024"], []),
        (("05/03/2024", "06/02/2024", "05/01/2024"), ["05/03/2024", "06/02/2024", "05/01/2024"], []),
        (("05/01/2024", "06/02/2024", "04/04/2024"), ["05/01/2024", "06/02/2024"], []),  # the same either way
        (("05/01/2024", "06/02/2024", "03/02/2024"), ["05/01/2024", "06/02/2024"], ["03/02/2024"]),
        (("05/01/2024", "06/01/2024", "03/02/2024"), ["05/01/2024", "06/01/2024"], []),  # read in no month of January
    ],
)
def test_which_days_lie_far_from_the_certain_ones(
    texts: tuple[str, ...], exchanged_ones: list[str], doubtful: list[str]
):
    meant, open_ones = as_read(*CERTAIN, *texts)
    assert (sorted(meant), open_ones) == (sorted(exchanged_ones), doubtful)


def test_far_is_more_than_31_days():
    """Of certain days from 13 March the first is 11 February; to 31 January the last is 2 March."""
    spring = ("13/03/2024", "20/03/2024", "25/04/2024")
    assert sorted(as_read(*spring, "11/02/2024", "10/03/2024")[0]) == ["10/03/2024", "11/02/2024"]
    assert as_read(*spring, "10/02/2024", "10/03/2024")[0] == {}  # one of them alone is too few
    winter = ("13/01/2024", "20/01/2024", "31/01/2024")
    meant, doubtful = as_read(*winter, "05/01/2024", "06/02/2024", "03/02/2024")
    assert (sorted(meant), doubtful) == (["05/01/2024", "06/02/2024"], ["03/02/2024"])
