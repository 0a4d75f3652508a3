"""Reading, cleaning and features by SQL written by hand for DuckDB: what the engine itself takes for the same numbers.

It knows the file beforehand: its columns, their types, and which rules hold; nothing is found out, and nothing is kept
for what comes after. It gives the same ledger and the same feature values, and `orders_bench.py` checks that it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from bench.pandas_way import CANCELLED, NOT_PRODUCTS, SHIPPING, TESTS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_MARKED = """
SELECT *, CASE
    WHEN customer_id IS NULL THEN 'no_customer'
    WHEN order_date IS NULL THEN 'unreadable_date'
    WHEN amount IS NULL THEN 'unreadable_money'
    WHEN lower(trim(customer_id)) IN {tests} THEN 'test_customer'
    WHEN upper(trim(product_id)) IN {shipping} THEN 'shipping'
    WHEN upper(trim(product_id)) IN {products} THEN 'not_a_product'
    WHEN lower(trim(status)) IN {cancelled} OR regexp_matches(order_id, '^C\\d+$') THEN 'cancelled'
    WHEN quantity < 0 THEN 'returned'
    WHEN amount = 0 THEN 'zero_price'
    WHEN amount < 0 THEN 'not_positive'
    ELSE 'kept' END AS reason
FROM source
"""
_TOLD = "SELECT count(*), count(DISTINCT order_id), count(DISTINCT customer_id), sum(amount) FROM marked"
_BY_REASON = "SELECT reason, count(*), sum(amount) FROM marked GROUP BY reason"
# The amount from which on an order is large lies between two cents, or on one but for rounding: engines differ in that.
_FEATURES = """
WITH span AS (
    SELECT min(order_date)::DATE AS first_on, max(order_date)::DATE + 1 AS as_of,
           first_on + (date_diff('day', first_on, as_of) // 2)::INTEGER AS middle_on FROM kept
), orders AS (
    SELECT customer_id, min(order_date)::DATE AS on_day, round(sum(amount), 2) AS money
    FROM kept GROUP BY customer_id, order_id
), spaced AS (
    SELECT *, date_diff('day', lag(on_day) OVER (PARTITION BY customer_id ORDER BY on_day), on_day) AS gap FROM orders
), limits AS (SELECT percentile_cont(0.8) WITHIN GROUP (ORDER BY money) AS large_at FROM orders
), by_order AS (
    SELECT customer_id, count(*) AS order_count, avg(gap) FILTER (gap > 0) AS gap_mean,
           coalesce(stddev_pop(gap) FILTER (gap > 0), 0) AS gap_spread_days,
           coalesce(sum(money) FILTER (money > large_at + 0.001), 0) AS large
    FROM spaced, limits GROUP BY customer_id
), breadth AS (
    SELECT customer_id, count(*) AS product_breadth
    FROM (SELECT DISTINCT customer_id, product_id FROM kept) GROUP BY customer_id
), by_line AS (
    SELECT customer_id, sum(amount) AS revenue, sum(quantity) AS items, sum(quantity * msrp) AS listed,
           sum(greatest(quantity * msrp - amount, 0)) AS discount,
           min(order_date)::DATE AS first_day, max(order_date)::DATE AS last_day,
           coalesce(sum(amount) FILTER (order_date >= middle_on), 0) AS later,
           min(country) AS least_country, max(country) AS most_country,
           {sums}
    FROM kept, span GROUP BY customer_id
), returns AS (
    SELECT customer_id, count(*) AS n, sum(abs(amount)) AS money FROM marked
    WHERE reason IN ('cancelled', 'returned') GROUP BY customer_id
)
SELECT customer_id, revenue AS revenue_total, order_count, (2 * later - revenue) / revenue AS trend,
       date_diff('day', last_day, as_of) AS recency_days, date_diff('day', first_day, as_of) AS tenure_days,
       coalesce(gap_mean, tenure_days) AS gap_mean_days, gap_spread_days, revenue / order_count AS basket_mean,
       items / order_count AS basket_items_mean, product_breadth, discount / listed AS discount_share,
       large / revenue AS large_deal_share, coalesce(returns.n, 0) AS return_count,
       coalesce(returns.money, 0) AS return_total,
       coalesce(returns.money, 0) / (coalesce(returns.money, 0) + revenue) AS return_share,
       {shares},
       CASE WHEN least_country = most_country THEN least_country ELSE '(several)' END AS country
FROM by_line JOIN by_order USING (customer_id) JOIN breadth USING (customer_id)
     LEFT JOIN returns USING (customer_id), span
ORDER BY customer_id
"""


def _texts(values: list[str]) -> str:
    return f"({', '.join(repr(value) for value in values)})"


class Database(Protocol):
    """Where the SQL runs; it is written in DuckDB's dialect."""

    def see(self, path: Path) -> None:
        """Know a file as the view `source`."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...
    def table(self, sql: str) -> pa.Table: ...

    def keep(self, name: str, sql: str) -> None:
        """Hold an answer as a table."""


class DuckDB:
    """In this process."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def see(self, path: Path) -> None:
        read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
        self.connection.execute(f"CREATE TEMP VIEW source AS FROM {read}('{path}')")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def table(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def keep(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE TEMP TABLE {name} AS {sql}")


def measured(path: Path, database: Database) -> tuple[pa.Table, dict[str, object]]:
    """One row per customer, and the ledger."""
    lists = {"tests": TESTS, "shipping": SHIPPING, "products": NOT_PRODUCTS, "cancelled": CANCELLED}
    database.see(path)
    database.keep("marked", _MARKED.format(**{one: _texts(its) for one, its in lists.items()}))
    ((lines, orders, customers, money),) = database.rows(_TOLD)
    by_reason: dict[str, Any] = {name: (n, total) for name, n, total in database.rows(_BY_REASON)}
    database.keep("kept", "SELECT DISTINCT * FROM marked WHERE reason = 'kept'")
    ((n, total),) = database.rows("SELECT count(*), sum(amount) FROM kept")
    before = by_reason["kept"]
    by_reason |= {"kept": (n, total), "duplicate": (before[0] - n, before[1] - total)}
    categories = sorted(name for (name,) in database.rows("SELECT DISTINCT category FROM kept"))
    parts = {f"category_{name}_share": f"category = '{name}'" for name in categories}
    parts |= {f"quarter_{n}_share": f"quarter(order_date) = {n}" for n in range(1, 5)}
    sums = ", ".join(f'coalesce(sum(amount) FILTER ({which}), 0) AS "_{name}"' for name, which in parts.items())
    shares = ", ".join(f'"_{name}" / revenue AS "{name}"' for name in parts)
    table = database.table(_FEATURES.format(sums=sums, shares=shares))
    told = {"lines": lines, "orders": orders, "customers": customers, "money": money, "by_reason": by_reason}
    return table, told
