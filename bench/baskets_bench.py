"""What pairs of products cost to count, and how often shops without pairs show one: `python -m bench.baskets_bench`."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa

from marketfold.campaigns.basket_tests import Margins, Seen, stand_out
from marketfold.campaigns.baskets import measure_baskets
from marketfold.campaigns.customers import condense
from marketfold.cleaning import clean_orders
from marketfold.orders import read_orders

KINDS: dict[str, tuple[int, float, float, float]] = {
    "some large orders": (3_000, 0.2, 9.0, 1.0),
    "small orders": (3_000, 0.0, 1.0, 1.0),
    "all equally popular": (3_000, 0.2, 9.0, 0.0),
    "many orders": (20_000, 0.2, 9.0, 1.0),
}
"""Orders, share of large ones, things in those, and how popularity falls with the rank of a product."""
N_PRODUCTS, SHOPS, ORDERS_EACH = 30, 60, 8


def shop_without_pairs(kind: str, seed: int) -> bool:
    """Whether a shop whose products are put into its orders at random shows a pair."""
    n_orders, large, things, fall = KINDS[kind]
    rng = np.random.default_rng(seed)
    size = 1 + rng.poisson(np.where(rng.random(n_orders) < large, things, 1.5))
    popularity = 1 / np.arange(1, N_PRODUCTS + 1) ** fall
    order = np.repeat(np.arange(n_orders), size)
    customer = rng.integers(0, n_orders // ORDERS_EACH, n_orders)
    held = np.zeros((n_orders, N_PRODUCTS))
    held[order, rng.choice(N_PRODUCTS, len(order), p=popularity / popularity.sum())] = 1
    several = held.sum(axis=1) > 1
    held, customer = held[several], customer[several]
    company = held * (held.sum(axis=1) - 1)[:, None]
    near = np.zeros((customer.max() + 1, N_PRODUCTS))
    np.add.at(near, customer, company)
    whole = {"orders": held.sum(axis=0), "beside": company.sum(axis=0), "all_orders": held.sum(axis=0)}
    sums = {name: values[None].astype(np.int64) for name, values in whole.items()}
    margins = Margins(places=np.array([int(held.sum())]), squares=(near**2).sum(axis=0)[None], **sums)
    first, second = np.triu_indices(N_PRODUCTS, 1)
    both = np.zeros((customer.max() + 1, len(first)))
    np.add.at(both, customer, held[:, first] * held[:, second])
    clusters = (both > 0).sum(axis=0), (both**2).sum(axis=0), (both * near[:, first]).sum(axis=0)
    seen = Seen(np.zeros_like(first), first, second, both.sum(axis=0).astype(np.int64), *clusters)
    return bool(stand_out(seen, margins, int(margins.n_tests[0])).found.any())


def count_lines(n_lines: int, n_products: int = 40_000) -> str:
    """Processor time of counting and testing, in a shop where every second product draws its neighbour."""
    rng = np.random.default_rng(0)
    n_orders = n_lines // 5
    size = 1 + rng.poisson(np.where(rng.random(n_orders) < 0.15, 12, 3))
    order = np.repeat(np.arange(n_orders), size)[:n_lines]
    popularity = 1 / (np.arange(n_products) + 20)
    product = rng.choice(n_products, len(order), p=popularity / popularity.sum())
    drawn = (rng.random(len(order) - 1) < 0.3) & (order[1:] == order[:-1]) & (product[:-1] < 200)
    product[1:][drawn] = product[:-1][drawn] ^ 1
    day = np.datetime64("2024-01-01") + rng.integers(0, 700, n_orders)
    customer = rng.integers(0, n_orders // 5, n_orders)
    lines = pa.table(
        {
            "order_id": pa.array(order).cast(pa.string()),
            "customer_id": np.char.add("C", customer[order].astype(str)),
            "ordered_on": day[order],
            "amount": rng.random(len(order)).round(2) + 1,
            "product_id": np.char.add("P", product.astype(str)),
        }
    )
    clean = clean_orders(read_orders(lines))
    ids = np.unique(lines["customer_id"].to_pylist()).tolist()
    members = clean.engine.from_arrow(pa.table({"customer_id": ids, "segment": np.arange(len(ids)) % 5}))
    purchases = condense(clean, members, 5)
    start = time.process_time()
    found = measure_baskets(purchases)
    assert found is not None
    seconds = time.process_time() - start
    return f"{len(order):,} lines: {seconds:.1f} s of processor, {found.n_found} of {found.n_tested:,} pairs"


def main() -> None:
    for n_lines in (100_000, 1_000_000):
        print(count_lines(n_lines))
    for kind in KINDS:
        shown = sum(shop_without_pairs(kind, seed) for seed in range(SHOPS))
        print(f"{kind}: {shown} of {SHOPS} shops without pairs show one")


if __name__ == "__main__":
    main()
