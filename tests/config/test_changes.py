"""What flags in a sentence say is put into settings, and taken out again, and nothing else is touched."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from marketfold.config import load_config, settled, ways_in, with_given, without_given
from marketfold.decisions import kinds, undoable
from marketfold.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "--date-format %d/%m/%Y or --date-format %m/%d/%Y",
            [["--date-format", "%d/%m/%Y"], ["--date-format", "%m/%d/%Y"]],
        ),
        ("go on: give --allow-mostly-set-aside.", [["--allow-mostly-set-aside"]]),
        (
            "--map 'amount=Score (1-100)' --map quantity=Qty",
            [["--map", "amount=Score (1-100)", "--map", "quantity=Qty"]],
        ),
        ("its price is the amount: --map amount=Price.", [["--map", "amount=Price"]]),
        ("--decimal , or --decimal . (the others are counted)", [["--decimal", ","], ["--decimal", "."]]),
        ("--delimiter ';'", [["--delimiter", ";"]]),
        ("--map ROLE=COLUMN", []),
        ("--map quantity=COLUMN --map unit_price=COLUMN", []),
        ("Naming the files; --nonsense 5; a--map b", []),
    ],
)
def test_ways_are_read_out_of_sentences(text: str, words: list[list[str]]):
    assert [list(way.words) for way in ways_in(text)] == words


@pytest.mark.parametrize("column", ["a b", "it's", 'say "x"', "--map", "x=y", "Spending (1-100)", "%d.", "ends."])
def test_a_flag_as_a_shell_takes_it_names_its_column(column: str):
    (way,) = ways_in(f"--map {shlex.quote(f'amount={column}')}")
    assert way.settings == {"reading": {"mapping": {"amount": column}}}


def test_a_blank_is_filled():
    (way,) = ways_in("--map amount=COLUMN, if there is such a column.")
    assert way.blank == "--map amount"
    assert way.filled("a=b c").settings == {"reading": {"mapping": {"amount": "a=b c"}}}
    asked, other = ways_in(
        "--date-format says how days are written (as in %d.%m.%Y); --map ordered_on=COLUMN names another."
    )
    assert (asked.blank, other.blank) == ("--date-format", "--map ordered_on")
    assert asked.filled("%d.%m.").settings == {"reading": {"date_format": "%d.%m."}}
    assert ways_in("The others are known; --undo takes it away.") == []
    assert ways_in("--sheet NAME")[0].filled("May").text == "--sheet May"


def test_every_decision_is_undone_by_what_it_says():
    for code, kind in kinds().items():
        if kind.undo.startswith("--undo"):
            (way,) = ways_in(kind.undo)
            assert settled(way.settings) == {"reading": {"undo": [kind.undo.split()[1]]}}, code


def test_what_is_given_is_taken_back_and_all_else_stays():
    first: dict[str, Any] = {"seed": 7, "reading": {"undo": list(undoable()[:2]), "mapping": {"amount": "A"}}}
    given = {"reading": {"undo": [undoable()[2]], "mapping": {"quantity": "Q"}, "decimal": ","}}
    assert without_given(with_given(first, given), given) == first
    assert with_given(first, first) == first
    assert without_given(first, first) == {}


def test_settings_are_kept_as_a_run_records_them():
    assert settled({"reading": {"header_row": "3", "decimal": None}, "seed": 0}) == {"reading": {"header_row": 3}}
    with pytest.raises(ConfigError):
        settled({"reading": {"header_row": "x"}})


def test_what_a_file_of_settings_says_is_taken_back_by_the_default_too(tmp_path: Path):
    file = "[clustering]\nsegments = 4\nbootstraps = 30\n[reading]\nmapping = {amount = 'Sales'}\n"
    (tmp_path / "marketfold.toml").write_text(file, "utf-8")
    given = {
        "clustering": {"segments": "4", "bootstraps": "100", "k_max": "15"},
        "reading": {"mapping": {"amount": "Sales", "quantity": "Pieces"}},
    }
    kept = settled(given, tmp_path)
    assert kept == {"clustering": {"bootstraps": 100}, "reading": {"mapping": {"quantity": "Pieces"}}}
    assert load_config(kept, tmp_path) == load_config(given, tmp_path)
