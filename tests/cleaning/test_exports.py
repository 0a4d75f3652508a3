"""Exports of shops, with what is right of each: bought, set aside by reason, came back, stayed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions
from marketfold.features import build_features
from marketfold.orders import read_orders

EXPORTS = ("uci_credit_notes.csv", "shopify.csv", "woocommerce.csv", "stripe.csv")


def cleaned(path: Path, **options: Any) -> CleanOrders:
    return clean_orders(read_orders(path), CleaningOptions(allow_mostly_set_aside=True, **options))


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_agrees_with_its_shop(name: str, examples: Path, totals: dict[str, Any]):
    clean, known = cleaned(examples / name), totals[name]
    ledger = clean.report.ledger
    found = {
        reason: {"lines": n, "amount": ledger.money_set_aside[reason]} for reason, n in ledger.lines_set_aside.items()
    }
    assert found == known["set_aside"]
    assert {"lines": ledger.lines_kept, "amount": ledger.money_kept} == known["kept"]
    assert {"lines": ledger.lines_net, "amount": ledger.money_net} == known["net"]
    assert ledger.lines_read == known["lines"]
    table = build_features(clean)
    assert dict(zip(table.ids.tolist(), table.revenue.tolist(), strict=True)) == pytest.approx(known["customers"])


@pytest.mark.parametrize("name", [*EXPORTS, "sales.csv", "credit_notes.csv"])
@pytest.mark.parametrize("drop_duplicates", [False, True])
def test_many_lines_are_cleaned_as_few_are(
    name: str, drop_duplicates: bool, examples: Path, monkeypatch: pytest.MonkeyPatch
):
    """Few lines are compared with each other at once, of many those that need it are found first."""
    few = cleaned(examples / name, drop_duplicates=drop_duplicates)
    for step in ("cleaning.clean", "orders.typing_lines"):
        monkeypatch.setattr(f"marketfold.{step}.FEW_LINES", -1)
    many = cleaned(examples / name, drop_duplicates=drop_duplicates)
    assert many.report == few.report
    for side in ("bought", "purchases", "returns", "set_aside"):
        one, other = (
            clean.engine.collect(getattr(clean, side)).sort_by("source_line").to_pylist() for clean in (few, many)
        )
        assert one == other, side


def test_who_cancelled_all_is_no_customer(examples: Path, totals: dict[str, Any]):
    clean = cleaned(examples / "uci_credit_notes.csv")
    assert "12346" not in build_features(clean).ids.tolist()
    (left,) = [one for one in clean.report.decisions if one.code.startswith("returns_unmatched")]
    assert (left.lines, left.money) == (1, totals["uci_credit_notes.csv"]["unmatched"])


def test_short_codes_are_told_with_their_lines_and_money(examples: Path):
    decisions = {one.code: one for one in cleaned(examples / "uci_credit_notes.csv").report.decisions}
    told = decisions["short_codes"]
    assert (told.numbers["codes"], told.lines, told.money) == (("D", "M", "POST"), 3, 15.5)
    kept = cleaned(examples / "uci_credit_notes.csv", products=("M", "Manual"))
    assert "charge" not in kept.report.ledger.lines_set_aside


def test_gross_counts_what_was_bought(examples: Path, totals: dict[str, Any]):
    clean, known = cleaned(examples / "uci_credit_notes.csv", gross=True), totals["uci_credit_notes.csv"]
    assert clean.report.ledger.money_net == known["kept"]["amount"]
    assert build_features(clean).revenue.sum() == pytest.approx(known["kept"]["amount"])
    assert "net_of_returns" not in [one.code for one in clean.report.decisions]


def test_an_unknown_status_is_named_with_its_money(examples: Path):
    decisions = {one.code: one for one in cleaned(examples / "woocommerce.csv").report.decisions}
    unknown = decisions["statuses_unknown"]
    assert (unknown.lines, unknown.money, unknown.columns) == (1, 10.0, ("status",))
    assert "'wc-laid-away' (1 line, 10.00)" in unknown.what
    assert unknown.kind.way == "warned"
    told = cleaned(examples / "woocommerce.csv", cancelled_statuses=("WC-Laid-Away",))
    assert "statuses_unknown" not in [one.code for one in told.report.decisions]
    assert told.report.ledger.lines_set_aside["cancelled"] == 3


@pytest.mark.parametrize("given", [False, True])
def test_what_could_not_be_delivered_was_not_bought(tmp_path: Path, given: bool):
    rows = [f"{n},K{n % 3},2024-01-{n + 1:02},{n + 1}.00,{'unavailable' if n == 4 else 'delivered'}" for n in range(12)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order_id,customer_id,order_date,price,order_status", *rows]))
    clean = cleaned(path, sale_statuses=("unavailable",) if given else ())
    told = [one for one in clean.report.decisions if one.code == "statuses_not_delivered"]
    assert [(one.kind.way, one.lines, one.money) for one in told] == ([] if given else [("set aside", 1, 5.0)])
    assert clean.report.ledger.money_kept == (78.0 if given else 73.0)


def test_what_words_say_can_be_overruled(examples: Path):
    clean = cleaned(
        examples / "woocommerce.csv", sale_statuses=("wc-on-hold",), products=("versandkosten", "Gift card 50")
    )
    aside = clean.report.ledger.lines_set_aside
    assert aside["cancelled"] == 1
    assert "gift_card" not in aside
    assert aside["shipping"] == 1  # the type of its line says so still


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
@pytest.mark.spark
@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_agrees_with_its_shop_on_spark(name: str, examples: Path, spark: Any):
    here = cleaned(examples / name)
    rows = pacsv.read_csv(examples / name, convert_options=pacsv.ConvertOptions(strings_can_be_null=True))
    there = clean_orders(read_orders(spark.createDataFrame(rows)), CleaningOptions(allow_mostly_set_aside=True))
    assert there.engine.name == "pyspark"
    assert there.report.ledger == here.report.ledger
    assert [(one.code, one.lines, one.money) for one in there.report.decisions] == [
        (one.code, one.lines, one.money) for one in here.report.decisions
    ]
    for side in ("purchases", "returns"):
        lines, known = money_of(there, side), money_of(here, side)
        assert lines["customer_id"] == known["customer_id"], side
        assert lines["amount"] == pytest.approx(known["amount"]), side


def money_of(clean: CleanOrders, side: str) -> dict[str, list[Any]]:
    """Customer and money of each line of a side, sorted; what features make of them on Spark is a contract's."""
    lines = clean.engine.collect(getattr(clean, side).select("customer_id", "amount"))
    sorted_lines = lines.sort_by([("customer_id", "ascending"), ("amount", "ascending")])
    return {name: sorted_lines[name].to_pylist() for name in sorted_lines.column_names}
