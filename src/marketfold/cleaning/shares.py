"""Money of a whole order, divided among its lines to the cent."""

from __future__ import annotations

import narwhals as nw

from marketfold.schema import MONEY_SCALE, SOURCE_LINE

CENT = MONEY_SCALE // 100


def share_of(total: str, weight: str, *group: str) -> nw.Expr:
    """The part of a group's total that falls to each row, in proportion to its weight.

    Parameters
    ----------
    total, weight
        Columns in whole ten-thousandths; `total` is the same in all rows of a group, weights are above zero.
    group
        Columns that make a group; rows in it go by their source line.

    Returns
    -------
    nw.Expr
        Whole cents, but for what of the total is less than one; the parts of a group add up to its total exactly, and
        none is more than its weight where the total is not more than all weights (but for one cent).
    """
    so_far = nw.col(weight).cum_sum().over(*group, order_by=SOURCE_LINE)
    whole = nw.col(weight).sum().over(*group)
    upto = (nw.col(total) * so_far / whole / CENT).round() * CENT
    before = so_far - nw.col(weight)
    upto_before = (nw.col(total) * before / whole / CENT).round() * CENT
    last = nw.when(so_far >= whole).then(nw.col(total)).otherwise(upto)
    return last - upto_before
