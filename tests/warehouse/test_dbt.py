"""The project of dbt: its models, seed and tests, rendered as dbt renders them and run in DuckDB."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import jinja2
import pytest
import sqlglot
from sqlglot import exp
from tests.warehouse.made_up import ODD, made_up_model
from tests.warehouse.shops import Printed, printed

from marketfold.cleaning import FoundTexts
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.errors import ParameterError, RunFolderError
from marketfold.runs import write_dbt_project
from marketfold.warehouse import dbt_project, segment_names

SOURCE = ("marketfold_source", "marketfold_source")


@pytest.fixture(scope="module")
def shop() -> Printed:
    return printed(make_shop(lines=3_000).lines, reduction="pca")


def rendered(text: str, source: str = "order_lines") -> str:
    """A template with tables in the place of what it refers to."""

    def table(*name: str) -> str:
        assert name == SOURCE
        return source

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701  (SQL, no HTML)
    return environment.from_string(text).render(config=lambda **_: "", source=table, ref=lambda name: name)


def test_models_and_tests_run(shop: Printed):
    files = dbt_project(shop.model, "duckdb", "order_lines")
    models = ("marketfold_features", "marketfold_segments")
    with duckdb.connect() as connection:
        connection.register("order_lines", shop.lines())
        connection.register("marketfold_segment_names", segment_names(shop.model))
        for name in models:
            connection.execute(f"CREATE TABLE {name} AS {rendered(files[f'models/{name}.sql'])}")
        got = {
            row[0]: row[1:]
            for row in connection.sql("SELECT customer_id, segment, fits_none FROM marketfold_segments").fetchall()
        }
        tests = [text for place, text in files.items() if place.startswith("tests/")]
        assert len(tests) == 4
        assert [connection.sql(rendered(text)).fetchall() for text in tests] == [[]] * 4
        connection.execute("UPDATE marketfold_segments SET segment = 9, confidence = 2, unmatched_returns = 1")
        connection.execute(
            "DELETE FROM marketfold_segments WHERE customer_id = (SELECT MIN(customer_id) FROM marketfold_features)"
        )
        assert all(connection.sql(rendered(text)).fetchall() for text in tests)
    assert got == {row["customer_id"]: (row["segment"], row["fits_none"]) for row in shop.score().to_pylist()}


def test_schema_names_the_table_and_every_column_that_is_tested(shop: Printed):
    schema = json.loads(dbt_project(shop.model, "duckdb", 'lake.shop."order.lines"')["models/schema.yml"])
    (source,) = schema["sources"]
    assert (source["database"], source["schema"], source["tables"][0]["identifier"]) == ("lake", "shop", "order.lines")
    features, segments = schema["models"]
    assert features["columns"] == [{"name": "customer_id", "data_tests": ["unique", "not_null"]}]
    assert [one["name"] for one in segments["columns"]] == [
        "customer_id",
        "segment",
        "distance",
        "confidence",
        "fits_none",
    ]
    plain = json.loads(dbt_project(shop.model, "duckdb", "orders")["models/schema.yml"])
    assert plain["sources"][0]["schema"] == "{{ target.schema }}"


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "spark"])
def test_texts_of_the_shop_are_no_commands_of_the_template(dialect: str):
    text = dbt_project(made_up_model(), dialect, "orders")["models/marketfold_features.sql"]
    assert ODD.partition("{{")[2] in rendered(text)  # as it is, and not its value
    assert "{{ 1 }}" in rendered(text)


@pytest.mark.parametrize("dialect", ["spark", "redshift"])
def test_what_stands_for_the_table_is_in_no_text_of_the_shop(dialect: str):
    model = made_up_model()
    assert model.orders is not None
    odd = "Gone \ue000 \ue000\ue000"
    rules = replace(model.orders, found=(FoundTexts("status", "cancelled", (odd,)),))
    text = dbt_project(replace(model, orders=rules), dialect, "orders")["models/marketfold_features.sql"]
    assert text.count("source('marketfold_source'") == 1
    literals = {one.name for one in sqlglot.parse_one(rendered(text), dialect=dialect).find_all(exp.Literal)}
    assert odd in literals


def test_a_link_to_an_empty_folder_is_followed_and_a_folder_in_use_is_named(
    own_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to("real")
    write_dbt_project(own_run, link, "postgres")
    assert link.is_symlink()
    assert (tmp_path / "real" / "dbt_project.yml").is_file()
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    write_dbt_project(own_run, ".", "postgres")
    assert Path("dbt_project.yml").is_file()
    assert Path("seeds/marketfold_segment_names.csv").is_file()
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []
    with pytest.raises(RunFolderError, match="is not empty"):
        write_dbt_project(own_run, ".", "postgres")
    (tmp_path / "nowhere").symlink_to("missing")
    with pytest.raises(RunFolderError, match="is a link to nothing"):
        write_dbt_project(own_run, tmp_path / "nowhere", "postgres")


def test_folder_is_written_whole_or_not_at_all(own_run: Path, tmp_path: Path):
    place = tmp_path / "project"
    place.mkdir()
    write_dbt_project(own_run, place, "postgres")
    there = sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())
    assert there[0] == "dbt_project.yml"
    assert "seeds/marketfold_segment_names.csv" in there
    for out, error, words in (
        (place, RunFolderError, "is not empty"),
        (place / "dbt_project.yml", RunFolderError, "is a file"),
    ):
        with pytest.raises(error, match=words):
            write_dbt_project(own_run, out, "postgres")
    with pytest.raises(ParameterError, match="no dialect"):
        write_dbt_project(own_run, tmp_path / "other", "oracle")
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(shutil.which("dbt") is None, reason="dbt's own pins and ours exclude each other: put one on PATH")
def test_dbt_builds_it(shop: Printed, tmp_path: Path):
    for place, text in dbt_project(shop.model, "duckdb", "order_lines").items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    (tmp_path / "seeds").mkdir()
    write_csv(segment_names(shop.model), tmp_path / "seeds" / "marketfold_segment_names.csv")
    output = {"type": "duckdb", "path": "shop.duckdb", "threads": 1}
    profile = {"marketfold": {"target": "here", "outputs": {"here": output}}}
    (tmp_path / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    with duckdb.connect(tmp_path / "shop.duckdb") as connection:
        connection.register("lines", shop.lines())
        connection.execute("CREATE TABLE order_lines AS SELECT * FROM lines")
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    quiet["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    command = ["dbt", "build", "--profiles-dir", ".", "--no-version-check"]
    done = subprocess.run(command, cwd=tmp_path, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(tmp_path / "shop.duckdb") as connection:
        got = dict(connection.sql("SELECT customer_id, segment FROM marketfold_segments").fetchall())
    assert got == {row["customer_id"]: row["segment"] for row in shop.score().to_pylist()}
