"""The order lines of a sample of the customers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marketfold.sampling import salted

if TYPE_CHECKING:
    import narwhals as nw

    from marketfold.cleaning.clean_lines import CleanOrders


def sample_customers(clean: CleanOrders, n_customers: int, random_state: int = 0) -> CleanOrders:
    """The lines of the customers whom `FeatureTable.sample` draws; of all where not more of them bought.

    They are drawn and kept by the engine that holds the lines. The `report` stays that of the whole source, and
    `set_aside` too.

    Examples
    --------
    >>> from marketfold import clean, features, make_shop, read
    >>> orders = clean(read(make_shop(lines=2_000).lines))
    >>> few = features(sample_customers(orders, 20))
    >>> few.ids.tolist() == features(orders).sample(20).ids.tolist()
    True
    """
    engine = clean.engine
    bought = clean.activity.customers.select("customer_id")
    hashed = engine.with_digest(bought, "customer_id", salted(random_state), "_digest")
    drawn = engine.hold(hashed.sort("_digest").head(n_customers).select("customer_id"))

    def of_drawn(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return lines.join(drawn, on="customer_id", how="semi")

    near = clean.from_hand()
    bought, returns, taken = of_drawn(near.bought), engine.materialise(of_drawn(near.returns)), near.taken_back
    if taken is None:
        return replace(near, bought=engine.materialise(bought), returns=returns)
    taken = replace(taken, rest=engine.materialise(of_drawn(taken.rest)), touched=of_drawn(taken.touched))
    return replace(near, bought=bought, returns=returns, taken_back=taken)
