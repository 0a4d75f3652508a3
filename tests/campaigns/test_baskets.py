from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray
from scipy import stats
from tests.campaigns.cases import Case, as_engine, case_of, purchases_of, table_of

from marketfold.campaigns import Baskets, basket_tests
from marketfold.campaigns.basket_counts import Counts
from marketfold.campaigns.basket_tests import LEAST_ORDERS, Margins, Seen
from marketfold.campaigns.baskets import _best_first, _buys_most, measure_baskets
from marketfold.campaigns.product_affinity import MIN_LIFT
from marketfold.cleaning import CleanOrders
from marketfold.demo import Shop, make_shop
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.report.sentences.baskets import baskets_notes, baskets_sentence, bundle_sentence
from marketfold.spark_engine import SparkEngine


def baskets_of(case: Case, clean: CleanOrders | None = None) -> Baskets:
    found = measure_baskets(purchases_of(case, clean))
    assert found is not None
    return found


def case_of_orders(orders: dict[str, tuple[str, list[str]]]) -> Case:
    """Orders of (customer, things), each on another day."""
    days = pd.date_range("2024-01-01", periods=len(orders)).strftime("%Y-%m-%d")
    rows, things = [], []
    for (order, (customer, held)), day in zip(orders.items(), days, strict=True):
        rows += [(order, customer, day, 1.0 + place) for place in range(len(held))]
        things += held
    return case_of(read_orders(table_of(rows, product_id=things)))


def shop_groups(shop: Shop) -> dict[str, str]:
    return dict(zip(shop.truth["customer_id"].to_pylist(), shop.truth["group"].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A shop whose every product is goods."""
    made = make_shop(lines=6_000, random_state=0)
    return replace(made, lines=made.lines.filter(pc.not_equal(made.lines["sku"], "POST")))


@pytest.fixture(scope="module")
def case(shop: Shop) -> Case:
    return case_of(read_orders(shop.lines), shop_groups(shop))


def kept_orders(shop: Shop) -> dict[tuple[str, str], set[str]]:
    """The baskets of a shop by loops over its raw lines: without what was cancelled, repeated or of nobody."""
    lines = shop.lines.to_pandas()
    kept = lines[(lines["status"] == "Shipped") & (lines["customer_id"] != "") & (lines["ordered_on"] != "unknown")]
    orders: dict[tuple[str, str], set[str]] = {}
    for customer, order, product in zip(kept["customer_id"], kept["order_id"], kept["sku"], strict=True):
        orders.setdefault((customer, order), set()).add(product)
    return orders


def test_an_independent_count_comes_to_the_same_figures(shop: Shop, case: Case):
    found, orders = baskets_of(case), kept_orders(shop)
    several = {key: things for key, things in orders.items() if len(things) > 1}
    assert (found.orders, found.single, found.large) == (len(several), len(orders) - len(several), 0)
    held = Counter(thing for things in several.values() for thing in things)
    everywhere = Counter(thing for things in orders.values() for thing in things)
    beside: Counter[str] = Counter()
    for things in several.values():
        beside.update(dict.fromkeys(things, len(things) - 1))
    together = Counter(pair for things in several.values() for pair in combinations(sorted(things), 2))
    frequent = [thing for thing, n in held.items() if n >= LEAST_ORDERS]
    assert found.n_tested == len(frequent) * (len(frequent) - 1) // 2
    assert found.n_found == len(found.pairs) > 3
    places = sum(held.values())
    for pair in found.pairs:
        a, b = pair.first, pair.second
        assert pair.orders == together[min(a, b), max(a, b)] >= LEAST_ORDERS
        assert (pair.first_orders, pair.second_orders) == (everywhere[a], everywhere[b])
        assert pair.first_confidence == pytest.approx(pair.orders / everywhere[a])
        ways = [beside[x] * held[y] / (places - held[x]) for x, y in ((a, b), (b, a))]
        assert pair.expected == pytest.approx(max(ways))
        assert pair.lift >= MIN_LIFT
        customers = {customer for (customer, _), things in several.items() if {a, b} <= things}
        assert pair.customers == len(customers)
        exact = [stats.hypergeom.sf(pair.orders - 1, places - held[x], beside[x], held[y]) for x, y in ((a, b), (b, a))]
        assert max(exact) <= pair.p * (1 + 1e-9)  # customers as clusters can only add doubt
        assert pair.p <= 0.05 * found.n_found / found.n_tested


def test_who_buys_a_pair_most_is_counted_in_each_segments_own_orders(shop: Shop, case: Case):
    groups, orders = shop_groups(shop), kept_orders(shop)
    label = dict(zip(case.ids.tolist(), case.labels.tolist(), strict=True))
    assert len({(groups[one], label[one]) for one in label}) == case.segmentation.n_segments
    of_segment = Counter(label[customer] for customer, _ in orders)
    for pair in baskets_of(case).pairs:
        own = Counter(label[customer] for (customer, _), held in orders.items() if {pair.first, pair.second} <= held)
        total = sum(own.values())
        rates = {
            segment: n / of_segment[segment]
            for segment, n in own.items()
            if n / of_segment[segment] >= MIN_LIFT * total / len(orders)
            and 4 * stats.hypergeom.sf(n - 1, len(orders), of_segment[segment], total) <= 0.05
        }
        assert pair.everyone_share == pytest.approx(total / len(orders))
        assert pair.segment == max(rates, key=lambda segment: rates[segment])
        assert pair.segment_share == pytest.approx(rates[pair.segment])


def test_no_segment_is_named_where_all_buy_a_pair_alike():
    assert [pair.segment for pair in baskets_of(case_of_orders(planted(90, customers=60))).pairs] == [None]


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_baskets_have_no_pair(shop: Shop, seed: int):
    """Order sizes, buyers and popularity stay, and so do large orders, in which everything stands with everything."""
    lines = shop.lines
    at = pa.array(np.random.default_rng(seed).permutation(len(lines)))
    for name in ("sku", "category"):
        lines = lines.set_column(lines.column_names.index(name), name, lines[name].take(at))
    found = baskets_of(case_of(read_orders(lines), shop_groups(shop)))
    assert found.n_tested > 2_000
    assert (found.n_found, any(found.of_segments)) == (0, False)
    assert "none stands together" in baskets_sentence(found)


def planted(n: int, *, customers: int) -> dict[str, tuple[str, list[str]]]:
    """Orders of three of twelve things, `n` of which hold cup and saucer."""
    rng = np.random.default_rng(0)
    orders = {}
    for place in range(240):
        things = [f"T{k}" for k in rng.choice(12, 3, replace=False)]
        orders[f"A{place}"] = (f"C{place % 60}", things)
    for place in range(n):
        orders[f"B{place}"] = (f"C{place % customers}", ["Cup", "Saucer", f"T{place % 12}"])
    return orders


def test_a_planted_pair_is_found_and_offered_in_the_brief():
    case = case_of_orders(planted(90, customers=60))
    found = baskets_of(case)
    assert [{pair.first, pair.second} for pair in found.pairs] == [{"Cup", "Saucer"}]
    assert found.pairs[0].first_confidence == 1
    offered = [campaign.bundle for campaign in case.plan().campaigns if campaign.bundle]
    assert offered
    assert {offered[0].first, offered[0].second} == {"Cup", "Saucer"}
    assert bundle_sentence(offered[0]).startswith(f"{offered[0].first} + {offered[0].second}: both stand in ")


def test_one_customer_who_orders_the_same_again_and_again_is_no_proof():
    assert baskets_of(case_of_orders(planted(40, customers=40))).n_found == 1
    assert baskets_of(case_of_orders(planted(40, customers=1))).n_found == 0


def test_customers_who_repeat_themselves_count_for_less():
    often = baskets_of(case_of_orders(planted(60, customers=6))).pairs
    spread = baskets_of(case_of_orders(planted(60, customers=60))).pairs
    assert all(pair.p > spread[0].p * 1_000 for pair in often)


def test_categories_are_paired_where_products_are_too_thin():
    rows, products, categories = [], [], []
    for order in range(40):
        for place, category in enumerate(("Tea", "Cups") if order % 2 else ("Soap", "Towels")):
            rows.append((f"O{order}", f"C{order % 20}", f"2024-01-{order % 28 + 1:02d}", 2.0 + place))
            products.append(f"P{order}{place}")
            categories.append(category)
    found = baskets_of(case_of(read_orders(table_of(rows, product_id=products, category=categories))))
    assert found.what == "category"
    assert {frozenset((pair.first, pair.second)) for pair in found.pairs} == {
        frozenset(("Tea", "Cups")),
        frozenset(("Soap", "Towels")),
    }


def test_orders_of_one_thing_say_so():
    found = baskets_of(case_of_orders({f"O{n}": (f"C{n % 9}", [f"T{n % 4}"]) for n in range(60)}))
    assert (found.orders, found.single, found.n_tested) == (0, 60, 0)
    assert baskets_sentence(found) == "Every order holds one product, so nothing is bought together."


def test_charges_and_what_came_back_are_not_in_it():
    rows, things, quantities = [], [], []
    for n in range(60):
        order = (f"O{n}", f"C{n % 20}", f"2024-{n % 12 + 1:02d}-05")
        for place, thing in enumerate(("Cup", f"T{n % 12}", f"T{(n + 5) % 12}", "Shipping")):
            rows.append((*order, 3.0 + place))
            things.append(thing)
            quantities.append("1")
        if n < 50:
            rows += [(f"R{n}", *order[1:], -9.0), (*order, 9.0)]
            things += ["Saucer", "Saucer"]
            quantities += ["-1", "1"]
    table = table_of(rows, product_id=things).append_column("quantity", pa.array(quantities))
    case = case_of(read_orders(table))
    kept = set(case.clean.engine.collect(case.clean.purchases)["product_id"].to_pylist())
    assert {"Shipping", "Saucer"} & kept == set()
    found = baskets_of(case)
    assert (found.n_things, found.n_found) == (1 + 12, 0)


def test_a_stock_is_no_basket():
    orders = planted(0, customers=1) | {
        f"S{n}": (f"C{n}", [f"T{k}" for k in range(12)] + [f"U{k}" for k in range(90)]) for n in range(12)
    }
    found = baskets_of(case_of_orders(orders))
    assert (found.large, found.n_found) == (12, 0)
    assert any("12 orders of more than 100 different things are left out" in note for note in baskets_notes(found))


def test_few_orders_are_not_tested():
    found = baskets_of(case_of_orders({f"O{n}": (f"C{n}", ["Cup", "Saucer"]) for n in range(9)}))
    assert (found.n_tested, found.n_found) == (0, 0)
    assert baskets_sentence(found).startswith("Nothing can be told")


def test_order_lines_without_products_have_no_pairs():
    case = case_of(read_orders(table_of([(f"O{n}", f"C{n % 9}", "2024-01-05", 2.0) for n in range(30)])))
    assert measure_baskets(purchases_of(case)) is None
    assert case.plan().baskets is None


def rounded(found: Baskets) -> Baskets:
    """Engines add squares in their own order."""
    return replace(found, pairs=tuple(replace(pair, p=float(f"{pair.p:.9g}")) for pair in found.pairs))


def test_polars_finds_the_same_pairs(case: Case):
    assert rounded(baskets_of(case, as_engine(case, PolarsEngine()))) == rounded(baskets_of(case))


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_spark_finds_the_same_pairs():
    case = case_of_orders(planted(60, customers=30))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = baskets_of(case, as_engine(case, SparkEngine()))
    assert other.n_found == 1
    assert rounded(other) == rounded(baskets_of(case))


def wholes(*values: int) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def test_pairs_with_the_most_orders_beyond_chance_come_first():
    seen = Seen(wholes(0, 0, 0, 0, 0), wholes(2, 1, 0, 0, 0), wholes(3, 2, 2, 1, 3), wholes(20, 30, 30, 30, 90))
    tested = basket_tests.Tested(
        np.array([2.0, 14.0, 14.0, 14.0, 1.0]), np.zeros(5), np.array([True, True, True, True, False])
    )
    assert list(_best_first(seen, tested)) == [0, 3, 2, 1]


NO_MARGINS = Margins(np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 2)), np.zeros(3), np.zeros((3, 2)))  # type: ignore[arg-type]


def counted(*orders: int) -> Counts:
    """Orders of each of some segments, of which all are everybody's."""
    lines = read_orders(table_of([("1", "A", "2024-01-05", 1.0)]))
    return Counts(["Cup", "Mug"], wholes(sum(orders), *orders), (0, 0, 0), NO_MARGINS, 0, lines.lines, lines.engine)


@pytest.mark.parametrize(
    ("together", "customers", "best"),
    [
        ((30, 10), (30, 10), (0, 0.3)),
        ((10, 30), (10, 30), (1, 0.3)),
        ((24, 16), (24, 16), None),  # as often as 24 of 100 where 20 are usual may be chance
        ((20, 20), (20, 20), None),
        ((30, 10), (5, 10), (0, 0.3)),
        ((30, 10), (4, 10), None),
    ],
)
def test_the_segment_that_buys_a_pair_most_does_so_beyond_everybody(
    together: tuple[int, int], customers: tuple[int, int], best: tuple[int, float] | None
):
    seen = Seen(wholes(1, 2), wholes(0, 0), wholes(1, 1), wholes(*together), wholes(*customers))
    assert _buys_most(counted(100, 100), seen, np.array([0, 1]), sum(together)) == best


def test_a_fifth_more_than_everybody_is_the_least_that_is_told():
    """1,200 of 10,000 where everybody has 2,000 of 20,000, and 1,199 where they have as many."""
    for own, best in ((1_200, (0, 0.12)), (1_199, None)):
        seen = Seen(wholes(1, 2), wholes(0, 0), wholes(1, 1), wholes(own, 2_000 - own), wholes(900, 900))
        assert _buys_most(counted(10_000, 10_000), seen, np.array([0, 1]), 2_000) == best


def test_chance_is_shared_by_all_segments():
    """Fisher's test of 8 of 40 where 11 of 100 are usual: two segments would let it pass, three do not."""
    alone = stats.hypergeom.sf(7, 100, 40, 11)
    assert 0.05 / 3 < alone <= 0.05 / 2
    seen = Seen(wholes(1), wholes(0), wholes(1), wholes(8), wholes(8))
    assert _buys_most(counted(40, 60), seen, np.array([0]), 11) == (0, 0.2)
    assert _buys_most(counted(40, 30, 30), seen, np.array([0]), 11) is None
