"""No value of any setting or path ends in a traceback, or in hours of work before it is refused."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from marketfold.config import Setting, load_config, settings_of
from marketfold.errors import ConfigError, RunFolderError
from marketfold.runs import refuse_existing

BAD: dict[str, list[Any]] = {
    "quick": ["perhaps"],
    "seed": [-1, 10**23, "x"],
    "reading.mapping": [{"amount": "a\0"}, {"a\0": "b"}, "x"],
    "reading.null_values": [["a\0"]],
    "reading.no_role": [["a\0"]],
    "reading.date_format": ["%Y%Y", "%", "%!", "\0%"],
    "reading.decimal": [";", ""],
    "reading.delimiter": ["ab", '"', "", "\n", "\0", "a"],
    "reading.encoding": ["base64", "rot13", "zlib", "hex", "a\0b", "", "klingon"],
    "reading.sheet": ["a\0"],
    "reading.table": ["perhaps"],
    "reading.header_row": [0, -1, "first"],
    "reading.currency": ["EURO", "%", "", "XX"],
    "reading.undo": [["nothing"]],
    "reading.engine": ["hadoop", "", 3],
    "reading.master": ["", "a\0"],
    "reading.memory_limit": ["-1", "", "2", "lots", "9" * 40 + "GB", "1GB'; DROP"],
    "cleaning.drop_duplicates": ["perhaps"],
    "cleaning.allow_mostly_set_aside": ["perhaps"],
    "cleaning.gross": ["perhaps"],
    "features.unit": ["shop"],
    "features.as_of": ["tomorrow", "9999-12-31", "0001-01-01"],
    "features.feature_set": ["magic"],
    "features.geography": ["perhaps"],
    "features.rfm_cuts": [{"magic": [1, 2, 3, 4]}, {"recency": [1, 2]}, {"recency": [4, 3, 2, 1]}, "x"],
    "features.own_features": [{"a": "nw.len()"}, {"a_b": "nw.len("}, {"a_b": "nw.col('email').len()"}, {"a_b": 3}, "x"],
    "reduction.method": ["magic"],
    "reduction.n_dimensions": [0, 10**12],
    "clustering.segments": [1, 10**12, 1.5],
    "clustering.k_max": [2, 10**12],
    "clustering.bootstraps": [1, 10**12],
    "clustering.choose_among": [99, 10**12],
    "clustering.in_memory": [99, 10**12],
    "clustering.merge": [["1"], ["1+1"], ["one+two"], ["0+1"], ["1+2", "2+3"]],
    "campaigns.budget": [0, -1, 1e308, float("inf"), float("nan")],
    "campaigns.margin": [0, 1.5, float("nan")],
    "campaigns.contact_cost": [0, 1e308, float("inf"), float("nan")],
    "campaigns.campaign_days": [6, 99_999_999_999],
    "campaigns.smallest_lift": [0, float("inf"), float("nan"), 1e308],
}
ANY_TEXT = {"cleaning.cancelled_statuses", "cleaning.not_products", "cleaning.test_customers", "campaigns.playbook",
            "cleaning.sale_statuses", "cleaning.products"}  # fmt: skip
"""Any text may stand here; a playbook is looked for before the work."""


def name_of(setting: Setting) -> str:
    return ".".join(setting.path)


def in_toml(value: Any) -> str:
    """A value as a settings file has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {in_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)


def nested(name: str, value: Any) -> dict[str, Any]:
    *branch, last = name.split(".")
    return {branch[0]: {last: value}} if branch else {last: value}


def test_bad_values_are_known_of_every_setting():
    assert {name_of(setting) for setting in settings_of()} <= BAD.keys() | ANY_TEXT


ALL_BAD = [(name, value) for name, values in BAD.items() for value in values]
OF_PYDANTIC = re.compile(
    r"Input|valid |validat|unable to|instance|Extra|parse|string|integer|tuple|dictionary|pydantic"
)


@pytest.mark.parametrize(("name", "value"), ALL_BAD)
def test_a_bad_value_is_refused_by_its_flag_in_plain_words(name: str, value: Any):
    with pytest.raises(ConfigError) as refused:
        load_config(nested(name, value))
    (setting,) = (one for one in settings_of() if name_of(one) == name)
    said = str(refused.value)
    assert said.startswith(f"{setting.flag.name.split()[0]} ")
    assert re.search(r": (give|write) \S.*\.$", said, re.DOTALL)
    assert "." not in name or name not in said
    assert not OF_PYDANTIC.search(said)


@pytest.mark.parametrize(("name", "value"), ALL_BAD)
def test_a_bad_value_in_the_file_is_refused_by_its_table_and_key(
    name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    *table, key = name.split(".")
    monkeypatch.chdir(tmp_path)
    head = "".join(f"[{one}]\n" for one in table)
    (tmp_path / "marketfold.toml").write_text(f"{head}{key} = {in_toml(value)}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config()
    said = str(refused.value)
    assert "marketfold.toml" in said
    assert not OF_PYDANTIC.search(said)
    if not said.startswith("marketfold.toml cannot be read"):  # a number that TOML itself does not take
        assert said.startswith("marketfold.toml, table [" if table else "marketfold.toml: ")
        assert key in said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[clustering]\nkmax = 3\n", "table [clustering]: kmax = 3: there is no such setting; did you mean k_max?"),
        ("segments = 3\n", "segments = 3: there is no such setting; did you mean clustering.segments?"),
        ("clusterin = 3\n", "marketfold.toml: clusterin = 3: there is no such setting; did you mean clustering?"),
        ("clustering = 3\n", "clustering is a group of settings. Set one of them, as in segments = ... below [clust"),
        ("[features]\nas_of = 5.5\n", "table [features]: as_of = 5.5 is no day: give a day as YYYY-MM-DD"),
        ('[reading]\nnull_values = "NA"\n', 'table [reading]: null_values = "NA" cannot be used: give texts.'),
        ("[reading]\nsheet = 4\n", "table [reading]: sheet = 4 cannot be used: give a text."),
        ("[reading.mapping]\namount = 4\n", "table [reading.mapping]: amount = 4 cannot be used: give pairs"),
    ],
)
def test_what_the_file_may_not_say_is_said_in_its_own_names(
    written: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marketfold.toml").write_text(written)
    with pytest.raises(ConfigError) as refused:
        load_config()
    assert said in str(refused.value)


def test_a_bad_value_of_the_environment_is_said_by_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MARKETFOLD_CLUSTERING__K_MAX", "2")
    with pytest.raises(ConfigError, match=r"^MARKETFOLD_CLUSTERING__K_MAX=2 is too little: give a whole number from 3"):
        load_config()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reading.delimiter", r"\t"),
        ("reading.encoding", "cp437"),
        ("reading.encoding", "utf-8-sig"),
        ("reading.date_format", "%d.%m.%y %H:%M"),
        ("reading.memory_limit", "1.5GB"),
        ("reading.memory_limit", "60MB"),
        ("seed", 2**31),
        ("features.as_of", "2026-07-01"),
        ("reading.currency", "eur"),
        ("reading.currency", "zł"),
        ("campaigns.margin", "30 %"),
    ],
)
def test_good_values_are_taken(name: str, value: Any):
    load_config(nested(name, value))


def test_a_settings_file_that_is_nested_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marketfold.toml").write_text("seed = " + "[" * 5_000)
    with pytest.raises(ConfigError, match=r"marketfold\.toml cannot be read"):
        load_config()


def test_a_bad_variable_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARKETFOLD_READING", "{")
    with pytest.raises(ConfigError, match="environment variable"):
        load_config()


@pytest.mark.parametrize("name", ["file/x", "n" * 300, "made/" + "n" * 300, "there"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(tmp_path: Path, name: str):
    (tmp_path / "file").write_text("")
    (tmp_path / "there").mkdir()
    with pytest.raises(RunFolderError, match="--out"):
        refuse_existing(tmp_path / name)
    refuse_existing(tmp_path / "a" / "b")
    assert sorted(os.listdir(tmp_path)) == ["file", "there"]  # noqa: PTH208
