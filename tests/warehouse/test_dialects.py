"""What each dialect's statement looks like, and that the dialect reads it as it was meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from tests.warehouse.made_up import ODD, made_up_model

from marketfold.errors import ParameterError
from marketfold.warehouse import DIALECTS, model_sql
from marketfold.warehouse.dialects import day_of, table_of, table_parts

GOLDEN = Path(__file__).parent / "golden"
TABLE = "shop.order_lines"
STATEMENTS = [(dialect, as_of) for dialect in DIALECTS for as_of in (None, "CURRENT_DATE - 1")]


def golden(dialect: str, as_of: str | None) -> Path:
    return GOLDEN / f"{dialect}{'_today' if as_of else ''}.sql"


def statement(dialect: str, as_of: str | None) -> str:
    return model_sql(made_up_model(), dialect, TABLE, as_of) + ";\n"


@pytest.mark.parametrize(("dialect", "as_of"), STATEMENTS)
def test_statement_is_the_golden_one(dialect: str, as_of: str | None):
    kept = golden(dialect, as_of)
    assert statement(dialect, as_of) == kept.read_text(encoding="utf-8"), (
        f"{kept.name} is not what is printed. After a change that was meant (a cleaning rule, a formula): "
        "python -m tests.warehouse.test_dialects writes all of them anew; then read git diff tests/warehouse/golden."
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialect_reads_its_statement(dialect: str):
    read = sqlglot.parse_one(statement(dialect, None), dialect=dialect)
    assert isinstance(read, exp.Select)
    layers = [one.alias for one in read.args["with_"].expressions]
    assert layers[0] == "mf_source_lines"
    assert layers[-6:] == ["mf_measured", "mf_features", "mf_scaled", "mf_components", "mf_distances", "mf_nearest"]
    texts = {one.name for one in read.find_all(exp.Literal) if one.is_string}
    assert ODD in texts
    assert all(set(one.alias) <= set("abcdefghijklmnopqrstuvwxyz0123456789_") for one in read.find_all(exp.Alias))
    (table,) = [one for one in read.find_all(exp.Table) if not one.name.startswith("mf_")]
    assert (table.db, table.name) == ("shop", "order_lines")
    # neither is the same everywhere where a cell is empty, or has one meaning
    assert not read.find(exp.Greatest, exp.Log, exp.Anonymous)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "name", ['a"; DROP TABLE x; --', "a`b", "a\\", "x'y", "order lines", 'sch"ema.ta`ble', "select"]
)
def test_name_of_a_table_is_a_name_and_nothing_else(dialect: str, name: str):
    parts = table_parts(name)
    printed = exp.select("*").from_(table_of(name)).sql(dialect)
    read = sqlglot.parse(printed, dialect=dialect)
    assert len(read) == 1
    assert read[0] is not None
    (table,) = read[0].find_all(exp.Table)
    assert [part.name for part in table.parts] == parts
    assert all(part.args["quoted"] for part in table.parts)


@pytest.mark.parametrize("name", ["", ".", "a..b", "a.b.c.d", '"a', '"a"b', " ", 'a."', "x\0y", "a" * 1001])
def test_what_is_no_table_is_refused(name: str):
    with pytest.raises(ParameterError, match="table"):
        table_parts(name)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-02-30", "1901-01-01", "now()", "CURRENT_DATE - x", "CURRENT_DATE) --", "SELECT 1",
        "(SELECT MAX(day) FROM t)", "CURRENT_DATE; DROP TABLE x", "CURRENT_DATE - INTERVAL '1' MONTH", "ordered_on",
        "7", "CURRENT_DATE - 1.5", "CURRENT_DATE - 999999999999", "TODAY()",
        "CURRENT_DATE" + " - 20000" * 2, "(" * 4000 + "CURRENT_DATE",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(ParameterError, match="--as-of wants a day"):
        day_of(text)


def test_days():
    today, before = day_of("CURRENT_DATE"), day_of("CURRENT_DATE - 7")
    assert isinstance(today, exp.CurrentDate)
    assert before == day_of("current_date - interval '7' day") == day_of("(CURRENT_DATE - 10) + 3")
    (moved,) = before.find_all(exp.DateAdd)
    assert moved.expression.sql() == "-7"
    assert [one.name for one in day_of(" 2026-01-31 ").find_all(exp.Literal)] == ["2026-01-31"]


def test_unknown_dialect_names_all():
    with pytest.raises(
        ParameterError, match=r"no dialect 'postgress'; closest: 'postgres'\. All: duckdb, postgres, bigq"
    ):
        model_sql(made_up_model(), "postgress")


def test_sqlglot_is_loaded_only_where_sql_is_asked_for():
    loads = "import sys; from marketfold.cli.app import app; from marketfold.library import load"
    code = f"{loads}; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


if __name__ == "__main__":
    for one in STATEMENTS:
        golden(*one).write_text(statement(*one), encoding="utf-8")
