from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet

import marketfold as mf
from marketfold import words
from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.errors import OrdersError, ParameterError, RunFolderError
from marketfold.features import build_features
from marketfold.json_files import read_json, write_json
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.runs import Refreshed, Run, named_page, refresh_run, score_orders, write_notebook, write_run
from marketfold.runs.kept_lines import LINES_FILE
from marketfold.runs.pages import PAGE_FILE
from marketfold.runs.sources import read_people
from marketfold.temporary import claimed

CUTS = ("2026-03-01", "2026-05-01")
"""The shop's lines before the first day are the run's; those between both, and from the second on, come later."""


def part_of(lines: pa.Table) -> np.ndarray:
    return np.array([sum(day >= cut for cut in CUTS) for day in lines["ordered_on"].to_pylist()])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop's orders as one file and as three by day, and a run on the first of these."""
    home, lines = tmp_path_factory.mktemp("shop"), make_shop(6_000).lines
    part = part_of(lines)
    write_csv(lines, home / "all.csv")
    for place in range(3):
        write_csv(lines.filter(pa.array(part == place)), home / f"part{place}.csv")
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="all"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    write_run(segment_market(str(home / "part0.csv"), config), home / "run")
    return home


@pytest.fixture(scope="module")
def first(shop: Path) -> Refreshed:
    return refresh_run(shop / "run", shop / "part1.csv", shop / "first")


@pytest.fixture(scope="module")
def both(shop: Path, first: Refreshed) -> Refreshed:
    return refresh_run(first.run.folder, str(shop / "part2.csv"), shop / "both")


def changed(shop: Path, path: Path, columns: dict[str, Any]) -> Path:
    """The second file with other columns: None leaves one out, a text renames it."""
    lines = csv.read_csv(shop / "part1.csv")
    for name, new in columns.items():
        at = lines.column_names.index(name)
        if new is None:
            lines = lines.remove_column(at)
        elif isinstance(new, str):
            lines = lines.rename_columns({name: new})
        else:
            lines = lines.set_column(at, name, new(lines[name]))
    write_csv(lines, path)
    return path


def test_two_refreshes_are_a_reading_of_everything(shop: Path, both: Refreshed):
    run, whole = both.run, score_orders(shop / "run", shop / "all.csv")
    for name in ("customer_id", "segment", "distance", "fits_none", "expected_value_365d"):
        assert run.segments[name].equals(whole[name]), name
    clean = clean_orders(read_orders(shop / "all.csv"))
    names = [one.name for one in run.described_features]
    table = build_features(clean, names=names, settings=Run.read(shop / "run").model.settings)
    assert run.segments["revenue_total"].to_pylist() == table.revenue.tolist()
    assert all(np.array_equal(run.snapshot().values[:, at], table.column(one)) for at, one in enumerate(names))  # type: ignore[index]
    ledger = clean.report.ledger.to_dict()
    assert (run.record["ledger"]["money"], run.record["ledger"]["net"]) == (ledger["money"], ledger["net"])
    assert run.record["as_of"] == str(table.as_of)


def test_a_plan_counts_the_money_of_the_window_as_the_segments_do(shop: Path, first: Refreshed, both: Refreshed):
    purchases = clean_orders(read_orders(shop / "part0.csv")).activity.span
    assert purchases
    for made in (first, both):
        run, begins = made.run, made.run.record["refreshed"]["window_from"]
        (said,) = (one for one in made.told if one.startswith("Segments and the plan count what was bought from"))
        assert words.day(date.fromisoformat(begins)) in said
        assert words.day(purchases[0]) in said
        of_segment = run.segments.group_by("segment").aggregate([("revenue_total", "sum")]).sort_by("segment")
        campaigns = sorted(run.plan.campaigns, key=lambda one: one.number)
        assert [one.revenue_total for one in campaigns] == pytest.approx(of_segment["revenue_total_sum"].to_pylist())
        assert sum(one.customers for one in campaigns) == run.segments.num_rows
        table = run.features.append_column("segment", run.segments["segment"])
        for campaign in campaigns:  # medians of the window's orders
            own = table.filter(pc.field("segment") == campaign.number)
            assert campaign.order_count == pytest.approx(np.median(own["order_count"].to_numpy()))


def test_the_order_in_which_files_come_does_not_matter(shop: Path, both: Refreshed, tmp_path: Path):
    one = refresh_run(shop / "run", shop / "part2.csv", tmp_path / "one")
    two = refresh_run(one.run.folder, shop / "part1.csv", tmp_path / "two").run
    assert two.segments.drop_columns("arm").equals(both.run.segments.drop_columns("arm"))
    assert two.features.equals(both.run.features)


def test_the_run_stays_and_the_new_one_is_a_run(shop: Path, both: Refreshed):
    schema = json.loads(files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8"))
    jsonschema.validate(both.run.record, schema)
    assert [one["path"] for one in both.run.record["lines"]["sources"]] == [
        str(shop / f"part{place}.csv") for place in range(3)
    ]
    assert both.run.record["refreshed"]["model"]["run"] == "run"
    assert both.run.plan.campaigns[0].name == Run.read(shop / "run").plan.campaigns[0].name
    assert both.told[0].startswith(("Refit: ", "No refit: "))
    assert named_page(both.run.folder).lead.startswith(both.told[0])
    told = json.dumps(read_json(both.run.folder / PAGE_FILE))
    assert "0 of 0" not in told
    assert "earlier orders have gone from its sums" in told
    held = Run.read(shop / "run").segments.select(["customer_id", "arm"]).to_pylist()
    now = dict(zip(*(both.run.segments[name].to_pylist() for name in ("customer_id", "arm")), strict=True))
    assert all(
        now[row["customer_id"]] == "holdout" for row in held if row["arm"] == "holdout" and row["customer_id"] in now
    )


def test_a_notebook_is_of_the_run_that_made_the_model(first: Refreshed):
    with pytest.raises(RunFolderError, match="under the model of run"):
        write_notebook(first.run.folder)


def test_no_contact_is_among_the_kept_lines(shop: Path):
    names = set(parquet.read_schema(shop / "run" / LINES_FILE).names)
    assert {"customer_id", "order_id", "amount"} <= names
    assert not names & {"email", "phone", "address", "contact_last_name", "city"}
    assert (shop / "run" / LINES_FILE).stat().st_mode & 0o077 == 0


def test_the_same_file_again_is_nothing_new(shop: Path, first: Refreshed, tmp_path: Path):
    again = refresh_run(first.run.folder, shop / "part1.csv", tmp_path / "again")
    assert not again.is_new
    assert "was added before" in again.told[0]
    assert again.run.folder == first.run.folder
    assert not (tmp_path / "again").exists()


def test_an_order_stated_anew_is_as_it_is_now(shop: Path, first: Refreshed, tmp_path: Path):
    """A rolling export repeats an order whose status has changed: it counts once, as it is now."""
    lines = csv.read_csv(shop / "part1.csv")
    order = lines["order_id"][pc.index(lines["status"], "Shipped").as_py()]
    status = pc.if_else(pc.equal(lines["order_id"], order), "Cancelled", lines["status"])
    write_csv(lines.set_column(lines.column_names.index("status"), "status", status), tmp_path / "rolled.csv")
    done = refresh_run(first.run.folder, tmp_path / "rolled.csv", tmp_path / "rolled")
    added = done.run.record["refreshed"]["lines"]
    n_lines = pc.sum(pc.equal(lines["order_id"], order)).as_py()
    assert added == {"read": len(lines), "known": len(lines) - n_lines, "replaced": n_lines}
    assert done.run.record["lines"]["rows"] == first.run.record["lines"]["rows"]
    cancelled = [one.run.record["ledger"]["lines"]["set_aside"].get("cancelled", 0) for one in (first, done)]
    assert cancelled[1] > cancelled[0]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a column renamed": ({"amount": "takings"}, "--map amount=takings"),
    "a column lacking": ({"category": None}, "it has no column 'category'"),
    "a column lacking like no other": ({"status": None}, "nothing was found in its place. Hint: --map status=COLUMN"),
    "no order numbers": ({"order_id": None}, "it has no column 'order_id'"),
    "another currency": ({"currency": lambda c: pa.array(["USD"] * len(c))}, "its money is in USD, the run's in EUR"),
}


@pytest.mark.parametrize("which", BAD)
def test_what_is_written_otherwise_is_refused(which: str, shop: Path, tmp_path: Path):
    columns, said = BAD[which]
    with pytest.raises(OrdersError, match=said):
        refresh_run(shop / "run", changed(shop, tmp_path / "new.csv", columns), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


def test_a_renamed_column_can_be_named(shop: Path, first: Refreshed, tmp_path: Path):
    new = changed(shop, tmp_path / "new.csv", {"amount": "takings"})
    done = mf.refresh(shop / "run", new, tmp_path / "out", mapping={"amount": "takings"}, progress=False)
    assert done.run.segments.equals(first.run.segments)


def people_in(people: Any) -> set[tuple[Any, ...]]:
    found = people.engine.collect(people.personal("status").select("customer_id", "email", "status"))
    return {tuple(row.values()) for row in found.to_pylist()}


def test_people_are_read_from_each_source_as_it_was(
    shop: Path, first: Refreshed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Lines came from a table with a column of another name; both have moved together with the run."""
    home = tmp_path / "home"
    (home / "runs").mkdir(parents=True)
    lines = csv.read_csv(changed(shop, tmp_path / "new.csv", {"amount": "takings"}))
    database = sqlite3.connect(home / "new.sqlite")
    database.execute("CREATE TABLE july ({})".format(", ".join(f'"{name}"' for name in lines.column_names)))
    rows = [tuple(str(x) if isinstance(x, date) else x for x in row.values()) for row in lines.to_pylist()]
    database.executemany(f"INSERT INTO july VALUES ({','.join('?' * lines.num_columns)})", rows)  # noqa: S608
    database.commit()
    database.close()
    monkeypatch.chdir(home)
    reading = {"mapping": {"amount": "takings"}}
    done = refresh_run(shop / "run", "new.sqlite?table=july", Path("runs/new"), reading=reading)
    assert done.run.segments.equals(first.run.segments)
    assert done.run.record["lines"]["sources"][1]["path"] == "new.sqlite?table=july"
    monkeypatch.chdir(tmp_path)
    both = read_people(Run.read(home / "runs" / "new"))
    whole = people_in(read_people(first.run))
    assert people_in(both) == whole == people_in(read_orders([shop / "part0.csv", shop / "part1.csv"]))
    lines_of = both.engine.collect(both.lines.select("source_line"))["source_line"]
    assert pc.count_distinct(lines_of).as_py() == len(lines_of)
    (home / "new.sqlite").unlink()
    with pytest.raises(RunFolderError, match="=july is not there any more"):
        read_people(Run.read(home / "runs" / "new"))


def test_what_is_interrupted_while_it_is_written_leaves_nothing(shop: Path, tmp_path: Path):
    def stop(what: str, done: int, total: int) -> None:  # noqa: ARG001
        if what == "report":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh_run(shop / "run", shop / "part1.csv", tmp_path / "out", progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_return_of_an_older_order_is_as_in_one_reading(shop: Path, tmp_path: Path):
    lines, old = csv.read_csv(shop / "part1.csv"), csv.read_csv(shop / "part0.csv")
    line = old.filter(pc.greater(old["amount"], 0)).slice(len(old) // 2, 1)
    for name, new in (
        ("amount", pc.negate(line["amount"])),
        ("quantity", pc.negate(line["quantity"])),
        ("ordered_on", lines["ordered_on"].slice(5, 1)),
    ):
        line = line.set_column(line.column_names.index(name), name, new)
    later = pa.concat_tables([lines, line])
    write_csv(later, tmp_path / "new.csv")
    write_csv(pa.concat_tables([old, later]), tmp_path / "all.csv")
    done, whole = (
        refresh_run(shop / "run", tmp_path / "new.csv", tmp_path / "out"),
        score_orders(shop / "run", tmp_path / "all.csv"),
    )
    for name in ("customer_id", "segment", "distance"):
        assert done.run.segments[name].equals(whole[name]), name


def test_days_and_decimals_in_another_form_are_read(shop: Path, first: Refreshed, tmp_path: Path):
    def turned(column: pa.ChunkedArray) -> pa.Array:
        days = [str(day)[:10].split("-") for day in column.to_pylist()]
        return pa.array([".".join(reversed(day)) for day in days])

    def with_comma(column: pa.ChunkedArray) -> pa.Array:
        return pa.array([f"{cell:.2f}".replace(".", ",") for cell in column.to_pylist()])

    new = changed(shop, tmp_path / "new.csv", {"ordered_on": turned, "amount": with_comma})
    assert refresh_run(shop / "run", new, tmp_path / "out").run.segments.equals(first.run.segments)


def test_an_old_run_that_kept_no_lines_is_refused(shop: Path, tmp_path: Path):
    old = Path(shutil.copytree(shop / "run", tmp_path / "old"))
    write_json(read_json(old / "run.json") | {"lines": None}, old / "run.json")
    with pytest.raises(RunFolderError, match="keeps no order lines to add to"):
        refresh_run(old, shop / "part1.csv")
    (old / LINES_FILE).write_bytes(b"")
    shutil.copyfile(shop / "run" / "run.json", old / "run.json")
    with pytest.raises(RunFolderError, match=LINES_FILE):
        refresh_run(old, shop / "part1.csv")


def test_one_refresh_of_a_run_at_a_time(shop: Path):
    with claimed(shop / "run"), pytest.raises(RunFolderError, match="Another process is refreshing"):
        refresh_run(shop / "run", shop / "part1.csv")


def test_a_day_before_the_runs_is_refused(shop: Path):
    with pytest.raises(ParameterError, match="is before the day"):
        refresh_run(shop / "run", shop / "part1.csv", as_of=date(2025, 1, 1))


def test_what_breaks_off_leaves_nothing(shop: Path, tmp_path: Path):
    """A folder that cannot be written ends it before the run is touched."""
    before = {path.name: path.stat().st_mtime_ns for path in (shop / "run").iterdir()}
    (tmp_path / "there").mkdir()
    with pytest.raises(RunFolderError, match="exists already"):
        refresh_run(shop / "run", shop / "part1.csv", tmp_path / "there")
    assert {path.name: path.stat().st_mtime_ns for path in (shop / "run").iterdir()} == before
