"""A table of customers, the whole way: run, inspect, score, compare, plan, rename, learn, report, export, measure."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn.metrics import adjusted_rand_score
from tests.end_to_end.conftest import Command, command_line

from marketfold.analysis import CustomersPart
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.errors import ParameterError
from marketfold.pipeline import segment_market

IDS = {"shoppers.csv": "CustomerID", "households.csv": "ID", "members.csv": "master_id"}


def planted(examples: Path, totals: dict[str, Any], name: str) -> dict[str, int]:
    """The group of each customer, by her id as it stands in the file."""
    text = (examples / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(text, delimiter="\t" if "\t" in text[0] else ",")
    return {row[IDS[name]]: int(group) for row, group in zip(rows, totals[name]["groups"], strict=True)}


@pytest.mark.parametrize("name", list(IDS))
def test_planted_groups_are_found(examples: Path, totals: dict[str, Any], name: str):
    config = RunConfig(
        quick=True, reduction=ReductionOptions(method="none"), clustering=ClusteringOptions(bootstraps=3, k_max=6)
    )
    analysis = segment_market(examples / name, config)
    groups = planted(examples, totals, name)
    truth = [groups[one] for one in analysis.segmentation.ids.tolist()]
    assert adjusted_rand_score(truth, analysis.labels) > 0.8
    assert isinstance(analysis.data, CustomersPart)
    assert analysis.choice.future is None
    with pytest.raises(ParameterError, match="there are no orders"):
        _ = analysis.data.clean


FAST = ("--bootstraps", "3", "--k-max", "5", "--reduction", "none", "--quick", "--quiet")


def run_of(source: Path, folder: Path, *flags: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        assert command_line(patch, "run", source, "--out", folder, *FAST, *flags) == 0
    return folder


@pytest.fixture(scope="session")
def table_run(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a table of customers with ids, e-mails, orders and money, made once."""
    return run_of(examples / "members.csv", tmp_path_factory.mktemp("tables") / "run")


@pytest.fixture(scope="session")
def plain_run(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run on a table that tells nothing of orders, money or days, made once."""
    return run_of(examples / "shoppers.csv", tmp_path_factory.mktemp("tables") / "run", "--budget", "500")


def record(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return read


def test_who_is_where_is_said_in_the_words_of_the_table(plain_run: Path):
    with (plain_run / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = [row["why_here"] for row in csv.DictReader(file) if row["why_here"]]
    names = record(plain_run)["features"]["measured"]
    told = [reason.partition(": ")[2].split("; ")[0] for reason in reasons]
    assert told
    assert all(any(one.startswith(f"{name} ") for name in names) for one in told)  # "Age 44", never "44 Age"
    page = (plain_run / "page.json").read_text(encoding="utf-8")
    for of_orders in ("how late", "what comes next", "most is expected or who brought most", "who come back"):
        assert of_orders not in page


def test_run_json_says_what_was_read(table_run: Path, plain_run: Path):
    schema = json.loads((Path(__file__).parents[2] / "src/marketfold/runs/run.schema.json").read_text("utf-8"))
    for folder in (table_run, plain_run):
        jsonschema.validate(record(folder), schema)
        assert record(folder)["input"]["kind"] == "customers"
        assert record(folder)["input"]["orders"] is None
        assert record(folder)["future"] is None
    plain = record(plain_run)
    assert plain["as_of"] is None
    assert plain["input"]["amount_total"] is None
    assert {one["revenue_share"] for one in plain["segments"]} == {None}
    assert plain["ledger"]["lines"] == {"read": 300, "kept": 300, "set_aside": {}}
    money = record(table_run)
    assert money["as_of"] == "2024-05-30"
    assert sum(one["revenue_share"] for one in money["segments"]) == pytest.approx(1)
    assert "email" in money["features"]["left_out"]


def test_the_report_makes_nothing_up(table_run: Path, plain_run: Path):
    text = (plain_run / "page.json").read_text(encoding="utf-8")
    for silly in ("of the revenue", "who bought", "Revenue by", "None", "nan", '"orders"'):
        assert silly not in text, silly
    keys = [section["key"] for section in json.loads(text)["page"]["sections"]]
    assert "data" in keys
    assert "chosen" not in keys
    assert "There are no orders in it." in text
    assert "The budget was not divided" in text
    assert "of the revenue" in (table_run / "page.json").read_text(encoding="utf-8")


def test_briefs_say_what_the_table_knows(table_run: Path, plain_run: Path):
    briefs = [path.read_text(encoding="utf-8") for path in sorted((plain_run / "campaigns").glob("*.md"))]
    assert len(briefs) == 4
    for brief in briefs:
        assert "of the revenue" not in brief
        assert "has no order lines" in brief
        assert "What they bring in a year is not known" in brief
    rich = "".join(path.read_text(encoding="utf-8") for path in (table_run / "campaigns").glob("*.md"))
    assert "The median customer has placed" in rich
    assert "What a campaign can move" in rich


def test_arms_are_drawn(table_run: Path, plain_run: Path):
    for folder in (table_run, plain_run):
        arms = parquet.read_table(folder / "segments.parquet")["arm"].to_pylist()
        assert 0.08 < arms.count("holdout") / len(arms) < 0.16


def test_no_person_stands_in_the_run(table_run: Path):
    for path in table_run.rglob("*"):
        if path.is_file():
            assert b"example.org" not in path.read_bytes(), path.name


def test_inspect(marketfold: Command, examples: Path):
    ended = marketfold("inspect", examples / "households.csv")
    assert ended.code == 0
    assert "a table of customers, not of orders" in ended.out
    assert "describes segments" in ended.out
    assert "the same for everybody" in ended.out
    found = json.loads(marketfold("inspect", examples / "households.csv", "--json").out)
    assert found["kind"] == "customers"
    assert found["features"]["days since Dt_Customer"] == ["Dt_Customer"]
    assert set(found["describing"]) == {"Education", "Marital_Status"}
    assert set(found["left_out"]) == {"Z_Cost", "Remark"}
    assert json.loads(marketfold("inspect", examples / "sales.csv", "--json").out)["kind"] == "orders"


@pytest.mark.parametrize("flags", [("--unit", "order"), ("--unit", "order_line"), ("--as-of", "2024-01-01")])
def test_what_takes_orders_is_refused_in_words(marketfold: Command, examples: Path, flags: tuple[str, ...]):
    ended = marketfold("run", examples / "shoppers.csv", *flags)
    assert ended.code == 2
    assert "is a table of customers, not of orders" in ended.err
    assert flags[0] in ended.err
    assert "Traceback" not in ended.err


def test_undo_reads_it_as_orders(marketfold: Command, examples: Path):
    ended = marketfold("run", examples / "shoppers.csv", "--undo", "customer_table")
    assert ended.code == 2
    assert "cannot be read as orders" in ended.err


def test_score(marketfold: Command, table_run: Path, examples: Path, tmp_path: Path):
    ended = marketfold("score", table_run, examples / "members.csv", "--out", tmp_path / "scored.parquet")
    assert ended.code == 0, ended.err
    scored = parquet.read_table(tmp_path / "scored.parquet")
    made = parquet.read_table(table_run / "segments.parquet")
    assert scored["segment"].to_pylist() == made["segment"].to_pylist()
    assert scored["customer_id"].to_pylist() == made["customer_id"].to_pylist()
    wrong = marketfold("score", table_run, examples / "shoppers.csv")
    assert wrong.code == 2
    assert "no column 'last_order_date'" in wrong.err
    dated = marketfold("score", table_run, examples / "members.csv", "--as-of", "2024-06-01")
    assert dated.code == 2
    assert "--as-of" in dated.err


def test_after_a_run(marketfold: Command, table_run: Path, plain_run: Path, tmp_path: Path):
    for number, folder in enumerate((table_run, plain_run)):
        own = Path(shutil.copytree(folder, tmp_path / f"own{number}"))
        for words in (
            ("rename", own, "1", "Our best"),
            ("plan", own),
            ("plan", own, "--set", "2.offer.title=A tasting"),
            ("plan", own, "--set", "2.holdout.held_out=20"),
            ("report", own),
            ("learn", own, "--out", tmp_path / f"learn{number}.html"),
            ("compare", folder, own, "--out", tmp_path / f"compared{number}.html"),
            ("figures", own, "--to", "csv", "--out", tmp_path / f"tables{number}", "--quiet"),
        ):
            ended = marketfold(*words)
            assert ended.code == 0, (words, ended.err)
        assert "Our best" in (own / "report.html").read_text(encoding="utf-8")


def test_a_later_run_keeps_numbers_and_arms(marketfold: Command, table_run: Path, examples: Path, tmp_path: Path):
    ended = marketfold("run", examples / "members.csv", "--previous", table_run, "--out", tmp_path / "later", *FAST)
    assert ended.code == 0, ended.err
    before, after = (parquet.read_table(folder / "segments.parquet") for folder in (table_run, tmp_path / "later"))
    assert before["segment"].to_pylist() == after["segment"].to_pylist()
    assert before["arm"].to_pylist() == after["arm"].to_pylist()


def test_audiences_by_id(marketfold: Command, table_run: Path, tmp_path: Path):
    words = ("--consent-column", "newsletter_consent", "--allow-small", "--out", tmp_path / "audiences")
    ended = marketfold("export", table_run, "--to", "csv", *words)
    assert ended.code == 0, ended.err
    rows = "".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "audiences").glob("*.csv"))
    segments = parquet.read_table(table_run / "segments.parquet").to_pylist()
    held_out = {row["customer_id"] for row in segments if row["arm"] == "holdout"}
    assert "@example.org" in rows
    assert not any(one in rows for one in held_out)


def test_later_orders_measure_by_id(marketfold: Command, plain_run: Path, tmp_path: Path):
    segments = parquet.read_table(plain_run / "segments.parquet").to_pylist()
    rows = []
    for place, row in enumerate(segments):
        for number in range(3 if row["arm"] == "treated" else 1):
            day = date(2026, 1, 2) + timedelta(days=(place * 7 + number * 11) % 80)
            rows.append((row["customer_id"], f"{place}-{number}", day.isoformat(), 20.0 + place % 5))
    names = ("customer_id", "order_id", "order_date", "amount")
    write_csv(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), tmp_path / "later.csv")
    period = ("--from", "2026-01-01", "--to", "2026-03-31", "--out", tmp_path / "measured.html")
    ended = marketfold("measure", plain_run, tmp_path / "later.csv", *period)
    assert ended.code == 0, ended.err
    assert (tmp_path / "measured.html").is_file()
    assert "Low Age" in ended.out


def test_the_row_number_serves_as_id(examples: Path):
    config = RunConfig(
        quick=True,
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, bootstraps=2, k_max=4),
    )
    analysis = segment_market(examples / "customers.csv", config)
    assert sorted(map(int, analysis.segmentation.ids)) == list(range(2, 62))
    assert set(analysis.segmentation.table.described) == {"territory", "Channel"}
    sizes = [profile.units for profile in analysis.segments.profiles]
    assert sizes == sorted(sizes, reverse=True)  # numbered by size, as no money is known


def test_published_wholesale_customers(shared_data: Path):
    config = RunConfig(
        quick=True, reduction=ReductionOptions(method="none"), clustering=ClusteringOptions(bootstraps=2, k_max=5)
    )
    analysis = segment_market(shared_data / "wholesale_customers.csv", config)
    assert len(analysis.segmentation) == 440
    assert analysis.segmentation.table.names == (
        "Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen",
    )  # fmt: skip


def test_a_frame_in_python_says_no_as_of(examples: Path):
    with pytest.raises(ParameterError, match="--as-of"):
        segment_market(examples / "shoppers.csv", RunConfig(features=FeatureOptions(as_of=date(2024, 1, 1))))
