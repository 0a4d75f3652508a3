"""Whether a segment's share of a product is larger than everybody's: customers, not lines, are what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.campaigns.cases import case_of, table_of

from marketfold.campaigns.customers import condense, members_of
from marketfold.campaigns.product_affinity import _Cells, _matched, _p_values, _Totals, measure_affinity, next_products
from marketfold.config import ReadingOptions
from marketfold.orders import read_orders


@pytest.mark.parametrize("most_lines", [1, 6])
def test_it_is_students_test_of_a_share_of_customers(most_lines: int):
    """With one line each exactly; with several of what each customer adds to the share (Cochran 1977, 6.3)."""
    rng = np.random.default_rng(3)
    lines = rng.integers(1, most_lines + 1, size=40)
    of_it = rng.binomial(lines, 0.3)
    share, everyone = of_it.sum() / lines.sum(), 0.2
    added = share + (of_it - share * lines) / lines.mean()
    expected = stats.ttest_1samp(added, everyone, alternative="greater").pvalue

    none, one = np.zeros((1, 1)), np.ones((1, 1))
    cells = _Cells(
        ["tea"], one * of_it.sum(), one * (of_it > 0).sum(), none, none, one * of_it @ of_it, one * of_it @ lines
    )
    totals = _Totals(*(np.array([float(total)]) for total in (lines.sum(), len(lines), 0, lines @ lines)))
    assert _p_values(cells, totals, np.array([everyone]))[0, 0] == pytest.approx(expected)


def test_who_is_to_be_expected_is_matched_on_how_much_was_bought():
    """Of two bands worked by hand: 40 + 60 of who bought little and 60 + 40 of who bought much, one thing."""
    eligible = np.array([[[40.0], [60.0]], [[60.0], [40.0]]])
    takers = np.array([[[6.0], [33.0]], [[4.0], [17.0]]])  # 10 of 100, and 50 of 100
    expected, variance = _matched(takers, eligible)
    assert expected[:, 0] == pytest.approx([40 * 0.1 + 60 * 0.5, 60 * 0.1 + 40 * 0.5])
    bands = np.array([stats.hypergeom.var(100, [10, 50], drawn) for drawn in ([40, 60], [60, 40])])
    assert variance[:, 0] == pytest.approx(bands.sum(axis=1))


@pytest.mark.parametrize(("share", "found"), [(0.0, None), (0.12, "tea")])
def test_what_is_added_next_is_more_than_others_add_who_bought_as_much(share: float, found: str | None):
    """Both buy things at random, one segment mostly five times as much: it has added everything more often."""
    rng = np.random.default_rng(1)
    rows, things = [], []
    names = ["tea", "milk", "salt", "rice", *(f"thing {n}" for n in range(26))]
    for who in range(400):
        heavy = who % 2
        for order in range(10 if heavy or who % 4 == 0 else 2):
            taste = heavy and found and order and rng.random() < share
            rows.append((f"o{who}-{order}", f"{'lh'[heavy]}{who}", f"2025-{1 + order:02d}-{1 + who % 28:02d}", 10.0))
            things.append("tea" if taste else names[int(rng.integers(len(names)))])
    orders = read_orders(table_of(rows, category=things), ReadingOptions(date_format="%Y-%m-%d"))
    case = case_of(orders, {row[1]: row[1][0] for row in rows})
    purchases = condense(case.clean, members_of(case.clean, case.ids, case.labels), 2)
    affinity = measure_affinity(purchases)
    steps = [one.next_category for one in affinity]
    assert [step and step.name for step in steps[:1]] == [found]
    assert found or steps[1] is None
    suggested = next_products(purchases, affinity)
    bought = {(row[1], thing) for row, thing in zip(rows, things, strict=True)}
    of_heavy = {
        row["customer_id"]: row["next_product"] for row in suggested.to_pylist() if row["customer_id"][0] == "h"
    }
    assert of_heavy == {one: None if (one, found) in bought else found for one in of_heavy}
