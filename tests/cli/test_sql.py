"""`marketfold sql`: a statement on standard output, a project of dbt, and refusals that leave nothing."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from tests.end_to_end.conftest import Ended, command_line
from tests.warehouse.shops import TABLE

from marketfold.cli.after import DIALECTS as NAMED
from marketfold.demo import make_shop
from marketfold.library import load
from marketfold.runs import score_orders
from marketfold.warehouse import DIALECTS


def marketfold(*words: str) -> Ended:
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        code = command_line(patch, "sql", *words)
    return Ended(code, out.getvalue(), err.getvalue())


def test_statement_is_printed_and_gives_everybody_the_segment(made_run: Path):
    done = marketfold(str(made_run), "--dialect", "duckdb", "--orders", TABLE)
    assert (done.code, done.err) == (0, "")
    assert done.out == load(made_run).to_sql("duckdb", TABLE) + ";\n"
    shop = make_shop(8_000).lines
    scored = score_orders(made_run, shop)
    with duckdb.connect() as connection:
        connection.register("shop", shop)
        day, statement = "try_cast(ordered_on AS DATE) AS ordered_on", done.out.strip().rstrip(";")
        connection.execute(f"CREATE TABLE {TABLE} AS SELECT * REPLACE ({day}) FROM shop")  # noqa: S608
        told = connection.sql(statement).to_arrow_table()
    got = dict(zip(told["customer_id"].to_pylist(), told["segment"].to_pylist(), strict=True))
    assert got == dict(zip(scored["customer_id"].to_pylist(), scored["segment"].to_pylist(), strict=True))


def test_project_is_written(made_run: Path, tmp_path: Path):
    place = tmp_path / "project"
    done = marketfold(str(made_run), "--dialect", "snowflake", "--dbt", str(place))
    assert (done.code, done.err) == (0, "")
    assert "dbt build" in done.out
    assert (place / "models" / "marketfold_segments.sql").is_file()
    again = marketfold(str(made_run), "--dialect", "snowflake", "--dbt", str(place))
    assert again.code == 2
    assert "is not empty" in again.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--dialect", "oracle"), "There is no dialect 'oracle'"),
        (("--dialect", "duckdb", "--orders", "a..b"), "is no name of a table"),
        (("--dialect", "duckdb", "--as-of", "yesterday"), "--as-of wants a day"),
        (("--dialect", "duckdb", "--as-of", "(SELECT 1)"), "--as-of wants a day"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    made_run: Path, tmp_path: Path, flags: tuple[str, ...], words: str
):
    done = marketfold(str(made_run), *flags, "--dbt", str(tmp_path / "project"))
    assert done.code == 2
    assert words in " ".join(done.err.split())
    assert done.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path):
    done = marketfold(str(tmp_path), "--dialect", "duckdb")
    assert done.code == 2
    assert "is not a run folder" in " ".join(done.err.split())


def test_help_names_every_dialect():
    assert NAMED.split("|") == list(DIALECTS)
