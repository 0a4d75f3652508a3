"""Numbers as people type them, on the command line and in the settings."""

from __future__ import annotations

import json

import pytest
from pydantic_core import PydanticCustomError
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.config import load_config
from marketfold.entered import entered_number
from marketfold.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("50000", 50_000), ("50k", 50_000), ("50 K", 50_000), ("1.5m", 1_500_000), ("1,5 Mio.", 1_500_000),
        ("20 Tsd.", 20_000), ("30 %", 0.3), ("30%", 0.3), ("2,5 %", 0.025), ("0,3", 0.3), ("0.300", 0.3),
        ("1.250.000", 1_250_000), ("1,250,000.50", 1_250_000.5), ("12.500,50 €", 12_500.5), ("50'000", 50_000),
        ("50 000", 50_000), ("$5", 5), ("EUR 20", 20), ("1e5", 100_000), ("-3", -3), ("12345.678", 12345.678),
    ],
)  # fmt: skip
def test_as_people_write(text: str, number: float) -> None:
    assert entered_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["50.000", "50,000", "1.500k", "5,250"])
def test_two_readings_are_asked(text: str) -> None:
    with pytest.raises(ValueError, match=r"This can be .* or "):
        entered_number(text)


@pytest.mark.parametrize(
    ("text", "many", "few"),
    [("50.000", 50_000, 50), ("1,250", 1_250, 1.25), ("2.999", 2_999, 2.999), ("1.500k", 1.5e6, 1.5e3)],
)
def test_each_of_two_readings_is_what_it_says(text: str, many: float, few: float) -> None:
    with pytest.raises(PydanticCustomError) as asked:
        entered_number(text)
    assert {name: entered_number(way) for name, way in (asked.value.context or {}).items()} == {
        "many": many,
        "few": few,
    }


@pytest.mark.parametrize("text", ["", "much", "12 apples", "1-2", "%", "k"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="valid number"):
        entered_number(text)


def test_settings_take_them() -> None:
    campaigns = load_config({"campaigns": {"budget": "50k", "margin": "30 %", "smallest_lift": 0.1}}).campaigns
    assert (campaigns.budget, campaigns.margin, campaigns.smallest_lift) == (50_000, 0.3, 0.1)
    with pytest.raises(ConfigError, match=r"^--budget 50\.000 can be 50000 or 50: write the one that is meant"):
        load_config({"campaigns": {"budget": "50.000"}})


def test_how_a_number_was_read_is_said() -> None:
    shown = CliRunner().invoke(app, ["run", "there-is-no-such-file.csv", "--budget", "50k", "--margin", "0.3"])
    assert "--budget 50k is read as 50,000." in shown.output
    assert "--margin" not in shown.output


def test_a_wrong_variable_is_blamed_and_not_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("MARKETFOLD_CLUSTERING__SEGMENTS", "many")
    with pytest.raises(ConfigError, match=r"^MARKETFOLD_CLUSTERING__SEGMENTS=many is no whole number") as raised:
        load_config()
    assert "marketfold.toml" not in str(raised.value)
    with pytest.raises(ConfigError, match=r"--k-max 1 is too little") as raised:
        load_config({"clustering": {"segments": 4, "k_max": 1}})
    assert "MARKETFOLD" not in str(raised.value)
    monkeypatch.setenv("MARKETFOLD_CLUSTERING", "many")
    with pytest.raises(ConfigError, match=r"environment variable MARKETFOLD_CLUSTERING cannot be read"):
        load_config()
    monkeypatch.delenv("MARKETFOLD_CLUSTERING")
    monkeypatch.delenv("MARKETFOLD_CLUSTERING__SEGMENTS")
    with open("marketfold.toml", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("[clustering]\nsegments = 'many'\n")
    with pytest.raises(
        ConfigError, match=r"marketfold\.toml, table \[clustering\]: segments = .many. is no whole number"
    ):
        load_config()


def test_inspect_refuses_what_run_would_refuse_after_showing_it(tmp_path: object) -> None:
    rows = [f"{n},{'C1' if n < 3 else ''},2024-01-{n + 1:02},5" for n in range(10)]
    path = f"{tmp_path}/orders.csv"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("\n".join(["Order,Customer,Date,Total", *rows]))
    shown = CliRunner().invoke(app, ["inspect", path, "--json"])
    assert shown.exit_code != 0
    assert json.loads(shown.stdout)["set_aside"] == {"no_customer": 7}
    assert "More than half is too much to set aside" in str(shown.exception)
    assert CliRunner().invoke(app, ["inspect", path, "--allow-mostly-set-aside"]).exit_code == 0
