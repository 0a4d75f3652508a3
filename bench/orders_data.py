"""Ten million seeded order lines, made by DuckDB from hashes: the same rows on every machine."""

from __future__ import annotations

from pathlib import Path

import duckdb

DATA = Path(__file__).parent / "data"
LINES = 10_000_000
CUSTOMERS = 500_000
LINES_PER_ORDER = 3.03
DAYS = 1_095

# `draw(i, salt)` is uniform in [0, 1): a hash, so that rows do not depend on threads or on the order of work.
_LINES_SQL = """
CREATE OR REPLACE TEMP MACRO draw(i, salt) AS (hash(i * 64 + salt + {seed} * 7919) >> 11)::DOUBLE / 9007199254740992.0;
CREATE OR REPLACE TEMP TABLE orders AS
SELECT i AS n,
       -- every customer orders once, then the few order often
       CASE WHEN i < {customers} THEN (i * 7919) % {customers}
            ELSE floor({customers} * draw(i, 1) ** 2)::BIGINT END AS customer,
       floor(i * {days} / {orders})::INTEGER AS day,
       1 + floor(draw(i, 3) ** 1.7 * 5.4)::INTEGER + (draw(i, 4) < 0.3)::INTEGER + (draw(i, 4) < 0.1)::INTEGER AS lines,
       CASE WHEN draw(i, 5) < 0.02 THEN 'Cancelled' WHEN draw(i, 5) < 0.03 THEN 'On Hold' ELSE 'Shipped' END AS status,
       i >= {customers} AND draw(i, 6) < 0.01 AS anonymous
FROM range({orders}) AS t(i);
CREATE OR REPLACE TEMP VIEW order_lines AS
WITH lines AS (SELECT *, unnest(range(1, lines + 1)) AS line, n * 16 + line AS k FROM orders),
     drawn AS (SELECT *, floor(4000 * draw(k, 7) ** 1.5)::INTEGER AS product,
                      1 + floor(6 * draw(k, 8) ** 2)::INTEGER AS items FROM lines),
     -- one line of a thousand stands there twice
     repeated AS (FROM drawn UNION ALL (FROM drawn WHERE draw(k, 15) < 0.001)),
     priced AS (SELECT *, round(5 + 195 * draw(product, 9), 2) AS list_price,
                       CASE WHEN draw(k, 10) < 0.3 THEN 0.1 + 0.2 * draw(k, 11) ELSE 0 END AS off FROM repeated)
SELECT printf('SO%08d', n + 10000000) AS order_id,
       line AS line_number,
       DATE '2023-01-01' + day AS order_date,
       CASE WHEN anonymous THEN NULL ELSE printf('K%07d', customer) END AS customer_id,
       CASE WHEN draw(k, 12) < 0.003 THEN 'POSTAGE' ELSE printf('P%05d', product) END AS product_id,
       ['Kitchen','Garden','Toys','Books','Lighting','Textiles','Stationery','Outdoor'][1 + product % 8] AS category,
       CASE WHEN draw(k, 13) < 0.01 THEN -items ELSE items END AS quantity,
       CASE WHEN draw(k, 14) < 0.005 THEN 0.0 ELSE round(list_price * (1 - off), 2) END AS unit_price,
       list_price AS msrp,
       round(quantity * unit_price, 2) AS amount,
       status,
       ['Germany','France','Spain','Italy','Poland','Norway'][1 + customer % 6] AS country
FROM priced ORDER BY k LIMIT {lines}
"""


def orders_needed(lines: int) -> int:
    """Orders to draw so that at least `lines` lines come out."""
    return int(lines / LINES_PER_ORDER * 1.05) + 10


def make_parquet(folder: Path = DATA, lines: int = LINES, customers: int = CUSTOMERS, seed: int = 0) -> Path:
    """Write `orders_N.parquet`, unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"orders_{lines}.parquet"
    if path.exists():
        return path
    with duckdb.connect() as connection:
        connection.execute(
            _LINES_SQL.format(lines=lines, orders=orders_needed(lines), customers=customers, days=DAYS, seed=seed)
        )
        part = path.with_suffix(".part")
        connection.execute(f"COPY (SELECT * FROM order_lines) TO '{part}' (FORMAT parquet)")  # noqa: S608
        part.rename(path)
    return path


def make(folder: Path = DATA, lines: int = LINES, customers: int = CUSTOMERS, seed: int = 0) -> tuple[Path, Path]:
    """Write `orders_N.parquet` and `orders_N.csv`, unless they are there already; returns both paths."""
    parquet = make_parquet(folder, lines, customers, seed)
    text = parquet.with_suffix(".csv")
    if not text.exists():
        part = text.with_suffix(".part")
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM '{parquet}') TO '{part}' (FORMAT csv, HEADER)")
        part.rename(text)
    return parquet, text


if __name__ == "__main__":
    print(*make())
