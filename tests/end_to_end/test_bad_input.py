from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Command

HEADER = "order,customer,date,amount\n"


def lines(n_customers: int, *, day: str = "", amount: str = "") -> str:
    rows = (
        f"{order},c{order % n_customers},{day or f'2025-{order % 12 + 1:02d}-{order % 27 + 1:02d}'},"
        f"{amount or order % 17 + 1}\n"
        for order in range(120)
    )
    return HEADER + "".join(rows)


BAD = {
    "empty": ("", "empty"),
    "header only": (HEADER, ""),
    "one customer": (lines(1), "customer"),
    "fewer customers than segments": (lines(3), "segments"),
    "no customer and no date": ("a,b\n1,2\n3,4\n", "--map"),
    "all amounts zero": (lines(20, amount="0"), ""),
    "all dates unreadable": (lines(20, day="soon"), ""),
    "all dates in 2999": (lines(20, day="2999-01-01"), ""),
    "not a number anywhere": (lines(20, amount="NaN"), ""),
    "day and month cannot be told apart": (lines(20, day="05/06/2025"), "--date-format"),
}


@pytest.mark.parametrize("case", BAD)
def test_it_is_a_clear_error_and_nothing_is_left(case: str, marketfold: Command, tmp_path: Path):
    content, told = BAD[case]
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "orders.csv").write_text(content)
    ended = marketfold("run", "in/orders.csv")
    assert ended.code == 2
    assert ended.err.strip()
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert {path.name for path in tmp_path.iterdir()} <= {"in"}


def test_no_such_file(marketfold: Command):
    ended = marketfold("run", "nowhere.csv")
    assert ended.code == 2
    assert "nowhere.csv" in ended.err


def test_the_same_role_twice(marketfold: Command, shop_file: Path):
    ended = marketfold("run", shop_file, "--map", "amount=amount", "--map", "amount=quantity")
    assert ended.code == 2
    assert "twice" in ended.err


def test_a_role_that_does_not_exist(marketfold: Command, shop_file: Path):
    ended = marketfold("run", shop_file, "--map", "colour=amount")
    assert ended.code == 2
    assert "colour" in ended.err


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--segments", "1"), ("--budget", "0"), ("--margin", "1.5"), ("--reduction", "magic"), ("--as-of", "tomorrow")],
)
def test_a_setting_out_of_range_is_named(flag: str, value: str, marketfold: Command, shop_file: Path, tmp_path: Path):
    ended = marketfold("run", shop_file, flag, value)
    assert ended.code == 2
    assert value in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_settings_file_with_a_typo_is_named(marketfold: Command, shop_file: Path, tmp_path: Path):
    (tmp_path / "marketfold.toml").write_text("[clustering]\nsegmnets = 4\n")
    ended = marketfold("run", shop_file)
    assert ended.code == 2
    assert "segmnets" in ended.err


def test_where_all_dates_are_alike_the_other_features_make_the_segments(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(20, day="2025-03-14"))
    ended = marketfold("run", "orders.csv", "--bootstraps", "2", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert len(told["segments"]) == 3
    assert told["features"]["left_out"]["recency_days"] == "the same for everybody"


def test_an_unclosed_quote_costs_its_own_row_and_no_other(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(20) + '"121,c1,2025-01-01,5\n')
    told = json.loads(marketfold("inspect", "orders.csv", "--json").out)
    assert told["lines"] == 121
    assert told["set_aside"] == {"malformed": 1}


def test_infinite_amounts_are_set_aside_and_counted(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(20) + "121,c1,2025-01-01,inf\n122,c1,2025-01-01,NaN\n")
    ended = marketfold("inspect", "orders.csv", "--json")
    assert json.loads(ended.out)["set_aside"] == {"unreadable_money": 2}


def test_an_amount_beyond_reason_is_set_aside_and_not_added(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(20) + "121,c1,2025-01-01,99999999999999999999\n")
    told = json.loads(marketfold("inspect", "orders.csv", "--json").out)
    assert told["set_aside"] == {"unreadable_money": 1}
    assert told["unreadable"] == {"amount": 1}


def test_an_inspection_shows_how_a_file_is_read_even_where_nothing_is_left(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(20, amount="0"))
    ended = marketfold("inspect", "orders.csv")
    assert ended.code == 2
    assert "2025-01-01 to 2025-12-" in ended.out
    assert "zero price" in ended.err


@pytest.mark.parametrize("content", [b"PAR1 and no more", bytes(range(256)) * 40], ids=["cut short", "junk"])
def test_what_is_no_table_is_refused(content: bytes, marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.parquet").write_bytes(content)
    ended = marketfold("run", "orders.parquet")
    assert ended.code == 2
    assert "orders.parquet" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["orders.parquet"]


def test_a_folder_without_parquet_is_refused(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders").mkdir()
    ended = marketfold("run", "orders")
    assert ended.code == 2
    assert "holds no file" in ended.err


def test_a_handful_of_customers_is_segmented_and_not_trusted(marketfold: Command, tmp_path: Path):
    (tmp_path / "orders.csv").write_text(lines(7))
    ended = marketfold("run", "orders.csv", "--bootstraps", "5", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert len(told["segments"]) == 3
    assert told["choose_k"]["answer"] == "too_few"


def test_customers_who_never_came_back_can_be_segmented(marketfold: Command, tmp_path: Path):
    """There is a span to cut, and nothing after the cut to be judged by."""
    rows = "".join(f"{n},c{n},{date(2024, 1, 1) + timedelta(days=3 * n)},{n % 17 + 1}\n" for n in range(200))
    (tmp_path / "orders.csv").write_text(HEADER + rows)
    ended = marketfold("run", "orders.csv", "--quick", "--bootstraps", "2", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["future"] is None


def test_a_memory_limit_that_is_none_is_an_error(marketfold: Command, shop_file: Path):
    ended = marketfold("run", shop_file, "--memory-limit", "lots")
    assert ended.code == 2
    assert "2GB" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "n" * 300),
        ("inspect", "n" * 300 + "/orders.csv"),
        ("inspect", "~nouser/orders.csv"),
        ("inspect", ""),
        ("inspect", "or\udcff.csv"),
        ("run", "{orders}", "--out", "n" * 300),
        ("run", "{orders}", "--out", "or\udcff"),
        ("run", "{orders}", "--out", "{orders}/run"),
        ("run", "{orders}", "--playbook", "nowhere.toml"),
        ("run", "{orders}", "--delimiter", "ab"),
        ("measure", "n" * 300, "{orders}", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("learn", "--out", "no/such/folder.html"),
        ("score", "n" * 300, "{orders}"),
    ],
)
def test_a_path_or_value_that_cannot_be_is_refused_in_words(
    words: tuple[str, ...], marketfold: Command, shop_file: Path, tmp_path: Path
):
    ended = marketfold(*(word.replace("{orders}", str(shop_file)) for word in words))
    assert ended.code == 2
    assert len(ended.err.strip()) > 20
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_from_a_file_steers_the_terminal(marketfold: Command, tmp_path: Path):
    steering = "\x1b[31m\x9b2J\u202e\x07"
    text = lines(20).replace("\n", ",north\n").replace("amount,north", f"amount,reg{steering}ion", 1)
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    ended = marketfold("inspect", "orders.csv", "--map", f"quantity={steering}nope")
    shown = marketfold("inspect", "orders.csv")
    machine = marketfold("inspect", "orders.csv", "--json")
    for output in (ended.err, shown.out, shown.err, machine.out):
        assert not set(steering) & set(output) - set("[312mJ")
    assert shown.code == 0
    assert f"reg{steering}ion" in json.loads(machine.out)["extra_columns"]
