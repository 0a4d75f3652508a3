"""Tables where they live: the same lines, to the cent, from Parquet, DuckDB, SQLite, PostgreSQL and Ibis."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from marketfold.cleaning import clean_orders
from marketfold.cli import main
from marketfold.cli.app import app
from marketfold.config import ReadingOptions
from marketfold.demo import make_shop
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders import fingerprint, read_orders, table_address, tables_within

COLUMNS = """id uuid, "Order Day" timestamp, paid numeric(12, 2), email text, "note" json, gone boolean, raw bytea"""
ROWS = [
    ("00000000-0000-0000-0000-000000000001", "2024-02-01 23:59:00", "1234.56", "a@example.org", "{}", True, b"x"),
    ("00000000-0000-0000-0000-000000000002", "2024-03-01 00:00:00", "0.07", "b@example.org", None, False, None),
    ("00000000-0000-0000-0000-000000000001", "2024-04-01 12:00:00", "-5.10", "a@example.org", "[1]", None, None),
]
MAPPING = ReadingOptions(mapping={"customer_id": "id", "ordered_on": "Order Day", "amount": "paid"})


@pytest.fixture(scope="module")
def shop() -> pa.Table:
    return make_shop(300).lines


@pytest.fixture(scope="module")
def server(postgres: Any) -> str:
    """The address of the server, without a table."""
    return f"postgresql://postgres:hidden-word@/postgres?host={postgres.info.host}"


@pytest.fixture(scope="module")
def files(shop: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One table as Parquet, DuckDB and SQLite."""
    home = tmp_path_factory.mktemp("tables")
    pq.write_table(shop, home / "shop.parquet")
    with duckdb.connect(home / "shop.duckdb") as connection:
        connection.from_arrow(shop).create("orders")
        connection.execute('CREATE SCHEMA s; CREATE VIEW s."Or""ders 2" AS SELECT * FROM orders')
    database = sqlite3.connect(home / "shop.sqlite")
    names = ", ".join(f'"{name}"' for name in shop.schema.names)
    database.execute(f"CREATE TABLE orders ({names})")
    marks = ", ".join("?" * shop.num_columns)
    plain = shop.cast(
        pa.schema([(f.name, f.type if f.type in {pa.int64(), pa.float64()} else pa.string()) for f in shop.schema])
    )
    database.executemany(f"INSERT INTO orders VALUES ({marks})", [tuple(row.values()) for row in plain.to_pylist()])  # noqa: S608
    database.commit()
    database.close()
    return home


def ledger(source: Any) -> dict[str, Any]:
    return clean_orders(read_orders(source)).report.ledger.to_dict()


def people(source: Any) -> Counter[tuple[str | None, str | None]]:
    """Who is on how many lines, with their e-mail; PostgreSQL keeps rows in an order of its own."""
    orders = read_orders(source)
    found = orders.engine.collect(orders.personal())
    return Counter(zip(found["customer_id"].to_pylist(), found["email"].to_pylist(), strict=True))


def on_server(postgres: Any, shop: pa.Table, name: str) -> None:
    kinds = {pa.float64(): "numeric(12, 2)", pa.int64(): "int8", pa.date32(): "date"}
    columns = ", ".join(f'"{field.name}" {kinds.get(field.type, "text")}' for field in shop.schema)
    postgres.execute(f"CREATE TABLE {name} ({columns})")
    with postgres.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in shop.to_pylist():
            copy.write_row(tuple(row.values()))


def test_a_table_is_the_same_wherever_it_lives(files: Path, shop: pa.Table, postgres: Any, server: str):
    import ibis  # noqa: PLC0415  (slow)

    on_server(postgres, shop, '"Sh op"')
    postgres.execute('CREATE MATERIALIZED VIEW seen AS SELECT * FROM "Sh op"')
    wanted = ledger(files / "shop.parquet")
    expression = ibis.polars.connect({"orders": pl.DataFrame(shop)}).table("orders")
    places = [f"{files}/shop.duckdb?table=orders", f'duckdb:///{files}/shop.duckdb?table=s.Or"ders 2']
    places += [f"{files}/shop.sqlite", f"sqlite:///{files}/shop.sqlite?table=ORDERS"]
    places += [f"{server}&table=Sh%20op", f"{server}&table=public.seen"]
    for place in (*places, expression):
        assert ledger(place) == wanted, place
    assert people(places[4]) == people(files / "shop.parquet")
    assert tables_within(files / "shop.duckdb") == (("orders", 's.Or"ders 2'), ())


def test_types_of_postgresql_are_read_as_cells(postgres: Any, server: str):
    postgres.execute(f"CREATE TABLE typed ({COLUMNS}, at timestamptz DEFAULT 'infinity')")
    for row in ROWS:
        postgres.execute("INSERT INTO typed VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
    orders = read_orders(f"{server}&table=typed", MAPPING)
    lines = orders.to_arrow()
    assert lines["amount"].to_pylist() == [1234.56, 0.07, -5.1]
    assert lines["customer_id"].to_pylist() == [row[0] for row in ROWS]
    assert [str(day) for day in lines["ordered_on"].to_pylist()] == [row[1][:10] for row in ROWS]
    with pytest.raises(OrdersError, match="bytes that are no text"):
        read_orders(f"{server}&table=typed", ReadingOptions(mapping=MAPPING.mapping | {"order_id": "raw"}))


def test_a_password_is_nowhere(postgres: Any, server: str):
    postgres.execute("CREATE TABLE hidden AS SELECT 1 AS a")
    found = read_orders_refused(f"{server}&table=hidden") + read_orders_refused(f"{server}&table=nowhere")
    ended = CliRunner().invoke(app, ["inspect", f"{server}&table=hidden"])
    assert isinstance(ended.exception, OrdersError)
    assert "hidden-word" not in found + ended.output + str(ended.exception)
    address = table_address("postgresql://ann:s%40c@h/db?table=a b&password=zz")
    assert address
    assert address.text == "postgresql://ann@h/db?table=a%20b"
    assert not any(secret in repr(address) for secret in ("s%40c", "s@c", "zz"))
    assert address.masked("no s@c, no zz") == "no ***, no ***"
    assert "secret" not in read_orders_refused("mysql://ann:secret@h/db?table=orders")
    assert "se?ret" not in read_orders_refused("postgresql://ann:se?ret@h/db")


def read_orders_refused(source: Any, kind: type[Exception] = OrdersError) -> str:
    with pytest.raises(kind) as refused:
        read_orders(source)
    return str(refused.value)


def test_what_cannot_be_read_on_a_server_says_why(postgres: Any, server: str):
    postgres.execute("CREATE TABLE closed (a int); CREATE TABLE empty_one (customer text, day date, total numeric)")
    postgres.execute("CREATE ROLE stranger LOGIN")
    assert "Near it" in read_orders_refused(f"{server}&table=close", SourceNotFoundError)
    stranger = server.replace("postgres:hidden-word", "stranger")
    assert "GRANT SELECT ON closed TO stranger" in read_orders_refused(f"{stranger}&table=closed")
    assert "holds no order line" in read_orders_refused(f"{server}&table=empty_one")
    nobody = server.replace("postgres:hidden-word", "nobody:hidden-word")
    assert 'role "nobody" does not exist' in read_orders_refused(f"{nobody}&table=closed", SourceNotFoundError)
    away = "postgresql://u:hidden-word@localhost:1/db?table=orders"
    assert "that the server runs" in read_orders_refused(away, SourceNotFoundError)


def test_a_wrong_password_says_where_the_right_one_goes(postgres: Any, server: str):
    ((rules,),) = postgres.execute("SHOW hba_file").fetchall()
    postgres.execute("CREATE ROLE guarded LOGIN PASSWORD 'right-word'; CREATE TABLE guarded_one (a int)")
    before = Path(rules).read_text("utf-8")
    try:
        Path(rules).write_text(f"local all guarded scram-sha-256\n{before}", "utf-8")
        postgres.execute("SELECT pg_reload_conf()")
        said = read_orders_refused(server.replace("postgres:", "guarded:") + "&table=guarded_one", SourceNotFoundError)
    finally:
        Path(rules).write_text(before, "utf-8")
        postgres.execute("SELECT pg_reload_conf()")
    assert "password authentication failed" in said
    assert "PGPASSWORD" in said


def test_columns_that_are_lacking_are_told_of_a_table(files: Path):
    with duckdb.connect(files / "shop.duckdb", read_only=True) as connection:
        connection.execute(f"COPY (SELECT 1 AS a, 2 AS b) TO '{files}/ab.parquet'")
    database = sqlite3.connect(files / "ab.sqlite")
    database.execute("CREATE TABLE ab AS SELECT 1 AS a, 2 AS b")
    database.commit()
    as_file = read_orders_refused(files / "ab.parquet").partition("\n")[2]
    assert as_file
    assert read_orders_refused(files / "ab.sqlite").partition("\n")[2] == as_file
    database.execute("BEGIN EXCLUSIVE")
    assert "another program is writing to it" in read_orders_refused(files / "ab.sqlite")
    database.close()


def test_a_view_finds_what_it_names_by_schema_and_database(tmp_path: Path):
    lines = "SELECT 'c' || n % 9 AS customer, date '2024-01-01' + n::int AS day, n AS total FROM range(1, 30) AS r(n)"
    with duckdb.connect(tmp_path / "my shop.duckdb") as connection:
        connection.execute(f"""
            CREATE SCHEMA s; CREATE TABLE near AS {lines}; CREATE TABLE s.far AS {lines};
            CREATE VIEW s.plain AS FROM near; CREATE VIEW of_schema AS FROM s.far;
            CREATE VIEW of_all AS FROM "my shop".s.far; CREATE VIEW of_views AS FROM of_schema
        """)
    for view in ("s.plain", "of_schema", "of_all", "of_views"):
        assert read_orders(f"{tmp_path}/my shop.duckdb?table={view}").facts.lines == 29, view


def test_a_connection_that_is_lost_is_told(
    postgres: Any, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    postgres.execute("""
        CREATE FUNCTION leave(n int) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN IF n = 5000 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN n; END $$;
        CREATE VIEW leaving AS SELECT 'c' || leave(n) AS customer, date '2024-01-01' + n % 90 AS day, n AS total
        FROM generate_series(1, 200000) AS t(n)
    """)
    said = read_orders_refused(f"{server}&table=leaving")
    assert "The connection was lost while leaving of postgres was read" in said
    place = tmp_path / "run"
    monkeypatch.setattr(sys, "argv", ["marketfold", "run", f"{server}&table=leaving", "--out", str(place)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "The connection was lost" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_of_a_file_says_why(files: Path, tmp_path: Path):
    assert "holds 2 tables" in read_orders_refused(files / "shop.duckdb")
    assert "'orders'" in read_orders_refused(f"{files}/shop.duckdb?table=ordes", SourceNotFoundError)
    assert "it is Parquet" in read_orders_refused(f"duckdb:///{files}/shop.parquet?table=orders")
    (tmp_path / "noise.duckdb").write_bytes(bytes(range(256)) * 40)
    assert "neither of DuckDB nor of SQLite" in read_orders_refused(tmp_path / "noise.duckdb")
    (tmp_path / "short.duckdb").write_bytes((files / "shop.duckdb").read_bytes()[:5000])
    assert "cannot be opened as a DuckDB database" in read_orders_refused(tmp_path / "short.duckdb")
    (tmp_path / "short.sqlite").write_bytes((files / "shop.sqlite").read_bytes()[:600])
    assert "cannot be read as an SQLite database" in read_orders_refused(tmp_path / "short.sqlite")
    with duckdb.connect(tmp_path / "own.duckdb") as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS a")
        assert "open in this very program" in read_orders_refused(tmp_path / "own.duckdb")
    hold = f"import duckdb; c = duckdb.connect({str(tmp_path / 'own.duckdb')!r}); print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        assert "open for writing in another program" in read_orders_refused(tmp_path / "own.duckdb")
        other.communicate(b"\n")


def test_cells_of_sqlite_are_what_all_of_their_column_are(tmp_path: Path):
    connection = sqlite3.connect(tmp_path / "mixed.sqlite")
    connection.execute("CREATE TABLE t (customer, day, total)")
    rows = [(number, "2024-01-02", number) for number in range(1, 1500)]
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [*rows, ("x7", "2024-02-03", 0.25)])
    connection.commit()
    connection.close()
    lines = read_orders(tmp_path / "mixed.sqlite").to_arrow()
    assert lines["customer_id"].to_pylist()[-1] == "x7"
    assert lines["amount"].to_pylist()[-2:] == [1499.0, 0.25]


def test_a_table_has_the_fingerprint_of_its_file(files: Path):
    assert fingerprint(f"duckdb:///{files}/shop.duckdb?table=orders") == fingerprint(str(files / "shop.duckdb"))
    assert fingerprint("postgresql://h/db?table=orders") is None
