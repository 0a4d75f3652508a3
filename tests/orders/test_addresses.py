"""Addresses of tables: what they say, and that no password is in what is shown of them."""

from __future__ import annotations

import pytest

from marketfold.errors import SourceNotFoundError
from marketfold.orders.addresses import table_address, without_login


@pytest.mark.parametrize(
    ("given", "kind", "place", "table"),
    [
        ("shop.sqlite?table=orders", None, "shop.sqlite", "orders"),
        ("shop.sqlite?table=a%3Fb", None, "shop.sqlite", "a?b"),
        ("shop.sqlite?table=", None, "shop.sqlite", None),
        ("a?table=b?table=c", None, "a?table=b", "c"),
        ("duckdb:///shop.db", "DuckDB", "shop.db", None),
        ("duckdb:////data/shop.db?table=o", "DuckDB", "/data/shop.db", "o"),
        ("sqlite+pysqlite:///shop%20two.db?table=o", "SQLite", "shop two.db", "o"),
    ],
)
def test_a_table_of_a_file(given: str, kind: str | None, place: str, table: str | None):
    found = table_address(given)
    assert found is not None
    assert (found.kind, found.place, found.table, found.is_file) == (kind, place, table, True)
    assert found.secrets == ()
    assert found.secret_text == found.text


@pytest.mark.parametrize("given", ["orders.csv", "?table=orders", "s3://shop/a?table=b", "mysql://ann@db/shop", ""])
def test_what_is_no_address_of_a_table(given: str):
    assert table_address(given) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sqlite://shop.db", "two slashes, and three are wanted"),
        ("sqlite:///", "names no file"),
        ("sqlite:///?table=orders", "names no file"),
        ("postgresql://db/shop?colour=red", "behind its first"),
        ("postgresql://ann:a?b@db/shop", "behind its first"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(given: str, said: str):
    with pytest.raises(SourceNotFoundError, match=said):
        table_address(given)


@pytest.mark.parametrize(
    ("given", "shown", "driver", "secrets"),
    [
        ("postgresql://db/shop?table=o", "postgresql://db/shop?table=o", "postgresql://db/shop", ()),
        ("postgres://ann@db/shop?table=o", "postgresql://ann@db/shop?table=o", "postgresql://ann@db/shop", ()),
        ("postgresql+psycopg://ann:x@y/z@db:5433/shop?table=s.o", "postgresql://ann@db:5433/shop?table=s.o",
         "postgresql://ann:x%40y%2Fz@db:5433/shop", ("x%40y%2Fz", "x@y/z")),
        ("postgresql://a%40b:p%2Bq@db/shop", "postgresql://a%40b@db/shop", "postgresql://a%40b:p%2Bq@db/shop",
         ("p%2Bq", "p+q")),
        ("postgresql://db/shop?sslmode=require&table=o", "postgresql://db/shop?sslmode=require&table=o",
         "postgresql://db/shop?sslmode=require", ()),
        ("postgresql://db/shop?user=ann&password=pw&sslpassword=geheim&table=o", "postgresql://db/shop?user=ann&table=o",
         "postgresql://db/shop?user=ann&password=pw&sslpassword=geheim", ("geheim", "pw")),
        ("postgresql://ann:@db/shop", "postgresql://ann@db/shop", "postgresql://ann:@db/shop", ()),
        ("postgresql://db/shop?table=a%26b", "postgresql://db/shop?table=a%26b", "postgresql://db/shop", ()),
    ],
)  # fmt: skip
def test_the_password_is_for_the_driver_alone(given: str, shown: str, driver: str, secrets: tuple[str, ...]):
    found = table_address(given)
    assert found is not None
    assert (found.kind, found.is_file) == ("PostgreSQL", False)
    assert (found.text, found.driver_address, found.secrets) == (shown, driver, secrets)
    assert found.secret_text.startswith(driver)
    assert found.of("other").text == shown.partition("?table")[0].partition("&table")[0] + (
        "&table=other" if "?" in shown.replace("?table", "") else "?table=other"
    )
    for secret in secrets:
        assert secret not in found.text
        assert found.masked(f"no {secret} here") == "no *** here"
        assert secret not in repr(found)


def test_of_two_secrets_the_longer_is_hidden_first():
    found = table_address("postgresql://ann:pw@db/shop?sslpassword=pw2")
    assert found is not None
    assert found.masked("pw2 and pw") == "*** and ***"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("mysql://ann:secret@db/shop?key=abc", "mysql://ann@db/shop"),
        ("mysql://ann:se?cr@db/shop?key=abc", "mysql://ann@db/shop"),
        ("mysql://ann:se@cr@db/shop", "mysql://ann@db/shop"),
        ("mysql://db/shop?password=x", "mysql://db/shop"),
        ("https://shop.example/a.csv?token=abc", "https://shop.example/a.csv"),
        ("orders.csv?token=abc", "orders.csv"),
    ],
)
def test_what_may_be_secret_in_any_address_is_not_shown(address: str, shown: str):
    assert without_login(address) == shown
