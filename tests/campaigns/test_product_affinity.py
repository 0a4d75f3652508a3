"""Whether a segment's share of a product is larger than everybody's: customers, not lines, are what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marketfold.campaigns.product_affinity import _Cells, _p_values, _Totals


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
